package dispute

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// PolicyDiff is what changes from one policy to another, in words, in the order of
// the sections.
type PolicyDiff struct {
	Changes []string // of what the rules say
	Basis   []string // of where they come from: laws and platform rules that they cite

	named, moved, dropped int // how many of Basis are new, another, gone
}

// Lines is the difference for people, a line a change; nothing where the policies
// say the same. What changes of the basis is summed up at the end; all gives every
// line of it instead.
func (d PolicyDiff) Lines(all bool) []string {
	if all {
		return append(slices.Clone(d.Changes), d.Basis...)
	}
	lines := slices.Clone(d.Changes)
	for _, sum := range []struct {
		n         int
		one, many string
	}{
		{d.named, "rule now names its basis", "rules now name their basis"},
		{d.moved, "rule names another basis", "rules name another basis"},
		{d.dropped, "rule names no basis any more", "rules name no basis any more"},
	} {
		switch {
		case sum.n == 1:
			lines = append(lines, "1 "+sum.one)
		case sum.n > 1:
			lines = append(lines, strconv.Itoa(sum.n)+" "+sum.many)
		}
	}
	return lines
}

// DiffPolicies compares two policies. The order of lists of rules counts; a rule
// that stands in both is compared with itself, although others came before it.
func DiffPolicies(a, b *Policy) PolicyDiff {
	d := policyDiff{to: b}
	d.walk(nil, reflect.ValueOf(*a), reflect.ValueOf(*b))
	return d.found
}

// policyDiff walks two policies side by side. A path is the keys down to a value;
// an element of a list is its mark: its code, or # and its number from 1.
type policyDiff struct {
	to    *Policy
	found PolicyDiff
}

// walk compares two values of one type.
func (d *policyDiff) walk(path []string, a, b reflect.Value) {
	if reflect.DeepEqual(a.Interface(), b.Interface()) {
		return
	}
	switch a.Kind() {
	case reflect.Pointer:
		if !a.IsNil() && !b.IsNil() {
			d.walk(path, a.Elem(), b.Elem())
			return
		}
		d.change(path, a, b)
	case reflect.Struct:
		for i := range a.NumField() {
			d.walk(below(path, yamlName(a.Type().Field(i))), a.Field(i), b.Field(i))
		}
	case reflect.Map:
		keys := map[string]reflect.Value{}
		for _, k := range append(a.MapKeys(), b.MapKeys()...) {
			keys[k.String()] = k
		}
		for _, name := range sortedNames(keys) {
			d.pair(below(path, name), a.MapIndex(keys[name]), b.MapIndex(keys[name]))
		}
	case reflect.Slice:
		if a.Type().Elem().Kind() != reflect.Struct {
			d.change(path, a, b)
			return
		}
		d.rules(path, a, b)
	default:
		d.change(path, a, b)
	}
}

// pair compares two values of which one may be missing.
func (d *policyDiff) pair(path []string, a, b reflect.Value) {
	if a.IsValid() && b.IsValid() {
		d.walk(path, a, b)
		return
	}
	d.change(path, a, b)
}

// rules compares two lists of rules.
func (d *policyDiff) rules(path []string, a, b reflect.Value) {
	olds, news := elements(a), elements(b)
	for _, m := range matched(olds, news, rowText, rowKey) {
		switch {
		case m.old < 0:
			d.change(below(path, mark(news[m.new], m.new)), reflect.Value{}, news[m.new])
		case m.new < 0:
			d.change(below(path, mark(olds[m.old], m.old)), olds[m.old], reflect.Value{})
		default:
			d.walk(below(path, mark(news[m.new], m.new)), olds[m.old], news[m.new])
		}
	}
}

// match is a rule of one list and the one that it became; -1 is none.
type match struct{ old, new int }

// matched pairs two lists of rules in their order: those that are alike by the
// first of the keys, then, in between, by the next. What is left is paired by its
// place where there are as many on both sides.
func matched(olds, news []reflect.Value, by ...func(reflect.Value) string) []match {
	var all []match
	if len(by) == 0 {
		for i := range olds {
			all = append(all, match{i, -1})
		}
		for j := range news {
			if len(olds) == len(news) {
				all[j].new = j
			} else {
				all = append(all, match{-1, j})
			}
		}
		return all
	}
	between := func(i, iEnd, j, jEnd int) {
		for _, m := range matched(olds[i:iEnd], news[j:jEnd], by[1:]...) {
			if m.old >= 0 {
				m.old += i
			}
			if m.new >= 0 {
				m.new += j
			}
			all = append(all, m)
		}
	}
	places := map[string][]int{}
	for j, v := range news {
		places[by[0](v)] = append(places[by[0](v)], j)
	}
	i, j := 0, 0
	for k, v := range olds {
		same := places[by[0](v)]
		at, _ := slices.BinarySearch(same, j)
		if at == len(same) {
			continue
		}
		between(i, k, j, same[at])
		all = append(all, match{k, same[at]})
		i, j = k+1, same[at]+1
	}
	between(i, len(olds), j, len(news))
	return all
}

func elements(list reflect.Value) []reflect.Value {
	all := make([]reflect.Value, 0, list.Len())
	for i := range list.Len() {
		all = append(all, list.Index(i))
	}
	return all
}

// rowText is all that a rule says, but where it comes from.
func rowText(v reflect.Value) string { return written(v, "basis") }

// rowKey is the condition of a rule, or its name where it has one.
func rowKey(v reflect.Value) string {
	if name := nameOf(v); name != "" {
		return name
	}
	return v.FieldByName("When").String()
}

// mark is how an element of a list is called: its name, or its number.
func mark(v reflect.Value, i int) string {
	if name := nameOf(v); name != "" {
		return name
	}
	return "#" + strconv.Itoa(i+1)
}

// nameOf is the code of an exclusion and the flag of a risk, "" of other rules.
func nameOf(v reflect.Value) string {
	for _, field := range []string{"Code", "Flag"} {
		if f := v.FieldByName(field); f.IsValid() {
			return f.String()
		}
	}
	return ""
}

// below is a path one key further down.
func below(path []string, key string) []string { return append(slices.Clone(path), key) }

// written is a value as a policy file could write it on one line, "" for nothing.
// Keys of rules may be left out.
func written(v reflect.Value, without ...string) string {
	switch v.Kind() {
	case reflect.Invalid:
		return ""
	case reflect.Pointer:
		return written(v.Elem(), without...)
	case reflect.Struct:
		parts := fields(v, func(key string) string { return key + ": " }, without...)
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Map:
		parts := []string{}
		for _, k := range v.MapKeys() {
			parts = append(parts, k.String()+": "+written(v.MapIndex(k)))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Slice:
		if v.IsNil() {
			return ""
		}
		parts := []string{}
		for _, e := range elements(v) {
			parts = append(parts, written(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v.Interface())
}

// fields are the keys of a rule that say anything, with what they say.
func fields(v reflect.Value, called func(key string) string, without ...string) []string {
	parts := []string{}
	for i := range v.NumField() {
		key := yamlName(v.Type().Field(i))
		if !v.Field(i).IsZero() && !slices.Contains(without, key) {
			parts = append(parts, called(key)+written(v.Field(i)))
		}
	}
	return parts
}

// yamlName is the key of a field in files: of policies, or of claims, whose types
// have JSON names.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "" {
		name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
	}
	return name
}
