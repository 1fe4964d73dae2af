package dispute

import (
	"fmt"
	"maps"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// lawRow is one rule of law or of a platform as the default policy applies it:
// facts in, outcome and explanation out.
type lawRow struct {
	law   string // the citation that the row is about, as the policy writes it
	name  string
	c     *Case
	rules func(b *Rulebook, c *Case) lawOutcome
	want  lawOutcome
}

// lawOutcome is a ruling in words: what follows, and by which rule.
type lawOutcome struct {
	outcome string // route, code, dates or amounts: whatever the ruling is about
	shares  string // e.g. "merchant 100"
	rule    string
	basis   string
}

// lawRows are all rows of the law_*_test.go files.
func lawRows() []lawRow {
	var all []lawRow
	for _, rows := range [][]lawRow{withdrawalRows(), faultRows(), proofRows(), timeRows(), moneyRows()} {
		all = append(all, rows...)
	}
	return all
}

func TestLaws(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	for _, row := range lawRows() {
		t.Run(row.law+" "+row.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, row.rules(b, row.c))
			require.Contains(t, citations(row.want.basis), row.law, "the row proves the law that it names")
		})
	}
}

// Every law article and platform rule that the policy cites has a row above.
func TestEveryCitedLawHasATest(t *testing.T) {
	t.Parallel()
	proved := map[string]bool{}
	for _, row := range lawRows() {
		proved[row.law] = true
	}
	cited := citedLaws(book(t, "default@3").policy)
	require.Greater(t, len(cited), 20)
	for _, law := range cited {
		require.True(t, proved[law], "%s is cited by default@3 and no row of a law test is about it", law)
		delete(proved, law)
	}
	require.Empty(t, proved, "rows about laws that the policy does not cite")
}

// citedLaws lists every distinct citation of a policy, in order.
func citedLaws(p *Policy) []string {
	seen := map[string]bool{}
	eachBasis(reflect.ValueOf(*p), "policy", func(_, basis string) {
		for _, law := range citations(basis) {
			seen[law] = true
		}
	})
	laws := make([]string, 0, len(seen))
	for law := range seen {
		laws = append(laws, law)
	}
	sort.Strings(laws)
	return laws
}

// citations are the sources of a basis, without our own. A word in brackets after one
// says which setting it is about: "7-day rules art. 12 (gifts)".
func citations(basis string) []string {
	var laws []string
	for _, law := range strings.Split(basis, "; ") {
		law, _, _ = strings.Cut(law, " (")
		if law != "" && law != "design" && law != "ours" {
			laws = append(laws, law)
		}
	}
	return laws
}

// eachBasis visits every basis of a policy with its path: the fields of that name
// and the values of the policy's own map.
func eachBasis(v reflect.Value, path string, visit func(path, basis string)) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eachBasis(v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachBasis(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			eachBasis(v.MapIndex(key), path+"."+key.String(), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			field, at := v.Field(i), path+"."+v.Type().Field(i).Name
			switch {
			case v.Type().Field(i).Name != "Basis":
				eachBasis(field, at, visit)
			case field.Kind() == reflect.String:
				visit(at, field.String())
			default:
				for _, key := range field.MapKeys() {
					visit(at+"."+key.String(), field.MapIndex(key).String())
				}
			}
		}
	}
}

// Every clock, rule and number of the policy says where it comes from.
func TestEveryNumberHasABasis(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"default@3", "demo@3"} {
		p := book(t, version).policy
		eachBasis(reflect.ValueOf(*p), version, func(path, basis string) {
			variant := strings.Contains(path, ".Variants[")
			require.True(t, basis != "" || variant && strings.Contains(path, ".Clocks."), "%s has no basis", path)
			require.Equal(t, strings.TrimSpace(basis), basis, path)
		})
		own := []string{"binds", "sources", "limits.automatic", "limits.agent", "limits.compensation", "limits.compensation_cap",
			"risk", "refund.gifts", "refund.free_shipping", "refund.outbound_freight", "extension", "notices", "kinds",
			"reasons.changed_mind.conditions", "reasons.size_or_fit.conditions"}
		for party := range p.Freight {
			own = append(own, "freight."+string(party))
		}
		for name := range p.Hours {
			own = append(own, "hours."+name)
		}
		if p.QuietHours != nil {
			own = append(own, "quiet_hours")
		}
		for _, path := range own {
			require.NotEmpty(t, p.Basis[path], "%s: %s has no basis", version, path)
		}
		require.Len(t, p.Basis, len(own), "%s: a basis of nothing", version)
	}
}

// A source of something that does not stand in the policy is a mistake.
func TestBasisOfNothing(t *testing.T) {
	t.Parallel()
	sources, err := EmbeddedPolicies()
	require.NoError(t, err)
	for _, source := range sources {
		if source.Name != "default" || source.Version != 2 {
			continue
		}
		text := source.Files["policy.yaml"]
		for from, want := range map[string]string{
			"  limits.agent: ours": `basis.limits.agnet: expected the path of a setting of this policy, such as limits.automatic, found "limits.agnet"`,
			"  risk: ours":         `basis.risk: expected the law or rule that the setting comes from`,
		} {
			require.Contains(t, text, from)
			to := map[string]string{"  limits.agent: ours": "  limits.agnet: ours", "  risk: ours": `  risk: ""`}[from]
			files := maps.Clone(source.Files)
			files["policy.yaml"] = strings.Replace(text, from, to, 1)
			_, err := ParsePolicy("x", PolicySource{Files: files}, calendars(t))
			require.ErrorContains(t, err, want)
		}
	}
}

// The ways to ask a rulebook for an outcome.

// admission is admissible or the code of the refusal.
func admission(b *Rulebook, c *Case) lawOutcome {
	a := b.Admit(c)
	out := lawOutcome{outcome: "admissible"}
	if a.Explanation == nil {
		return out
	}
	out.rule, out.basis = a.Explanation.Rule, a.Explanation.Basis
	if !a.Admissible {
		out.outcome = a.Explanation.Code
	}
	if a.Explanation.LastDay != "" {
		out.outcome += " until " + a.Explanation.LastDay
	}
	return out
}

// assessment is the route with what is given, asked or explained.
func assessment(b *Rulebook, c *Case) lawOutcome {
	a := b.Assess(c, c.OpenedAt)
	out := lawOutcome{outcome: a.Route, shares: sharesText(a.Liability), rule: a.Rule, basis: a.Basis}
	for _, r := range a.Remedies {
		out.outcome += fmt.Sprintf(" %s %s", r.Type, r.Amount)
	}
	if a.Proof != nil {
		out.outcome += fmt.Sprintf(" %s %v", a.Proof.Party, a.Proof.Types)
		out.rule, out.basis = a.Proof.Rule, a.Proof.Basis
	}
	if a.Explanation != nil {
		out.outcome += " " + a.Explanation.Code
		out.rule, out.basis = a.Explanation.Rule, a.Explanation.Basis
	}
	return out
}

// fault is who is liable, by which rule.
func fault(b *Rulebook, c *Case) lawOutcome {
	a := b.Assess(c, c.OpenedAt)
	if len(a.Liability) == 0 {
		return lawOutcome{outcome: a.Route}
	}
	return lawOutcome{outcome: a.Route, shares: sharesText(a.Liability), rule: a.Liability[0].Rule, basis: a.Liability[0].Basis}
}

func sharesText(shares []Share) string {
	texts := make([]string, 0, len(shares))
	for _, s := range shares {
		texts = append(texts, fmt.Sprintf("%s %d", s.Party, s.Percent))
	}
	return strings.Join(texts, ", ")
}
