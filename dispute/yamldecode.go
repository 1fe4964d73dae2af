package dispute

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// yamlDecoder fills a struct from a parsed file. It goes on after a problem, so
// that everything wrong is told at once.
type yamlDecoder struct {
	*yamlFile
	source *yamlSource
	top    map[string]yamlPlace // top-level keys of all files so far
}

// value decodes one node into v, noting its place.
func (d *yamlDecoder) value(path string, n ast.Node, v reflect.Value, depth int) {
	place := d.place(n)
	if _, keyed := d.places[path]; !keyed || !compound(n) {
		d.places[path] = place
	}
	if depth > maxNesting {
		d.unreadable(place, path, "expected at most %d lists and mappings inside each other", maxNesting)
		return
	}
	if instant, ok := v.Addr().Interface().(*time.Time); ok {
		d.instant(path, n, instant, place)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(path, n, v.Elem(), depth)
	case reflect.Struct:
		d.mapping(path, n, depth, v)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		d.mapping(path, n, depth, v)
	case reflect.Slice:
		d.list(path, n, v, depth)
	default:
		d.scalar(path, n, v, place)
	}
}

// mapping decodes keys and values into a struct or a map.
func (d *yamlDecoder) mapping(path string, n ast.Node, depth int, v reflect.Value) {
	pairs, ok := mappingValues(n)
	if !ok {
		d.unreadable(d.place(n), path, "expected keys with values, found %s", found(n))
		return
	}
	seen := map[string]yamlPlace{}
	if path == "$" {
		seen = d.top
	}
	for _, pair := range pairs {
		key, ok := keyText(pair.Key)
		at := d.place(pair.Key)
		if !ok {
			d.note(at, path, "expected a plain key")
			continue
		}
		child := path + "." + key
		if before, twice := seen[key]; twice {
			where := fmt.Sprintf("on line %d", before.line)
			if before.source != d.source {
				where = fmt.Sprintf("in %s:%d", before.source.name, before.line)
			}
			d.note(at, child, fmt.Sprintf("the key %q is already defined %s", key, where))
			continue
		}
		seen[key] = at
		if v.Kind() == reflect.Struct {
			d.field(path, child, key, at, pair.Value, v, depth)
			continue
		}
		if compound(pair.Value) {
			d.places[child] = at
		}
		element := reflect.New(v.Type().Elem()).Elem()
		d.value(child, pair.Value, element, depth+1)
		v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), element)
	}
}

// field decodes one key of a struct.
func (d *yamlDecoder) field(parent, path, key string, at yamlPlace, n ast.Node, v reflect.Value, depth int) {
	names := make([]string, 0, v.NumField())
	for i := range v.NumField() {
		name := yamlName(v.Type().Field(i))
		if name == key && name != "-" {
			if compound(n) {
				d.places[path] = at
			}
			d.value(path, n, v.Field(i), depth+1)
			return
		}
		if name != "" && name != "-" {
			names = append(names, name)
		}
	}
	if meant := nearest(key, names); meant != "" {
		d.misread = append(d.misread, parent+"."+meant)
		d.note(at, path, fmt.Sprintf("unknown key %q (did you mean %s?)", key, meant))
		return
	}
	d.note(at, path, fmt.Sprintf("unknown key %q; expected one of %s", key, strings.Join(names, ", ")))
}

// list decodes a sequence.
func (d *yamlDecoder) list(path string, n ast.Node, v reflect.Value, depth int) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		d.unreadable(d.place(n), path, "expected a list such as [a, b], found %s", found(n))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(sequence.Values), len(sequence.Values)))
	for i, item := range sequence.Values {
		d.value(element(path, i), item, v.Index(i), depth+1)
	}
}

var wholeNumber = regexp.MustCompile(`^(0|-?[1-9][0-9]{0,17})$`)

