"""Errors of weft with their details, one class a gRPC status code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import grpc
from google.rpc import error_details_pb2, status_pb2

_DETAILS_KEY = "grpc-status-details-bin"


@dataclass(frozen=True)
class FieldViolation:
    """A field of the request that is wrong."""

    field: str
    """Its path, such as `call.messages[0].role`."""
    description: str
    """What is wrong with it."""


@dataclass(frozen=True)
class QuotaViolation:
    """A limit that was passed."""

    subject: str
    """The limit's name, such as `requests_per_minute`."""
    description: str
    """What is wrong with it."""


class WeftError(Exception):
    """What weft answered instead of a result, or what became of the connection to it."""

    def __init__(
        self,
        code: grpc.StatusCode,
        message: str,
        *,
        reason: str = "",
        metadata: Mapping[str, str] | None = None,
        field_violations: Sequence[FieldViolation] = (),
        quota_violations: Sequence[QuotaViolation] = (),
        retry_delay: float | None = None,
    ) -> None:
        # Both, so that the error can be pickled.
        super().__init__(code, message)
        self.code = code
        """The gRPC status code."""
        self.message = message
        """What is wrong and what to do, for a person."""
        self.reason = reason
        """The stable reason, such as `MODEL_NOT_FOUND`; empty when the error is not weft's own."""
        self.metadata = dict(metadata or {})
        """Facts for a program, such as the limit that was passed."""
        self.field_violations = tuple(field_violations)
        """The fields that are wrong; empty unless the code is INVALID_ARGUMENT."""
        self.quota_violations = tuple(quota_violations)
        """The limits that were passed; empty unless the code is RESOURCE_EXHAUSTED."""
        self.retry_delay = retry_delay
        """After how many seconds a retry may succeed; None where none is advised."""

    def __str__(self) -> str:
        named = f"{self.code.name} {self.reason}".rstrip()
        wrong = "".join(
            f"; {violation.field}: {violation.description}" for violation in self.field_violations
        )
        return f"{named}: {self.message}{wrong}"


class Cancelled(WeftError):
    """CANCELLED: the call was cancelled, mostly by this side."""


class InvalidArgument(WeftError):
    """INVALID_ARGUMENT: `field_violations` name what is wrong."""


class DeadlineExceeded(WeftError):
    """DEADLINE_EXCEEDED: there was no answer in time."""


class NotFound(WeftError):
    """NOT_FOUND: there is none, or none that this key may know of."""


class AlreadyExists(WeftError):
    """ALREADY_EXISTS: the name is taken."""


class PermissionDenied(WeftError):
    """PERMISSION_DENIED: the key's scopes, or a policy, do not allow it."""


class ResourceExhausted(WeftError):
    """RESOURCE_EXHAUSTED: a limit was passed; `retry_delay` says when to come back, where that helps."""


class FailedPrecondition(WeftError):
    """FAILED_PRECONDITION: the state of things does not allow it."""


class Aborted(WeftError):
    """ABORTED: another request was in the way."""


class OutOfRange(WeftError):
    """OUT_OF_RANGE: beyond what is kept."""


class Unimplemented(WeftError):
    """UNIMPLEMENTED: this weft does not have the RPC."""


class Internal(WeftError):
    """INTERNAL: a fault in weft."""


class Unavailable(WeftError):
    """UNAVAILABLE: weft, or what it needs, cannot be reached; a retry may succeed."""


class Unauthenticated(WeftError):
    """UNAUTHENTICATED: there is no such key."""


class StreamTruncated(Unavailable):
    """A stream broke the stream contract: it has no terminal event, or its events are not in sequence. What came before is not the whole answer."""


_CLASSES: dict[grpc.StatusCode, type[WeftError]] = {
    grpc.StatusCode.CANCELLED: Cancelled,
    grpc.StatusCode.INVALID_ARGUMENT: InvalidArgument,
    grpc.StatusCode.DEADLINE_EXCEEDED: DeadlineExceeded,
    grpc.StatusCode.NOT_FOUND: NotFound,
    grpc.StatusCode.ALREADY_EXISTS: AlreadyExists,
    grpc.StatusCode.PERMISSION_DENIED: PermissionDenied,
    grpc.StatusCode.RESOURCE_EXHAUSTED: ResourceExhausted,
    grpc.StatusCode.FAILED_PRECONDITION: FailedPrecondition,
    grpc.StatusCode.ABORTED: Aborted,
    grpc.StatusCode.OUT_OF_RANGE: OutOfRange,
    grpc.StatusCode.UNIMPLEMENTED: Unimplemented,
    grpc.StatusCode.INTERNAL: Internal,
    grpc.StatusCode.UNAVAILABLE: Unavailable,
    grpc.StatusCode.UNAUTHENTICATED: Unauthenticated,
}
_CODES = {code.value[0]: code for code in grpc.StatusCode}


def error_from_rpc(error: grpc.RpcError) -> WeftError:
    """The typed error of a call that failed, with the google.rpc details of its trailer."""
    code = error.code()
    return _CLASSES.get(code, WeftError)(
        code, error.details() or "", **_details_of(error.trailing_metadata())
    )


def error_from_status(status: Any) -> WeftError:
    """The typed error that a `weft.common.v1.ErrorStatus` tells of."""
    code = _CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    return _CLASSES.get(code, WeftError)(
        code,
        status.message,
        reason=status.reason,
        metadata=status.metadata,
        retry_delay=_seconds(status.retry_delay) if status.HasField("retry_delay") else None,
    )


def _details_of(trailer: Any) -> dict[str, Any]:
    details: dict[str, Any] = {}
    for key, value in trailer or ():
        if key != _DETAILS_KEY:
            continue
        for detail in _read_details(value):
            info = error_details_pb2.ErrorInfo()
            request = error_details_pb2.BadRequest()
            quota = error_details_pb2.QuotaFailure()
            retry = error_details_pb2.RetryInfo()
            if detail.Unpack(info):
                details.update(reason=info.reason, metadata=info.metadata)
            elif detail.Unpack(request):
                details["field_violations"] = [
                    FieldViolation(violation.field, violation.description)
                    for violation in request.field_violations
                ]
            elif detail.Unpack(quota):
                details["quota_violations"] = [
                    QuotaViolation(violation.subject, violation.description) for violation in quota.violations
                ]
            elif detail.Unpack(retry):
                details["retry_delay"] = _seconds(retry.retry_delay)
    return details


def _read_details(encoded: bytes) -> Sequence[Any]:
    try:
        return tuple(status_pb2.Status.FromString(encoded).details)
    except Exception:  # A proxy may have cut it: the status itself still tells what happened.
        return ()


def _seconds(duration: Any) -> float:
    return float(duration.seconds + duration.nanos / 1e9)
