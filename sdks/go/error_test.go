package weft_test

import (
	"context"
	"errors"
	"reflect"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"

	weft "github.com/weft/weft-go"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

// refusal is the error of a chat that is refused with every detail that there is.
func refusal(t *testing.T) (error, *weft.Error) {
	t.Helper()
	server := &scriptedServer{chat: func(context.Context) error {
		answer, err := status.New(codes.ResourceExhausted, "Too much.").WithDetails(
			&errdetails.ErrorInfo{Reason: "QUOTA_EXCEEDED", Domain: "weft", Metadata: map[string]string{"limit": "5"}},
			&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{
				{Field: "messages", Description: "must not be empty"},
			}},
			&errdetails.RetryInfo{RetryDelay: durationpb.New(1500 * time.Millisecond)},
		)
		if err != nil {
			return err
		}
		return answer.Err()
	}}
	_, err := orchestratorv1.NewChatServiceClient(server.start(t)).Chat(t.Context(), &orchestratorv1.ChatRequest{})
	var refused *weft.Error
	if !errors.As(err, &refused) {
		t.Fatalf("got %T: %v", err, err)
	}
	return err, refused
}

func TestARefusalTellsItsDetails(t *testing.T) {
	_, got := refusal(t)
	want := weft.Error{
		Code:            codes.ResourceExhausted,
		Reason:          "QUOTA_EXCEEDED",
		Message:         "Too much.",
		Metadata:        map[string]string{"limit": "5"},
		FieldViolations: []weft.FieldViolation{{Field: "messages", Description: "must not be empty"}},
		RetryDelay:      1500 * time.Millisecond,
	}
	same := got.Code == want.Code && got.Reason == want.Reason && got.Message == want.Message &&
		reflect.DeepEqual(got.Metadata, want.Metadata) &&
		reflect.DeepEqual(got.FieldViolations, want.FieldViolations) && got.RetryDelay == want.RetryDelay
	if !same {
		t.Fatalf("got %+v", got)
	}
}

func TestARefusalIsStillAStatusOfGrpc(t *testing.T) {
	err, _ := refusal(t)
	if answer, ok := status.FromError(err); !ok || answer.Code() != codes.ResourceExhausted || len(answer.Details()) != 3 {
		t.Fatalf("got %v", answer)
	}
}

func TestARefusalReadsWell(t *testing.T) {
	err, _ := refusal(t)
	want := "weft: ResourceExhausted QUOTA_EXCEEDED: Too much. [messages: must not be empty]"
	if err.Error() != want {
		t.Fatalf("got %q", err.Error())
	}
}

func TestACallThatItsContextCancelsIsTheContextsError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := &scriptedServer{chat: func(ctx context.Context) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}}
	_, err := orchestratorv1.NewChatServiceClient(server.start(t)).Chat(ctx, &orchestratorv1.ChatRequest{})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestARefusalOfTheServerIsNotTheContextsError(t *testing.T) {
	server := &scriptedServer{chat: func(context.Context) error { return status.Error(codes.Canceled, "over") }}
	_, err := orchestratorv1.NewChatServiceClient(server.start(t)).Chat(t.Context(), &orchestratorv1.ChatRequest{})
	if errors.Is(err, context.Canceled) || status.Code(err) != codes.Canceled {
		t.Fatalf("got %v", err)
	}
}
