// Package smoke tests the SDK against a live weft, which the WEFT_ variables name; see smoke-test.sh.
package smoke

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	weft "github.com/weft/weft-go"
	orchestratorv1 "github.com/weft/weft-go/gen/weft/orchestrator/v1"
)

// setting reads a variable that names the weft under test; without it the test fails.
func setting(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: run smoke-test.sh, or tools/repo/test-sdks.mjs", name)
	}
	return value
}

func connect(t *testing.T) *grpc.ClientConn {
	t.Helper()
	return connectTo(t, setting(t, "WEFT_GRPC_ADDRESS"), setting(t, "WEFT_API_KEY"))
}

func connectTo(t *testing.T, address, key string) *grpc.ClientConn {
	t.Helper()
	return dial(t, address, key, weft.WithTimeout(30*time.Second), weft.WithPlaintext())
}

// question asks the provider's model.
func question(content string) *orchestratorv1.ChatRequest {
	return request("fake-model", content)
}

// unique makes a text that no other test, of this language or another, has sent.
func unique(text string) string {
	return fmt.Sprintf("%s-go-%d", text, time.Now().UnixNano())
}

// script tells the provider how to answer its next chat; what a failed test has left there is forgotten.
func script(t *testing.T, script map[string]any) {
	t.Helper()
	body, err := json.Marshal(map[string]any{"enqueue": []any{script}})
	if err != nil {
		t.Fatal(err)
	}
	url := setting(t, "WEFT_PROVIDER_URL") + "/__fake/scripts"
	for _, method := range []string{http.MethodDelete, http.MethodPost} {
		request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("content-type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode >= 300 {
			t.Fatalf("the provider refused the script: %s", answer.Status)
		}
	}
}

// waitForHungUp waits until the provider has seen its client hang up on the request whose body contains a text.
func waitForHungUp(t *testing.T, content string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	outcome := "no request"
	for ctx.Err() == nil {
		if outcome = outcomeOf(t, content); outcome == "hung-up" {
			return
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatalf("the provider saw %s", outcome)
}

func outcomeOf(t *testing.T, content string) string {
	t.Helper()
	answer, err := http.Get(setting(t, "WEFT_PROVIDER_URL") + "/__fake/requests")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var record struct {
		Requests []struct {
			Body    json.RawMessage `json:"body"`
			Outcome string          `json:"outcome"`
		} `json:"requests"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&record); err != nil {
		t.Fatal(err)
	}
	for _, request := range record.Requests {
		if strings.Contains(string(request.Body), content) {
			return request.Outcome
		}
	}
	return "no request"
}
