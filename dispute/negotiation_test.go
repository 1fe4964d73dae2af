package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func bargaining(change func(*Case)) *Case {
	c := damagedReturn()
	c.PolicyVersion, c.Stage = "default@3", StageNegotiation
	c.Negotiation = &Negotiation{Rounds: 2, Offers: 2, Mediation: MediationOffered}
	c.Offers = []Offer{{ID: "offer_1", State: OfferDeclined, Author: System}}
	change(c)
	return c
}

var finance2 = Actor{Role: RoleFinance, ID: "fin-1"}

// The desk has so many offers, the customer so many counters; what rules and mediators
// proposed does not count, nor what an approval refused.
func TestRoundsAndOffersLeft(t *testing.T) {
	t.Parallel()
	counter := &CounterAsk{Remedies: []Remedy{{Type: RemedyRefund}}}
	for name, row := range map[string]struct {
		change           func(*Case)
		offers, counters int
	}{
		"nothing yet": {func(*Case) {}, 2, 2},
		"one of each": {func(c *Case) {
			c.Offers = append(c.Offers, Offer{Author: agent, State: OfferCountered, Counter: counter})
		}, 1, 1},
		"refused by an approver": {func(c *Case) { c.Offers = append(c.Offers, Offer{Author: agent, State: OfferRefused}) }, 2, 2},
		"a mediator's":           {func(c *Case) { c.Offers = append(c.Offers, Offer{Author: supervisor, Consent: &Consent{}}) }, 2, 2},
		"never below none": {func(c *Case) {
			for range 5 {
				c.Offers = append(c.Offers, Offer{Author: agent, State: OfferCountered, Counter: counter})
			}
		}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := bargaining(row.change)
			offers, bounded := c.OffersLeft()
			require.True(t, bounded)
			require.Equal(t, row.offers, offers)
			counters, bounded := c.CountersLeft()
			require.True(t, bounded)
			require.Equal(t, row.counters, counters)
			require.Equal(t, row.counters == 0, CheckRoundsLeft(c) != nil)
			require.Equal(t, row.offers == 0, Allowed(c, agent, ActionOffer, "") != nil)
		})
	}
	older := bargaining(func(c *Case) { c.Negotiation = nil })
	_, bounded := older.OffersLeft()
	require.False(t, bounded)
	require.Nil(t, CheckRoundsLeft(older))
}

// A revision says what it changes: applied to the old offer its changes account for
// every amount of the new one.
func TestChangesAccountForTheRevision(t *testing.T) {
	t.Parallel()
	types := []RemedyType{RemedyRefund, RemedyPartialRefund, RemedyCompensation, RemedyCoupon}
	draw := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Remedy {
		r := Remedy{Type: rapid.SampledFrom(types).Draw(t, "type")}
		if n := rapid.Int64Range(0, 3).Draw(t, "fen"); n > 0 {
			money := CNY(n)
			r.Amount = &money
		}
		return r
	}), 0, 6)
	sum := func(all []Remedy) (total int64) {
		for _, r := range all {
			if r.Amount != nil {
				total += r.Amount.Amount
			}
		}
		return total
	}
	rapid.Check(t, func(t *rapid.T) {
		was, now := draw.Draw(t, "was"), draw.Draw(t, "now")
		changes := ChangesOf(was, now)
		moved, added := int64(0), 0
		for _, c := range changes {
			if c.Now != nil {
				moved += c.Now.Amount
			}
			if c.Was != nil {
				moved -= c.Was.Amount
			}
			switch c.Change {
			case ChangeAdded:
				added++
			case ChangeRemoved:
				added--
			}
		}
		if moved != sum(now)-sum(was) || added != len(now)-len(was) {
			t.Fatalf("%v to %v: %v", was, now, changes)
		}
		if len(ChangesOf(now, now)) != 0 {
			t.Fatal("the same is no change")
		}
	})
}

