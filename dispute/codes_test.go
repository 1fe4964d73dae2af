package dispute

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// codeGroups are the tables of docs/operations/codes.md by their marks, each with the
// names of the constants that it lists.
var codeGroups = map[string]*regexp.Regexp{
	"codes.problems": regexp.MustCompile(`^(Problem|Recovery)[A-Z]`),
	"codes.rules":    regexp.MustCompile(`^Code[A-Z]`),
	"codes.tasks":    regexp.MustCompile(`^Task[A-Z]`),
	"codes.ignored":  regexp.MustCompile(`^Ignored[A-Z]`),
	"codes.reasons":  regexp.MustCompile(`^((Why|Reason|Relabel|Failed)[A-Z]|Mediation(AskedFor|Declined|Escalated)$)`),
}

func TestPageOfCodesListsEveryCode(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/operations/codes.md")
	require.NoError(t, err)
	listed := map[string][]string{}
	for mark, rows := range tableRows(t, string(page)) {
		group := strings.Join(strings.Split(mark, ".")[:2], ".") // codes.problems.return is one of several
		require.Contains(t, codeGroups, group, "%s is no group of codes", mark)
		listed[group] = append(listed[group], codesOf(rows)...)
		for _, row := range rows {
			want := 3
			if group == "codes.reasons" {
				want = 2
			}
			require.Len(t, row, want, "%v", row)
			require.NotContains(t, row, "", "%v says it", row)
		}
	}
	written := plainConstants(t)
	for group, names := range codeGroups {
		var want []string
		seen := map[string]bool{}
		for name, code := range written {
			if names.MatchString(name) && !seen[code] {
				seen[code] = true
				want = append(want, code)
			}
		}
		require.NotEmpty(t, want, group)
		require.ElementsMatch(t, want, listed[group], "docs/operations/codes.md, %s", group)
	}
}

// codesOf are the codes of a table: what stands first in each row.
func codesOf(rows [][]string) []string {
	var codes []string
	for _, row := range rows {
		if m := guideCode.FindStringSubmatch(row[0]); m != nil {
			codes = append(codes, m[1])
		}
	}
	return codes
}

// plainConstants are the package's string constants without a type of their own, by name.
func plainConstants(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	values, same := map[string]string{}, map[string]string{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range parsed.Decls {
			block, ok := decl.(*ast.GenDecl)
			if !ok || block.Tok != token.CONST {
				continue
			}
			for _, spec := range block.Specs {
				c := spec.(*ast.ValueSpec)
				if c.Type != nil || len(c.Values) != 1 {
					continue
				}
				switch v := c.Values[0].(type) {
				case *ast.BasicLit:
					if v.Kind == token.STRING {
						values[c.Names[0].Name], err = strconv.Unquote(v.Value)
						require.NoError(t, err)
					}
				case *ast.Ident:
					same[c.Names[0].Name] = v.Name
				}
			}
		}
	}
	for name, other := range same {
		if code, ok := values[other]; ok {
			values[name] = code
		}
	}
	return values
}
