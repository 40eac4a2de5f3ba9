package weft_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A new RPC of a public service needs no line here: what is written by hand knows the chat and the errors alone.
func TestWhatIsWrittenByHandNamesNoServiceButChat(t *testing.T) {
	const generated = "github.com/weft/weft-go/gen/"
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			if rest, found := strings.CutPrefix(path, generated); found {
				named = append(named, rest)
			}
		}
	}
	slices.Sort(named)
	if got := slices.Compact(named); !slices.Equal(got, []string{"weft/common/v1", "weft/orchestrator/v1"}) {
		t.Fatalf("got %v", got)
	}
}
