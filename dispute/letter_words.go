package dispute

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"text/template"
	syntax "text/template/parse"
	"time"

	"github.com/bojanz/currency"
)

// The functions of templates are total: whatever they are given, they answer a text,
// empty where they can make nothing of it.

// letterFunctions lists them, for the check.
var letterFunctions = []string{"date", "day", "money", "word", "words", "list", "remedies", "items", "span"}

// logicFunctions are those of text/template that a template may use besides.
var logicFunctions = []string{"eq", "ne", "and", "or", "not"}

func (w writer) functions() template.FuncMap {
	return template.FuncMap{
		"date": w.date, "day": w.day, "money": w.money, "word": w.word, "words": w.joined, "list": w.list,
		"remedies": w.remedies, "items": w.items, "span": w.span,
	}
}

// date is an instant in the shop's zone: 25 November 2026, 18:00 (Beijing time).
func (w writer) date(v any) string {
	at, ok := instantOf(v)
	if !ok {
		return ""
	}
	at = at.In(w.zone)
	zone := w.zone.String()
	if w.language == LanguageEnglish {
		if zone == "Asia/Shanghai" {
			zone = "Beijing time"
		}
		return at.Format("2 January 2006, 15:04") + " (" + zone + ")"
	}
	if zone == "Asia/Shanghai" {
		zone = "北京时间"
	}
	return at.Format("2006年1月2日 15:04") + "（" + zone + "）"
}

// day is the day of an instant in the shop's zone, or a calendar date.
func (w writer) day(v any) string {
	at, ok := instantOf(v)
	if text, isText := v.(string); isText && !ok {
		day, err := time.Parse(time.DateOnly, text)
		at, ok = day, err == nil
	} else if ok {
		at = at.In(w.zone)
	}
	switch {
	case !ok:
		return ""
	case w.language == LanguageEnglish:
		return at.Format("2 January 2006")
	}
	return at.Format("2006年1月2日")
}

