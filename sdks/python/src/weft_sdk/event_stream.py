"""Streams that raise when they do not keep the stream contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import grpc
from google.protobuf.descriptor import Descriptor

from weft_sdk.errors import StreamTruncated, error_from_rpc, error_from_status

Event = TypeVar("Event")

_TERMINAL = "completed"
_FAILED = "failed"
_HEARTBEAT = "heartbeat"


class EventStream(Generic[Event]):
    """The responses of a streaming RPC, as they come.

    Where responses are numbered, a missing one raises StreamTruncated. Where they are events that end with `completed` or `failed`, an end without
    either raises StreamTruncated, and `failed` raises the error that it tells of. Heartbeats are left out. Closing the stream,
    leaving a `with` block, or dropping it cancels what is not over.
    """

    def __init__(self, call: Any, response: Descriptor) -> None:
        """`call` iterates responses of the type `response` and can be cancelled."""
        # gRPC cancels a call that nobody holds any more.
        self._call = call
        self._responses = iter(call)
        self._is_numbered = "sequence" in response.fields_by_name
        event = response.oneofs_by_name.get("event")
        members = {field.name for field in event.fields} if event is not None else set()
        self._has_end = _TERMINAL in members
        self._sequence = 0
        self._is_over = False

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        while True:
            response = self._receive()
            kind = response.WhichOneof("event") if self._has_end else None
            if kind == _FAILED:
                self._end()
                raise error_from_status(response.failed.error)
            self._is_over = kind == _TERMINAL
            if kind != _HEARTBEAT:
                event: Event = response
                return event

    def close(self) -> None:
        """Cancels the call: weft stops what it does for it. Nothing happens if it is over."""
        self._call.cancel()

    def __enter__(self) -> EventStream[Event]:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _receive(self) -> Any:
        try:
            response = next(self._responses)
        except StopIteration:
            if self._has_end and not self._is_over:
                raise self._truncated("The stream ended without its terminal event.") from None
            raise
        except grpc.RpcError as error:
            raise error_from_rpc(error) from error
        if self._is_over:
            raise self._truncated("The stream went on after its terminal event.")
        if self._is_numbered:
            self._sequence += 1
            if response.sequence != self._sequence:
                raise self._truncated(
                    f"Event {self._sequence} of the stream is missing; {response.sequence} came."
                )
        return response

    def _truncated(self, message: str) -> StreamTruncated:
        self._end()
        return StreamTruncated(grpc.StatusCode.UNAVAILABLE, message, reason="STREAM_CUT")

    def _end(self) -> None:
        """Whoever iterates on after an error gets the end, and not what may still be on the way."""
        self.close()
        self._responses = iter(())
        self._is_over = True
