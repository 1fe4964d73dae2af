package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// claimText is a claim.yaml with most of its keys.
const claimText = `
policy: default
opening:
  kind: return
  reason: damaged_in_transit
  lines: [{line_id: l1, quantity: 2}]
  requested_remedy: [return_refund]
  evidence: [photo, statement]
  opened_at: 2026-09-22T10:00:00+08:00
facts:
  order:
    currency: CNY
    placed_at: 2026-09-18T10:00:00+08:00
    delivered_at: 2026-09-20T12:00:00+08:00
    shipping_paid: 800
    lines:
      - {line_id: l1, sku: mug, quantity: 2, paid: 12900, tags: [fragile], category: kitchen}
      - {line_id: l2, sku: pot, quantity: 3, paid: 10000}
    payments: [{payment_id: pay-1, captured: 23700}]
  trace: {status: delivered, damage_reported: true}
  payment: {chargeback_open: false}
  history: {cases_90_days: 1}
evidence:
  merchant: [report]
`

func TestParseClaim(t *testing.T) {
	t.Parallel()
	claim, err := ParseClaim("claim.yaml", []byte(claimText))
	require.NoError(t, err)
	require.Equal(t, "default", claim.Policy)
	require.Equal(t, utc("2026-09-22T02:00:00Z"), claim.Opening.OpenedAt)
	require.Equal(t, []string{"fragile"}, claim.Facts.Order.Lines[0].Tags)
	require.Equal(t, claim.Opening.CustomerID, claim.Facts.Order.CustomerID)
	require.Equal(t, SourceNotAnswered, (&Case{Facts: claim.Facts}).sourceState(FactDispatch))
	require.Equal(t, SourceAnswered, (&Case{Facts: claim.Facts}).sourceState(FactTrace))

	c, err := claim.Case(book(t, "default@1"))
	require.NoError(t, err)
	require.Equal(t, "default@1", c.PolicyVersion)
	require.Len(t, c.Evidence, 3)
	require.True(t, c.Shows(PartyMerchant, EvidenceReport))
	require.True(t, c.Shows(PartyCustomer, EvidencePhoto))
	require.False(t, c.ForeignOrder())
}

func TestClaimErrors(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, from, to, want string }{
		{"unknown key", "  kind: return", "  kinds: return", `claim.yaml:4:3: opening.kinds: unknown key "kinds" (did you mean kind?)`},
		{"kind", "kind: return", "kind: gift", `opening.kind: unknown kind "gift"`},
		{"pair", "reason: damaged_in_transit", "reason: invoice_request", "opening.reason: a return cannot be for invoice_request"},
		{"lines", "lines: [{line_id: l1, quantity: 2}]", "lines: [{line_id: l1, quantity: 0}]", "opening.lines[0].quantity: a quantity is 1 to"},
		{"no lines", "  lines: [{line_id: l1, quantity: 2}]\n", "", "opening.lines: a return names the lines"},
		{"instant", "opened_at: 2026-09-22T10:00:00+08:00", "opened_at: yesterday", `opening.opened_at: expected a time such as 2026-10-01T09:00:00+08:00, found "yesterday"`},
		{"currency", "currency: CNY", "currency: gold", "facts.order.currency: expected an ISO 4217 currency"},
		{"order line", "{line_id: l2, sku: pot, quantity: 3, paid: 10000}", "{line_id: l2, sku: pot, quantity: 3, paid: -1}", "facts.order.lines[1]: expected line_id"},
		{"payment", "captured: 23700", "captured: -5", "facts.order.payments[0].captured: expected an amount"},
		{"trace", "status: delivered", "status: deliverd", `facts.trace.status: expected what a carrier says of a parcel, found "deliverd" (did you mean delivered?)`},
		{"party", "  merchant: [report]", "  carrier: [report]", "evidence.carrier: expected customer or merchant"},
		{"evidence", "  merchant: [report]", "  merchant: [Big Report]", "evidence.merchant[0]: expected the name of a type of evidence"},
		{"evidence of the opening", "evidence: [photo, statement]", "evidence: [Photo!]", "opening.evidence[0]"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, claimText, row.from)
			_, err := ParseClaim("claim.yaml", []byte(strings.Replace(claimText, row.from, row.to, 1)))
			var fail *FileError
			require.ErrorAs(t, err, &fail)
			require.ErrorContains(t, err, row.want)
			require.Regexp(t, `^claim\.yaml:[1-9]\d*:[1-9]\d*: `, err.Error())
		})
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	claim, err := ParseClaim("claim.yaml", []byte(claimText))
	require.NoError(t, err)
	x, err := book(t, "default@1").Explain(claim, utc("2026-09-22T02:00:00Z"))
	require.NoError(t, err)
	text := x.String()
	for _, want := range []string{
		"default@1, in force from the beginning; an open case goes by the version in force when the case was opened",
		"everything came: photo, statement [default@1/evidence/damaged_in_transit]",
		"no window: the claim may come at any time",
		"the claim is admitted",
		"carrier 100 % [default@1/liability/damaged_in_transit/damage_reported]",
		"offered by rule: return_refund 129.00 CNY",
		"asked for: return_refund; may be given, in this order: return_refund, refund",
		"by rule up to 300.00 CNY, an agent up to 1000.00 CNY",
		"return freight: the merchant",
		"first_response (agent), runs from the opening: due Thu 2026-09-24 10:00 (Asia/Shanghai)",
		"then breach [default@1/clocks/first_response]",
	} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "missing:")
	for _, s := range x.Steps {
		require.NotEmpty(t, s.Topic)
		require.NotEmpty(t, s.Text)
		require.NotEmpty(t, s.Rule)
		require.Equal(t, s.Topic == "clock", s.Clock != "")
	}

	rows := []struct{ name, from, to, want string }{
		{"missing", "evidence: [photo, statement]", "evidence: [photo]", "missing: statement, asked for once"},
		{"asked at once", "evidence: [photo, statement]", "evidence: [photo]", "customer_info (customer), runs from the opening"},
		{"window", "reason: damaged_in_transit", "reason: changed_mind", "7 days from signing on 2026-09-20: 2026-09-21 to 2026-09-27; opened on 2026-09-22, open"},
		{"unknown signing", "reason: damaged_in_transit", "reason: size_or_fit", "7 days from signing"},
		{"chargeback", "chargeback_open: false", "chargeback_open: true", "a person decides: chargeback_open"},
		{"risk", "cases_90_days: 1", "cases_90_days: 50", "score 60: frequent_claims"},
		{"too much", "paid: 12900", "paid: 99900", "a person decides: cannot_price (code exceeds-captured)"},
		{"foreign", "    currency: CNY", "    customer_id: cust-9\n    currency: CNY", "inadmissible: order_not_yours"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, claimText, row.from)
			claim, err := ParseClaim("claim.yaml", []byte(strings.Replace(claimText, row.from, row.to, 1)))
			require.NoError(t, err)
			x, err := book(t, "default@1").Explain(claim, utc("2026-09-22T02:00:00Z"))
			require.NoError(t, err)
			require.Contains(t, x.String(), row.want)
		})
	}
}

