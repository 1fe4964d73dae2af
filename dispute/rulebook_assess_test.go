package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAssessRoutes(t *testing.T) {
	t.Parallel()
	claim := func(reason Reason, change func(*Case)) *Case {
		return of(damagedReturn(), func(c *Case) {
			c.Kind, c.Reason, c.RequestedRemedy = KindClaim, reason, []RemedyType{RemedyRefund}
			change(c)
		})
	}
	rows := []struct {
		name, route, code string
		c                 *Case
		total             int64
		party             Party
	}{
		{"damaged", RouteOffer, "", damagedReturn(), 12900, PartyCarrier},
		{"damaged and the freight", RouteOffer, "", of(damagedReturn(), func(c *Case) {
			c.RequestedRemedy = []RemedyType{RemedyReturnRefund, RemedyFreightRefund}
		}), 13700, PartyCarrier},
		{"damaged, no trace", RouteOffer, "", of(damagedReturn(), func(c *Case) { c.Facts.Trace = nil }), 12900, PartyMerchant},
		{"damaged, seen by the carrier", RouteOffer, "", of(damagedReturn(), func(c *Case) { c.Facts.Trace.DamageReported = true }), 12900, PartyCarrier},
		{"above the limit", RoutePerson, CodeAboveAutomatic, of(damagedReturn(), func(c *Case) {
			c.Facts.Order.Lines[0].Paid, c.Facts.Order.Payments[0].Captured = 30001, 50000
		}), 0, PartyCarrier},
		{"at the limit", RouteOffer, "", of(damagedReturn(), func(c *Case) {
			c.Facts.Order.Lines[0].Paid, c.Facts.Order.Payments[0].Captured = 30000, 50000
		}), 30000, PartyCarrier},
		{"frequent claims", RoutePerson, CodeRiskFlagged, of(damagedReturn(), func(c *Case) { c.Facts.History.Cases90Days = 8 }), 0, PartyCarrier},
		{"chargeback", RoutePerson, CodeChargeback, of(damagedReturn(), func(c *Case) { c.Facts.Payment.ChargebackOpen = true }), 0, PartyCarrier},
		{"order did not answer", RoutePerson, CodeOrderNotAnswered, of(damagedReturn(), func(c *Case) { c.Facts.Order = nil }), 0, PartyCarrier},
		{"refunded elsewhere", RoutePerson, CodeCannotPrice, of(damagedReturn(), func(c *Case) { c.Facts.Payment.RefundedElsewhere = 20000 }), 0, PartyCarrier},
		{"another remedy wanted", RoutePerson, CodeOtherRemedy, of(damagedReturn(), func(c *Case) { c.RequestedRemedy = []RemedyType{RemedyExchange} }), 0, PartyCarrier},
		{"foreign currency", RoutePerson, CodeAboveAutomatic, of(damagedReturn(), func(c *Case) {
			c.Currency, c.Facts.Order.Currency = "EUR", "EUR"
		}), 0, PartyCarrier},
		{"order in another currency", RoutePerson, CodeCannotPrice, of(damagedReturn(), func(c *Case) { c.Facts.Order.Currency = "EUR" }), 0, PartyCarrier},
		{"defective", RouteOffer, "", of(damagedReturn(), func(c *Case) { c.Reason = ReasonDefective }), 12900, PartyMerchant},
		{"counterfeit", RoutePerson, CodePersonByRule, of(damagedReturn(), func(c *Case) { c.Reason = ReasonCounterfeit }), 0, PartyUndetermined},
		{"no reason", RouteDecide, "", noReason("2026-09-20T00:00:00Z", "2026-09-22T00:00:00Z"), 12900, PartyCustomer},
		{"no reason, delivery date unknown", RoutePerson, CodeDeliveryDateUnknown, of(noReason("2026-09-20T00:00:00Z", "2026-09-22T00:00:00Z"), func(c *Case) {
			c.Facts.Order.DeliveredAt, c.Facts.Trace = nil, nil
		}), 0, PartyCustomer},
		{"no reason, over by the carrier's date", RoutePerson, CodeOutsideWindow, of(noReason("2026-09-01T00:00:00Z", "2026-12-22T00:00:00Z"), func(c *Case) {
			c.Facts.Order.DeliveredAt = nil
		}), 0, PartyCustomer},
		{"lost", RouteDecide, "", claim(ReasonNotReceived, func(c *Case) { c.Facts.Trace.Status = ParcelLost }), 12900, PartyCarrier},
		{"said to be delivered", RoutePerson, "carrier_says_delivered", claim(ReasonNotReceived, func(*Case) {}), 0, PartyUndetermined},
		{"on its way", RoutePerson, "carrier_says_in_transit", claim(ReasonNotReceived, func(c *Case) { c.Facts.Trace.Status = ParcelInTransit }), 0, PartyUndetermined},
		{"no word of the carrier", RoutePerson, "carrier_says_unknown", claim(ReasonNotReceived, func(c *Case) { c.Facts.Trace = nil }), 0, PartyUndetermined},
		{"packed short", RouteOffer, "", claim(ReasonMissingItem, func(c *Case) {
			c.Lines, c.Facts.Dispatch.Lines = []Line{{"l1", 1}}, []Line{{"l1", 1}, {"l2", 3}}
		}), 6450, PartyMerchant},
		{"packed in full", RoutePerson, CodeDispatchComplete, claim(ReasonMissingItem, func(*Case) {}), 0, PartyUndetermined},
		{"goods arrived, money without return", RoutePerson, CodePersonByRule, claim(ReasonDefective, func(*Case) {}), 0, PartyMerchant},
		{"late, and nothing says so", RoutePerson, CodePersonByRule, claim(ReasonLateDelivery, func(*Case) {}), 0, PartyUndetermined},
		{"attitude", RoutePerson, CodePersonByRule, claim(ReasonServiceAttitude, func(c *Case) { c.Kind = KindComplaint }), 0, PartyUndetermined},
	}
	// From version 2 on somebody has to prove something first, and goods that arrived
	// are for a person by a rule of their own.
	proves := map[string]EvidenceType{"counterfeit": EvidenceOrigin, "no word of the carrier": EvidenceSigning, "packed in full": EvidenceSigning}
	routes := map[string]string{"goods arrived, money without return": "/1"}
	for _, b := range bothBooks(t) {
		for _, row := range rows {
			t.Run(b.Version()+" "+row.name, func(t *testing.T) {
				t.Parallel()
				a := b.Assess(row.c, row.c.OpenedAt)
				variant := ""
				if b.policy.Format >= 2 {
					variant = routes[row.name]
					if types, ok := proves[row.name]; ok {
						require.Equal(t, RouteProve, a.Route)
						require.Equal(t, PartyMerchant, a.Proof.Party)
						require.Equal(t, []EvidenceType{types}, a.Proof.Types)
						require.Equal(t, "default@3/proof/"+string(row.c.Reason)+"/1", a.Proof.Rule)
						require.Empty(t, a.Liability, "nobody is found liable before")
						require.Empty(t, a.Remedies)
						return
					}
				}
				require.Equal(t, row.route, a.Route, a.Explanation)
				require.Nil(t, a.Proof)
				require.NoError(t, CheckShares(a.Liability))
				require.Equal(t, row.party, a.Liability[0].Party)
				require.Contains(t, a.Liability[0].Rule, b.Version()+"/liability/"+string(row.c.Reason))
				require.Equal(t, b.policy.Format >= 2, a.Liability[0].Basis != "")
				require.Equal(t, b.Version()+"/route/"+string(row.c.Reason)+variant, a.Rule)
				if row.code != "" {
					require.Equal(t, row.code, a.Explanation.Code)
					require.Empty(t, a.Remedies)
					return
				}
				require.Nil(t, a.Explanation)
				total, _, err := totals(row.c, a.Remedies)
				require.NoError(t, err)
				require.Equal(t, row.total, total.Amount)
			})
		}
	}
}

