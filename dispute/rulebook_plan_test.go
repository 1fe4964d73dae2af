package dispute

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPlanReturnRefund(t *testing.T) {
	t.Parallel()
	c := of(damagedReturn(), func(c *Case) {
		c.Facts.Order.Payments = []OrderMoney{{"pay-1", 10000}, {"pay-2", 13700}}
		c.Liability = []Share{{Party: PartyCarrier, Percent: 100}}
	})
	plan := book(t, "default").Plan(c, []Remedy{{Type: RemedyReturnRefund}, {Type: RemedyFreightRefund},
		{Type: RemedyCompensation, Amount: ptr(CNY(500))}})
	require.Nil(t, plan.Refused)
	require.Equal(t, []Leg{
		{ID: "return-1", Type: LegReturn, State: ReturnAuthorized, Return: &ReturnLeg{
			RMAID: "RMA-0199a1b2c3d4e5f60718293a4b5c6d7e-1", Instructions: ReturnInstructions{With: []string{"accessories", "invoice"},
				RMAID: "RMA-0199a1b2c3d4e5f60718293a4b5c6d7e-1", Items: []Line{{"l1", 2}}, FreightPayer: FreightMerchant}}},
		{ID: "refund-1", Type: LegRefund, State: MoneyRequired, After: "return-1", Money: &MoneyLeg{
			Key: c.ID + "/refund-1/1", PaymentID: "pay-1", Amount: CNY(10000), Lines: []LineAmount{{"l1", 2, 10000}}}},
		{ID: "refund-2", Type: LegRefund, State: MoneyRequired, After: "return-1", Money: &MoneyLeg{
			Key: c.ID + "/refund-2/1", PaymentID: "pay-2", Amount: CNY(2900), Lines: []LineAmount{{"l1", 0, 2900}}}},
		{ID: "refund-3", Type: LegRefund, State: MoneyRequired, Money: &MoneyLeg{
			Key: c.ID + "/refund-3/1", PaymentID: "pay-2", Amount: CNY(800), Lines: []LineAmount{{ShippingLine, 1, 800}}}},
		{ID: "compensation-1", Type: LegCompensation, State: MoneyRequired, Money: &MoneyLeg{
			Key: c.ID + "/compensation-1/1", Amount: CNY(500)}},
	}, plan.Legs)
}

func TestPlanNumbersGoOn(t *testing.T) {
	t.Parallel()
	b := book(t, "default")
	c := of(damagedReturn(), paid(MoneySucceeded, LineAmount{"l1", 0, 5000}))
	c.Legs = append(c.Legs, Leg{ID: "return-7", Type: LegReturn, State: ReturnRefused, Return: &ReturnLeg{}})
	plan := b.Plan(c, []Remedy{{Type: RemedyReturnRefund}})
	require.Nil(t, plan.Refused)
	require.Equal(t, "return-8", plan.Legs[0].ID)
	require.Equal(t, "refund-2", plan.Legs[1].ID)
	require.Equal(t, CNY(7900), plan.Legs[1].Money.Amount)
}

func TestPlanRespectsPayments(t *testing.T) {
	t.Parallel()
	b := book(t, "default")
	c := of(damagedReturn(), paid(MoneyPending, LineAmount{ShippingLine, 1, 800}))
	c.Facts.Order.Payments = []OrderMoney{{"pay-1", 1000}, {"pay-2", 22700}}
	plan := b.Plan(c, []Remedy{{Type: RemedyRefund}})
	require.Nil(t, plan.Refused)
	require.Len(t, plan.Legs, 2)
	require.Equal(t, CNY(200), plan.Legs[0].Money.Amount) // pay-1 holds 1000 less the 800 under way
	require.Equal(t, CNY(12700), plan.Legs[1].Money.Amount)

	c.Facts.Payment.Payments = []PaymentGone{{"pay-1", 100}, {"pay-2", 13700}} // elsewhere, or by other cases
	plan = b.Plan(c, []Remedy{{Type: RemedyRefund, Lines: []Line{{"l1", 1}}}})
	require.Nil(t, plan.Refused)
	require.Equal(t, CNY(100), plan.Legs[0].Money.Amount)
	require.Equal(t, "pay-2", plan.Legs[1].Money.PaymentID)

	c.Facts.Order.Payments = []OrderMoney{{"pay-1", 1000}}
	plan = b.Plan(c, []Remedy{{Type: RemedyRefund}})
	require.NotNil(t, plan.Refused)
	require.Equal(t, CodeExceedsCapture, plan.Refused.Code)
	require.Empty(t, plan.Legs)
}

func TestFreightPayer(t *testing.T) {
	t.Parallel()
	b := book(t, "default")
	share := func(p Party, percent int) Share { return Share{Party: p, Percent: percent} }
	rows := []struct {
		reason Reason
		shares []Share
		want   FreightPayer
	}{
		{ReasonDamagedInTransit, nil, FreightMerchant},
		{ReasonChangedMind, nil, FreightCustomer},
		{ReasonServiceAttitude, nil, FreightMerchant},
		{ReasonDamagedInTransit, []Share{share(PartyCarrier, 100)}, FreightMerchant},
		{ReasonDamagedInTransit, []Share{share(PartyCustomer, 60), share(PartyCarrier, 40)}, FreightCustomer},
		{ReasonDamagedInTransit, []Share{share(PartyCustomer, 40), share(PartyMerchant, 60)}, FreightMerchant},
		{ReasonDamagedInTransit, []Share{share(PartyUndetermined, 100)}, FreightCustomer},
	}
	for _, row := range rows {
		require.Equal(t, row.want, b.freightPayer(&Case{Reason: row.reason}, row.shares), row)
	}
}

// Rulings stand in the history of the workflow: they stay small.
func TestRulingsAreSmall(t *testing.T) {
	t.Parallel()
	b, c := book(t, "default"), damagedReturn()
	c.RequestedRemedy = append(c.RequestedRemedy, RemedyFreightRefund)
	in, err := b.Intake(opening())
	require.NoError(t, err)
	k, err := b.Clock(c, ClockRequest{Name: ClockResolution}, utc("2026-09-24T02:00:00Z"))
	require.NoError(t, err)
	assessment := b.Assess(c, c.OpenedAt)
	plan := b.Plan(c, assessment.Remedies)
	c.Legs = plan.Legs
	c.Legs[0].Return.Inspection = []InspectedLine{{SKU: "mug", Quantity: 1, Condition: ConditionUsed}, {SKU: "cat", Quantity: 1, Condition: ConditionIntact}}
	outside := b.Admit(noReason("2026-09-01T00:00:00Z", "2026-09-22T00:00:00Z"))
	for name, ruling := range map[string]any{
		"intake": in, "clock": k, "assessment": assessment, "plan": plan, "admission": outside,
		"authority":  b.Authorize(c, agent, assessment.Remedies),
		"inspection": b.Inspect(c, "return-1"),
		"silence":    b.Silence(c, Clock{Name: ClockReceiptConfirmation, LegID: "return-1"}),
	} {
		data, err := json.Marshal(ruling)
		require.NoError(t, err)
		require.Less(t, len(data), 1200, "%s: %s", name, data)
		t.Log(name, len(data))
	}
}