// scalar decodes a text, a whole number or true and false.
func (d *yamlDecoder) scalar(path string, n ast.Node, v reflect.Value, at yamlPlace) {
	text, plain := scalarText(n)
	switch v.Kind() {
	case reflect.String:
		if !plain {
			d.unreadable(at, path, "expected a text, found %s", found(n))
		} else if _, isText := n.(*ast.IntegerNode); isText {
			d.unreadable(at, path, "expected a text, found the number %s: put it in quotes", text)
		} else if message := badText(text); message != "" {
			d.unreadable(at, path, "%s", message)
		} else {
			v.SetString(text)
		}
	case reflect.Int, reflect.Int64:
		number, err := strconv.ParseInt(text, 10, 64)
		if _, whole := n.(*ast.IntegerNode); !whole || err != nil || !wholeNumber.MatchString(text) || v.OverflowInt(number) || number == math.MinInt64 {
			d.unreadable(at, path, "expected a whole number of at most 18 digits, found %s", found(n))
			return
		}
		v.SetInt(number)
	case reflect.Bool:
		b, ok := n.(*ast.BoolNode)
		if !ok {
			d.unreadable(at, path, "expected true or false, found %s", found(n))
			return
		}
		v.SetBool(b.Value)
	default:
		d.unreadable(at, path, "nothing is read here")
	}
}

// instant decodes a time with its offset.
func (d *yamlDecoder) instant(path string, n ast.Node, to *time.Time, at yamlPlace) {
	text, _ := scalarText(n)
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.Year() < 1990 || t.Year() > 2200 {
		d.unreadable(at, path, "expected a time such as 2026-10-01T09:00:00+08:00, found %s", found(n))
		return
	}
	*to = t.UTC()
}

// badText says what is wrong with a text that escapes may have made odd.
func badText(text string) string {
	if n := utf8.RuneCountInString(text); n > maxText {
		return fmt.Sprintf("expected at most %d characters, found %d", maxText, n)
	}
	if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return "expected a text without control characters"
	}
	return ""
}

// place is where a node stands: a mapping or list at its first element.
func (d *yamlDecoder) place(n ast.Node) yamlPlace {
	if pairs, ok := mappingValues(n); ok && len(pairs) > 0 && pairs[0].Key != nil {
		n = pairs[0].Key
	}
	if n == nil || n.GetToken() == nil || n.GetToken().Position == nil {
		return yamlPlace{d.source, 1, 1}
	}
	p := n.GetToken().Position
	return yamlPlace{d.source, max(p.Line, 1), max(p.Column, 1)}
}

// compound says whether a node is shown by its key rather than its value.
func compound(n ast.Node) bool {
	switch n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode, *ast.NullNode:
		return true
	}
	return false
}

func mappingValues(n ast.Node) ([]*ast.MappingValueNode, bool) {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}, true
	}
	return nil, false
}

func keyText(key ast.MapKeyNode) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, badText(k.Value) == "" && utf8.RuneCountInString(k.Value) <= 128
	case *ast.IntegerNode, *ast.BoolNode, *ast.FloatNode:
		return k.GetToken().Value, true
	}
	return "", false
}

// scalarText is what a scalar says; ok is false for anything that is no text and
// no number.
func scalarText(n ast.Node) (text string, ok bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true
	case *ast.LiteralNode:
		return strings.TrimRight(s.Value.Value, "\n"), true
	case *ast.IntegerNode:
		return strings.TrimSpace(s.Token.Value), true
	}
	return "", false
}

// found says what stands in place of what was expected.
func found(n ast.Node) string {
	switch s := n.(type) {
	case nil, *ast.NullNode:
		return "nothing"
	case *ast.MappingNode, *ast.MappingValueNode:
		return "keys with values"
	case *ast.SequenceNode:
		return "a list"
	case *ast.StringNode:
		return shortened(s.Value)
	case *ast.LiteralNode:
		return "a text of several lines"
	}
	if n.GetToken() != nil {
		return strings.TrimSpace(n.GetToken().Value)
	}
	return "something else"
}

// shortened quotes a text, cut where it is long.
func shortened(text string) string {
	if r := []rune(text); len(r) > 60 {
		return strconv.Quote(string(r[:60]) + "...")
	}
	return strconv.Quote(text)
}
