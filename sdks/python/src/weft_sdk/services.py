"""Every public service, made of the descriptors of the generated code: nothing here names one."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Callable

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message_factory import GetMessageClass

import weft
from weft_sdk.errors import Cancelled, Internal, error_from_rpc
from weft_sdk.event_stream import EventStream
from weft_sdk.names import service_attribute, snake_case

Metadata = Sequence[tuple[str, str]]


@cache
def public_services() -> Mapping[str, ServiceDescriptor]:
    """The descriptors of all services by full name, such as `weft.orchestrator.v1.ChatService`."""
    services: dict[str, ServiceDescriptor] = {}
    for module in pkgutil.walk_packages(weft.__path__, f"{weft.__name__}."):
        if not module.name.endswith("_pb2"):
            continue
        file = importlib.import_module(module.name).DESCRIPTOR
        services.update((service.full_name, service) for service in file.services_by_name.values())
    return services


@cache
def services_by_attribute() -> Mapping[str, ServiceDescriptor]:
    """The same by attribute: `chat` for `ChatService`, `api_key` for `ApiKeyService`. Names that two domains share are not among them."""
    attributes: dict[str, ServiceDescriptor | None] = {}
    for service in public_services().values():
        attribute = service_attribute(service.name)
        attributes[attribute] = None if attribute in attributes else service
    return {attribute: service for attribute, service in attributes.items() if service is not None}


class ServiceClient:
    """The RPCs of one service, as methods in snake_case.

    A method takes the request message, or its fields by name, and `timeout` in seconds in place of the client's. A streaming one returns an EventStream; one whose requests
    are a stream takes an iterable of them. All raise a WeftError.
    """

    def __init__(
        self, channel: grpc.Channel, service: ServiceDescriptor, metadata: Metadata, timeout: float
    ) -> None:
        self._name = service.full_name
        self._methods = {
            snake_case(method.name): _callable(channel, method, metadata, timeout)
            for method in service.methods
        }

    def __getattr__(self, name: str) -> Callable[..., Any]:
        methods: Mapping[str, Callable[..., Any]] = self.__dict__.get("_methods", {})
        method = methods.get(name)
        if method is None:
            raise AttributeError(f"there is no RPC {name!r} in {self.__dict__.get('_name')}")
        return method

    def __dir__(self) -> list[str]:
        return sorted(self._methods)


def _callable(
    channel: grpc.Channel, method: MethodDescriptor, metadata: Metadata, timeout: float
) -> Callable[..., Any]:
    request_class = GetMessageClass(method.input_type)
    kind = "_".join(
        "stream" if is_stream else "unary" for is_stream in (method.client_streaming, method.server_streaming)
    )
    call = getattr(channel, kind)(
        f"/{method.containing_service.full_name}/{method.name}",
        request_serializer=request_class.SerializeToString,
        response_deserializer=GetMessageClass(method.output_type).FromString,
    )

    default_timeout = timeout

    def invoke(request: Any = None, *, timeout: float | None = None, **fields: Any) -> Any:
        if request is None:
            request = request_class(**fields)
        elif fields:
            raise TypeError("give the request or its fields, not both")
        seconds = default_timeout if timeout is None else timeout
        try:
            response = call(request, timeout=seconds, metadata=metadata)
        except grpc.RpcError as error:
            raise error_from_rpc(error) from error
        except ValueError as error:
            # What gRPC says of a channel that was closed.
            raise Cancelled(grpc.StatusCode.CANCELLED, "The client is closed.") from error
        if method.server_streaming:
            return EventStream(response, method.output_type)
        if response is None:
            # gRPC passes over a server that ends a call well without answering it.
            raise Internal(grpc.StatusCode.INTERNAL, "No response came.")
        return response

    invoke.__name__ = snake_case(method.name)
    invoke.__doc__ = f"Calls {method.full_name} with a {method.input_type.full_name}."
    return invoke