// Who may do what around a mediation.
func TestMediationActions(t *testing.T) {
	t.Parallel()
	other := Actor{Role: RoleAgent, ID: "agent-9"}
	asked := func(by Actor) func(*Case) {
		return func(c *Case) {
			c.Offers = append(c.Offers, Offer{ID: "offer_2", State: OfferReplaced, Author: agent})
			c.Mediations = []Mediation{{State: MediationAsked, AskedBy: by}}
		}
	}
	proposed := func(c *Case) {
		asked(customer)(c)
		c.Mediations[0].State = MediationProposed
		c.Offers = append(c.Offers, Offer{ID: "offer_3", State: OfferOpen, Author: supervisor, Consent: &Consent{}})
	}
	for name, row := range map[string]struct {
		c      *Case
		who    Actor
		action string
		target string
		want   Code
	}{
		"the customer asks":                         {bargaining(func(*Case) {}), customer, ActionAskMediation, "", ""},
		"the desk asks":                             {bargaining(func(*Case) {}), agent, ActionAskMediation, "", ""},
		"not where it is off":                       {bargaining(func(c *Case) { c.Negotiation.Mediation = MediationOff }), customer, ActionAskMediation, "", CodeNotAllowedNow},
		"not under an older policy":                 {bargaining(func(c *Case) { c.Negotiation = nil }), customer, ActionAskMediation, "", CodeNotAllowedNow},
		"not before an offer":                       {bargaining(func(c *Case) { c.Offers = nil }), customer, ActionAskMediation, "", CodeNotAllowedNow},
		"not twice":                                 {bargaining(func(c *Case) { c.Mediations = []Mediation{{State: MediationFailed}} }), customer, ActionAskMediation, "", CodeNotAllowedNow},
		"nobody mediates unasked":                   {bargaining(func(*Case) {}), supervisor, ActionMediate, "", CodeNotAllowedNow},
		"a supervisor mediates":                     {bargaining(asked(customer)), supervisor, ActionMediate, "", ""},
		"another agent mediates":                    {bargaining(asked(customer)), other, ActionMediate, "", ""},
		"the author of an offer does not":           {bargaining(asked(customer)), agent, ActionMediate, "", CodeSameAuthor},
		"nor the agent who asked":                   {bargaining(asked(other)), other, ActionMediate, "", CodeSameAuthor},
		"nor the customer":                          {bargaining(asked(customer)), customer, ActionMediate, "", CodeForbidden},
		"no offer meanwhile":                        {bargaining(asked(customer)), agent, ActionOffer, "", CodeNotAllowedNow},
		"no decision meanwhile":                     {bargaining(asked(customer)), supervisor, ActionDecide, "", CodeNotAllowedNow},
		"it may be left":                            {bargaining(asked(customer)), customer, ActionEscalate, "", ""},
		"but not where it is required":              {bargaining(func(c *Case) { asked(customer)(c); c.Negotiation.Mediation = MediationRequired }), customer, ActionEscalate, "", CodeNotAllowedNow},
		"the customer answers a proposal":           {bargaining(proposed), customer, ActionRespond, "offer_3", ""},
		"the desk answers a proposal":               {bargaining(proposed), agent, ActionRespond, "offer_3", ""},
		"the mediator does not":                     {bargaining(proposed), supervisor, ActionRespond, "offer_3", CodeSameAuthor},
		"nobody twice":                              {bargaining(func(c *Case) { proposed(c); c.Offers[2].Consent.Merchant = &Answer{Action: ResponseAccept} }), agent, ActionRespond, "offer_3", CodeNotAllowedNow},
		"the desk answers no offer of its own side": {bargaining(func(c *Case) { c.Offers[0].State = OfferOpen }), agent, ActionRespond, "offer_1", CodeForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused := Allowed(row.c, row.who, row.action, row.target)
			if row.want == "" {
				require.Nil(t, refused)
				return
			}
			require.NotNil(t, refused)
			require.Equal(t, row.want, refused.Code, refused.Message)
		})
	}
}

