package weft

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
)

// Error is every failure of a call: what weft said, or what became of the connection.
type Error struct {
	// Code is the gRPC status code.
	Code codes.Code
	// Reason is stable, such as COLLECTION_NOT_FOUND; empty where the failure is not weft's own.
	Reason string
	// Message says what is wrong and what to do, for a person.
	Message string
	// Metadata holds facts for a program, such as the limit that was passed.
	Metadata map[string]string
	// FieldViolations names the fields of the request that are wrong.
	FieldViolations []FieldViolation
	// QuotaViolations names the limits that were passed.
	QuotaViolations []QuotaViolation
	// RetryDelay says when a retry may succeed; 0 where none is advised.
	RetryDelay time.Duration

	status *status.Status
	cause  error
}

const aMoment = 100 * time.Millisecond

// FieldViolation is a field that is wrong.
type FieldViolation struct {
	// Field is its path in the request, such as `call.messages`.
	Field string
	// Description says what it must be.
	Description string
}

// QuotaViolation is a limit that was passed.
type QuotaViolation struct {
	// Subject is the limit's name, such as `requests_per_minute`.
	Subject string
	// Description says what is wrong with it.
	Description string
}

// Error tells the code, the reason, the message and the fields.
func (e *Error) Error() string {
	var text strings.Builder
	text.WriteString("weft: " + e.Code.String())
	if e.Reason != "" {
		text.WriteString(" " + e.Reason)
	}
	if e.Message != "" {
		text.WriteString(": " + e.Message)
	}
	for _, violation := range e.FieldViolations {
		fmt.Fprintf(&text, " [%s: %s]", violation.Field, violation.Description)
	}
	return text.String()
}

// Unwrap gives the cause on this side, such as context.Canceled; nil when weft refused.
func (e *Error) Unwrap() error {
	return e.cause
}

// GRPCStatus lets status.FromError and status.Code read the error.
func (e *Error) GRPCStatus() *status.Status {
	if e.status != nil {
		return e.status
	}
	return status.New(e.Code, e.Message)
}

// toError makes an *Error of what grpc returned; nil and io.EOF stay as they are.
func toError(ctx context.Context, err error) error {
	var already *Error
	if err == nil || err == io.EOF || errors.As(err, &already) {
		return err
	}
	answer := status.Convert(err)
	result := &Error{Code: answer.Code(), Message: answer.Message(), status: answer}
	switch answer.Code() {
	case codes.Canceled, codes.DeadlineExceeded:
		// The context's own error, so that callers may ask for it with errors.Is.
		result.cause = ctx.Err()
		// The server may end the call at the deadline a moment before the context's own timer fires: its clock may be coarser.
		deadline, bounded := ctx.Deadline()
		if result.cause == nil && answer.Code() == codes.DeadlineExceeded && bounded && time.Until(deadline) < aMoment {
			result.cause = context.DeadlineExceeded
		}
	}
	for _, detail := range answer.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			result.Reason = detail.GetReason()
			result.Metadata = detail.GetMetadata()
		case *errdetails.BadRequest:
			for _, violation := range detail.GetFieldViolations() {
				result.FieldViolations = append(result.FieldViolations, FieldViolation{
					Field:       violation.GetField(),
					Description: violation.GetDescription(),
				})
			}
		case *errdetails.QuotaFailure:
			for _, violation := range detail.GetViolations() {
				result.QuotaViolations = append(result.QuotaViolations, QuotaViolation{
					Subject:     violation.GetSubject(),
					Description: violation.GetDescription(),
				})
			}
		case *errdetails.RetryInfo:
			result.RetryDelay = detail.GetRetryDelay().AsDuration()
		}
	}
	return result
}

// errorOf makes an *Error of one that travelled as data, in a `failed` event.
func errorOf(failure *commonv1.ErrorStatus) *Error {
	return &Error{
		Code:       codes.Code(failure.GetCode()),
		Reason:     failure.GetReason(),
		Message:    failure.GetMessage(),
		Metadata:   failure.GetMetadata(),
		RetryDelay: failure.GetRetryDelay().AsDuration(),
	}
}
