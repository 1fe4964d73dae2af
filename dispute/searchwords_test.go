package dispute

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestSearchWords(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		text  string
		pairs string
		latin string
	}{
		{"请问怎么退货", "退货", ""},
		{"退貨運費", "退货 货运 运费", ""},
		{"K1水壶不加热 won't heat", "水壶 壶不 不加 加热", "k1 wont heat"},
		{"杯", "杯", ""},
		{"我的", "我的", ""}, // nothing but fillers: then they are what is asked for
		{"退货的运费", "退货 运费", ""},
		{"Größe café", "", "große cafe"},
		{"？！", "", ""},
	} {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			got := Searched(tc.text)
			require.Equal(t, tc.pairs, strings.Join(got.Pairs, " "))
			require.Equal(t, tc.latin, got.Latin)
		})
	}
}

// A text is found by its own words, and no word can be anything but letters and digits
// in the query that is made of it.
func TestATextIsFoundByItsOwnWords(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]rune("退货换貨我的怎么办 ,，'\"|&!()<>:*\\aBcéß１2\x00的了"))
	rapid.Check(t, func(rt *rapid.T) {
		text := rapid.StringOf(letters).Draw(rt, "text") + rapid.String().Draw(rt, "rest")
		kept, asked := Indexed(text), Searched(text)
		for _, pair := range asked.Pairs {
			require.True(rt, slices.Contains(kept.Pairs, pair), "%q", pair)
			require.Less(rt, len([]rune(pair)), 3)
		}
		require.LessOrEqual(rt, len(asked.Pairs), maxSearched)
		for _, word := range append(strings.Fields(asked.Latin), asked.Pairs...) {
			require.False(rt, strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !isHan(r) }), "%q", word)
		}
	})
}
