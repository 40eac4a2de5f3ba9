package smoke

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// run builds an example and runs it.
func run(t *testing.T, example string, arguments ...string) (stdout, stderr string, code int) {
	t.Helper()
	program := filepath.Join(t.TempDir(), example)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../example/"+example)
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	command := exec.CommandContext(t.Context(), program, arguments...)
	command.Env = append(os.Environ(), "WEFT_MODEL=fake-model")
	var out, errors strings.Builder
	command.Stdout, command.Stderr = &out, &errors
	_ = command.Run()
	return out.String(), errors.String(), command.ProcessState.ExitCode()
}

func TestTheChatExamplePrintsTheAnswer(t *testing.T) {
	script(t, map[string]any{"text": []string{"An ", "example ", "answers."}})
	if stdout, stderr, code := run(t, "chat", unique("example")); stdout != "An example answers.\n" || code != 0 {
		t.Fatalf("got %q, %q, %d", stdout, stderr, code)
	}
}

func TestTheDocumentsExampleFindsWhatItIngestsTheSecondTimeToo(t *testing.T) {
	name := unique("owls")
	for range 2 {
		stdout, stderr, _ := run(t, "documents", name)
		if !regexp.MustCompile(`(?s)^owls\.md: .*hunt at night`).MatchString(stdout) {
			t.Fatalf("got %q, %q", stdout, stderr)
		}
	}
}

func TestTheDocumentsExampleTellsWhatIsWrong(t *testing.T) {
	_, stderr, code := run(t, "documents", "No Such Name!")
	if !regexp.MustCompile(`(?s)^InvalidArgument .*\nname: `).MatchString(stderr) || code != 1 {
		t.Fatalf("got %q, %d", stderr, code)
	}
}

func TestTheCancelExampleHangsUpOnTheProvider(t *testing.T) {
	script(t, slow)
	content := unique("example")
	if stdout, stderr, _ := run(t, "cancel", content); !strings.HasPrefix(stdout, "word word word word") {
		t.Fatalf("got %q, %q", stdout, stderr)
	}
	waitForHungUp(t, content)
}
