package dispute

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// silentValues are what counts where a policy says nothing: writing it out changes nothing.
var silentValues = map[string]string{
	"format": "1", "binds": BindOpeningTime, "unknown": UnknownPerson, "count_from": string(CountAtOnce),
}

// change notes one difference: a value that became another, came, or went.
func (d *policyDiff) change(path []string, a, b reflect.Value) {
	before, after, last := written(a), written(b), path[len(path)-1]
	if silent := silentValues[last]; silent != "" && path[0] != "basis" {
		before, after = orSilent(before, silent), orSilent(after, silent)
	}
	switch {
	case before == after:
		return
	case path[0] == "notices":
		d.notice(last, before, after)
		return
	case path[0] == "binds":
		d.say("an open case goes by " + bindWords[after] + ", not by " + bindWords[before])
		return
	}
	subject, what := subjectOf(path)
	if path[0] == "basis" || last == "basis" {
		d.basis(subject+became(what, before, after), before, after)
		return
	}
	text := became(what, before, after)
	if rule := oneOf(a, b); rule.Kind() == reflect.Struct {
		text = comes(what, before == "") + ": " + told(rule)
	}
	if note := d.note(path, before, after); note != "" {
		text += ": " + note
	}
	d.say(subject + text)
}

// orSilent is a value, or what counts where nothing is said.
func orSilent(value, silent string) string {
	if value == "" || value == "0" {
		return silent
	}
	return value
}

func (d *policyDiff) say(text string) { d.found.Changes = append(d.found.Changes, text) }

// notice says what becomes of a notice; one that a policy does not name is sent.
func (d *policyDiff) notice(name, before, after string) {
	switch {
	case before != "false" && after == "false":
		d.say("notice " + name + ": it is not sent any more")
	case before == "false" && after != "false":
		d.say("notice " + name + ": it is sent again")
	}
}

func (d *policyDiff) basis(text, before, after string) {
	d.found.Basis = append(d.found.Basis, text)
	switch {
	case before == "":
		d.found.named++
	case after == "":
		d.found.dropped++
	default:
		d.found.moved++
	}
}

// oneOf is the rule that came or went, or one of two values.
func oneOf(a, b reflect.Value) reflect.Value {
	for _, v := range []reflect.Value{b, a} {
		if v.Kind() == reflect.Pointer {
			v = v.Elem()
		}
		if v.IsValid() {
			return v
		}
	}
	return reflect.Value{}
}

// became says how a value changed.
func became(what, before, after string) string {
	switch {
	case before == "":
		return fmt.Sprintf("the %s is now %s", what, after)
	case after == "":
		return fmt.Sprintf("the %s is gone: %s", what, before)
	}
	return fmt.Sprintf("the %s goes from %s to %s", what, before, after)
}

// comes says that a whole rule came or went.
func comes(what string, isNew bool) string {
	many := strings.HasSuffix(what, "hours")
	switch {
	case isNew && many:
		return "new " + what
	case isNew:
		return "a new " + what
	case many:
		return "the " + what + " are gone"
	}
	return "the " + what + " is gone"
}

// ruleWords name one of the rules that stand under a key: clocks has clocks by their
// names, proof a list of steps.
var ruleWords = map[string]string{
	"clocks": "clock", "reasons": "reason", "kinds": "kind", "suspension": "suspension", "hours": "set of opening hours",
	"sources": "family", "exclusions": "exclusion", "risk": "risk flag",
	"variants": "variant", "liability": "liability rule", "proof": "proof step", "routes": "route variant",
}

// ofWords name the values of a table by what they are for.
var ofWords = map[string]string{
	"shares": "share of the ", "weekdays": "list of hours on ", "freight": "payer where the fault is with the ", "basis": "basis of ",
}

// keyWords name the keys that do not speak for themselves.
var keyWords = map[string]string{
	"again": "budget of later rounds", "on_expiry": "outcome of silence", "then": "outcome of silence in later rounds",
	"remind": "list of reminders", "levels": "list of budgets", "when": "condition", "at_least": "number",
	"moves": "list of clocks that stand still", "while": "list of clocks that it lasts with",
	"clocks": "list of clocks", "most": "longest extension", "times": "number of times",
	"requested": "list of what is asked for", "offer": "list of what rules offer", "remedies": "list of remedies",
	"evidence": "list of evidence", "conditions": "list of conditions", "reasons": "list of reasons",
	"days": "number of days", "months": "number of months", "unknown": "answer to an unknown day",
	"person": "way to a person", "open": "list of hours", "from": "beginning", "to": "end", "hours": "name of its hours",
	"free_shipping": "rule for free shipping", "gifts": "rule for gifts", "outbound_freight": "payer of sending out",
	"automatic": "automatic limit", "agent": "agent's limit", "compensation": "limit of compensation", "compensation_cap": "cap of compensation",
	"record": "keeping of the record", "texts": "keeping of the texts",
	"effective_from": "first day in force", "count_from": "beginning of counting",
}

