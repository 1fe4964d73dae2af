package dispute

import (
	"fmt"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// PolicyChange is one difference between two policies. Old and New are as the
// files would write them; one is empty where something was added or removed.
type PolicyChange struct {
	Path string `json:"path"` // e.g. clocks.first_response.budget
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
	Note string `json:"note,omitempty"` // what it means, where that can be said
}

// String is the change in one line.
func (c PolicyChange) String() string {
	text := c.Path + ": " + c.Old + " -> " + c.New
	switch {
	case c.Old == "":
		text = c.Path + ": added " + c.New
	case c.New == "":
		text = c.Path + ": removed " + c.Old
	}
	if c.Note != "" {
		text += ": " + c.Note
	}
	return text
}

// DiffPolicies tells in words what changes from one policy to another, in the
// order of the sections; nothing where they say the same.
func DiffPolicies(a, b *Policy) []string {
	changes := PolicyChanges(a, b)
	lines := make([]string, 0, len(changes))
	for _, c := range changes {
		lines = append(lines, c.String())
	}
	return lines
}

// PolicyChanges lists what changes from one policy to another.
func PolicyChanges(a, b *Policy) []PolicyChange {
	d := policyDiff{from: a, to: b}
	d.walk("", reflect.ValueOf(*a), reflect.ValueOf(*b))
	return d.changes
}

type policyDiff struct {
	from, to *Policy
	changes  []PolicyChange
}

func (d *policyDiff) add(path, before, after string) {
	c := PolicyChange{Path: strings.TrimPrefix(path, "."), Old: before, New: after}
	c.Note = d.note(c)
	d.changes = append(d.changes, c)
}

// walk compares two values of one type.
func (d *policyDiff) walk(path string, a, b reflect.Value) {
	if reflect.DeepEqual(a.Interface(), b.Interface()) {
		return
	}
	switch a.Kind() {
	case reflect.Pointer:
		if !a.IsNil() && !b.IsNil() {
			d.walk(path, a.Elem(), b.Elem())
			return
		}
		d.add(path, written(a), written(b))
	case reflect.Struct:
		for i := range a.NumField() {
			d.walk(path+"."+yamlName(a.Type().Field(i)), a.Field(i), b.Field(i))
		}
	case reflect.Map:
		d.maps(path, a, b)
	case reflect.Slice:
		d.lists(path, a, b)
	default:
		d.add(path, written(a), written(b))
	}
}

func (d *policyDiff) maps(path string, a, b reflect.Value) {
	keys := map[string]reflect.Value{}
	for _, m := range []reflect.Value{a, b} {
		for _, k := range m.MapKeys() {
			keys[k.String()] = k
		}
	}
	names := sortedNames(keys)
	for _, name := range names {
		at, in, out := path+"."+name, a.MapIndex(keys[name]), b.MapIndex(keys[name])
		switch {
		case !in.IsValid():
			d.add(at, "", written(out))
		case !out.IsValid():
			d.add(at, written(in), "")
		default:
			d.walk(at, in, out)
		}
	}
}

// lists compares lists of values as wholes and lists of rules one by one: their
// order counts.
func (d *policyDiff) lists(path string, a, b reflect.Value) {
	if a.Type().Elem().Kind() != reflect.Struct {
		d.add(path, orEmptyList(a), orEmptyList(b))
		return
	}
	for i := range max(a.Len(), b.Len()) {
		at := element(path, i)
		switch {
		case i >= a.Len():
			d.add(at, "", written(b.Index(i)))
		case i >= b.Len():
			d.add(at, written(a.Index(i)), "")
		default:
			d.walk(at, a.Index(i), b.Index(i))
		}
	}
}

func orEmptyList(v reflect.Value) string {
	if v.Len() == 0 {
		return "[]"
	}
	return written(v)
}

// written is a value as a policy file could write it on one line, "" for nothing.
func written(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
		return written(v.Elem())
	case reflect.Struct:
		parts := []string{}
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				parts = append(parts, yamlName(v.Type().Field(i))+": "+written(v.Field(i)))
			}
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Map:
		parts := []string{}
		for _, k := range v.MapKeys() {
			parts = append(parts, k.String()+": "+written(v.MapIndex(k)))
		}
		sort.Strings(parts)
		return "{" + strings.Join(parts, ", ") + "}"
	case reflect.Slice:
		parts := []string{}
		for i := range v.Len() {
			parts = append(parts, written(v.Index(i)))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case reflect.String:
		if v.Len() == 0 {
			return `""`
		}
		return v.String()
	}
	return fmt.Sprint(v.Interface())
}