// A chain: each step another person, nobody to what they wrote.
func TestApprovalSteps(t *testing.T) {
	t.Parallel()
	other := Actor{Role: RoleSupervisor, ID: "super-9"}
	c := bargaining(func(c *Case) {
		c.Offers = append(c.Offers, Offer{ID: "offer_2", State: OfferPendingApproval, Author: agent})
		c.Approvals = []Approval{
			{ID: "approval_1", For: "offer_2", Author: agent, State: ApprovalApproved, By: &supervisor, Step: 1, Role: RoleSupervisor},
			{ID: "approval_2", For: "offer_2", Author: agent, State: ApprovalPending, Step: 2, Role: RoleSupervisor},
		}
	})
	require.Equal(t, CodeSameAuthor, Allowed(c, supervisor, ActionApprove, "approval_2").Code, "nobody approves twice")
	require.Nil(t, Allowed(c, other, ActionApprove, "approval_2"))
	require.Equal(t, CodeForbidden, Allowed(c, finance2, ActionApprove, "approval_2").Code)
	c.Approvals[1].Role = RoleFinance
	require.Nil(t, Allowed(c, finance2, ActionApprove, "approval_2"))
	require.Equal(t, CodeForbidden, Allowed(c, other, ActionApprove, "approval_2").Code)
}

func TestApproversByAmountAndAuthor(t *testing.T) {
	t.Parallel()
	both := []Role{RoleSupervisor, RoleFinance}
	for name, row := range map[string]struct {
		by    Actor
		chain []Role
		above bool
		want  []Role
	}{
		"inside every limit":                   {agent, nil, false, nil},
		"above the agent's, no row":            {agent, nil, true, []Role{RoleSupervisor}},
		"a row of two":                         {agent, both, true, both},
		"a row inside the agent's limit":       {agent, []Role{RoleFinance}, false, []Role{RoleFinance}},
		"a supervisor's word is the first":     {supervisor, both, false, []Role{RoleFinance}},
		"and alone where nobody else is named": {supervisor, []Role{RoleSupervisor}, false, nil},
		"two supervisors":                      {supervisor, []Role{RoleSupervisor, RoleSupervisor}, false, []Role{RoleSupervisor}},
	} {
		require.Equal(t, row.want, approvers(row.by, row.chain, row.above), name)
	}
}

// The amount is what the case has given in all, and silence of a policy changes nothing.
func TestAuthorizeChains(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	dear := of(damagedReturn(), func(c *Case) {
		c.PolicyVersion = "default@3"
		c.Facts.Order.Lines[0].Paid, c.Facts.Order.Payments = 600000, []OrderMoney{{PaymentID: "pay-1", Captured: 700000}}
	})
	for name, row := range map[string]struct {
		by   Actor
		fen  int64
		want []Role
	}{
		"agent inside":          {agent, 100000, nil},
		"agent above 1000.00":   {agent, 100001, []Role{RoleSupervisor}},
		"agent above 5000.00":   {agent, 500001, []Role{RoleSupervisor, RoleFinance}},
		"supervisor inside":     {supervisor, 500000, nil},
		"supervisor above that": {supervisor, 500001, []Role{RoleFinance}},
	} {
		money := CNY(row.fen)
		a := b.Authorize(dear, row.by, []Remedy{{Type: RemedyPartialRefund, Lines: []Line{{LineID: "l1", Quantity: 2}}, Amount: &money}})
		require.Nil(t, a.Refused, name)
		require.Equal(t, row.want, a.Approvers, name)
		require.Equal(t, len(row.want) > 0, a.NeedsApproval, name)
	}
	money := CNY(500001)
	older := book(t, "default@2").Authorize(dear, supervisor, []Remedy{{Type: RemedyPartialRefund, Lines: []Line{{LineID: "l1", Quantity: 2}}, Amount: &money}})
	require.Nil(t, older.Refused)
	require.False(t, older.NeedsApproval)
}

