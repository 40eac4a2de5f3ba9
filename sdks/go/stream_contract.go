package weft

import (
	"fmt"
	"io"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
)

// ErrStreamTruncated is what the error of a stream wraps that broke the stream contract: it has no terminal event, or its events
// are not in sequence. What was received is not the whole answer.
var ErrStreamTruncated = &Error{
	Code:    codes.Unavailable,
	Reason:  "STREAM_CUT",
	Message: "The stream broke the stream contract; what was received is not the whole answer.",
}

// streamContract checks the events of one stream. It knows them by their shape alone, so that it holds for RPCs that are yet
// to come: a field `sequence`, and a oneof `event` where the stream ends with `completed` or `failed`.
type streamContract struct {
	sequence int64
	ended    bool
}

// observe takes the next event.
func (c *streamContract) observe(event proto.Message) error {
	shape := shapeOf(event)
	if c.ended {
		return truncated("The stream went on after its terminal event.")
	}
	if shape.sequence != nil {
		c.sequence++
		if found := event.ProtoReflect().Get(shape.sequence).Int(); found != c.sequence {
			return truncated(fmt.Sprintf("Event %d of the stream is missing; %d came.", c.sequence, found))
		}
	}
	kind, _ := kindOf(event)
	c.ended = kind == "completed" || kind == "failed"
	return nil
}

// end takes the end of the stream, and returns io.EOF if it may end here.
func (c *streamContract) end(event proto.Message) error {
	if shapeOf(event).event != nil && !c.ended {
		return truncated("The stream ended without its terminal event.")
	}
	return io.EOF
}

func truncated(message string) *Error {
	broken := *ErrStreamTruncated
	broken.Message = message
	broken.cause = ErrStreamTruncated
	return &broken
}

// kindOf gives the name of what happened, empty where the contract has none, and the error that a `failed` event carries.
func kindOf(event any) (protoreflect.Name, *Error) {
	message, _ := event.(proto.Message)
	shape := shapeOf(message)
	if shape.event == nil {
		return "", nil
	}
	field := message.ProtoReflect().WhichOneof(shape.event)
	if field == nil {
		return "", nil
	}
	if field.Name() != "failed" {
		return field.Name(), nil
	}
	failed := message.ProtoReflect().Get(field).Message()
	if field := failed.Descriptor().Fields().ByName("error"); field != nil {
		if failure, ok := failed.Get(field).Message().Interface().(*commonv1.ErrorStatus); ok {
			return "failed", errorOf(failure)
		}
	}
	return "failed", &Error{Code: codes.Unknown, Message: "The stream failed without saying why."}
}

// eventShape is what the stream contract knows of an event; nil is what it has not.
type eventShape struct {
	sequence protoreflect.FieldDescriptor
	event    protoreflect.OneofDescriptor
}

func shapeOf(event proto.Message) (shape eventShape) {
	if event == nil {
		return shape
	}
	descriptor := event.ProtoReflect().Descriptor()
	if field := descriptor.Fields().ByName("sequence"); field != nil && field.Kind() == protoreflect.Int64Kind {
		shape.sequence = field
	}
	if oneof := descriptor.Oneofs().ByName("event"); oneof != nil && oneof.Fields().ByName("completed") != nil {
		shape.event = oneof
	}
	return shape
}
