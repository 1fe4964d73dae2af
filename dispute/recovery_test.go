package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var recoveryAt = time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)

// refunded is a case whose customer got 50.00 for a line and 8.00 for its shipping.
func refunded(shares ...Share) *Case {
	return &Case{ID: "case_1", ShopID: "shop", OrderID: "o", Currency: "CNY", Stage: StageFollowUp, PolicyVersion: "default@3",
		Reason: ReasonDamagedInTransit, Liability: shares,
		Evidence: []Evidence{{ID: "ev_1", Type: EvidencePhoto, SHA256: "aa"}, {ID: "ev_2", Type: EvidenceStatement}},
		Facts:    Facts{Order: &OrderFacts{Carrier: "SF", TrackingNumber: "T1", Lines: []OrderLine{{LineID: "line-1", Quantity: 2, Paid: 10000}}}},
		Legs: []Leg{
			{ID: "return-1", Type: LegReturn, State: ReturnAccepted, Return: &ReturnLeg{}},
			{ID: "refund-1", Type: LegRefund, State: MoneySucceeded, After: "return-1", Money: &MoneyLeg{Amount: CNY(5800),
				Lines: []LineAmount{{LineID: "line-1", Quantity: 1, Amount: 5000}, {LineID: ShippingLine, Amount: 800}}}},
		}}
}

func recoveryBook(t *testing.T) *Rulebook {
	t.Helper()
	library, err := Embedded()
	require.NoError(t, err)
	book, err := library.Book("default@3")
	require.NoError(t, err)
	return book
}

func share(p Party, percent int) Share { return Share{Party: p, Percent: percent, Rule: "r"} }

func openAll(c *Case, p *RecoveryPlan) []Recovery {
	if p == nil {
		return nil
	}
	return p.New(c, recoveryAt, func(string) bool { return false }, func(Party) int { return 1 })
}

