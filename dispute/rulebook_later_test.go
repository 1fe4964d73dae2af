package dispute

import (
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// changed is default@3 with its rules changed.
func changed(t testing.TB, change func(*Policy)) *Rulebook {
	t.Helper()
	b := book(t, "default@3")
	p := *b.policy
	p.Reasons, p.Kinds = maps.Clone(p.Reasons), maps.Clone(p.Kinds)
	change(&p)
	return newRulebook(&p, b.calendars, nil)
}

// reasoned changes the rule of one reason.
func reasoned(t testing.TB, reason Reason, change func(*ReasonRule)) *Rulebook {
	t.Helper()
	return changed(t, func(p *Policy) {
		rule := p.Reasons[reason]
		change(&rule)
		p.Reasons[reason] = rule
	})
}

// An answer by e-mail is due in a day; every channel's clock: TestEveryChannelHasItsReplyClock.
func TestFirstResponseByChannel(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	for channel, hours := range map[Channel]int{ChannelInApp: 48, ChannelEmail: 24, Channel12315: 24} {
		o := opening()
		o.Channel = channel
		in, err := b.Intake(o)
		require.NoError(t, err)
		require.Equal(t, ClockFirstResponse, in.Clocks[0].Name)
		require.Equal(t, o.OpenedAt.Add(time.Duration(hours)*time.Hour), in.Clocks[0].DueAt, channel)
	}
}

// Shares of several parties stand as the policy says, the largest first, and the
// largest pays the freight.
func TestLiabilityOfSeveral(t *testing.T) {
	t.Parallel()
	b := reasoned(t, ReasonDamagedInTransit, func(r *ReasonRule) {
		r.Liability = []LiabilityRule{{Shares: map[Party]int{PartyCarrier: 40, PartyMerchant: 60}, Basis: "ours"}}
	})
	c := goods(ReasonDamagedInTransit)
	a := b.Assess(c, c.OpenedAt)
	require.NoError(t, CheckShares(a.Liability))
	require.Equal(t, "merchant 60, carrier 40", sharesText(a.Liability))
	for _, s := range a.Liability {
		require.Equal(t, "default@3/liability/damaged_in_transit", s.Rule)
		require.Equal(t, "ours", s.Basis)
		require.Equal(t, []string{"ev_1", "ev_2"}, s.Evidence)
	}
	require.Equal(t, RouteOffer, a.Route)
	c.Liability = a.Liability
	require.Equal(t, FreightMerchant, b.Plan(c, a.Remedies).Legs[0].Return.Instructions.FreightPayer)

	b = reasoned(t, ReasonDamagedInTransit, func(r *ReasonRule) {
		r.Liability = []LiabilityRule{{Shares: map[Party]int{PartyCustomer: 60, PartyMerchant: 40}}}
	})
	c.RequestedRemedy = append(c.RequestedRemedy, RemedyFreightRefund)
	a = b.Assess(c, c.OpenedAt)
	c.Liability = a.Liability
	require.Len(t, a.Remedies, 1, "no shipping charge for who is mostly at fault")
	require.Equal(t, FreightCustomer, b.Plan(c, a.Remedies).Legs[0].Return.Instructions.FreightPayer)
}

// A rule gives the first remedy of the policy's list that the kind offers and that
// was asked for.
func TestRemediesInThePolicysOrder(t *testing.T) {
	t.Parallel()
	order := func(offer []RemedyType, remedies ...RemedyType) *Rulebook {
		return changed(t, func(p *Policy) {
			rule := p.Reasons[ReasonWrongItem]
			rule.Remedies = remedies
			p.Reasons[ReasonWrongItem], p.Kinds[KindReturn] = rule, KindRule{Requested: p.Kinds[KindReturn].Requested, Offer: offer}
		})
	}
	both := []RemedyType{RemedyReturnRefund, RemedyRefund, RemedyFreightRefund}
	rows := []struct {
		name  string
		b     *Rulebook
		asked []RemedyType
		want  RemedyType
		code  string
	}{
		{"the first of the policy", order(both, RemedyRefund, RemedyReturnRefund), []RemedyType{RemedyReturnRefund, RemedyRefund}, RemedyRefund, ""},
		{"the other way round", order(both, RemedyReturnRefund, RemedyRefund), []RemedyType{RemedyRefund, RemedyReturnRefund}, RemedyReturnRefund, ""},
		{"the first that was asked for", order(both, RemedyReturnRefund, RemedyRefund), []RemedyType{RemedyRefund}, RemedyRefund, ""},
		{"the first that the kind offers", order([]RemedyType{RemedyRefund}, RemedyReturnRefund, RemedyRefund), []RemedyType{RemedyRefund}, RemedyRefund, ""},
		{"nothing in particular", order(both, RemedyRefund, RemedyReturnRefund), nil, RemedyRefund, ""},
		{"another one", order(both, RemedyReturnRefund, RemedyRefund), []RemedyType{RemedyExchange}, "", CodeOtherRemedy},
		{"the freight only goes along", order(both, RemedyFreightRefund, RemedyReturnRefund), []RemedyType{RemedyFreightRefund}, "", CodeOtherRemedy},
		{"none that the kind offers", order([]RemedyType{RemedyFreightRefund}, RemedyReturnRefund), []RemedyType{RemedyReturnRefund}, "", CodePersonByRule},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := row.b.Assess(goods(ReasonWrongItem).because(KindReturn, ReasonWrongItem, row.asked...), utc("2026-09-22T02:00:00Z"))
			if row.code != "" {
				require.Equal(t, RoutePerson, a.Route)
				require.Equal(t, row.code, a.Explanation.Code)
				return
			}
			require.Equal(t, RouteOffer, a.Route, a.Explanation)
			require.Equal(t, row.want, a.Remedies[0].Type)
		})
	}
}

