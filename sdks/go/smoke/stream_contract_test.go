package smoke

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/protobuf/proto"

	weft "github.com/weft/weft-go"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

// A stream that keeps the contract or breaks it, and what its reader must get: from the list that all SDKs share.
type scenario struct {
	Name        string
	Reads       []string
	Text        string
	MayReadLess bool
	Error       *struct{ Code, Reason string }
}

func TestStreamContract(t *testing.T) {
	list, err := os.ReadFile("../../live-weft/stream-scenarios.json")
	if err != nil {
		t.Fatal(err)
	}
	var scenarios []scenario
	if err := json.Unmarshal(list, &scenarios); err != nil || len(scenarios) == 0 {
		t.Fatal(err)
	}
	for _, expected := range scenarios {
		t.Run(expected.Name, func(t *testing.T) { expected.check(t) })
	}
}

func (s scenario) check(t *testing.T) {
	reads, text := []string{}, strings.Builder{}
	var failure error
	for event, err := range weft.StreamChat(t.Context(), dialScripted(t), request(s.Name, "Hello")) {
		if err != nil {
			failure = err
			break
		}
		reads = append(reads, nameOf(event))
		text.WriteString(event.GetText().GetText())
	}
	if s.MayReadLess && len(reads) <= len(s.Reads) {
		s.Reads, s.Text = s.Reads[:len(reads)], text.String()
	}
	if !slices.Equal(reads, s.Reads) || text.String() != s.Text {
		t.Errorf("read %v, %q", reads, text.String())
	}
	if s.Error == nil {
		if failure != nil {
			t.Errorf("got %v", failure)
		}
		return
	}
	var found *weft.Error
	if !errors.As(failure, &found) || code.Code(found.Code).String() != s.Error.Code || found.Reason != s.Error.Reason {
		t.Fatalf("got %v", failure)
	}
	if cut := s.Error.Reason == "STREAM_CUT"; errors.Is(failure, weft.ErrStreamTruncated) != cut {
		t.Errorf("whether it is ErrStreamTruncated should be %v: %v", cut, failure)
	}
}

func nameOf(event *orchestratorv1.StreamChatResponse) string {
	reflected := event.ProtoReflect()
	if field := reflected.WhichOneof(reflected.Descriptor().Oneofs().ByName("event")); field != nil {
		return string(field.Name())
	}
	return "unknown"
}

func TestAGeneratedClientsOwnStreamIsHeldToTheContractToo(t *testing.T) {
	client := orchestratorv1.NewChatServiceClient(dialScripted(t))
	stream, err := client.StreamChat(t.Context(), &orchestratorv1.StreamChatRequest{Call: request("no-terminal-event", "Hello")})
	for err == nil {
		_, err = stream.Recv()
	}
	if err == io.EOF || !errors.Is(err, weft.ErrStreamTruncated) {
		t.Fatalf("got %v", err)
	}
}

func TestAFailedEventIsGivenWithItsErrorForTheUsage(t *testing.T) {
	var last proto.Message
	for event, err := range weft.StreamChat(t.Context(), dialScripted(t), request("failed", "Hello")) {
		if err != nil {
			last = event
		}
	}
	if event, _ := last.(*orchestratorv1.StreamChatResponse); event.GetFailed().GetUsage().GetOutputTokens() != 3 {
		t.Fatalf("got %v", last)
	}
}
