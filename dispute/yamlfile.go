package dispute

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// FileProblem is one thing wrong with a rule file. Line and Column are 0 where
// the place is not known.
type FileProblem struct {
	Line    int
	Column  int
	Path    string // e.g. $.clocks.inspection.budget
	Message string
}

// FileError is everything wrong with one rule file.
type FileError struct {
	File     string
	Problems []FileProblem
}

// Error lists all problems, one a line, as file:line:column: message.
func (e *FileError) Error() string {
	lines := make([]string, 0, len(e.Problems))
	for _, p := range e.Problems {
		at := e.File
		if p.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", e.File, p.Line, p.Column)
		}
		lines = append(lines, at+": "+p.Message)
	}
	return strings.Join(lines, "\n")
}

// yamlFile is a strictly decoded rule file that remembers where everything stood.
type yamlFile struct {
	name     string
	tree     *ast.File
	problems []FileProblem
}

// readYAML decodes data into v: unknown and repeated keys are errors.
func readYAML(name string, data []byte, v any) (*yamlFile, error) {
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntaxError(name, err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, &FileError{File: name, Problems: []FileProblem{{Message: "expected exactly one document"}}}
	}
	if err := yaml.UnmarshalWithOptions(data, v, yaml.Strict()); err != nil {
		return nil, syntaxError(name, err)
	}
	return &yamlFile{name: name, tree: tree}, nil
}

func syntaxError(name string, err error) *FileError {
	p := FileProblem{Message: err.Error()}
	var located yaml.Error
	if errors.As(err, &located) {
		p.Message = located.GetMessage()
		if tk := located.GetToken(); tk != nil && tk.Position != nil {
			p.Line, p.Column = tk.Position.Line, tk.Position.Column
		}
	}
	return &FileError{File: name, Problems: []FileProblem{p}}
}

// problem notes that the thing at path is wrong; of a missing thing the nearest
// existing parent is shown.
func (f *yamlFile) problem(path, format string, args ...any) {
	p := FileProblem{Path: path, Message: strings.TrimPrefix(path, "$.") + ": " + fmt.Sprintf(format, args...)}
	for at := path; at != ""; at = parentPath(at) {
		if node := f.node(at); node != nil {
			p.Line, p.Column = node.GetToken().Position.Line, node.GetToken().Position.Column
			break
		}
	}
	f.problems = append(f.problems, p)
}

func (f *yamlFile) node(path string) ast.Node {
	query, err := yaml.PathString(path)
	if err != nil {
		return nil
	}
	node, err := query.FilterFile(f.tree)
	if err != nil || node == nil || node.GetToken() == nil || node.GetToken().Position == nil {
		return nil
	}
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		node = m.Values[0] // the token of a mapping is its first colon
		if k := m.Values[0].Key; k != nil {
			return k
		}
	}
	return node
}

func parentPath(path string) string {
	if path == "$" {
		return ""
	}
	cut := strings.LastIndexAny(path, ".[")
	if cut <= 0 {
		return ""
	}
	return path[:cut]
}

// err returns all problems in the order of the file, or nil.
func (f *yamlFile) err() error {
	if len(f.problems) == 0 {
		return nil
	}
	sort.SliceStable(f.problems, func(i, j int) bool {
		a, b := f.problems[i], f.problems[j]
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		return a.Column < b.Column
	})
	return &FileError{File: f.name, Problems: f.problems}
}