func TestRecoveryClaimsTheShareOfWhatWasPaid(t *testing.T) {
	t.Parallel()
	book := recoveryBook(t)
	type want map[Party]int64
	for name, row := range map[string]struct {
		shares []Share
		change func(*Case)
		want   want
	}{
		"carrier alone: goods and freight":   {shares: []Share{share(PartyCarrier, 100)}, want: want{PartyCarrier: 5800}},
		"halves":                             {shares: []Share{share(PartyCarrier, 50), share(PartyMerchant, 50)}, want: want{PartyCarrier: 2900}},
		"a third, rounded over all":          {shares: []Share{share(PartyMerchant, 67), share(PartyCarrier, 33)}, want: want{PartyCarrier: 1914}},
		"the supplier does not bear freight": {shares: []Share{share(PartySupplier, 100)}, want: want{PartySupplier: 5000}},
		"below the least amount":             {shares: []Share{share(PartyCarrier, 10), share(PartyMerchant, 90)}, want: want{}},
		"the customer's own fault":           {shares: []Share{share(PartyCustomer, 100)}, want: want{}},
		"nobody found yet":                   {want: want{}},
		"before the money has arrived":       {shares: []Share{share(PartyCarrier, 100)}, change: func(c *Case) { c.Legs[1].State = MoneyPending }, want: want{}},
		"while the remedies are carried out": {shares: []Share{share(PartyCarrier, 100)}, change: func(c *Case) { c.Stage = StageExecution }, want: want{}},
		"goods that are sold as new are no loss": {shares: []Share{share(PartyCarrier, 100)}, want: want{}, change: func(c *Case) {
			c.Legs[0].Return.Inspection = []InspectedLine{{LineID: "line-1", Quantity: 1, Condition: ConditionIntact, Disposition: DispositionRestockNew}}
		}},
		"goods that are scrapped are": {shares: []Share{share(PartyCarrier, 100)}, want: want{PartyCarrier: 5800}, change: func(c *Case) {
			c.Legs[0].Return.Inspection = []InspectedLine{{LineID: "line-1", Quantity: 1, Condition: ConditionDamaged, Disposition: DispositionScrap}}
		}},
		"a payout and a replacement count, a coupon does not": {shares: []Share{share(PartyCarrier, 100)}, want: want{PartyCarrier: 5800 + 700 + 5000}, change: func(c *Case) {
			c.Legs = append(c.Legs,
				Leg{ID: "compensation-1", Type: LegCompensation, State: MoneySucceeded, Money: &MoneyLeg{Amount: CNY(700)}},
				Leg{ID: "compensation-2", Type: LegCompensation, State: MoneySucceeded, Money: &MoneyLeg{Amount: CNY(900), Form: "coupon"}},
				Leg{ID: "replacement-1", Type: LegReplacement, State: ReplacementSigned, Replacement: &ReplacementLeg{Items: []ReplacementItem{{LineID: "line-1", Quantity: 1}}}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := refunded(row.shares...)
			if row.change != nil {
				row.change(c)
			}
			got := want{}
			for _, r := range openAll(c, book.Recoveries(c)) {
				got[r.Party] = r.Claimed
				sum := int64(0)
				for _, i := range r.Items {
					sum += i.Amount
				}
				require.Equal(t, r.Claimed, sum, "the parts sum to the claim")
				require.Equal(t, "default@3/recovery/"+string(r.Party), r.Explanation.Rule)
				require.Equal(t, "ours", r.Explanation.Basis)
				require.Equal(t, []ClaimEvidence{{EvidenceID: "ev_1", Type: EvidencePhoto, SHA256: "aa"}}, r.Evidence)
			}
			require.Equal(t, row.want, got)
		})
	}
}

func TestNoRecoveryUnderEarlierFormats(t *testing.T) {
	t.Parallel()
	library, err := Embedded()
	require.NoError(t, err)
	for _, id := range []string{"default@1", "default@2"} {
		book, err := library.Book(id)
		require.NoError(t, err)
		require.Nil(t, book.Recoveries(refunded(share(PartyCarrier, 100))), id)
	}
}

// All parties together never claim more than was paid, and no leg twice.
func TestRecoveryNeverClaimsMoreThanPaid(t *testing.T) {
	t.Parallel()
	book := recoveryBook(t)
	rapid.Check(t, func(t *rapid.T) {
		carrier := rapid.IntRange(0, 100).Draw(t, "carrier")
		supplier := rapid.IntRange(0, 100-carrier).Draw(t, "supplier")
		var shares []Share
		for _, s := range []Share{share(PartyCarrier, carrier), share(PartySupplier, supplier), share(PartyMerchant, 100-carrier-supplier)} {
			if s.Percent > 0 {
				shares = append(shares, s)
			}
		}
		c := refunded(shares...)
		paid := int64(0)
		c.Legs = nil
		for i := range rapid.IntRange(1, 4).Draw(t, "legs") {
			amount := rapid.Int64Range(1, 1_000_000).Draw(t, "amount")
			paid += amount
			c.Legs = append(c.Legs, Leg{ID: "refund-" + string(rune('1'+i)), Type: LegRefund, State: MoneySucceeded,
				Money: &MoneyLeg{Amount: CNY(amount), Lines: []LineAmount{{LineID: "line-1", Quantity: 1, Amount: amount}}}})
		}
		claimed, legs := int64(0), map[string]bool{}
		first := openAll(c, book.Recoveries(c))
		for _, r := range first {
			claimed += r.Claimed
			for _, i := range r.Items {
				legs[i.LegID] = true
			}
		}
		require.LessOrEqual(t, claimed, paid)
		// One more refund, after a reopening: only that is claimed then.
		c.Legs = append(c.Legs, Leg{ID: "refund-9", Type: LegRefund, State: MoneySucceeded, Money: &MoneyLeg{Amount: CNY(100_000)}})
		if plan := book.Recoveries(c); plan != nil {
			for _, r := range plan.New(c, recoveryAt, func(id string) bool { return legs[id] }, func(Party) int { return 2 }) {
				for _, i := range r.Items {
					require.False(t, legs[i.LegID], "%s is claimed twice", i.LegID)
				}
			}
		}
	})
}

// filedRecovery is a claim of 50.00 that the carrier has.
func filedRecovery(t *testing.T) *Recovery {
	t.Helper()
	c := refunded(share(PartyCarrier, 100))
	c.Legs[1].Money.Lines = c.Legs[1].Money.Lines[:1]
	all := openAll(c, recoveryBook(t).Recoveries(c))
	require.Len(t, all, 1)
	r := &all[0]
	require.Equal(t, "case_1-carrier-1", r.ID)
	require.Equal(t, "recovery/case_1/carrier-1", r.WorkflowID())
	require.Equal(t, r.WorkflowID(), RecoveryOfClaim(r.Last().Key))
	require.Equal(t, r.ID, RecoveryIDOfClaim(r.Last().Key))
	require.Equal(t, AwaitsFiling, r.Awaits)
	require.Empty(t, r.Take(word(r, ClaimFiled, 0, 1), recoveryAt))
	require.Equal(t, RecoveryFiled, r.State)
	return r
}

func word(r *Recovery, s ClaimStatus, amount, sequence int64) ClaimUpdate {
	return ClaimUpdate{ClaimKey: r.Last().Key, Status: s, Amount: CNY(amount), Sequence: sequence}
}

func by(role Role, id string) RecoveryCommand {
	return RecoveryCommand{Command: Command{Actor: Actor{Role: role, ID: id}}}
}

func TestRecoveryAcceptedAndPaidInParts(t *testing.T) {
	t.Parallel()
	r := filedRecovery(t)
	require.Empty(t, r.Take(word(r, ClaimAccepted, 0, 2), recoveryAt))
	require.Equal(t, RecoveryAccepted, r.State)
	require.Equal(t, AwaitsPayment, r.Awaits)
	require.Empty(t, r.Take(word(r, ClaimPaid, 3000, 3), recoveryAt))
	require.EqualValues(t, 3000, r.Recovered)
	require.Equal(t, AwaitsPayment, r.Awaits)
	require.Equal(t, "stale_sequence", r.Take(word(r, ClaimPaid, 4000, 3), recoveryAt))
	require.Equal(t, "nothing_new", r.Take(word(r, ClaimPaid, 3000, 4), recoveryAt))
	require.Equal(t, "amount_exceeds_claim", r.Take(word(r, ClaimPaid, 5001, 4), recoveryAt))
	require.Equal(t, CodeNotAllowedNow, CodeOf(r.Allowed(Actor{Role: RoleAgent, ID: "a"}, ActionWriteOff)), "it is promised")
	require.Empty(t, r.Take(word(r, ClaimPaid, 5000, 5), recoveryAt))
	require.Equal(t, RecoveryRecovered, r.State)
	require.NotNil(t, r.ClosedAt)
	require.Empty(t, r.Actions(Actor{Role: RoleFinance, ID: "f"}))
}

func TestRecoveryDeniedContestedAndWrittenOff(t *testing.T) {
	t.Parallel()
	r := filedRecovery(t)
	r.Limits = WriteOffLimits{Agent: 1000, Supervisor: 2000, Finance: 100000}
	require.Empty(t, r.Take(word(r, ClaimDenied, 0, 2), recoveryAt))
	require.Equal(t, AwaitsPerson, r.Awaits)
	require.NoError(t, r.Contest(ContestCommand{RecoveryCommand: by(RoleAgent, "a"), Evidence: []ClaimEvidence{{EvidenceID: "ev_9"}}}, recoveryAt))
	require.Equal(t, "recovery/case_1/carrier-1/claim-2", r.Last().Key)
	require.Equal(t, AwaitsFiling, r.Awaits)
	require.Empty(t, r.Take(word(r, ClaimPartlyAccepted, 1500, 1), recoveryAt))
	require.Equal(t, AwaitsPerson, r.Awaits, "35.00 are left that nobody promised")
	require.ErrorContains(t, r.Contest(ContestCommand{RecoveryCommand: by(RoleAgent, "a")}, recoveryAt), "contested once")
	require.NoError(t, r.GiveUp(WriteOffCommand{RecoveryCommand: by(RoleAgent, "a"), ID: "w1", Reason: "denied_twice"}, recoveryAt))
	require.Equal(t, AwaitsApproval, r.Awaits)
	require.Equal(t, WaitingFinance, r.Waiting)
	require.EqualValues(t, 3500, r.Pending().Amount, "what is promised is not written off")
	approve := func(role Role, id string, yes bool) error {
		return r.Approve(ApproveWriteOffCommand{RecoveryCommand: by(role, id), WriteOffID: "w1", Approve: yes}, recoveryAt)
	}
	require.Equal(t, CodeSameAuthor, CodeOf(approve(RoleFinance, "a", true)))
	require.Equal(t, CodeLimitExceeded, CodeOf(approve(RoleSupervisor, "s", true)))
	require.NoError(t, approve(RoleFinance, "f", true))
	require.Equal(t, AwaitsPayment, r.Awaits)
	require.NoError(t, r.Settle(SettleCommand{RecoveryCommand: by(RoleFinance, "f"), Result: ClaimPaid}, recoveryAt))
	require.Equal(t, RecoveryRecovered, r.State)
	require.EqualValues(t, 1500, r.Recovered)
	require.EqualValues(t, 3500, r.WrittenOff)
}

func TestWriteOffInsideTheOwnLimitNeedsNobody(t *testing.T) {
	t.Parallel()
	r := filedRecovery(t)
	require.Equal(t, CodeNotAllowedNow, CodeOf(r.Allowed(Actor{Role: RoleAgent, ID: "a"}, ActionWriteOff)), "not while the answer is awaited")
	require.Empty(t, r.Take(word(r, ClaimDenied, 0, 2), recoveryAt))
	require.NoError(t, r.GiveUp(WriteOffCommand{RecoveryCommand: by(RoleAgent, "a"), ID: "w1"}, recoveryAt))
	require.Equal(t, RecoveryWrittenOff, r.State)
	require.Zero(t, r.Recovered)
}

// Whatever a party reports and people do, the sums hold and the end is an end.
func TestRecoverySumsHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := filedRecovery(t)
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			final := r.State.Final()
			amount := rapid.Int64Range(0, 6000).Draw(rt, "amount")
			key := r.Claims[rapid.IntRange(0, len(r.Claims)-1).Draw(rt, "claim")].Key
			before := r.Recovered + r.WrittenOff
			switch rapid.IntRange(0, 4).Draw(rt, "what") {
			case 0, 1:
				status := rapid.SampledFrom([]ClaimStatus{ClaimFiled, ClaimAccepted, ClaimPartlyAccepted, ClaimDenied, ClaimPaid}).Draw(rt, "status")
				if final {
					continue // its workflow has ended: late events do not reach it
				}
				r.Take(ClaimUpdate{ClaimKey: key, Status: status, Amount: CNY(amount)}, recoveryAt)
			case 2:
				_ = r.GiveUp(WriteOffCommand{RecoveryCommand: by(RoleAgent, "a"), ID: "w"}, recoveryAt) != nil
			case 3:
				_ = r.Approve(ApproveWriteOffCommand{RecoveryCommand: by(RoleFinance, "f"), Approve: amount%2 == 0}, recoveryAt) != nil
			case 4:
				_ = r.Contest(ContestCommand{RecoveryCommand: by(RoleAgent, "a")}, recoveryAt) != nil
			}
			require.GreaterOrEqual(rt, r.Recovered+r.WrittenOff, before, "nothing booked is taken back")
			require.LessOrEqual(rt, r.Recovered+r.WrittenOff, r.Claimed)
			require.Equal(rt, r.State.Final(), r.Open() == 0)
			require.LessOrEqual(rt, len(r.Claims), 2)
			if !r.State.Final() {
				require.NotEqual(rt, AwaitsNothing, r.Awaits, "somebody is always waited for")
			}
		}
	})
}