// The burden of proof goes from party to party, each asked once; what is there is
// not asked for, and what is half there is asked for in half.
func TestBurdenOfProof(t *testing.T) {
	t.Parallel()
	b := reasoned(t, ReasonMissingItem, func(r *ReasonRule) {
		r.Proof = []ProofRule{
			{Party: PartyMerchant, Evidence: []EvidenceType{EvidenceSigning, EvidenceReport}, Basis: "first"},
			{Party: PartyCustomer, Evidence: []EvidenceType{EvidenceVideo}, When: `proof.merchant == "met"`, Basis: "second"},
		}
	})
	claim := func() *Case { return parcel(ReasonMissingItem, ParcelDelivered) }
	ask := func(c *Case) *ProofAsk { return b.Assess(c, c.OpenedAt).Proof }

	require.Equal(t, &ProofAsk{PartyMerchant, []EvidenceType{EvidenceSigning, EvidenceReport}, "default@3/proof/missing_item/1", "first"}, ask(claim()))
	require.Equal(t, []EvidenceType{EvidenceReport}, ask(shows(claim(), PartyMerchant, EvidenceSigning)).Types)
	second := &ProofAsk{PartyCustomer, []EvidenceType{EvidenceVideo}, "default@3/proof/missing_item/2", "second"}
	require.Equal(t, second, ask(answered(claim(), PartyMerchant, ProofMet, 1)))
	require.Equal(t, second, ask(shows(claim(), PartyMerchant, EvidenceSigning, EvidenceReport)))
	require.Nil(t, ask(answered(claim(), PartyMerchant, ProofFailed, 1)), "nobody proves against nothing")
	require.Nil(t, ask(answered(answered(claim(), PartyMerchant, ProofMet, 1), PartyCustomer, ProofFailed, 2)))

	// What a person asked for moves no burden.
	byHand := claim()
	byHand.Proof = []ProofStep{{Party: PartyMerchant, Types: []EvidenceType{EvidencePhoto}, State: ProofFailed}}
	require.Equal(t, "default@3/proof/missing_item/1", ask(byHand).Rule)
	require.Equal(t, "none", byHand.proofOf(PartyMerchant))

	// Before the facts are in, and where a person decides whatever is shown, nobody is asked.
	for _, change := range []func(*Case){
		func(c *Case) { c.Facts.Order = nil },
		func(c *Case) { c.Facts.Payment.ChargebackOpen = true },
	} {
		require.Equal(t, RoutePerson, b.Assess(of(claim(), change), utc("2026-09-22T02:00:00Z")).Route)
	}
}

// An exclusion that holds for some of the lines is for a person.
func TestExclusionsLineByLine(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	some := func(lines ...Line) *Case {
		c := withdrawal()
		c.Lines, c.Facts.Order.Lines[0].Tags = lines, []string{"perishable"}
		return c
	}
	both := some(Line{LineID: "l1", Quantity: 1}, Line{LineID: "l2", Quantity: 1})
	require.True(t, b.Admit(both).Admissible)
	a := b.Assess(both, both.OpenedAt)
	require.Equal(t, RoutePerson, a.Route)
	require.Equal(t, "perishable", a.Explanation.Code)
	require.Equal(t, "l1", a.Explanation.Detail["lines"])

	require.False(t, b.Admit(some(Line{LineID: "l1", Quantity: 1})).Admissible)
	require.False(t, b.Admit(some(Line{LineID: "l1", Quantity: 1}, Line{LineID: ShippingLine, Quantity: 1})).Admissible, "the charge follows the goods")
	require.True(t, b.Admit(some(Line{LineID: "l2", Quantity: 1})).Admissible)
	require.Equal(t, RouteDecide, b.Assess(some(Line{LineID: "l2", Quantity: 1}), both.OpenedAt).Route)
}

// The clocks that only version 2 has say what silence brings.
func TestSilenceOfLaterClocks(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	for _, row := range []struct {
		k    Clock
		want string
	}{
		{Clock{Name: ClockEvidenceSupplement, LegID: "proof-1"}, SilenceJudge},
		{Clock{Name: ClockAppealWindow}, SilenceFinal},
		{Clock{Name: ClockSurvey}, SilenceAsk},
		{Clock{Name: ClockSurvey, Round: 1}, SilenceUnanswered},
		{Clock{Name: ClockSuspension}, SilenceResume},
	} {
		s := b.Silence(damagedReturn(), row.k)
		require.Equal(t, row.want, s.Outcome)
		require.Equal(t, "default@3/clocks/"+string(row.k.Name), s.Rule)
		require.NotEmpty(t, s.Basis)
		require.Empty(t, s.Remedies)
	}
}

// The limits of a counterfeit are its own: no rule pays, whoever is silent.
func TestLimitsByVariant(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	require.Equal(t, int64(30000), b.limits(goods(ReasonDefective)).Automatic)
	c := goods(ReasonCounterfeit)
	require.Equal(t, int64(0), b.limits(c).Automatic)
	require.Equal(t, int64(100000), b.limits(c).Agent, "what a variant does not name stays")
	s := b.Silence(c, Clock{Name: ClockAgentDecision})
	require.Equal(t, SilenceEscalate, s.Outcome)
	require.Equal(t, CodeAboveAutomatic, s.Explanation.Code)
	require.Equal(t, "WeChat; JD-2 art. 16", s.Explanation.Basis)
}