func instantOf(v any) (time.Time, bool) {
	text, ok := v.(string)
	if !ok {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	return at, err == nil && !at.IsZero()
}

// money is an amount: 129.00 元, CNY 129.00.
func (w writer) money(v any) string {
	m, ok := moneyOf(v)
	if !ok {
		return ""
	}
	a, err := currency.NewAmountFromInt64(m.Amount, m.Currency)
	switch {
	case err != nil:
		return ""
	case w.language == LanguageChinese && m.Currency == "CNY":
		return a.Number() + " 元"
	case w.language == LanguageChinese:
		return a.Number() + " " + m.Currency
	}
	return m.Currency + " " + a.Number()
}

func moneyOf(v any) (Money, bool) {
	fields, ok := v.(map[string]any)
	if !ok {
		return Money{}, false
	}
	amount, ok1 := fields["amount"].(int64)
	code, ok2 := fields["currency"].(string)
	return Money{Amount: amount, Currency: code}, ok1 && ok2
}

// word is what the policy calls a code; without a word the code itself, readable.
func (w writer) word(v any) string {
	code, ok := v.(string)
	if !ok || code == "" {
		return ""
	}
	for _, words := range []map[string]string{w.words, w.fallback} {
		if said := words[code]; said != "" {
			return said
		}
	}
	return strings.ReplaceAll(code, "_", " ")
}

// joined is several codes in one line.
func (w writer) joined(v any) string {
	separator := "、"
	if w.language == LanguageEnglish {
		separator = ", "
	}
	return strings.Join(w.all(v), separator)
}

// list is several codes, a line each.
func (w writer) list(v any) string { return lines(w.all(v)) }

func (w writer) all(v any) []string {
	var said []string
	values, ok := v.([]any)
	if !ok {
		return nil
	}
	for _, one := range values {
		if word := w.word(one); word != "" && !slices.Contains(said, word) {
			said = append(said, word)
		}
	}
	return said
}

// remedies is a line for each remedy, with its amount and its lines.
func (w writer) remedies(v any) string {
	return eachOf(v, func(fields map[string]any) string {
		line, amount := w.word(fields["type"]), w.money(fields["amount"])
		if line != "" && amount != "" {
			line += w.colon() + amount
		}
		return line
	})
}

// items is a line for each order line with its quantity.
func (w writer) items(v any) string {
	return eachOf(v, func(fields map[string]any) string {
		id, ok1 := fields["line_id"].(string)
		n, ok2 := fields["quantity"].(int64)
		if !ok1 || !ok2 || id == "" {
			return ""
		}
		return fmt.Sprintf("%s × %d", id, n)
	})
}

// eachOf is a line for each object of a list that one has words for.
func eachOf(v any, one func(fields map[string]any) string) string {
	var said []string
	values, ok := v.([]any)
	if !ok {
		return ""
	}
	for _, value := range values {
		if fields, ok := value.(map[string]any); ok {
			if line := one(fields); line != "" {
				said = append(said, line)
			}
		}
	}
	return lines(said)
}

func (w writer) colon() string {
	if w.language == LanguageEnglish {
		return ": "
	}
	return "："
}

func lines(said []string) string {
	if len(said) == 0 {
		return ""
	}
	return "- " + strings.Join(said, "\n- ")
}

// spanWords are the units of spans: Chinese, English for one, English for more.
var spanWords = map[Unit][3]string{
	UnitSeconds: {"秒", "second", "seconds"}, UnitMinutes: {"分钟", "minute", "minutes"}, UnitHours: {"小时", "hour", "hours"},
	UnitDays: {"天", "day", "days"}, UnitEndOfDays: {"天", "day", "days"}, UnitWorkingDays: {"个工作日", "working day", "working days"},
	UnitBusinessHours: {"个营业小时", "business hour", "business hours"}, UnitBusinessMinutes: {"个营业分钟", "business minute", "business minutes"},
}

// span is a length of time: 7 天, 7 days.
func (w writer) span(v any) string {
	text, ok := v.(string)
	if !ok {
		return ""
	}
	s, err := ParseSpan(text)
	if err != nil {
		return ""
	}
	words := spanWords[s.Unit]
	switch {
	case w.language == LanguageChinese:
		return fmt.Sprintf("%d %s", s.N, words[0])
	case s.N == 1:
		return "1 " + words[1]
	}
	return fmt.Sprintf("%d %s", s.N, words[2])
}

// templateFault is what is wrong with a template, and where: line and column from 1.
type templateFault struct {
	line, column int
	message      string
}

// checkTemplate finds what could make a template fail or say nothing: unknown
// placeholders and functions, and anything but placeholders, functions and if.
func checkTemplate(text string, known map[string]factKind) *templateFault {
	at := func(pos syntax.Pos, format string, args ...any) *templateFault {
		before := text[:min(int(pos), len(text))]
		column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
		return &templateFault{strings.Count(before, "\n") + 1, column, fmt.Sprintf(format, args...)}
	}
	functions := map[string]any{}
	for _, name := range append(slices.Clone(letterFunctions), logicFunctions...) {
		functions[name] = fmt.Sprint
	}
	trees, err := syntax.Parse("notice", text, "{{", "}}", functions)
	if err != nil {
		return templateSyntax(err)
	}
	if len(trees) > 1 {
		return &templateFault{1, 1, "expected one text, without define"}
	}
	tree := trees["notice"]
	if tree == nil || tree.Root == nil {
		return nil // an empty text
	}
	var walk func(n syntax.Node) *templateFault
	pipe := func(p *syntax.PipeNode) *templateFault {
		if p == nil {
			return nil
		}
		if len(p.Decl) > 0 {
			return at(p.Pos, "expected a placeholder or a function, found a variable")
		}
		for _, c := range p.Cmds {
			for _, arg := range c.Args {
				if fault := walk(arg); fault != nil {
					return fault
				}
			}
		}
		return nil
	}
	walk = func(n syntax.Node) *templateFault {
		switch n := n.(type) {
		case *syntax.TextNode, *syntax.CommentNode, *syntax.StringNode, *syntax.NumberNode, *syntax.BoolNode:
			return nil
		case *syntax.IdentifierNode:
			return nil // the parser knows the functions
		case *syntax.FieldNode:
			name := strings.Join(n.Ident, ".")
			if _, ok := known[name]; !ok {
				return at(n.Pos, "unknown placeholder .%s%s; there are %s", name, nearestHint(name, sortedNames(known)), strings.Join(sortedNames(known), ", "))
			}
			return nil
		case *syntax.PipeNode:
			return pipe(n)
		case *syntax.ActionNode:
			return pipe(n.Pipe)
		case *syntax.ListNode:
			if n == nil {
				return nil
			}
			for _, child := range n.Nodes {
				if fault := walk(child); fault != nil {
					return fault
				}
			}
			return nil
		case *syntax.IfNode:
			if fault := pipe(n.Pipe); fault != nil {
				return fault
			}
			if fault := walk(n.List); fault != nil {
				return fault
			}
			if n.ElseList == nil {
				return nil
			}
			return walk(n.ElseList)
		}
		return at(n.Position(), "expected placeholders such as {{.order_id}}, functions such as {{date .resolve_by}} and {{if}}")
	}
	return walk(tree.Root)
}

// templateSyntax reads line and message out of a parser's error, "template: notice:3: ...".
func templateSyntax(err error) *templateFault {
	message, line := err.Error(), 1
	if rest, ok := strings.CutPrefix(message, "template: notice:"); ok {
		number, said, found := strings.Cut(rest, ": ")
		number, _, _ = strings.Cut(number, ":")
		if _, err := fmt.Sscanf(number, "%d", &line); err == nil && found {
			message = said
		}
	}
	if strings.Contains(message, "function ") && strings.Contains(message, "not defined") {
		message += "; there are " + strings.Join(append(slices.Clone(letterFunctions), logicFunctions...), ", ")
	}
	return &templateFault{line, 1, message}
}

// decodeFacts reads a notice's data with whole numbers as int64.
func decodeFacts(raw json.RawMessage) map[string]any {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var fields map[string]any
	if err := d.Decode(&fields); err != nil {
		return nil
	}
	for k, v := range fields {
		fields[k] = wholeNumbers(v)
	}
	return fields
}

func wholeNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return int64(0)
		}
		return n
	case []any:
		for i := range v {
			v[i] = wholeNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = wholeNumbers(v[k])
		}
	}
	return v
}
