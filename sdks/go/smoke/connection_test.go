package smoke

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	weft "github.com/weft/weft-go"
	"github.com/weft/weft-go/internal/keepalive"
)

func TestAnAuthorityOfOnesOwnIsTrustedWhenItIsGiven(t *testing.T) {
	authority, err := os.ReadFile(setting(t, "WEFT_SCRIPTED_CA_FILE"))
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AppendCertsFromPEM(authority)
	conn := dial(t, setting(t, "WEFT_SCRIPTED_TLS_ADDRESS"), scriptedKey, weft.WithTLS(&tls.Config{RootCAs: trusted}))
	if text, err := chat(t.Context(), conn, request("echo", "Hello")); err != nil || text != "Hello" {
		t.Fatalf("got %q, %v", text, err)
	}
}

func TestAnAuthorityThatNobodyGaveIsNotTrusted(t *testing.T) {
	conn := dial(t, setting(t, "WEFT_SCRIPTED_TLS_ADDRESS"), scriptedKey)
	if _, err := chat(t.Context(), conn, request("echo", "Hello")); status.Code(err) != codes.Unavailable {
		t.Fatalf("got %v", err)
	}
}

func TestPlaintextIsNotSpokenUnlessThatIsAskedFor(t *testing.T) {
	user := unique("user")
	careful := request("echo", "Hello")
	careful.User = user
	_, err := chat(t.Context(), dial(t, setting(t, "WEFT_SCRIPTED_ADDRESS"), scriptedKey), careful)
	if status.Code(err) != codes.Unavailable {
		t.Fatalf("got %v", err)
	}
	if found := seenByTheServer(t.Context(), t, dialScripted(t), user); found.Attempts != 1 {
		t.Fatalf("the server saw %d calls", found.Attempts)
	}
}

func TestPlaintextByTheWayOfGrpcsOwnOptionsIsRefused(t *testing.T) {
	plaintext := grpc.WithTransportCredentials(insecure.NewCredentials())
	if _, err := weft.Dial("127.0.0.1:9090", scriptedKey, weft.WithDialOptions(plaintext)); err == nil {
		t.Fatal("the key would have been sent in the clear")
	}
}

func TestMessagesOfMoreThan4MiBGoBothWays(t *testing.T) {
	content := strings.Repeat("a", 5*1024*1024)
	if text, err := chat(t.Context(), dialScripted(t), request("echo", content)); err != nil || len(text) != len(content) {
		t.Fatalf("got %d bytes, %v", len(text), err)
	}
}

func TestStreamsGoSideBySideOnOneConnection(t *testing.T) {
	conn := dialScripted(t)
	var running sync.WaitGroup
	for number := range 20 {
		running.Go(func() {
			content := fmt.Sprintf("the answer to question %d", number)
			text, err := textOf(t.Context(), conn, request("echo", content))
			if err != nil || text != strings.ReplaceAll(content, " ", "") {
				t.Errorf("got %q, %v", text, err)
			}
		})
	}
	running.Wait()
}

func TestStreamsThatAreLeftAreCancelledAndLeaveNothing(t *testing.T) {
	conn, user := dialScripted(t), unique("user")
	endless := request("endless", "Hello")
	endless.User = user
	seenByTheServer(t.Context(), t, conn, user)
	before := runtime.NumGoroutine()
	for range 50 {
		for _, err := range weft.StreamChat(t.Context(), conn, endless) {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
	}
	eventually(t, "the server's streams are over", func() bool {
		return seenByTheServer(t.Context(), t, conn, user).OpenStreams == 0
	})
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= before })
}

func TestAStreamOfAConnectionThatIsClosedEndsWithAnError(t *testing.T) {
	conn := dialScripted(t)
	var last error
	for _, err := range weft.StreamChat(t.Context(), conn, request("endless", "Hello")) {
		last = err
		_ = conn.Close()
	}
	if found := new(weft.Error); !errors.As(last, &found) || found.Code != codes.Canceled {
		t.Fatalf("got %v", last)
	}
}

func TestAConnectionThatIsClosedMakesNoCalls(t *testing.T) {
	conn := dialScripted(t)
	_ = conn.Close()
	_, unary := chat(t.Context(), conn, request("echo", "Hello"))
	_, stream := textOf(t.Context(), conn, request("echo", "Hello"))
	for _, err := range []error{unary, stream} {
		if found := new(weft.Error); !errors.As(err, &found) {
			t.Errorf("got %v", err)
		}
	}
}

func TestAConnectionThatDiedInSilenceIsNoticed(t *testing.T) {
	// The real ones would make this test last half a minute; grpc lets them be no shorter than 10 seconds.
	defer func(time, timeout time.Duration) { keepalive.Time, keepalive.Timeout = time, timeout }(keepalive.Time, keepalive.Timeout)
	keepalive.Time, keepalive.Timeout = 10*time.Second, time.Second
	_, err := textOf(t.Context(), dialScripted(t, weft.WithTimeout(time.Minute)), request("silence", "Hello"))
	if status.Code(err) != codes.Unavailable {
		t.Fatalf("got %v", err)
	}
}
