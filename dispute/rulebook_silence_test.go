package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// parcelUnderWay is a damaged return whose parcel is under way.
func parcelUnderWay(t testing.TB, change func(*Case)) *Case {
	t.Helper()
	c := damagedReturn()
	plan := book(t, "default").Plan(c, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, plan.Refused)
	c.Legs, c.Stage = plan.Legs, StageExecution
	change(c)
	return c
}

func TestSilence(t *testing.T) {
	t.Parallel()
	same := func(*Case) {}
	rows := []struct {
		name    string
		c       *Case
		k       Clock
		outcome string
		code    string
		total   int64
	}{
		{"agent, inside the limit", damagedReturn(), Clock{Name: ClockAgentDecision}, SilenceForCustomer, "", 12900},
		{"agent, above the limit", of(damagedReturn(), rich), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeAboveAutomatic, 0},
		{"agent, risk in the facts", of(damagedReturn(), func(c *Case) { c.Facts.History.Cases90Days = 99 }), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeRiskFlagged, 0},
		{"agent, risk on the case", of(damagedReturn(), func(c *Case) { c.Risk.Flags = []string{"by_hand"} }), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeRiskFlagged, 0},
		{"agent, no order", of(damagedReturn(), func(c *Case) { c.Facts.Order = nil }), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeOrderNotAnswered, 0},
		{"agent, chargeback", of(damagedReturn(), func(c *Case) { c.Facts.Payment.ChargebackOpen = true }), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeChargeback, 0},
		{"agent, nothing to price", of(damagedReturn(), func(c *Case) { c.RequestedRemedy = []RemedyType{RemedyPartialRefund} }), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeCannotPrice, 0},
		{"agent, nothing asked", of(damagedReturn(), func(c *Case) { c.RequestedRemedy = nil }), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeCannotPrice, 0},
		{"agent, delivery date unknown", of(noReason("2026-09-20T00:00:00Z", "2026-09-22T00:00:00Z"), func(c *Case) {
			c.Facts.Order.DeliveredAt, c.Facts.Trace = nil, nil
		}), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeDeliveryDateUnknown, 0},
		{"agent, window over by the carrier's date", of(noReason("2026-09-01T00:00:00Z", "2026-12-22T00:00:00Z"), func(c *Case) {
			c.Facts.Order.DeliveredAt = nil
		}), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeOutsideWindow, 0},
		{"agent, inspection differs", parcelUnderWay(t, func(c *Case) {
			c.Legs[0].Return.Differences = []ReturnDifference{{Code: DifferenceShort}}
		}), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeInspectionDiffers, 0},
		{"agent, a counter stands", of(damagedReturn(), func(c *Case) {
			c.Offers = []Offer{{ID: "o1", State: OfferCountered, Counter: &CounterAsk{Remedies: []Remedy{{Type: RemedyReturnRefund, Amount: ptr(CNY(700))}}}}}
		}), Clock{Name: ClockAgentDecision}, SilenceForCustomer, "", 700},
		{"agent, a counter above what was paid", of(damagedReturn(), func(c *Case) {
			c.Offers = []Offer{{ID: "o1", State: OfferCountered, Counter: &CounterAsk{Remedies: []Remedy{{Type: RemedyPartialRefund, Amount: ptr(CNY(99999))}}}}}
		}), Clock{Name: ClockAgentDecision}, SilenceEscalate, CodeCannotPrice, 0},

		{"warehouse, inside the limit", parcelUnderWay(t, same), Clock{Name: ClockReceiptConfirmation, LegID: "return-1"}, SilenceRefund, "", 0},
		{"warehouse, above the limit", parcelUnderWay(t, func(c *Case) { c.Legs[1].Money.Amount = CNY(30001) }), Clock{Name: ClockReceiptConfirmation, LegID: "return-1"}, SilenceAgent, CodeAboveAutomatic, 0},
		{"warehouse, risk", parcelUnderWay(t, func(c *Case) { c.Risk.Flags = []string{"x"} }), Clock{Name: ClockReceiptConfirmation, LegID: "return-1"}, SilenceAgent, CodeRiskFlagged, 0},
		{"warehouse, nothing waits", parcelUnderWay(t, func(c *Case) { c.Legs = c.Legs[:1] }), Clock{Name: ClockReceiptConfirmation, LegID: "return-1"}, SilenceAgent, CodeCannotPrice, 0},

		{"lost on our label", parcelUnderWay(t, func(c *Case) { c.Legs[0].Return.ParcelStatus = ParcelLost }), Clock{Name: ClockReturnTransit, LegID: "return-1"}, SilenceRefund, "", 0},
		{"lost on the customer's", parcelUnderWay(t, func(c *Case) {
			c.Legs[0].Return.ParcelStatus, c.Legs[0].Return.Instructions.FreightPayer = ParcelLost, FreightCustomer
		}), Clock{Name: ClockReturnTransit, LegID: "return-1"}, SilenceAgent, "carrier_says_lost", 0},
		{"lost, above the limit", parcelUnderWay(t, func(c *Case) {
			c.Legs[0].Return.ParcelStatus, c.Legs[1].Money.Amount = ParcelLost, CNY(30001)
		}), Clock{Name: ClockReturnTransit, LegID: "return-1"}, SilenceAgent, CodeAboveAutomatic, 0},
		{"not found", parcelUnderWay(t, same), Clock{Name: ClockReturnTransit, LegID: "return-1"}, SilenceAgent, "carrier_says_unknown", 0},
		{"still on its way", parcelUnderWay(t, func(c *Case) { c.Legs[0].Return.ParcelStatus = ParcelInTransit }), Clock{Name: ClockReturnTransit, LegID: "return-1"}, SilenceAgent, "carrier_says_in_transit", 0},

		{"escalation, nothing offered", damagedReturn(), Clock{Name: ClockEscalationWindow}, SilenceCloseExpired, "", 0},
		{"escalation, after an offer", of(damagedReturn(), func(c *Case) { c.Offers = []Offer{{State: OfferLapsed}} }), Clock{Name: ClockEscalationWindow}, SilenceCloseRejected, "", 0},
		{"escalation, after a refusal", of(damagedReturn(), func(c *Case) { c.Decisions = []Decision{{State: DecisionInForce}} }), Clock{Name: ClockEscalationWindow}, SilenceCloseRejected, "", 0},
		{"escalation, the offer was never made", of(damagedReturn(), func(c *Case) { c.Offers = []Offer{{State: OfferRefused}} }), Clock{Name: ClockEscalationWindow}, SilenceCloseExpired, "", 0},

		{"first response", damagedReturn(), Clock{Name: ClockFirstResponse}, SilenceBreach, "", 0},
		{"information", damagedReturn(), Clock{Name: ClockCustomerInfo}, SilenceCloseExpired, "", 0},
		{"resolution", damagedReturn(), Clock{Name: ClockResolution, Round: 2}, SilenceExtend, "", 0},
		{"supervisor never pays by silence", damagedReturn(), Clock{Name: ClockSupervisorDecision, Round: 5}, SilenceNextLevel, "", 0},
		{"customer", damagedReturn(), Clock{Name: ClockCustomerResponse}, SilenceLapse, "", 0},
		{"shipment", damagedReturn(), Clock{Name: ClockReturnShipment}, SilenceExpireReturn, "", 0},
		{"inspection", damagedReturn(), Clock{Name: ClockInspection}, SilenceRemind, "", 0},
		{"inspection again", damagedReturn(), Clock{Name: ClockInspection, Round: 1}, SilenceAgent, "", 0},
		{"settlement", damagedReturn(), Clock{Name: ClockRefundSettlement}, SilenceReconcile, "", 0},
		{"settlement again", damagedReturn(), Clock{Name: ClockRefundSettlement, Round: 1}, SilenceAgent, "", 0},
		{"reopen", damagedReturn(), Clock{Name: ClockReopenWindow}, SilenceClose, "", 0},
	}
	for _, b := range bothBooks(t) {
		for _, row := range rows {
			t.Run(b.Version()+" "+row.name, func(t *testing.T) {
				t.Parallel()
				s := b.Silence(row.c, row.k)
				require.Equal(t, row.outcome, s.Outcome, s.Explanation)
				require.Equal(t, b.Version()+"/clocks/"+string(row.k.Name), s.Rule)
				if row.code == "" {
					require.Nil(t, s.Explanation)
				} else {
					require.Equal(t, row.code, s.Explanation.Code)
				}
				total, _, err := totals(row.c, s.Remedies)
				require.NoError(t, err)
				require.Equal(t, row.total, total.Amount)
			})
		}
	}
}

