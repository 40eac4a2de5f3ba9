"""Calls the RPCs of probe-contract.mjs, as any other."""

import json
import os

from weft_sdk import StreamTruncated, Weft

with Weft(os.environ["PROBE_ADDRESS"], "key", plaintext=True) as weft:
    answer = weft.search.probe_search(query="owls").text
    events = list(weft.search.stream_probe_search(query="two words"))
    words = [event.word.letters for event in events if event.HasField("word")]
    cut = False
    try:
        list(weft.search.stream_probe_search(query="two words", cut=True))
    except StreamTruncated:
        cut = True
print(json.dumps({"answer": answer, "words": words, "cut": cut}, separators=(",", ":")))
