"""The client."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import grpc

from weft.common.v1.message_pb2 import ROLE_USER, Message
from weft.orchestrator.v1.chat_service_pb2 import ChatRequest, StreamChatResponse
from weft_sdk.event_stream import EventStream
from weft_sdk.services import ServiceClient, public_services, services_by_attribute

if TYPE_CHECKING:
    # Made from the contracts, for type checkers and editors alone: every service as an attribute, every RPC as a method.
    from weft._services import Services
else:
    Services = object

# A connection whose other end has vanished is found after 30 seconds, not at the deadline of a call. Some versions of gRPC wait for the
# ping's answer as long as the last option says, whatever the one of keepalive. Some stop after two pings if the client sends nothing
# else, as the reader of a stream does; 0 lifts that.
_KEEPALIVE = {
    "grpc.keepalive_time_ms": 20_000,
    "grpc.keepalive_timeout_ms": 10_000,
    "grpc.http2.max_pings_without_data": 0,
    "grpc.http2.ping_timeout_ms": 10_000,
}

# The largest message that weft sends or takes: a document of 32 MiB with its envelope.
_MESSAGE_BYTES_MAX = 48 * 1024 * 1024


class Weft(Services):
    """A connection to weft.

    Every public service is an attribute named after it: `weft.collection.create_collection(name="docs")` calls `CollectionService.CreateCollection`,
    `weft.service("weft.retrieval.v1.CollectionService")` is the same. Safe to share between threads, not between processes: make it after a fork.
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        timeout: float = 600.0,
        plaintext: bool = False,
        root_certificates: bytes | None = None,
    ) -> None:
        """Connects at the first call.

        `address` is `host:port` of weft's gRPC door. `timeout` bounds each call in seconds; weft bounds it too, by the deadline that
        its contract declares. `plaintext=True` sends everything, the key too, in the clear: for a weft on the same machine.
        `root_certificates` are the PEM of the authorities to trust; gRPC's own by default.
        """
        if not address:
            raise ValueError("the address must be host:port, such as 127.0.0.1:9090")
        if not re.fullmatch(r"[!-~]+", key):
            raise ValueError("the key must be what weft printed, without spaces or line ends")
        if timeout <= 0:
            raise ValueError(f"the timeout must be more than 0 seconds, not {timeout}")
        options = {
            **_KEEPALIVE,
            "grpc.max_receive_message_length": _MESSAGE_BYTES_MAX,
            "grpc.max_send_message_length": _MESSAGE_BYTES_MAX,
            "grpc.primary_user_agent": f"weft-sdk-python/{version('weft-sdk')}",
        }
        self._channel = (
            grpc.insecure_channel(address, tuple(options.items()))
            if plaintext
            else grpc.secure_channel(
                address, grpc.ssl_channel_credentials(root_certificates), tuple(options.items())
            )
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

    if not TYPE_CHECKING:

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
        return self.chat.stream_chat(call=call, timeout=timeout)

    def close(self) -> None:
        """Ends the connection and what is still going on over it."""
        self._channel.close()

    def __enter__(self) -> Weft:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
