package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAFullWidthColonIsToldWhereItStands(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text, message string
		line, column  int
	}{
		{"limits:\n  automatic：20000\n  agent: 50000\n", "expected a colon and a blank, found the full-width ：", 2, 12},
		{"name: a\ncurrency： CNY\n", "expected a colon and a blank, found the full-width ：", 2, 9},
		{"limits:\n  - code： food\n    basis: a\n", "expected a colon and a blank, found the full-width ：", 2, 9},
		{"basis: 七天：无: 理由\n", "mapping value is not allowed in this context", 1, 8},
	} {
		var v struct{ Limits map[string]string }
		_, err := readYAML("x.yaml", []byte(row.text), &v)
		var file *FileError
		require.ErrorAs(t, err, &file, row.text)
		p := file.Problems[0]
		require.Equal(t, row.message, p.Message)
		require.Equal(t, []int{row.line, row.column}, []int{p.Line, p.Column}, row.text)
	}
}
