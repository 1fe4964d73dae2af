package dispute

import (
	"slices"
	"strings"
)

// maxSearched bounds the words that one query looks for; more make no query better.
const maxSearched = 60

// SearchWords are the words of a text for a search. Chinese and Japanese are written
// without blanks: there every character and every pair of neighbours is a word. The
// rest is left to the search's own rules for English.
type SearchWords struct {
	Pairs []string // characters and pairs, each once
	Latin string   // other words, between blanks
}

// Indexed are the words under which a text is found.
func Indexed(text string) SearchWords {
	han, words := spelled(Fold(text))
	var pairs []string
	for _, run := range han {
		pairs = append(pairs, grams(run, true)...)
	}
	return SearchWords{Pairs: unique(pairs), Latin: strings.Join(words, " ")}
}

// Searched are the words that a query looks for: pairs, and of a lone character itself.
// What every question is made of says nothing and is left out, unless there is nothing
// else.
func Searched(text string) SearchWords {
	folded := Fold(text)
	if len([]rune(folded)) > 500 {
		folded = string([]rune(folded)[:500])
	}
	said := folded
	for _, filler := range fillers {
		said = strings.ReplaceAll(said, filler, " ")
	}
	han, words := spelled(said)
	if len(han)+len(words) == 0 {
		han, words = spelled(folded)
	}
	var pairs []string
	for _, run := range han {
		pairs = append(pairs, grams(run, false)...)
	}
	pairs = unique(pairs)
	if slices.ContainsFunc(pairs, paired) { // then a lone character is what fillers left over
		pairs = slices.DeleteFunc(pairs, func(word string) bool { return !paired(word) })
	}
	return SearchWords{Pairs: pairs[:min(len(pairs), maxSearched)], Latin: strings.Join(words[:min(len(words), maxSearched)], " ")}
}

// Empty says that there is nothing to look for.
func (w SearchWords) Empty() bool { return len(w.Pairs) == 0 && w.Latin == "" }

// fillers are folded, longer ones first.
var fillers = []string{"什么时候", "啥时候", "怎么办", "怎么样", "为什么", "是不是", "能不能", "可不可以", "有没有", "请问", "你好", "您好", "怎么", "如何", "怎样", "什么", "一下", "时候", "才能",
	"我们", "你们", "可以", "这个", "那个", "已经", "一直", "现在", "还是", "但是", "因为", "所以", "谢谢", "麻烦", "我", "你", "您", "的", "了",
	"吗", "呢", "吧", "啊", "是", "在", "就", "都", "也", "很", "和", "与", "要", "想"}

// grams are the pairs of neighbours of a run; with singles, the characters too. A lone
// character is a word by itself.
func grams(run string, singles bool) []string {
	runes := []rune(run)
	var out []string
	for i := range runes {
		if singles || len(runes) == 1 {
			out = append(out, string(runes[i]))
		}
		if i+1 < len(runes) {
			out = append(out, string(runes[i:i+2]))
		}
	}
	return out
}

func paired(word string) bool { return len([]rune(word)) > 1 }

func unique(words []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return slices.Clip(out)
}
