"""What the shared list of streams does not tell: numbered streams without a terminal event, and the end of a stream."""

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


def records(*sequences):
    return [TailRecordsResponse(sequence=sequence) for sequence in sequences]


class EventStreamTest(unittest.TestCase):
    def test_a_stream_whose_contract_has_no_terminal_event_may_just_end(self):
        stream = EventStream(Call(*records(1, 2)), TailRecordsResponse.DESCRIPTOR)
        self.assertEqual(list(stream), records(1, 2))

    def test_a_stream_whose_contract_has_no_terminal_event_is_numbered_without_holes_all_the_same(self):
        stream = EventStream(Call(*records(1, 3)), TailRecordsResponse.DESCRIPTOR)
        self.assertRaises(StreamTruncated, list, stream)

    def test_is_at_its_end_after_an_error(self):
        events = [StreamChatResponse(sequence=1, failed={}), StreamChatResponse(sequence=2, completed={})]
        call = Call(*events)
        stream = EventStream(call, StreamChatResponse.DESCRIPTOR)
        self.assertRaises(WeftError, list, stream)
        self.assertEqual((list(stream), call.is_cancelled), ([], True))

    def test_cancels_the_call_when_its_block_is_left(self):
        call = Call(StreamChatResponse(sequence=1, started={}))
        with EventStream(call, StreamChatResponse.DESCRIPTOR) as stream:
            next(stream)
        self.assertTrue(call.is_cancelled)
