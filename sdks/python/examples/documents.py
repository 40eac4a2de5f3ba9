"""Ingests a document and finds it: `WEFT_API_KEY=... python examples/documents.py owls`"""

import os
import sys

from weft.retrieval.v1.document_service_pb2 import DocumentInput
from weft_sdk import AlreadyExists, Weft, WeftError


def main() -> int:
    address = os.environ.get("WEFT_GRPC_ADDRESS", "127.0.0.1:9090")
    name = sys.argv[1] if len(sys.argv) > 1 else "owls"
    with Weft(address, os.environ["WEFT_API_KEY"], plaintext=True) as weft:
        try:
            weft.collection.create_collection(name=name)
        except AlreadyExists:
            pass  # From the last time.
        except WeftError as error:
            print(f"{error.code.name} {error.reason}: {error.message}", file=sys.stderr)
            for violation in error.field_violations:
                print(f"{violation.field}: {violation.description}", file=sys.stderr)
            if error.retry_delay is not None:
                print(f"try again in {error.retry_delay} s", file=sys.stderr)
            return 1

        owls = DocumentInput(uri="owls.md", content=b"# Owls\n\nOwls hunt at night and see in the dark.")
        weft.document.ingest_documents(collection=name, documents=[owls])
        found = weft.search.search_documents(collections=[name], query="When do owls hunt?", timeout=10)
        for hit in found.hits:
            print(f"{hit.passage.uri}: {hit.passage.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
