package smoke

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	weft "github.com/weft/weft-go"
	commonv1 "github.com/weft/weft-go/gen/weft/common/v1"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

// The scripted server does what an honest weft does not; the model of the request names what.
const scriptedKey = "weft_of_the_tests"

func dialScripted(t *testing.T, options ...weft.Option) *grpc.ClientConn {
	t.Helper()
	defaults := []weft.Option{weft.WithPlaintext(), weft.WithTimeout(30 * time.Second)}
	return dial(t, setting(t, "WEFT_SCRIPTED_ADDRESS"), scriptedKey, append(defaults, options...)...)
}

func dial(t *testing.T, address, key string, options ...weft.Option) *grpc.ClientConn {
	t.Helper()
	conn, err := weft.Dial(address, key, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func request(model, content string) *orchestratorv1.ChatRequest {
	return &orchestratorv1.ChatRequest{
		Model:    model,
		Messages: []*commonv1.Message{{Role: commonv1.Role_ROLE_USER, Content: content}},
	}
}

// chat gives the text of a whole answer.
func chat(ctx context.Context, conn *grpc.ClientConn, request *orchestratorv1.ChatRequest) (string, error) {
	answer, err := orchestratorv1.NewChatServiceClient(conn).Chat(ctx, request)
	return answer.GetMessage().GetContent(), err
}

// textOf gives the text of a streamed answer.
func textOf(ctx context.Context, conn *grpc.ClientConn, request *orchestratorv1.ChatRequest) (string, error) {
	var text strings.Builder
	for event, err := range weft.StreamChat(ctx, conn, request) {
		if err != nil {
			return text.String(), err
		}
		text.WriteString(event.GetText().GetText())
	}
	return text.String(), nil
}

// seen is what the server tells of a call.
type seen struct {
	Authorization string
	DeadlineMs    float64
	UserAgent     string
	Attempts      int
	OpenStreams   int
}

// seenByTheServer is of all calls of a user together.
func seenByTheServer(ctx context.Context, t *testing.T, conn *grpc.ClientConn, user string) seen {
	t.Helper()
	mirror := request("mirror", "Hello")
	mirror.User = user
	text, err := chat(ctx, conn, mirror)
	if err != nil {
		t.Fatal(err)
	}
	return parseSeen(t, text)
}

func parseSeen(t *testing.T, text string) (found seen) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatalf("%v: %q", err, text)
	}
	return found
}

// eventually waits until it holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	end := time.Now().Add(10 * time.Second)
	for !holds() {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 10 seconds", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
