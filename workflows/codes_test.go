package workflows

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Codes that cross the wire are constants of package dispute, where the page
// docs/operations/codes.md is held against them. Here none is written out: no word with
// an underscore stands in the code, and none at all where a parameter, a field or a
// variable takes a code.

var (
	codeWord   = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)*_?$`)
	codeTakers = []string{"reason", "why", "problem", "what", "code", "ignored", "Code", "Problem", "Reason", "Why"}
	noCodes    = []string{"order_system"} // the name of an actor
)

func TestNoCodeIsWrittenOut(t *testing.T) {
	t.Parallel()
	files, names := workflowFiles(t)
	takes := map[string][]int{} // function: which arguments are codes
	for _, file := range files {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				takes[f.Name.Name] = append(takes[f.Name.Name], codeParameters(f)...)
			}
		}
	}
	for _, f := range []string{"log", "logEvent", "ignore", "failLeg", "askAboutLeg", "setLeg", "escalate", "askSupervisor", "delayed", "trouble", "tell"} {
		require.NotEmpty(t, takes[f], "%s takes a code", f)
	}
	var found []string
	for _, file := range files {
		found = append(found, writtenCodes(file, takes, names)...)
	}
	require.Empty(t, found, "codes are constants of package dispute")
}

func TestWrittenCodesAreFound(t *testing.T) {
	t.Parallel()
	const source = `package x
func (r *run) log(kind, by, reason string, data kv) {}
func (r *run) ask(e *Explanation) {}
func f(r *run) {
	r.log("kind", "somebody", "one", kv{"leg_id": 1, "what": "two", "other": "word"})
	r.ask(&Explanation{Code: "three", Rule: "rule"})
	reason := "four"
	if r.x == "two_words" { l.Problem = "five" }
	l.Problem, l.Done = "six_" + l.State, "word"
	data["leg_id"] = "a sentence of words"
}
const seventh = "word_seven"
`
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "x.go", source, parser.SkipObjectResolution)
	require.NoError(t, err)
	takes := map[string][]int{}
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok {
			takes[f.Name.Name] = codeParameters(f)
		}
	}
	require.Equal(t, []string{"x.go:5 one", "x.go:5 two", "x.go:6 three", "x.go:7 four", "x.go:8 two_words", "x.go:8 five", "x.go:9 six_", "x.go:12 word_seven"},
		writtenCodes(file, takes, set))
}

func workflowFiles(t *testing.T) ([]*ast.File, *token.FileSet) {
	t.Helper()
	paths, err := filepath.Glob("*.go")
	require.NoError(t, err)
	set := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
	}
	require.NotEmpty(t, files)
	return files, set
}

// codeParameters are the positions of the parameters that take a code, by their names.
func codeParameters(f *ast.FuncDecl) []int {
	var at []int
	i := 0
	for _, field := range f.Type.Params.List {
		for _, name := range field.Names {
			if kind, ok := field.Type.(*ast.Ident); ok && kind.Name == "string" && slices.Contains(codeTakers, name.Name) {
				at = append(at, i)
			}
			i++
		}
	}
	return at
}

// writtenCodes are the places of a file where a code is written out.
func writtenCodes(file *ast.File, takes map[string][]int, set *token.FileSet) []string {
	names := map[ast.Expr]bool{} // keys and indexes: names of fields
	codes := map[ast.Expr]bool{} // where a code belongs
	var found []string
	report := func(e ast.Expr, anyWord bool) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		word, err := strconv.Unquote(lit.Value)
		if err != nil || !codeWord.MatchString(word) || slices.Contains(noCodes, word) || (!anyWord && !strings.Contains(word, "_")) {
			return
		}
		at := set.Position(lit.Pos())
		found = append(found, fmt.Sprintf("%s:%d %s", at.Filename, at.Line, word))
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.KeyValueExpr:
			names[n.Key] = true
			if takesCode(n.Key) {
				codes[n.Value] = true
			}
		case *ast.IndexExpr:
			names[n.Index] = true
		case *ast.CallExpr:
			for _, i := range takes[called(n.Fun)] {
				if i < len(n.Args) {
					codes[n.Args[i]] = true
				}
			}
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if len(n.Rhs) == len(n.Lhs) && takesCode(to) {
					codes[n.Rhs[i]] = true
				}
			}
		case *ast.BinaryExpr:
			if codes[n] {
				codes[n.X], codes[n.Y] = true, true
			}
		case *ast.BasicLit:
			if !names[n] {
				report(n, codes[n])
			}
		}
		return true
	})
	return found
}

// takesCode says whether a field, a key of an entry's data or a variable is a code by its name.
func takesCode(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return slices.Contains(codeTakers, e.Name)
	case *ast.SelectorExpr:
		return slices.Contains(codeTakers, e.Sel.Name)
	case *ast.BasicLit:
		word, err := strconv.Unquote(e.Value)
		return err == nil && slices.Contains(codeTakers, word)
	case *ast.IndexExpr:
		return takesCode(e.Index)
	}
	return false
}

// called is the name of the function that a call names.
func called(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
