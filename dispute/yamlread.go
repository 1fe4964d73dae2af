package dispute

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The limits of rule files, against mistakes and malice.
const (
	maxFileSize   = 1 << 20 // bytes of one file
	maxPolicySize = 4 << 20 // bytes of all files of a policy
	maxFiles      = 64      // files of a policy
	maxTokens     = 40_000  // words and signs of one file: the parser's work grows with their square
	maxNesting    = 24      // mappings and lists inside each other
	maxIndent     = 120     // columns before the first character of a line
	maxText       = 4096    // characters of one text value
	maxBlankLines = 500     // one after another: in a text of several lines the lexer's work grows with their square
)

// readYAML decodes one file into v, a pointer to a struct: unknown and repeated
// keys, and values of another type, are problems, kept with all others that are
// found later. An error says that the file cannot be read at all.
func readYAML(name string, data []byte, v any) (*yamlFile, error) {
	return readYAMLFiles(name, []yamlText{{name, string(data)}}, v)
}

// yamlText is one file to read.
type yamlText struct{ name, text string }

// readYAMLFiles decodes several files, each with some of the top-level keys of v.
func readYAMLFiles(name string, files []yamlText, v any) (*yamlFile, error) {
	f := &yamlFile{name: name, places: map[string]yamlPlace{}}
	d := yamlDecoder{yamlFile: f, top: map[string]yamlPlace{}}
	var fatal []FileProblem
	for _, file := range files {
		source := &yamlSource{name: file.name, lines: strings.Split(file.text, "\n")}
		body, problem := parseYAML(source, file.text)
		if problem != nil {
			if file.name != name {
				problem.File = file.name
			}
			fatal = append(fatal, *problem)
			continue
		}
		d.source = source
		d.value("$", body, reflect.ValueOf(v).Elem(), 0)
	}
	if len(fatal) > 0 {
		return nil, &FileError{File: name, Problems: fatal}
	}
	return f, nil
}

// parseYAML parses one document after looking for what would make parsing costly.
func parseYAML(source *yamlSource, text string) (body ast.Node, problem *FileProblem) {
	defer func() {
		if recover() != nil {
			body, problem = nil, &FileProblem{Message: "expected YAML, found text that cannot be read"}
		}
	}()
	if refused := plainText(source, text); refused != nil {
		return nil, refused
	}
	tokens := lexer.Tokenize(text)
	if refused := plainTokens(source, tokens); refused != nil {
		return nil, refused
	}
	tree, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return nil, syntaxProblem(source, err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, &FileProblem{Message: fmt.Sprintf("expected exactly one document, found %d", documents(tree))}
	}
	return tree.Docs[0].Body, nil
}

func documents(tree *ast.File) (n int) {
	for _, doc := range tree.Docs {
		if doc.Body != nil {
			n++
		}
	}
	return n
}

// plainText refuses what is too large or no text.
func plainText(source *yamlSource, text string) *FileProblem {
	if len(text) > maxFileSize {
		return &FileProblem{Message: fmt.Sprintf("expected at most %d bytes, found %d", maxFileSize, len(text))}
	}
	if strings.HasPrefix(text, "\ufeff") {
		return &FileProblem{Message: "expected plain UTF-8, found a byte order mark at the beginning"}
	}
	blank := 0
	for i, line := range source.lines {
		source.lines[i] = strings.TrimSuffix(line, "\r")
		if blank++; strings.Trim(source.lines[i], " \t") != "" {
			blank = 0
		}
		if blank > maxBlankLines {
			return &FileProblem{Line: i + 1, Column: 1, Message: fmt.Sprintf("expected at most %d empty lines one after another", maxBlankLines)}
		}
		for at, r := range source.lines[i] {
			message := ""
			switch {
			case r == utf8.RuneError && !strings.HasPrefix(line[at:], "\ufffd"):
				message = "expected UTF-8, found another byte"
			case r == '\t':
			case r < ' ' || r == 0x7f || r == '\ufeff' || r == '\u2028' || r == '\u2029' || r == '\u0085':
				message = fmt.Sprintf("expected text, found the control character %U", r)
			}
			if message != "" {
				return &FileProblem{Line: i + 1, Column: utf8.RuneCountInString(line[:at]) + 1, Message: message}
			}
		}
	}
	return nil
}

// plainTokens refuses anchors, aliases, tags and nesting beyond all need before
// anything is built from them.
func plainTokens(source *yamlSource, tokens token.Tokens) *FileProblem {
	depth, line := 0, 0
	for _, tk := range tokens {
		first := tk.Position != nil && tk.Position.Line != line
		if tk.Position != nil {
			line = tk.Position.Line
		}
		message := ""
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			if depth++; depth > maxNesting {
				message = fmt.Sprintf("expected at most %d lists and mappings inside each other", maxNesting)
			}
		case token.SequenceEndType, token.MappingEndType:
			depth = max(0, depth-1)
		case token.AnchorType, token.AliasType, token.MergeKeyType:
			message = "expected the value itself: anchors and aliases are not read"
		case token.TagType, token.DirectiveType:
			message = "expected a plain value: tags and directives are not read"
		case token.MappingKeyType:
			message = "expected a plain key, found ?"
		case token.SequenceEntryType:
			if depth == 0 && tk.Position.Column > maxIndent {
				message = "expected less indentation"
			}
		default:
			if depth == 0 && first && tk.Position.Column > maxIndent && tk.Type != token.CommentType {
				message = "expected less indentation"
			}
		}
		if message != "" {
			return placed(source, tk, message)
		}
	}
	if len(tokens) > maxTokens {
		return &FileProblem{Message: fmt.Sprintf("expected at most %d words and signs, found %d: use several files", maxTokens, len(tokens))}
	}
	return nil
}

func syntaxProblem(source *yamlSource, err error) *FileProblem {
	var located yaml.Error
	if !errors.As(err, &located) {
		return &FileProblem{Message: err.Error()}
	}
	p := placed(source, located.GetToken(), located.GetMessage())
	for n := p.Line; n >= max(p.Line-1, 1); n-- {
		if key := fullWidthColon.FindString(source.line(n)); key != "" {
			return &FileProblem{Line: n, Column: utf8.RuneCountInString(key), Source: source.line(n), Message: "expected a colon and a blank, found the full-width ："}
		}
	}
	return p
}

// fullWidthColon is a key with the colon of a Chinese or Japanese keyboard. To YAML
// that is no colon, which it notices on the same line or on the next.
var fullWidthColon = regexp.MustCompile(`^[ -]*[A-Za-z0-9_]+：`)

// placed makes a problem at a token.
func placed(source *yamlSource, tk *token.Token, message string) *FileProblem {
	p := &FileProblem{Message: message}
	if tk != nil && tk.Position != nil {
		p.Line, p.Column = max(tk.Position.Line, 1), max(tk.Position.Column, 1)
		p.Source = source.line(p.Line)
	}
	return p
}
