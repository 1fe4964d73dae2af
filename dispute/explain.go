package dispute

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

// Explained is what a claim meets under a policy: each step with the rule that
// says so and what that rule rests on.
type Explained struct {
	Policy string          `json:"policy"` // exact version
	Zone   string          `json:"zone"`
	Steps  []ExplainedStep `json:"steps"`
}

// ExplainedStep is one answer of the policy, in words.
type ExplainedStep struct {
	Topic string `json:"topic"` // e.g. window, evidence, liability, route, clock
	Text  string `json:"text"`
	Rule  string `json:"rule,omitempty"`
	Basis string `json:"basis,omitempty"` // law article or platform rule
	// DueAt is set for clocks and for the last day of windows.
	DueAt *time.Time `json:"due_at,omitempty"`
	Clock ClockName  `json:"clock,omitempty"`
	Owner WaitingOn  `json:"owner,omitempty"`
}

// String is the explanation for people, a line a step.
func (e Explained) String() string {
	lines := []string{"policy " + e.Policy}
	for _, s := range e.Steps {
		line := fmt.Sprintf("%-10s %s", s.Topic, s.Text)
		if s.Rule != "" {
			line += " [" + s.Rule
			if s.Basis != "" {
				line += "; " + s.Basis
			}
			line += "]"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n") + "\n"
}

// Explain says what a claim meets under this version at an instant: nothing is
// done and nobody is asked. It fails with CodeInvalid when the opening is not valid.
func (b *Rulebook) Explain(claim Claim, at time.Time) (Explained, error) {
	if claim.Opening.OpenedAt.IsZero() {
		claim.Opening.OpenedAt = at
	}
	c, err := claim.Case(b)
	if err != nil {
		return Explained{}, err
	}
	x := explainer{book: b, c: c, claim: claim, at: at, out: Explained{Policy: b.Version(), Zone: b.zone().String()}}
	x.binding()
	x.evidence()
	x.admission()
	x.proof()
	assessed := b.Assess(x.settled(), at)
	x.liability(assessed)
	x.route(assessed)
	x.amounts(assessed)
	x.remedies()
	x.limits()
	x.freight(assessed)
	x.clocks()
	return x.out, nil
}

type explainer struct {
	book  *Rulebook
	c     *Case
	claim Claim
	at    time.Time
	out   Explained
}

func (x *explainer) say(topic, rule, basis, format string, args ...any) {
	x.out.Steps = append(x.out.Steps, ExplainedStep{Topic: topic, Text: fmt.Sprintf(format, args...), Rule: rule, Basis: basis})
}

// binding says why this version counts.
func (x *explainer) binding() {
	p := x.book.policy
	from := "in force from the beginning"
	if p.EffectiveFrom != "" {
		from = "in force from " + p.EffectiveFrom
	}
	x.say("version", x.book.rule("binds"), x.book.basisOf("binds"), "%s, %s; an open case goes by %s", x.book.Version(), from, bindWords[p.Binds])
}

// evidence says what is missing from the claim.
func (x *explainer) evidence() {
	reason := x.book.reason(x.c.Reason)
	var missing []EvidenceType
	for _, t := range reason.Evidence {
		if !slices.Contains(x.claim.Opening.Evidence, t) {
			missing = append(missing, t)
		}
	}
	rule := x.book.rule("evidence", string(x.c.Reason))
	switch {
	case len(reason.Evidence) == 0:
		x.say("evidence", rule, "", "nothing has to come with the claim")
	case len(missing) == 0:
		x.say("evidence", rule, "", "everything came: %s", words(reason.Evidence))
	default:
		x.say("evidence", rule, "", "missing: %s, asked for once", words(missing))
	}
}

// admission says whether the claim is let in: window, exclusions, order.
func (x *explainer) admission() {
	b, c := x.book, x.c
	admitted := b.Admit(c)
	if w := b.reason(c.Reason).Window; w != nil {
		x.window("window", w, b.rule("window", string(c.Reason)))
	} else {
		x.say("window", b.rule("window", string(c.Reason)), "", "no window: the claim may come at any time")
	}
	if w := b.reason(c.Reason).Warranty; w != nil {
		x.window("warranty", w, b.rule("warranty", string(c.Reason)))
	}
	if e, person := b.excluded(c); e != nil {
		x.say("exclusion", e.Rule, e.Basis, "%s: %s", e.Code, map[bool]string{true: "a person decides", false: "the claim is refused"}[person])
	}
	if e := admitted.Explanation; !admitted.Admissible && e != nil {
		x.say("admission", e.Rule, e.Basis, "inadmissible: %s%s", e.Code, detail(e.Detail))
		return
	}
	x.say("admission", b.rule("admission"), "", "the claim is admitted")
}

// window says from when to when a window is open, and how the opening lies to it.
func (x *explainer) window(topic string, w *WindowRule, rule string) {
	anchor := x.c.anchor(w.Anchor)
	if anchor == nil {
		unknown := w.Unknown
		if unknown == "" {
			unknown = UnknownPerson
		}
		x.say(topic, rule, w.Basis, "%s from %s, whose day is not known: %s", w.length(), anchorWords[w.Anchor],
			map[string]string{UnknownPerson: "a person decides", UnknownRefuse: "the claim is refused"}[unknown])
		return
	}
	dates := w.window(*anchor, x.book.zone())
	state := "open"
	if dates.Over(x.c.OpenedAt) {
		state = "over"
	}
	x.say(topic, rule, w.Basis, "%s from %s on %s: %s to %s; opened on %s, %s", w.length(), anchorWords[w.Anchor], dates.SignedOn,
		dates.FirstDay, dates.LastDay, dayOf(x.c.OpenedAt, dates.Zone), state)
	end := dates.end.UTC()
	x.out.Steps[len(x.out.Steps)-1].DueAt = &end
}

func (r WindowRule) length() string {
	if r.Months > 0 {
		return fmt.Sprintf("%d months", r.Months)
	}
	return fmt.Sprintf("%d days", r.Days)
}

// anchorWords are the anchors of windows in words.
var anchorWords = map[string]string{
	AnchorSigning: "signing", AnchorOrder: "the order", AnchorPromised: "the promised day of delivery", AnchorInstall: "installation",
}

// proof says who has to show what, in order.
func (x *explainer) proof() {
	for i, step := range x.book.reason(x.c.Reason).Proof {
		id := x.book.rule("proof", string(x.c.Reason), fmt.Sprint(i+1))
		state := "has to show"
		switch {
		case step.When != "" && !x.book.holds(step.When, x.c):
			state = "would have to show, where " + step.When + ":"
		case len(x.c.Unshown(step.Party, step.Evidence)) == 0:
			state = "shows"
		}
		x.say("proof", id, step.Basis, "%d. the %s %s %s; silence: judged on what is there", i+1, step.Party, state, words(step.Evidence))
	}
}

// settled is the case once every burden of proof went as the claim says: what a
// party does not show counts as failed.
func (x *explainer) settled() *Case {
	c := *x.c
	c.Proof = slices.Clone(x.c.Proof)
	for range x.book.reason(c.Reason).Proof {
		ask, _ := x.book.burden(&c)
		if ask == nil {
			break
		}
		c.Proof = append(c.Proof, ProofStep{Party: ask.Party, Types: ask.Types, State: ProofFailed, AskedAt: x.at, AskedBy: System, Rule: ask.Rule, Basis: ask.Basis})
	}
	return &c
}

func (x *explainer) liability(a Assessment) {
	for _, s := range a.Liability {
		x.say("liability", s.Rule, s.Basis, "%s %d %%", s.Party, s.Percent)
	}
}

// route says who decides, and why a person where one does.
func (x *explainer) route(a Assessment) {
	switch a.Route {
	case RouteDecide:
		x.say("route", a.Rule, a.Basis, "decided by rule: %s", priced(a.Remedies))
	case RouteOffer:
		x.say("route", a.Rule, a.Basis, "offered by rule: %s", priced(a.Remedies))
	default:
		why := ""
		if e := a.Explanation; e != nil {
			why = ": " + e.Code + detail(e.Detail)
		}
		x.say("route", a.Rule, a.Basis, "a person decides%s", why)
	}
	if len(a.Risk.Flags) > 0 {
		means := "a flag sends the case to a person and never denies"
		if len(a.Risk.Standing()) == 0 {
			means = "a person cleared them"
		}
		x.say("risk", x.book.rule("risk"), "", "score %d: %s; %s", a.Risk.Score, strings.Join(a.Risk.Flags, ", "), means)
	}
}

// amounts says what each amount is made of, where it is more than the price of its
// lines, and what goes back that is no money.
func (x *explainer) amounts(a Assessment) {
	for _, r := range a.Remedies {
		for _, part := range r.Breakdown {
			of := string(part.Kind)
			if part.LineID != "" {
				of += " of " + part.LineID
			}
			x.say("amount", part.Rule, part.Basis, "%s: %s %s", r.Type, of, Money{part.Amount, x.c.Currency})
		}
		for _, credit := range r.Credits {
			x.say("amount", "", "", "%s: beside the money, %s %s of %s", r.Type, credit.Kind, credit.Code, Money{credit.Amount, x.c.Currency})
		}
	}
}

func (x *explainer) remedies() {
	x.say("remedies", x.book.rule("remedies", string(x.c.Reason)), "", "asked for: %s; may be given, in this order: %s",
		words(x.c.RequestedRemedy), words(x.book.reason(x.c.Reason).Remedies))
}

func (x *explainer) limits() {
	l, currency := x.book.limits(x.c), x.book.policy.Currency
	money := func(amount int64) string { return Money{amount, currency}.String() }
	basis := x.book.basisOf("limits.automatic", "limits.agent", "limits.compensation", "limits.compensation_cap")
	for _, v := range x.book.policy.Limits.Variants {
		if x.book.varies(v.When, x.c) {
			replace(&basis, v.Basis)
			break
		}
	}
	x.say("limits", x.book.rule("limits"), basis, "by rule up to %s, an agent up to %s; new money is approved above %s and refused above %s",
		money(l.Automatic), money(l.Agent), money(l.Compensation), money(l.CompensationCap))
}

func (x *explainer) freight(a Assessment) {
	x.say("freight", x.book.rule("freight"), x.book.basisOf("freight."+string(largest(a.Liability))), "return freight: the %s; the charge of having sent the goods: the %s",
		x.book.freightPayer(x.c, a.Liability), x.book.outboundPayer(x.c, a.Liability))
}

// clocks says when each clock would run out, had it started now.
func (x *explainer) clocks() {
	names := []ClockName{ClockFirstResponse}
	if missing, err := x.book.Intake(x.claim.Opening); err == nil && len(missing.Missing) > 0 {
		names = append(names, ClockCustomerInfo)
	}
	rest := make([]ClockName, 0, len(x.book.policy.Clocks))
	for name := range x.book.policy.Clocks {
		if !slices.Contains(names, name) && name != ClockCustomerInfo {
			rest = append(rest, name)
		}
	}
	sort.Slice(rest, func(i, j int) bool { return rest[i] < rest[j] })
	for i, name := range append(names, rest...) {
		rule, _ := x.book.clockRule(x.c, name)
		k, err := x.book.Clock(x.c, ClockRequest{Name: name}, x.c.OpenedAt)
		if err != nil {
			x.say("clock", x.book.rule("clocks", string(name)), rule.Basis, "%s: %v", name, err)
			continue
		}
		start := "runs from the opening"
		if i >= len(names) {
			start = "if it started then"
		}
		x.say("clock", x.book.rule("clocks", string(name)), rule.Basis, "%s (%s), %s: due %s because %s; then %s", name, k.Owner, start,
			localTime(k.DueAt.In(x.book.zone())), k.Why, k.OnExpiry)
		step := &x.out.Steps[len(x.out.Steps)-1]
		step.DueAt, step.Clock, step.Owner = &k.DueAt, name, k.Owner
	}
}

// words joins codes for people.
func words[T ~string](all []T) string {
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(texts(all), ", ")
}

// priced joins remedies with their amounts.
func priced(remedies []Remedy) string {
	parts := make([]string, 0, len(remedies))
	for _, r := range remedies {
		part := string(r.Type)
		if r.Amount != nil {
			part += " " + r.Amount.String()
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// detail writes an explanation's details in order.
func detail(d map[string]string) string {
	if len(d) == 0 {
		return ""
	}
	parts := make([]string, 0, len(d))
	for _, k := range sortedNames(d) {
		parts = append(parts, k+" "+d[k])
	}
	return " (" + strings.Join(parts, ", ") + ")"
}