func keyWord(key string) string {
	if word := keyWords[key]; word != "" {
		return word
	}
	return strings.ReplaceAll(key, "_", " ")
}

// subjectOf says whom a change is about, to be put before it, and what of it.
func subjectOf(path []string) (subject, what string) {
	var about []string
	root := path[0]
	for what == "" {
		key := path[0]
		word := ruleWords[key]
		switch {
		case len(path) == 1 && root == "hours" && key == "days":
			what = "choice of days"
		case len(path) == 1:
			what = keyWord(key)
		case ofWords[key] != "":
			what = ofWords[key] + strings.Join(path[1:], ".")
		case word == "":
			about, path = append(about, keyWord(key)), path[1:]
		case len(path) > 2:
			about, path = append(about, word+" "+strings.TrimPrefix(path[1], "#")), path[2:]
		case strings.HasPrefix(path[1], "#"):
			what = word
		default:
			what = word + " " + path[1]
		}
	}
	if len(about) == 0 {
		return "", what
	}
	return strings.Join(about, ", ") + ": ", what
}

// told is a whole rule in words, its condition and its basis last.
func told(v reflect.Value) string {
	text := ""
	switch rule := v.Interface().(type) {
	case ProofRule:
		text = fmt.Sprintf("the %s shows %s", rule.Party, words(rule.Evidence))
	case LiabilityRule:
		text = strings.Trim(strings.ReplaceAll(written(v.FieldByName("Shares")), ": ", " "), "{}") + " %"
	case RouteVariant:
		text = "decided " + routeWords[rule.Route]
	case HoursRule:
		text = fmt.Sprintf("%s on %s days", words(rule.Open), rule.Days)
		if len(rule.Weekdays) > 0 {
			text += ", but " + strings.Trim(written(v.FieldByName("Weekdays")), "{}")
		}
	case ExclusionRule:
		text = "refused"
		if rule.Person {
			text = "a person decides"
		}
		if len(rule.Reasons) > 0 {
			text = "for " + words(rule.Reasons) + ", " + text
		}
	default:
		text = strings.Join(fields(v, func(key string) string { return keyWord(key) + " " }, "when", "basis", "flag"), ", ")
	}
	if when := v.FieldByName("When"); when.IsValid() && when.Len() > 0 {
		text += ", if " + when.String()
	}
	if basis := v.FieldByName("Basis"); basis.IsValid() && basis.Len() > 0 {
		text += " (" + basis.String() + ")"
	}
	return text
}

// note says what a change means to people, where its kind is known.
func (d *policyDiff) note(path []string, before, after string) string {
	last := path[len(path)-1]
	more, known := larger(before, after)
	switch {
	case path[0] == "clocks" && len(path) == 3:
		return d.clockNote(ClockName(path[1]), last, before, after)
	case path[0] == "limits" && len(path) == 2 && known:
		who := map[string]string{"automatic": "rules may give %s without a person", "agent": "agents may decide %s alone",
			"compensation": "%s new money goes without an approval", "compensation_cap": "%s new money may be given at all"}[last]
		return fmt.Sprintf(who, map[bool]string{true: "more", false: "less"}[more])
	case path[0] == "reasons" && (last == "days" || last == "months") && known:
		return map[bool]string{true: "customers have longer", false: "customers have less time"}[more]
	case last == "route":
		return "decided " + routeWords[after] + " instead of " + routeWords[before]
	}
	return ""
}

// clockNote says who has more or less time.
func (d *policyDiff) clockNote(name ClockName, key, was, is string) string {
	if key != "budget" && key != "again" {
		return ""
	}
	before, err1 := ParseSpan(was)
	after, err2 := ParseSpan(is)
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

// words is a span in words, e.g. "7 working days".
func (s Span) words() string { return fmt.Sprintf("%d %s", s.N, s.Unit.noun(s.N)) }

// larger compares two whole numbers as they are written.
func larger(before, after string) (more, known bool) {
	a, err1 := strconv.ParseInt(before, 10, 64)
	b, err2 := strconv.ParseInt(after, 10, 64)
	return b > a, err1 == nil && err2 == nil
}