// yamlName is the key of a field in files.
func yamlName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
	if name == "" {
		name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
	}
	return name
}

// note says what a change means to people, where its kind is known.
func (d *policyDiff) note(c PolicyChange) string {
	parts := strings.Split(c.Path, ".")
	last := parts[len(parts)-1]
	switch {
	case len(parts) == 3 && parts[0] == "clocks":
		return d.clockNote(ClockName(parts[1]), last, c)
	case len(parts) == 2 && parts[0] == "clocks" && c.Old == "":
		return "a new clock"
	case len(parts) == 2 && parts[0] == "reasons" && (c.Old == "" || c.New == ""):
		return "a reason more or less, and its rules with it"
	case parts[0] == "limits" && slices.Contains([]string{"automatic", "agent", "compensation", "compensation_cap"}, last):
		more, known := larger(c.Old, c.New)
		if !known {
			return ""
		}
		who := map[string]string{"automatic": "rules may give %s without a person", "agent": "agents may decide %s alone",
			"compensation": "%s new money goes without an approval", "compensation_cap": "%s new money may be given at all"}[last]
		return fmt.Sprintf(who, map[bool]string{true: "more", false: "less"}[more])
	case len(parts) > 3 && parts[0] == "reasons" && (last == "days" || last == "months"):
		if more, known := larger(c.Old, c.New); known {
			return map[bool]string{true: "customers have longer", false: "customers have less time"}[more]
		}
	case last == "route":
		return "decided " + routeWords[c.New] + " instead of " + routeWords[c.Old]
	case last == "binds":
		return "open cases go by " + bindWords[c.New]
	}
	return ""
}

// routeWords say in words how a reason is decided.
var routeWords = map[string]string{
	ApproachRight: "by right", ApproachOffer: "by an offer of the rules", ApproachTrace: "by the carrier's word",
	ApproachDispatch: "by the outbound record", ApproachPerson: "by a person",
}

// bindWords say in words which version an open case goes by.
var bindWords = map[string]string{
	BindOrderTime: "the version in force when the order was placed", BindOpeningTime: "the version in force when the case was opened",
	BindNewest: "the newest version in force", "": "the version in force when the case was opened",
}

// clockNote says who has more or less time.
func (d *policyDiff) clockNote(name ClockName, key string, c PolicyChange) string {
	switch key {
	case "budget", "again":
		before, err1 := ParseSpan(c.Old)
		after, err2 := ParseSpan(c.New)
		if err1 != nil || err2 != nil {
			return ""
		}
		owner := d.to.Clocks[name].Owner
		switch same := before.Unit == after.Unit || unitLengths[before.Unit] > 0 && unitLengths[after.Unit] > 0; {
		case !same:
			return fmt.Sprintf("the %s is given %s instead of %s", owner, after.words(), before.words())
		case after.counted() < before.counted():
			return fmt.Sprintf("less time for the %s", owner)
		case after.counted() > before.counted():
			return fmt.Sprintf("more time for the %s", owner)
		}
	case "on_expiry", "then":
		return fmt.Sprintf("the silence of the %s brings something else", d.to.Clocks[name].Owner)
	}
	return ""
}

// words is a span in words, e.g. "7 working days".
func (s Span) words() string { return fmt.Sprintf("%d %s", s.N, s.Unit.noun(s.N)) }

// larger compares two whole numbers as they are written.
func larger(before, after string) (more, known bool) {
	var a, b int64
	if n, err := fmt.Sscan(before, &a); n != 1 || err != nil {
		return false, false
	}
	if n, err := fmt.Sscan(after, &b); n != 1 || err != nil {
		return false, false
	}
	return b > a, true
}