func TestCitesNameRulesOfTheCase(t *testing.T) {
	t.Parallel()
	c := bargaining(func(c *Case) { c.Stage = StageAdjudication })
	rules := book(t, "default@3").Citable(c)
	require.Contains(t, rules, Citation{"default@3/reasons/damaged_in_transit", "Taobao art. 75"})
	require.Contains(t, rules, Citation{"default@3/liability/damaged_in_transit/1", "Taobao art. 25"})
	require.Error(t, CheckCites(c, nil, rules), "a ruling cites")
	require.NoError(t, CheckCites(c, []string{"default@3/reasons/damaged_in_transit", "Taobao art. 25"}, rules))
	for _, wrong := range [][]string{{"CPL art. 99"}, {""}, {"Taobao art. 25", "Taobao art. 25"}, {strings.Repeat("x", 2000)}} {
		require.Error(t, CheckCites(c, wrong, rules), wrong)
	}
	require.NoError(t, CheckCites(bargaining(func(*Case) {}), nil, rules), "at the desk a decision may go without")
	require.NoError(t, CheckCites(of(c, func(c *Case) { c.Negotiation = nil }), nil, rules), "and under an older policy")
}

// Each side contests what went against it, once, and nobody rules twice on the way.
func TestAppealsPerSide(t *testing.T) {
	t.Parallel()
	granted := bargaining(func(c *Case) {
		c.Stage = StageAppeal
		c.Decisions = []Decision{{ID: "d1", Author: supervisor, State: DecisionContestable, Remedies: []Remedy{{Type: RemedyRefund}}}}
		c.Clocks = []Clock{{Name: ClockAppealWindow, State: ClockRunning, Owner: WaitingAgent}}
	})
	require.Nil(t, Allowed(granted, agent, ActionAppeal, ""))
	require.Equal(t, CodeNotAllowedNow, Allowed(granted, customer, ActionAppeal, "").Code)
	require.Equal(t, CodeSameAuthor, Allowed(granted, supervisor, ActionAppeal, "").Code)
	rejected := of(granted, func(c *Case) {
		c.Decisions[0].State, c.Decisions[0].Remedies, c.Decisions[0].Reject = DecisionInForce, nil, &Rejection{Code: "no"}
	})
	require.Nil(t, Allowed(rejected, customer, ActionAppeal, ""))
	require.Equal(t, CodeForbidden, Allowed(rejected, agent, ActionAppeal, "").Code)

	second := Actor{Role: RoleSupervisor, ID: "super-2"}
	ruledAt := utc("2026-09-24T00:00:00Z")
	twice := bargaining(func(c *Case) {
		c.Stage = StageAdjudication
		c.Appeals = []Appeal{{Side: PartyCustomer, Against: supervisor, RuledAt: &ruledAt}, {Side: PartyMerchant, Against: second}}
	})
	for _, who := range []Actor{supervisor, second} {
		require.Equal(t, CodeSameAuthor, Allowed(twice, who, ActionDecide, "").Code)
	}
	require.Nil(t, Allowed(twice, Actor{Role: RoleSupervisor, ID: "super-3"}, ActionDecide, ""))
	require.True(t, twice.Appealed(PartyCustomer))
	require.False(t, of(twice, func(c *Case) { c.Reopened = 1 }).Appealed(PartyMerchant), "taken up again, it is another quarrel")
}

func TestNotesReferToWhatIsThere(t *testing.T) {
	t.Parallel()
	c := damagedReturn()
	require.NoError(t, CheckMentions(c, []string{"ev_1", "ev_2"}, []string{"agent-2"}, false))
	require.NoError(t, CheckMentions(c, []string{"ev_1"}, nil, true))
	for _, wrong := range []error{
		CheckMentions(c, []string{"ev_9"}, nil, false), CheckMentions(c, []string{"ev_1", "ev_1"}, nil, false),
		CheckMentions(c, nil, []string{"agent-2"}, true), CheckMentions(c, nil, []string{""}, false),
	} {
		require.Equal(t, CodeInvalid, CodeOf(wrong))
	}
}

func TestBothSidesAreAsked(t *testing.T) {
	t.Parallel()
	c := damagedReturn()
	require.NoError(t, CheckEvidenceRequest(c, PartyBoth, []EvidenceType{"report"}))
	require.Equal(t, []Party{PartyCustomer, PartyMerchant}, AskedSides(PartyBoth))
	c.Proof = []ProofStep{{Party: PartyMerchant, Types: []EvidenceType{"report"}, State: ProofOpen}}
	require.Error(t, CheckEvidenceRequest(c, PartyBoth, []EvidenceType{"report"}), "the merchant is asked already")
}