// Silence gives nothing that the policy does not offer by rule for the kind: money
// without the goods back is for a person, where goods arrived (design, law 7). Format 1
// stays as it was released.
func TestSilenceGrantsWhatTheKindOffers(t *testing.T) {
	t.Parallel()
	asks := func(kind Kind, reason Reason, remedies ...RemedyType) func(*Case) {
		return func(c *Case) { c.Kind, c.Reason, c.RequestedRemedy = kind, reason, remedies }
	}
	rows := []struct {
		name      string
		change    func(*Case)
		requested string // why a person decides; "" where silence grants it
	}{
		{"a return", asks(KindReturn, ReasonDamagedInTransit, RemedyReturnRefund), ""},
		{"a return and its freight", asks(KindReturn, ReasonDamagedInTransit, RemedyReturnRefund, RemedyFreightRefund), ""},
		{"a return that keeps the goods", asks(KindReturn, ReasonDamagedInTransit, RemedyRefund), "refund"},
		{"a claim", asks(KindClaim, ReasonDamagedInTransit, RemedyRefund), ""},
		{"a complaint that asks for money", asks(KindComplaint, ReasonOther, RemedyRefund), "refund"},
		{"a counter that keeps the goods", func(c *Case) {
			c.Offers = []Offer{{ID: "o1", State: OfferCountered, Counter: &CounterAsk{Remedies: []Remedy{{Type: RemedyPartialRefund, Amount: ptr(CNY(700))}}}}}
		}, "partial_refund"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			c := of(damagedReturn(), row.change)
			s := book(t, "default@1").Silence(c, Clock{Name: ClockAgentDecision})
			require.Equal(t, SilenceForCustomer, s.Outcome, s.Explanation)
			s = book(t, "default@3").Silence(c, Clock{Name: ClockAgentDecision})
			if row.requested == "" {
				require.Equal(t, SilenceForCustomer, s.Outcome, s.Explanation)
				return
			}
			require.Equal(t, SilenceEscalate, s.Outcome)
			require.Empty(t, s.Remedies)
			require.Equal(t, &Explanation{Code: CodePersonByRule, Rule: "default@3/clocks/agent_decision", Basis: s.Basis,
				Detail: map[string]string{"kind": string(c.Kind), "requested": row.requested}}, s.Explanation)
		})
	}
}
