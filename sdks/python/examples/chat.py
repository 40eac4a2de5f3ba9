"""Asks weft and prints the answer as it comes. `WEFT_API_KEY=... python examples/chat.py "What is weft?"`"""

import os
import sys

from weft_sdk import StreamTruncated, Weft, WeftError


def main() -> int:
    address = os.environ.get("WEFT_GRPC_ADDRESS", "127.0.0.1:9090")
    question = " ".join(sys.argv[1:]) or "What can you do?"
    with Weft(address, os.environ["WEFT_API_KEY"], timeout=60, plaintext=True) as weft:
        try:
            for event in weft.stream_chat(question, model=os.environ.get("WEFT_MODEL", "default")):
                if event.HasField("text"):
                    print(event.text.text, end="", flush=True)
            print()
        except StreamTruncated:
            print("\nThe answer was cut off.", file=sys.stderr)
            return 1
        except WeftError as error:
            print(f"\n{error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
