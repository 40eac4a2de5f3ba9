package smoke

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	weft "github.com/weft/weft-go"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

// slow is an answer that lasts longer than any test.
var slow = map[string]any{"text": []string{"word "}, "repeat": 100_000, "delayBetweenTokensMs": 5}

func TestAStreamedChatGivesItsTextAndItsTerminalEventInSequence(t *testing.T) {
	script(t, map[string]any{"text": []string{"A ", "streamed ", "answer."}})
	var text strings.Builder
	var end *orchestratorv1.ChatCompleted
	sequence := int64(0)
	for event, err := range weft.StreamChat(t.Context(), connect(t), question(unique("chat"))) {
		if err != nil {
			t.Fatal(err)
		}
		if sequence++; event.GetSequence() != sequence {
			t.Errorf("the event %d has the sequence %d", sequence, event.GetSequence())
		}
		text.WriteString(event.GetText().GetText())
		end = event.GetCompleted()
	}
	if text.String() != "A streamed answer." || end.GetUsage().GetOutputTokens() == 0 {
		t.Fatalf("got %q and %v", text.String(), end)
	}
}

func TestLeavingTheLoopHangsUpOnTheProvider(t *testing.T) {
	content := unique("leave")
	script(t, slow)
	for event, err := range weft.StreamChat(t.Context(), connect(t), question(content)) {
		if err != nil {
			t.Fatal(err)
		}
		if event.GetText() != nil {
			break
		}
	}
	waitForHungUp(t, content)
}

func TestCancellingTheContextHangsUpOnTheProvider(t *testing.T) {
	content := unique("cancel")
	script(t, slow)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for event, err := range weft.StreamChat(ctx, connect(t), question(content)) {
		last = err
		if event.GetText() != nil {
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) {
		t.Fatalf("got %v", last)
	}
	waitForHungUp(t, content)
}

func TestAProviderThatBreaksIsAnErrorWithItsReason(t *testing.T) {
	script(t, map[string]any{"text": []string{"a ", "b ", "c "}, "cut": map[string]any{"at": 2, "how": "end"}})
	var last error
	for _, err := range weft.StreamChat(t.Context(), connect(t), question(unique("break"))) {
		last = err
	}
	var failure *weft.Error
	if !errors.As(last, &failure) || failure.Code != codes.Unavailable || failure.Reason != "PROVIDER_STREAM_TRUNCATED" {
		t.Fatalf("got %v", last)
	}
}