// Every legal pair of kind and reason has an intake and an assessment in every policy.
func TestEveryKindAndReason(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"default@1", "demo@1", "default@3", "demo@3"} {
		b := book(t, version)
		for kind, reasons := range legalReasons {
			for _, reason := range reasons {
				o := opening()
				o.Kind, o.Reason = kind, reason
				in, err := b.Intake(o)
				require.NoError(t, err, "%s %s", kind, reason)
				require.NotEmpty(t, in.RequestedRemedy)
				require.NotEmpty(t, in.Sources)
				require.Equal(t, FactOrder, in.Sources[0].Source)
				for _, s := range in.Sources {
					require.Greater(t, s.Limit, time.Second)
				}
				for _, r := range in.RequestedRemedy {
					require.Contains(t, b.reason(reason).Remedies, r, "%s %s", kind, reason)
				}
				a := b.Assess(of(damagedReturn(), func(c *Case) {
					c.Kind, c.Reason, c.RequestedRemedy = kind, reason, in.RequestedRemedy
				}), o.OpenedAt)
				require.Contains(t, []string{RouteOffer, RouteDecide, RoutePerson, RouteProve}, a.Route)
				require.Equal(t, a.Route == RoutePerson, a.Explanation != nil)
				require.Equal(t, a.Route == RouteProve, a.Proof != nil)
				require.Equal(t, a.Route == RoutePerson || a.Route == RouteProve, len(a.Remedies) == 0)
				if b.policy.Format < 2 {
					require.NotEqual(t, RouteProve, a.Route)
				}
			}
		}
	}
}

func TestIntake(t *testing.T) {
	t.Parallel()
	b := book(t, "default")
	o := opening()
	in, err := b.Intake(o)
	require.NoError(t, err)
	require.Equal(t, []EvidenceType{EvidencePhoto, EvidenceStatement}, in.Missing)
	require.Len(t, in.Clocks, 2)
	require.Equal(t, ClockFirstResponse, in.Clocks[0].Name)
	require.Equal(t, ClockCustomerInfo, in.Clocks[1].Name)
	require.Equal(t, utc("2026-09-29T02:00:00Z"), in.Clocks[1].DueAt)
	require.Equal(t, "CNY", in.Currency)
	require.Equal(t, []RemedyType{RemedyReturnRefund}, in.RequestedRemedy)
	require.Len(t, in.Sources, 5)

	o.Evidence = []EvidenceType{EvidenceStatement}
	in, err = b.Intake(o)
	require.NoError(t, err)
	require.Equal(t, []EvidenceType{EvidencePhoto}, in.Missing)

	o.Reason, o.Evidence, o.Currency = ReasonChangedMind, nil, "EUR"
	in, err = b.Intake(o)
	require.NoError(t, err)
	require.Empty(t, in.Missing)
	require.Len(t, in.Clocks, 1)
	require.Equal(t, "EUR", in.Currency)

	o.Kind, o.Reason = KindComplaint, ReasonServiceAttitude
	in, err = b.Intake(o)
	require.NoError(t, err)
	require.Len(t, in.Sources, 4)
	require.Equal(t, []RemedyType{RemedyApology}, in.RequestedRemedy)

	o.Reason = ReasonDefective
	_, err = b.Intake(o)
	require.Equal(t, CodeInvalid, CodeOf(err))
}
