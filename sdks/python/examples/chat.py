"""Asks weft and prints the answer as it comes: `WEFT_API_KEY=... python examples/chat.py "What is weft?"`"""

import os
import sys

from weft_sdk import StreamTruncated, Weft, WeftError


def main() -> int:
    address = os.environ.get("WEFT_GRPC_ADDRESS", "127.0.0.1:9090")
    key = os.environ["WEFT_API_KEY"]
    model = os.environ.get("WEFT_MODEL", "default")
    question = " ".join(sys.argv[1:]) or "What can you do?"
    try:
        with Weft(address, key, plaintext=True) as weft:
            for event in weft.stream_chat(question, model=model):
                if event.HasField("text"):
                    print(event.text.text, end="", flush=True)
                elif event.HasField("completed"):
                    print()
                    for citation in event.completed.citations:
                        print(f"[{citation.passage.number}] {citation.passage.uri}")
    except StreamTruncated:
        print("\nThe answer was cut off.", file=sys.stderr)
        return 1
    except WeftError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
