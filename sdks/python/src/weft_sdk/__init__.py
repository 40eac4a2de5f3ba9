"""The weft client for Python. Messages are in the package `weft`, such as `weft.orchestrator.v1.chat_service_pb2`."""

from weft_sdk.client import Weft
from weft_sdk.errors import (
    Aborted,
    AlreadyExists,
    Cancelled,
    DeadlineExceeded,
    FailedPrecondition,
    FieldViolation,
    Internal,
    InvalidArgument,
    NotFound,
    OutOfRange,
    PermissionDenied,
    QuotaViolation,
    ResourceExhausted,
    StreamTruncated,
    Unauthenticated,
    Unavailable,
    Unimplemented,
    WeftError,
)
from weft_sdk.event_stream import EventStream
from weft_sdk.services import ServiceClient, public_services

__all__ = [
    "Aborted",
    "AlreadyExists",
    "Cancelled",
    "DeadlineExceeded",
    "EventStream",
    "FailedPrecondition",
    "FieldViolation",
    "Internal",
    "InvalidArgument",
    "NotFound",
    "OutOfRange",
    "PermissionDenied",
    "QuotaViolation",
    "ResourceExhausted",
    "ServiceClient",
    "StreamTruncated",
    "Unauthenticated",
    "Unavailable",
    "Unimplemented",
    "Weft",
    "WeftError",
    "public_services",
]
