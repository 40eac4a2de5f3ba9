"""The client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import grpc

from weft.common.v1.message_pb2 import ROLE_USER, Message
from weft.orchestrator.v1.chat_service_pb2 import ChatRequest, StreamChatResponse
from weft_sdk.event_stream import EventStream
from weft_sdk.services import ServiceClient, public_services, services_by_attribute

# A connection whose other end has vanished is found after 30 seconds, not at the deadline of a call.
_CHANNEL_OPTIONS = (("grpc.keepalive_time_ms", 20_000), ("grpc.keepalive_timeout_ms", 10_000))


class Weft:
    """A connection to weft.

    Every public service is an attribute named after it: `weft.collection.create_collection(name="docs")` calls `CollectionService.CreateCollection`,
    `weft.service("weft.retrieval.v1.CollectionService")` is the same. Safe to share between threads.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        timeout: float = 600.0,
        secure: bool = True,
        root_certificates: bytes | None = None,
    ) -> None:
        """Connects at the first call.

        `address` is `host:port` of weft's gRPC door. `timeout` bounds each call in seconds; weft bounds it too, by the deadline that
        its contract declares. `secure=False` sends everything, the key too, in plain text: for a weft on the same machine.
        `root_certificates` are PEM; the system's by default.
        """
        if not key:
            raise ValueError("a key is needed")
        if timeout <= 0:
            raise ValueError(f"the timeout must be more than 0 seconds, not {timeout}")
        self._channel = (
            grpc.secure_channel(address, grpc.ssl_channel_credentials(root_certificates), _CHANNEL_OPTIONS)
            if secure
            else grpc.insecure_channel(address, _CHANNEL_OPTIONS)
        )
        # Not call credentials: gRPC sends those over TLS alone.
        self._metadata = (("authorization", f"Bearer {key}"),)
        self._timeout = timeout
        self._clients: dict[str, ServiceClient] = {}

    def service(self, full_name: str) -> ServiceClient:
        """A service by its full name, such as `weft.orchestrator.v1.ChatService`. Raises KeyError if it is not public."""
        client = self._clients.get(full_name)
        if client is None:
            client = ServiceClient(self._channel, public_services()[full_name], self._metadata, self._timeout)
            self._clients[full_name] = client
        return client

    def __getattr__(self, name: str) -> ServiceClient:
        service = None if name.startswith("_") else services_by_attribute().get(name)
        if service is None:
            raise AttributeError(
                f"there is no service {name!r}; there are {', '.join(services_by_attribute())}"
            )
        return self.service(service.full_name)

    def __dir__(self) -> list[str]:
        return sorted([*super().__dir__(), *services_by_attribute()])

    def stream_chat(
        self,
        messages: str | Sequence[Message],
        *,
        model: str = "default",
        timeout: float | None = None,
        **fields: Any,
    ) -> EventStream[StreamChatResponse]:
        """Streams an answer: events `started`, `text`, `tool_call`, and `completed` last.

        `messages` may be the user's text alone; `fields` are those of `ChatRequest`. Raises StreamTruncated if the stream ends
        without `completed`, and the typed error if the answer failed. Closing the stream cancels the answer.
        """
        if isinstance(messages, str):
            messages = [Message(role=ROLE_USER, content=messages)]
        call = ChatRequest(model=model, messages=messages, **fields)
        return self.chat.stream_chat(call=call, timeout=self._timeout if timeout is None else timeout)

    def close(self) -> None:
        """Ends the connection and what is still going on over it."""
        self._channel.close()

    def __enter__(self) -> Weft:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