// The second format's own answers: proof, exclusions, bases, binding.
func TestExplainSecondFormat(t *testing.T) {
	t.Parallel()
	p, err := parse(t, secondPolicy(t))
	require.NoError(t, err)
	b := newRulebook(p, calendars(t), nil)
	claim, err := ParseClaim("claim.yaml", []byte(strings.Replace(claimText, "status: delivered, damage_reported: true", "status: unknown", 1)))
	require.NoError(t, err)
	x, err := b.Explain(claim, utc("2026-09-22T02:00:00Z"))
	require.NoError(t, err)
	text := x.String()
	require.Contains(t, text, "default@2, in force from 2026-10-01")
	require.Contains(t, text, "1. the merchant has to show signing_record; silence: judged on what is there [default@2/proof/damaged_in_transit/1; Taobao art. 75]")
	require.Contains(t, text, "merchant 100 %")
	require.Contains(t, text, "[default@2/clocks/first_response; design]")
	require.Contains(t, text, "appeal_window (customer), if it started then")

	claim.Opening.Kind = "nothing"
	_, err = b.Explain(claim, utc("2026-09-22T02:00:00Z"))
	require.Equal(t, CodeInvalid, CodeOf(err))
}

// A claim may give list prices and reductions, as an order system may: the parts of
// a coupon are worked out, and what does not add up is said with its place.
func TestClaimByListPrice(t *testing.T) {
	t.Parallel()
	text := `opening: {kind: return, reason: changed_mind, lines: [{line_id: a, quantity: 1}]}
facts:
  order:
    currency: CNY
    lines: [{line_id: a, sku: a, quantity: 1, list_price: 3000}, {line_id: b, sku: b, quantity: 1, list_price: 1000}]
    reductions: [{kind: coupon, code: ten, amount: 1000}]
    payments: [{payment_id: p, captured: 3000}]
`
	claim, err := ParseClaim("claim.yaml", []byte(text))
	require.NoError(t, err)
	require.Equal(t, int64(2250), claim.Facts.Order.Lines[0].Paid)
	require.Equal(t, int64(750), claim.Facts.Order.Lines[1].Paid)

	_, err = ParseClaim("claim.yaml", []byte(strings.Replace(text, "captured: 3000", "captured: 2000", 1)))
	require.ErrorContains(t, err, "claim.yaml:7:")
	_, err = ParseClaim("claim.yaml", []byte(strings.Replace(text, "list_price: 1000", "paid: 1000", 1)))
	require.ErrorContains(t, err, "claim.yaml:5:")
	require.ErrorContains(t, err, "expected paid on every line, or on none")
}
