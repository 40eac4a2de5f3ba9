"""The stream contract, from events that no honest server sends."""

import unittest

from weft.logging.v1.record_service_pb2 import TailRecordsResponse
from weft.orchestrator.v1.chat_service_pb2 import StreamChatResponse
from weft_sdk import EventStream, StreamTruncated, WeftError


class Call:
    """What gRPC gives for a streaming call."""

    def __init__(self, *events):
        self._events = events
        self.is_cancelled = False

    def __iter__(self):
        return iter(self._events)

    def cancel(self):
        self.is_cancelled = True


STARTED = {"started": {"run_id": "run"}}
TEXT = {"text": {"text": "word"}}
HEARTBEAT = {"heartbeat": {}}
COMPLETED = {"completed": {}}


def numbered(*events):
    return [StreamChatResponse(sequence=number, **event) for number, event in enumerate(events, start=1)]


def stream_of(*events):
    return EventStream(Call(*events), StreamChatResponse.DESCRIPTOR)


class EventStreamTest(unittest.TestCase):
    def test_gives_every_event_but_heartbeats(self):
        kinds = [
            event.WhichOneof("event") for event in stream_of(*numbered(STARTED, HEARTBEAT, TEXT, COMPLETED))
        ]
        self.assertEqual(kinds, ["started", "text", "completed"])

    def test_raises_when_nothing_came(self):
        self.assertRaises(StreamTruncated, list, stream_of())

    def test_raises_when_the_terminal_event_is_missing(self):
        self.assertRaises(StreamTruncated, list, stream_of(*numbered(STARTED, TEXT)))

    def test_raises_when_a_heartbeat_is_last(self):
        self.assertRaises(StreamTruncated, list, stream_of(*numbered(STARTED, TEXT, HEARTBEAT)))

    def test_raises_when_an_event_is_missing(self):
        events = numbered(STARTED, TEXT, TEXT, COMPLETED)
        self.assertRaises(StreamTruncated, list, stream_of(*events[:1], *events[2:]))

    def test_raises_when_an_event_comes_twice(self):
        events = numbered(STARTED, TEXT, COMPLETED)
        self.assertRaises(StreamTruncated, list, stream_of(*events[:2], *events[1:]))

    def test_raises_when_the_terminal_event_comes_twice(self):
        self.assertRaises(StreamTruncated, list, stream_of(*numbered(STARTED, COMPLETED, COMPLETED)))

    def test_raises_the_error_of_a_failed_event(self):
        failed = {
            "failed": {
                "error": {
                    "code": 8,
                    "reason": "RATE_LIMITED",
                    "message": "Slow down.",
                    "metadata": {"limit": "5"},
                }
            }
        }
        failed["failed"]["error"]["retry_delay"] = {"seconds": 1, "nanos": 500_000_000}
        with self.assertRaises(WeftError) as caught:
            list(stream_of(*numbered(STARTED, failed)))
        error = caught.exception
        self.assertEqual(
            (type(error).__name__, error.reason, error.metadata, error.retry_delay),
            ("ResourceExhausted", "RATE_LIMITED", {"limit": "5"}, 1.5),
        )

    def test_is_at_its_end_after_an_error(self):
        stream = stream_of(*numbered(STARTED, {"failed": {}}, COMPLETED))
        self.assertRaises(WeftError, list, stream)
        self.assertEqual(list(stream), [])

    def test_cancels_the_call_when_its_block_is_left(self):
        call = Call(*numbered(STARTED, TEXT))
        with EventStream(call, StreamChatResponse.DESCRIPTOR) as stream:
            next(stream)
        self.assertTrue(call.is_cancelled)

    def test_a_stream_whose_contract_has_no_terminal_event_may_just_end(self):
        records = [TailRecordsResponse(sequence=1), TailRecordsResponse(sequence=2)]
        stream = EventStream(Call(*records), TailRecordsResponse.DESCRIPTOR)
        self.assertEqual(list(stream), records)
