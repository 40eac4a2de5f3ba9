package smoke

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	weft "github.com/weft/weft-go"
)

func checkDeadline(t *testing.T, found seen, expected time.Duration) {
	t.Helper()
	left := time.Duration(found.DeadlineMs * float64(time.Millisecond))
	if left <= expected-5*time.Second || left > expected+2*time.Second {
		t.Errorf("the server saw a deadline of %s, not of %s", left, expected)
	}
}

func TestACallCarriesTheKeyAndSaysWhoSendsIt(t *testing.T) {
	found := seenByTheServer(t.Context(), t, dialScripted(t), "")
	if found.Authorization != "Bearer "+scriptedKey || !strings.HasPrefix(found.UserAgent, "weft-sdk-go/") {
		t.Fatalf("got %+v", found)
	}
}

func TestACallHasTheDeadlineOf10MinutesByDefault(t *testing.T) {
	conn := dial(t, setting(t, "WEFT_SCRIPTED_ADDRESS"), scriptedKey, weft.WithPlaintext())
	checkDeadline(t, seenByTheServer(context.Background(), t, conn, ""), 10*time.Minute)
}

func TestACallHasTheDeadlineOfTheConnection(t *testing.T) {
	checkDeadline(t, seenByTheServer(context.Background(), t, dialScripted(t), ""), 30*time.Second)
}

func TestACallMayHaveADeadlineOfItsOwn(t *testing.T) {
	for _, own := range []time.Duration{7 * time.Second, 70 * time.Second} {
		ctx, cancel := context.WithTimeout(context.Background(), own)
		defer cancel()
		checkDeadline(t, seenByTheServer(ctx, t, dialScripted(t), ""), own)
	}
}

func TestAStreamMayHaveADeadlineOfItsOwn(t *testing.T) {
	own, cancel := context.WithTimeout(context.Background(), 7*time.Second)
	defer cancel()
	for expected, ctx := range map[time.Duration]context.Context{30 * time.Second: context.Background(), 7 * time.Second: own} {
		text, err := textOf(ctx, dialScripted(t), request("mirror", "Hello"))
		if err != nil {
			t.Fatal(err)
		}
		checkDeadline(t, parseSeen(t, text), expected)
	}
}

func TestADeadlineThatPassesIsTheContextsError(t *testing.T) {
	conn := dialScripted(t, weft.WithTimeout(50*time.Millisecond))
	if _, err := chat(context.Background(), conn, request("silent", "Hello")); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("got %v", err)
	}
}

func TestACallThatItsContextCancelsIsTheContextsError(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := chat(ctx, dialScripted(t), request("silent", "Hello")); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestARefusalOfTheServerIsNotTheContextsError(t *testing.T) {
	_, err := chat(t.Context(), dialScripted(t), request("cancelled", "Hello"))
	if errors.Is(err, context.Canceled) || status.Code(err) != codes.Canceled {
		t.Fatalf("got %v", err)
	}
}

func TestARefusalIsATypedErrorWithEveryDetail(t *testing.T) {
	_, err := chat(t.Context(), dialScripted(t), request("refusal", "Hello"))
	checkEveryDetail(t, err)
}

func TestAStreamThatIsRefusedIsToo(t *testing.T) {
	_, err := textOf(t.Context(), dialScripted(t), request("status-after-events", "Hello"))
	checkEveryDetail(t, err)
}

func checkEveryDetail(t *testing.T, err error) {
	t.Helper()
	var found *weft.Error
	if !errors.As(err, &found) {
		t.Fatalf("got %T: %v", err, err)
	}
	same := found.Code == codes.ResourceExhausted && found.Reason == "RATE_LIMITED" && found.Message == "Slow down." &&
		reflect.DeepEqual(found.Metadata, map[string]string{"limit": "5"}) && found.RetryDelay == 1500*time.Millisecond &&
		reflect.DeepEqual(found.FieldViolations, []weft.FieldViolation{{Field: "call.messages", Description: "must not be empty"}}) &&
		reflect.DeepEqual(found.QuotaViolations, []weft.QuotaViolation{{Subject: "requests_per_minute", Description: "The limit was passed."}})
	if !same {
		t.Errorf("got %+v", found)
	}
	if answer, ok := status.FromError(err); !ok || answer.Code() != codes.ResourceExhausted || len(answer.Details()) != 4 {
		t.Errorf("as a status of grpc it is %v", answer)
	}
	if text := "weft: ResourceExhausted RATE_LIMITED: Slow down. [call.messages: must not be empty]"; err.Error() != text {
		t.Errorf("it reads %q", err.Error())
	}
}

func TestAFailedEventIsATypedErrorWithItsDetails(t *testing.T) {
	_, err := textOf(t.Context(), dialScripted(t), request("failed", "Hello"))
	var found *weft.Error
	if !errors.As(err, &found) || found.Message != "Slow down." || found.Metadata["limit"] != "5" || found.RetryDelay != 1500*time.Millisecond {
		t.Fatalf("got %+v", err)
	}
}

func TestAnAnswerWithoutAMessageOrWithTwoIsAnError(t *testing.T) {
	for _, model := range []string{"nothing", "twice"} {
		_, err := chat(t.Context(), dialScripted(t), request(model, "Hello"))
		if found := new(weft.Error); !errors.As(err, &found) {
			t.Errorf("%s: got %v", model, err)
		}
	}
}

func TestNothingIsSentTwice(t *testing.T) {
	conn, user := dialScripted(t), unique("user")
	refused := request("unavailable", "Hello")
	refused.User = user
	if _, err := chat(t.Context(), conn, refused); status.Code(err) != codes.Unavailable {
		t.Fatalf("got %v", err)
	}
	if found := seenByTheServer(t.Context(), t, conn, user); found.Attempts != 2 {
		t.Fatalf("the server saw %d calls", found.Attempts)
	}
}

func TestSettingsThatCannotBeAreRefused(t *testing.T) {
	for _, key := range []string{"", "weft_1\n", "weft 1"} {
		if _, err := weft.Dial("127.0.0.1:9090", key); err == nil {
			t.Errorf("the key %q was taken", key)
		}
	}
	if _, err := weft.Dial("", scriptedKey); err == nil {
		t.Error("an empty address was taken")
	}
	if _, err := weft.Dial("127.0.0.1:9090", scriptedKey, weft.WithTimeout(0)); err == nil {
		t.Error("a timeout of 0 was taken")
	}
}
