"""Prints the beginning of an answer and hangs up: `WEFT_API_KEY=... python examples/cancel.py "Count to a million"`"""

import os
import sys

from weft_sdk import Weft


def main() -> None:
    address = os.environ.get("WEFT_GRPC_ADDRESS", "127.0.0.1:9090")
    model = os.environ.get("WEFT_MODEL", "default")
    question = " ".join(sys.argv[1:]) or "Count to a million."
    with Weft(address, os.environ["WEFT_API_KEY"], plaintext=True) as weft:
        text = ""
        with weft.stream_chat(question, model=model, timeout=60) as stream:
            for event in stream:
                text += event.text.text
                if len(text) >= 20:
                    break
        print(text)


if __name__ == "__main__":
    main()
