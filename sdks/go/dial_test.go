package weft_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	weft "github.com/weft/weft-go"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

func TestEveryCallCarriesTheKeyAsABearerToken(t *testing.T) {
	server := &scriptedServer{}
	chat := orchestratorv1.NewChatServiceClient(server.start(t, weft.WithKey("secret")))
	if _, err := chat.Chat(t.Context(), &orchestratorv1.ChatRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := server.seen.Get("authorization"); len(got) != 1 || got[0] != "Bearer secret" {
		t.Fatalf("authorization was %q", got)
	}
}

func TestTheKeyIsNotSentInPlaintextUnlessThatWasAskedFor(t *testing.T) {
	server := &scriptedServer{}
	target := server.start(t).Target()
	chat := orchestratorv1.NewChatServiceClient(dial(t, target, weft.WithKey("secret")))
	if _, err := chat.Chat(t.Context(), &orchestratorv1.ChatRequest{}); err == nil {
		t.Fatal("a plaintext server was spoken to")
	}
	if server.seen != nil {
		t.Fatalf("the server was asked, with %v", server.seen)
	}
}

func TestPlaintextByTheWayOfGrpcsOwnOptionsIsRefusedWithAKey(t *testing.T) {
	plaintext := grpc.WithTransportCredentials(insecure.NewCredentials())
	if _, err := weft.Dial("127.0.0.1:9090", weft.WithKey("secret"), weft.WithDialOptions(plaintext)); err == nil {
		t.Fatal("the key would have been sent in the clear")
	}
}

func TestACallWithoutADeadlineGetsTheConnectionsOwn(t *testing.T) {
	server := &scriptedServer{}
	chat := orchestratorv1.NewChatServiceClient(server.start(t, weft.WithTimeout(time.Minute)))
	if _, err := chat.Chat(context.Background(), &orchestratorv1.ChatRequest{}); err != nil {
		t.Fatal(err)
	}
	if !server.hasDeadline {
		t.Fatal("the server saw no deadline")
	}
}

func TestADeadlineThatPassesIsTheContextsError(t *testing.T) {
	server := &scriptedServer{chat: func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}}
	chat := orchestratorv1.NewChatServiceClient(server.start(t, weft.WithTimeout(50*time.Millisecond)))
	_, err := chat.Chat(context.Background(), &orchestratorv1.ChatRequest{})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestAnAddressOrTimeoutThatCannotBeIsRefused(t *testing.T) {
	if _, err := weft.Dial(""); err == nil {
		t.Error("an empty address was taken")
	}
	if _, err := weft.Dial("127.0.0.1:9090", weft.WithTimeout(0)); err == nil {
		t.Error("a timeout of 0 was taken")
	}
}
