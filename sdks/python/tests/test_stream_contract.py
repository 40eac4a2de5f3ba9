"""Streams that keep the contract and streams that break it: the list that all SDKs share."""

import json
import unittest
from pathlib import Path

import scripted

from weft_sdk import StreamTruncated, WeftError

SCENARIOS = json.loads((Path(__file__).parents[2] / "live-weft" / "stream-scenarios.json").read_text())


def test_of(scenario):
    def test(self):
        reads, texts, error = [], [], None
        try:
            for event in self.weft.stream_chat("Hello", model=scenario["name"]):
                reads.append(event.WhichOneof("event") or "unknown")
                texts.append(event.text.text)
        except WeftError as raised:
            error = raised
        expected = scenario.get("error")
        found = None if error is None else {"code": error.code.name, "reason": error.reason}
        if scenario.get("mayReadLess"):
            self.assertEqual((reads, found), (scenario["reads"][: len(reads)], expected), error)
        else:
            self.assertEqual(
                (reads, "".join(texts), found), (scenario["reads"], scenario["text"], expected), error
            )
        is_cut = expected is not None and expected["reason"] == "STREAM_CUT"
        self.assertEqual(isinstance(error, StreamTruncated), is_cut)

    return test


class StreamContractTest(unittest.TestCase):
    def setUp(self):
        self.weft = scripted.connect(timeout=30)
        self.addCleanup(self.weft.close)


for each in SCENARIOS:
    setattr(StreamContractTest, f"test_{each['name'].replace('-', '_')}", test_of(each))
