package dispute

import (
	"fmt"
	"sort"
	"strings"
)

// FileProblem is one thing wrong with a rule file. Line and Column count from 1,
// in characters; they are 0 where the place is not known.
type FileProblem struct {
	File    string // the file at fault, where it is not FileError.File
	Line    int
	Column  int
	Path    string // e.g. $.clocks.inspection.budget
	Message string
	Source  string // the line at fault as the file has it
}

// FileError is everything wrong with one rule file, or with the files of one policy.
type FileError struct {
	File     string
	Problems []FileProblem
}

// Error lists all problems, each as file:line:column: message, with the line at
// fault and a caret under the place:
//
//	policies/x/policy.yaml:12:25: clocks.inspection.budget: expected a span such as 48h, found "48 hours"
//	   12 |   inspection: {budget: 48 hours, owner: warehouse}
//	      |                        ^
func (e *FileError) Error() string {
	lines := make([]string, 0, 3*len(e.Problems))
	for _, p := range e.Problems {
		at := p.File
		if at == "" {
			at = e.File
		}
		if p.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d", at, p.Line, p.Column)
		}
		lines = append(lines, at+": "+p.Message)
		if quoted := p.quote(); quoted != "" {
			lines = append(lines, quoted)
		}
	}
	return strings.Join(lines, "\n")
}

// quoteWidth is how many characters of a line a problem shows.
const quoteWidth = 100

// quote is the line at fault with a caret under the place, "" where it is not known.
func (p FileProblem) quote() string {
	if p.Line == 0 || p.Source == "" {
		return ""
	}
	text, at := []rune(p.Source), min(p.Column-1, len([]rune(p.Source)))
	before, after := "", ""
	if from := at - quoteWidth/2; len(text) > quoteWidth && from > 0 {
		text, at, before = text[from:], at-from, "..."
	}
	if len(text) > quoteWidth {
		text, after = text[:quoteWidth], "..."
	}
	number := fmt.Sprintf("%5d", p.Line)
	var caret strings.Builder
	caret.WriteString(strings.Repeat(" ", len(before)))
	for _, r := range text[:max(at, 0)] {
		switch {
		case r == '\t':
			caret.WriteRune('\t')
		case r >= 0x2E80: // letters twice as wide, as Chinese ones
			caret.WriteString("  ")
		default:
			caret.WriteRune(' ')
		}
	}
	return fmt.Sprintf("%s | %s%s%s\n%s | %s^", number, before, string(text), after, strings.Repeat(" ", len(number)), caret.String())
}

// yamlFile is a strictly decoded rule file, or the files of one policy, that
// remembers where everything stood.
type yamlFile struct {
	name     string
	places   map[string]yamlPlace // by path, e.g. $.clocks.inspection
	misread  []string             // paths of unknown keys that were probably meant to be these
	problems []FileProblem
	seen     map[string]bool // path and message of problems already noted
}

// yamlPlace is where something stands: its file, and the place of its value, or
// of its key where the value is a mapping or a list.
type yamlPlace struct {
	source       *yamlSource
	line, column int
}

// yamlSource is the text of one file.
type yamlSource struct {
	name  string
	lines []string
}

// maxFileProblems bounds how much one hostile file makes us say.
const maxFileProblems = 200

// has says whether something stands at the path.
func (f *yamlFile) has(path string) bool {
	_, ok := f.places[path]
	return ok
}

// problem notes that the thing at path is wrong; of a missing thing the nearest
// existing parent is shown.
func (f *yamlFile) problem(path, format string, args ...any) {
	if f.wasMisread(path) {
		return
	}
	for at := path; at != ""; at = parentPath(at) {
		if place, ok := f.places[at]; ok {
			f.note(place, path, fmt.Sprintf(format, args...))
			return
		}
	}
	f.note(yamlPlace{}, path, fmt.Sprintf(format, args...))
}

// problemInside notes a problem at a line and column (from 1) inside the text at
// path, where the text stands in the file as it was read.
func (f *yamlFile) problemInside(path, text string, line, column int, format string, args ...any) {
	place, ok := f.places[path]
	if !ok || f.wasMisread(path) {
		f.problem(path, format, args...)
		return
	}
	rows := strings.Split(text, "\n")
	if line > len(rows) {
		line, column = 1, 1
	}
	for i := place.line - 1 + line - 1; i < min(len(place.source.lines), place.line+line); i++ {
		source, from := place.source.lines[i], 0
		if i == place.line-1 {
			from = len(string([]rune(source)[:min(place.column-1, len([]rune(source)))]))
		}
		if at := strings.Index(source[from:], strings.TrimRight(rows[line-1], " ")); at >= 0 && rows[line-1] != "" {
			place.line, place.column = i+1, len([]rune(source[:from+at]))+column
			f.note(place, path, fmt.Sprintf(format, args...))
			return
		}
	}
	f.note(place, path, fmt.Sprintf("at character %d: ", column)+fmt.Sprintf(format, args...))
}

// note keeps a problem once; a path that could not be read has no further ones.
func (f *yamlFile) note(place yamlPlace, path, message string) {
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	key := path + "\x00" + message
	if f.seen[key] || f.seen[path] || len(f.problems) >= maxFileProblems {
		return
	}
	f.seen[key] = true
	p := FileProblem{Path: path, Message: strings.TrimPrefix(path, "$.") + ": " + message}
	if place.source != nil {
		p.Line, p.Column, p.Source = place.line, place.column, place.source.line(place.line)
		if place.source.name != f.name {
			p.File = place.source.name
		}
	}
	f.problems = append(f.problems, p)
}

// unreadable notes a problem of a value that cannot be read at all; what rules
// would say about it afterwards is of no use.
func (f *yamlFile) unreadable(place yamlPlace, path, format string, args ...any) {
	f.note(place, path, fmt.Sprintf(format, args...))
	f.seen[path] = true
}

// wasMisread says whether the path, or a parent of it, was probably meant by an
// unknown key, which was told already.
func (f *yamlFile) wasMisread(path string) bool {
	for _, m := range f.misread {
		if path == m || strings.HasPrefix(path, m) && strings.ContainsRune(".[", rune(path[len(m)])) {
			return true
		}
	}
	return false
}

// line is a line of the source by its number from 1.
func (s *yamlSource) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
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

// err returns all problems in the order of the files, or nil.
func (f *yamlFile) err() error {
	if len(f.problems) == 0 {
		return nil
	}
	sort.SliceStable(f.problems, func(i, j int) bool {
		a, b := f.problems[i], f.problems[j]
		switch {
		case a.File != b.File:
			return a.File < b.File
		case a.Line != b.Line:
			return a.Line < b.Line
		case a.Column != b.Column:
			return a.Column < b.Column
		}
		return a.Message < b.Message
	})
	return &FileError{File: f.name, Problems: f.problems}
}
