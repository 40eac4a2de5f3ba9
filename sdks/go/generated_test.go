package weft_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
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
		for _, spec := range parse(t, file).Imports {
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

func TestNothingInternalIsInTheModule(t *testing.T) {
	list, err := os.ReadFile("../.generated/internal-names.json")
	if err != nil {
		t.Fatal(err)
	}
	var internal []string
	if err := json.Unmarshal(list, &internal); err != nil {
		t.Fatal(err)
	}
	names := namesInTheModule(t)
	for _, name := range internal {
		if slices.Contains(names, name) {
			t.Errorf("%s is in the module", name)
		}
	}
	if !slices.Contains(internal, "weft.cache.v1.CacheService.LookupEntry") || !slices.Contains(names, "weft.cache.v1.CacheService.PurgeEntries") {
		t.Errorf("looked for %v in %v", internal, names)
	}
}

// namesInTheModule gives the full names of every service, RPC, message and enum: what the descriptors say that are in the
// generated files, imported or not.
func namesInTheModule(t *testing.T) (names []string) {
	t.Helper()
	err := filepath.WalkDir("gen", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".pb.go") {
			return err
		}
		for _, encoded := range rawDescriptors(parse(t, path)) {
			var file descriptorpb.FileDescriptorProto
			if err := proto.Unmarshal([]byte(encoded), &file); err != nil {
				return err
			}
			described, err := protodesc.FileOptions{AllowUnresolvable: true}.New(&file, nil)
			if err != nil {
				return err
			}
			names = append(names, namesOfTypes(described)...)
			for index := range described.Services().Len() {
				service := described.Services().Get(index)
				names = append(names, string(service.FullName()))
				for index := range service.Methods().Len() {
					names = append(names, string(service.Methods().Get(index).FullName()))
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func namesOfTypes(scope interface {
	Enums() protoreflect.EnumDescriptors
	Messages() protoreflect.MessageDescriptors
}) (names []string) {
	for index := range scope.Enums().Len() {
		names = append(names, string(scope.Enums().Get(index).FullName()))
	}
	for index := range scope.Messages().Len() {
		message := scope.Messages().Get(index)
		names = append(append(names, string(message.FullName())), namesOfTypes(message)...)
	}
	return names
}

// rawDescriptors gives the values of the constants that hold encoded descriptors.
func rawDescriptors(file *ast.File) (values []string) {
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if ok && len(spec.Values) == 1 && strings.HasSuffix(spec.Names[0].Name, "_rawDesc") {
			values = append(values, text(spec.Values[0]))
		}
		return true
	})
	return values
}

// text is what a sum of literals comes to.
func text(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.BinaryExpr:
		return text(expression.X) + text(expression.Y)
	case *ast.BasicLit:
		value, _ := strconv.Unquote(expression.Value)
		return value
	}
	return ""
}

func parse(t *testing.T, path string) *ast.File {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return file
}
