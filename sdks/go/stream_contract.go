package weft

import (
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
)

// ErrStreamTruncated is returned by a stream that ended without its terminal event: what was received is not the whole answer.
var ErrStreamTruncated = &Error{
	Code:    codes.DataLoss,
	Reason:  "STREAM_TRUNCATED",
	Message: "The stream ended without its terminal event; what was received is not the whole answer.",
}

// ErrStreamMalformed is what a stream's error wraps when an event is missing or follows the terminal one.
var ErrStreamMalformed = &Error{
	Code:    codes.DataLoss,
	Reason:  "STREAM_MALFORMED",
	Message: "The stream's events are not in sequence.",
}

// streamContract checks the events of one stream. It knows them by their shape alone, so that it holds for RPCs that are yet
// to come: a field `sequence` and a oneof `event` of which `completed` is one.
type streamContract struct {
	sequence int64
	ended    bool
}

// observe takes the next event.
func (c *streamContract) observe(event proto.Message) error {
	fields, ok := eventFieldsOf(event)
	if !ok {
		return nil
	}
	sequence := event.ProtoReflect().Get(fields.sequence).Int()
	if c.ended || sequence != c.sequence+1 {
		return c.malformed(sequence)
	}
	c.sequence = sequence
	switch nameOfEvent(event, fields) {
	case "completed", "failed":
		c.ended = true
	}
	return nil
}

// end takes the end of the stream, and returns io.EOF if it may end here.
func (c *streamContract) end(event proto.Message) error {
	if _, ok := eventFieldsOf(event); ok && !c.ended {
		return ErrStreamTruncated
	}
	return io.EOF
}

func (c *streamContract) malformed(sequence int64) error {
	found := fmt.Sprintf("The event %d follows the event %d.", sequence, c.sequence)
	if c.ended {
		found = fmt.Sprintf("The event %d follows the terminal event.", sequence)
	}
	return &Error{
		Code:    ErrStreamMalformed.Code,
		Reason:  ErrStreamMalformed.Reason,
		Message: found,
		cause:   ErrStreamMalformed,
	}
}

// failureOf gives the error that a `failed` event carries; nil for any other event.
func failureOf(event proto.Message) *Error {
	fields, ok := eventFieldsOf(event)
	if !ok || nameOfEvent(event, fields) != "failed" {
		return nil
	}
	reflected := event.ProtoReflect()
	failed := reflected.Get(reflected.WhichOneof(fields.event)).Message()
	if field := failed.Descriptor().Fields().ByName("error"); field != nil {
		if failure, ok := failed.Get(field).Message().Interface().(*commonv1.ErrorStatus); ok {
			return errorOf(failure)
		}
	}
	return &Error{Code: codes.Unknown, Message: "The stream failed without saying why."}
}

type eventFields struct {
	sequence protoreflect.FieldDescriptor
	event    protoreflect.OneofDescriptor
}

func eventFieldsOf(event proto.Message) (eventFields, bool) {
	if event == nil {
		return eventFields{}, false
	}
	descriptor := event.ProtoReflect().Descriptor()
	fields := eventFields{descriptor.Fields().ByName("sequence"), descriptor.Oneofs().ByName("event")}
	if fields.sequence == nil || fields.sequence.Kind() != protoreflect.Int64Kind || fields.event == nil {
		return fields, false
	}
	return fields, fields.event.Fields().ByName("completed") != nil
}

func nameOfEvent(event proto.Message, fields eventFields) protoreflect.Name {
	if field := event.ProtoReflect().WhichOneof(fields.event); field != nil {
		return field.Name()
	}
	return ""
}
