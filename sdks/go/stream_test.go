package weft_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/types/known/durationpb"

	weft "github.com/weft/weft-go"
	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

// iterate gives the events before the end and the error, if there was one.
func iterate(
	t *testing.T, events ...*orchestratorv1.StreamChatResponse,
) (sequences []int64, last *orchestratorv1.StreamChatResponse, failure error) {
	t.Helper()
	server := &scriptedServer{events: events}
	for event, err := range weft.StreamChat(t.Context(), server.start(t), &orchestratorv1.ChatRequest{}) {
		if failure = err; err == nil {
			sequences = append(sequences, event.GetSequence())
		}
		last = event
	}
	return sequences, last, failure
}

func TestAWholeStreamIsIteratedWithoutAnError(t *testing.T) {
	sequences, last, err := iterate(t, started(1), completed(2))
	if err != nil || len(sequences) != 2 || last.GetCompleted() == nil {
		t.Fatalf("got %v, %v, %v", sequences, last, err)
	}
}

func TestAStreamWithoutItsTerminalEventIsTruncated(t *testing.T) {
	if _, _, err := iterate(t, started(1)); !errors.Is(err, weft.ErrStreamTruncated) {
		t.Fatalf("got %v", err)
	}
}

func TestAStreamWithoutAnyEventIsTruncated(t *testing.T) {
	if _, _, err := iterate(t); !errors.Is(err, weft.ErrStreamTruncated) {
		t.Fatalf("got %v", err)
	}
}

func TestAStreamWithAHoleIsMalformed(t *testing.T) {
	if sequences, _, err := iterate(t, started(1), completed(3)); !errors.Is(err, weft.ErrStreamMalformed) || len(sequences) != 1 {
		t.Fatalf("got %v, %v", sequences, err)
	}
}

func TestAStreamThatDoesNotBeginWithOneIsMalformed(t *testing.T) {
	if sequences, _, err := iterate(t, started(0), completed(1)); !errors.Is(err, weft.ErrStreamMalformed) || sequences != nil {
		t.Fatalf("got %v, %v", sequences, err)
	}
}

func TestAnEventAfterTheTerminalOneIsMalformed(t *testing.T) {
	if _, _, err := iterate(t, completed(1), started(2)); !errors.Is(err, weft.ErrStreamMalformed) {
		t.Fatalf("got %v", err)
	}
}

func TestAFailedEventIsAnErrorThatTellsItsDetails(t *testing.T) {
	_, last, err := iterate(t, started(1), failed(2, &commonv1.ErrorStatus{
		Code:       int32(codes.Unavailable),
		Reason:     "PROVIDER_STALLED",
		Message:    "It stalled.",
		Metadata:   map[string]string{"model": "m"},
		RetryDelay: durationpb.New(time.Second),
	}))
	var failure *weft.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v", err)
	}
	whole := failure.Code == codes.Unavailable && failure.Reason == "PROVIDER_STALLED" && failure.Message == "It stalled." &&
		failure.Metadata["model"] == "m" && failure.RetryDelay == time.Second
	if !whole || last.GetFailed().GetUsage().GetOutputTokens() != 5 {
		t.Fatalf("got %+v with %v", failure, last)
	}
}

func TestAGeneratedClientsOwnStreamIsHeldToTheContractToo(t *testing.T) {
	server := &scriptedServer{events: []*orchestratorv1.StreamChatResponse{started(1)}}
	client := orchestratorv1.NewChatServiceClient(server.start(t))
	stream, err := client.StreamChat(t.Context(), &orchestratorv1.StreamChatRequest{})
	for err == nil {
		_, err = stream.Recv()
	}
	if err == io.EOF || !errors.Is(err, weft.ErrStreamTruncated) {
		t.Fatalf("got %v", err)
	}
}

func TestAHeartbeatIsAnEventLikeOthers(t *testing.T) {
	heartbeat := &orchestratorv1.StreamChatResponse{
		Sequence: 2,
		Event:    &orchestratorv1.StreamChatResponse_Heartbeat{Heartbeat: &commonv1.Heartbeat{}},
	}
	if sequences, _, err := iterate(t, started(1), heartbeat, completed(3)); err != nil || len(sequences) != 3 {
		t.Fatalf("got %v, %v", sequences, err)
	}
}
