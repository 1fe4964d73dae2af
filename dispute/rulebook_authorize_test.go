package dispute

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	agent      = Actor{Role: RoleAgent, ID: "agent-1"}
	supervisor = Actor{Role: RoleSupervisor, ID: "boss-1"}
	customer   = Actor{Role: RoleCustomer, ID: "cust-1"}
	finance    = Actor{Role: RoleFinance, ID: "fin-1"}
)

// rich makes the order worth enough for the larger limits.
func rich(c *Case) {
	c.Facts.Order.Lines[0].Paid = 500000
	c.Facts.Order.Payments = []OrderMoney{{"pay-1", 600000}}
}

// paid adds a refund of the case.
func paid(state LegState, parts ...LineAmount) func(*Case) {
	return func(c *Case) {
		sum := int64(0)
		for _, p := range parts {
			sum += p.Amount
		}
		c.Legs = append(c.Legs, Leg{ID: "refund-1", Type: LegRefund, State: state,
			Money: &MoneyLeg{Key: c.ID + "/refund-1/1", PaymentID: "pay-1", Amount: CNY(sum), Lines: parts}})
	}
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	refund := func(amount int64) Remedy { return Remedy{Type: RemedyRefund, Amount: ptr(CNY(amount))} }
	pay := func(amount int64) Remedy { return Remedy{Type: RemedyCompensation, Amount: ptr(CNY(amount))} }
	rows := []struct {
		name     string
		change   func(*Case)
		by       Actor
		remedies []Remedy
		total    int64
		approval bool
		refused  Code
	}{
		{"all that was paid", nil, agent, []Remedy{{Type: RemedyReturnRefund}}, 12900, false, ""},
		{"one of two", nil, agent, []Remedy{{Type: RemedyRefund, Lines: []Line{{"l1", 1}}}}, 6450, false, ""},
		{"freight too", nil, agent, []Remedy{{Type: RemedyRefund}, {Type: RemedyFreightRefund}}, 13700, false, ""},
		{"a part of the freight", nil, agent, []Remedy{{Type: RemedyFreightRefund, Amount: ptr(CNY(300))}}, 300, false, ""},
		{"more than the freight", nil, agent, []Remedy{{Type: RemedyFreightRefund, Amount: ptr(CNY(801))}}, 0, false, CodeExceedsCapture},
		{"the freight twice", nil, agent, []Remedy{{Type: RemedyFreightRefund}, {Type: RemedyFreightRefund}}, 0, false, CodeExceedsCapture},
		{"part and rest", nil, agent, []Remedy{{Type: RemedyPartialRefund, Amount: ptr(CNY(900))}, {Type: RemedyRefund}}, 12900, false, ""},
		{"all twice", nil, agent, []Remedy{{Type: RemedyRefund}, {Type: RemedyRefund}}, 0, false, CodeExceedsCapture},
		{"one cent above", nil, supervisor, []Remedy{refund(12901)}, 0, false, CodeExceedsCapture},
		{"after a refund", paid(MoneySucceeded, LineAmount{"l1", 0, 2900}), agent, []Remedy{{Type: RemedyRefund}}, 10000, false, ""},
		{"after a refund of unknown fate", paid(MoneyUnknown, LineAmount{"l1", 0, 2900}), agent, []Remedy{refund(10001)}, 0, false, CodeExceedsCapture},
		{"after a failed refund", paid(MoneyFailed, LineAmount{"l1", 2, 12900}), agent, []Remedy{{Type: RemedyRefund}}, 12900, false, ""},
		{"a planned refund is not counted", paid(MoneyRequired, LineAmount{"l1", 2, 12900}), agent, []Remedy{{Type: RemedyRefund}}, 12900, false, ""},
		{"after everything", paid(MoneyPending, LineAmount{"l1", 2, 12900}), agent, []Remedy{{Type: RemedyRefund}}, 0, false, CodeExceedsCapture},
		{"refunded elsewhere", func(c *Case) { c.Facts.Payment.RefundedElsewhere = 11000 }, agent, []Remedy{{Type: RemedyRefund}}, 0, false, CodeExceedsCapture},
		{"charged back", func(c *Case) { c.Facts.Payment.ChargedBack = 11000 }, agent, []Remedy{refund(12700)}, 12700, false, ""},
		{"line of the order, not of the case", nil, agent, []Remedy{{Type: RemedyRefund, Lines: []Line{{"l2", 1}}}}, 0, false, CodeInvalid},
		{"line of no order", nil, agent, []Remedy{{Type: RemedyRefund, Lines: []Line{{"l9", 1}}}}, 0, false, CodeInvalid},
		{"more units", nil, agent, []Remedy{{Type: RemedyRefund, Lines: []Line{{"l1", 3}}}}, 0, false, CodeInvalid},
		{"no units", nil, agent, []Remedy{{Type: RemedyRefund, Lines: []Line{{"l1", 0}}}}, 0, false, CodeInvalid},
		{"a line twice", nil, agent, []Remedy{{Type: RemedyRefund, Lines: []Line{{"l1", 1}, {"l1", 1}}}}, 0, false, CodeInvalid},
		{"nothing", nil, agent, nil, 0, false, CodeInvalid},
		{"zero", nil, agent, []Remedy{refund(0)}, 0, false, CodeInvalid},
		{"negative", nil, agent, []Remedy{refund(-5)}, 0, false, CodeInvalid},
		{"another currency", nil, agent, []Remedy{{Type: RemedyRefund, Amount: &Money{100, "EUR"}}}, 0, false, CodeInvalid},
		{"partial without amount", nil, agent, []Remedy{{Type: RemedyPartialRefund}}, 0, false, CodeInvalid},
		{"compensation without amount, of what no rule prices", func(c *Case) { c.Reason = ReasonServiceAttitude }, agent,
			[]Remedy{{Type: RemedyCompensation}}, 0, false, CodeInvalid},
		{"unsupported", nil, agent, []Remedy{{Type: "swap"}}, 0, false, CodeInvalid},
		{"not foreseen", func(c *Case) { c.Reason = ReasonChangedMind }, agent, []Remedy{pay(100)}, 0, false, CodeInvalid},
		{"overflow", nil, supervisor, []Remedy{pay(math.MaxInt64), pay(1)}, 0, false, CodeInvalid},
		{"agent at the limit", rich, agent, []Remedy{refund(100000)}, 100000, false, ""},
		{"agent above the limit", rich, agent, []Remedy{refund(100001)}, 100001, true, ""},
		{"agent above in sum", rich, agent, []Remedy{refund(99999), pay(2)}, 100001, true, ""},
		{"supervisor above the limit", rich, supervisor, []Remedy{refund(100001)}, 100001, false, ""},
		{"system at the limit", rich, System, []Remedy{refund(30000)}, 30000, false, ""},
		{"system above the limit", rich, System, []Remedy{refund(30001)}, 30001, false, CodeLimitExceeded},
		{"small compensation", nil, agent, []Remedy{pay(5000)}, 5000, false, ""},
		{"larger compensation", nil, agent, []Remedy{pay(5001)}, 5001, true, ""},
		{"larger compensation by a supervisor", nil, supervisor, []Remedy{pay(5001)}, 5001, false, ""},
		{"larger compensation by rule", nil, System, []Remedy{pay(5001)}, 5001, false, CodeLimitExceeded},
		{"compensation above the cap", nil, supervisor, []Remedy{pay(50001)}, 50001, false, CodeLimitExceeded},
		{"no order facts, money", func(c *Case) { c.Facts.Order = nil }, supervisor, []Remedy{{Type: RemedyRefund}}, 0, false, CodeInvalid},
		{"no order facts, compensation", func(c *Case) { c.Facts.Order = nil }, agent, []Remedy{pay(100)}, 100, false, ""},
		{"small steps above the agent limit", func(c *Case) { rich(c); paid(MoneyPending, LineAmount{"l1", 0, 60000})(c) }, agent,
			[]Remedy{refund(40001)}, 40001, true, ""},
		{"small steps above the automatic limit", func(c *Case) { rich(c); paid(MoneySucceeded, LineAmount{"l1", 0, 20000})(c) }, System,
			[]Remedy{refund(10001)}, 10001, false, CodeLimitExceeded},
		{"small steps of compensation", func(c *Case) {
			c.Legs = []Leg{{ID: "compensation-1", Type: LegCompensation, State: MoneySucceeded, Money: &MoneyLeg{Amount: CNY(4000)}}}
		}, agent, []Remedy{pay(1001)}, 1001, true, ""},
		{"a promise for other lines counts", func(c *Case) { rich(c); paid(MoneyRequired, LineAmount{"l2", 3, 60000})(c) }, agent,
			[]Remedy{refund(40001)}, 40001, true, ""},
		{"a promise for the same lines is decided anew", func(c *Case) { rich(c); paid(MoneyRequired, LineAmount{"l1", 0, 60000})(c) }, agent,
			[]Remedy{refund(40001)}, 40001, false, ""},
		{"new money abroad", func(c *Case) { c.Currency, c.Facts.Order.Currency = "EUR", "EUR" }, supervisor,
			[]Remedy{{Type: RemedyCompensation, Amount: &Money{100, "EUR"}}}, 100, false, CodeLimitExceeded},
		{"too many remedies", nil, supervisor, make([]Remedy, MaxRemedies+1), 0, false, CodeInvalid},
		{"customer", nil, customer, []Remedy{refund(1)}, 0, false, CodeForbidden},
		{"finance", nil, finance, []Remedy{refund(1)}, 0, false, CodeForbidden},
		{"foreign currency, agent", func(c *Case) { c.Currency, c.Facts.Order.Currency = "EUR", "EUR" }, agent, []Remedy{{Type: RemedyRefund}}, 12900, true, ""},
		{"no lines in the case", func(c *Case) { c.Lines = nil }, agent, []Remedy{{Type: RemedyRefund}}, 22900, false, ""},
	}
	for _, b := range bothBooks(t) {
		for _, row := range rows {
			t.Run(b.Version()+" "+row.name, func(t *testing.T) {
				t.Parallel()
				c := damagedReturn()
				if row.change != nil {
					row.change(c)
				}
				a := b.Authorize(c, row.by, row.remedies)
				if row.refused != "" {
					require.NotNil(t, a.Refused)
					require.Equal(t, row.refused, a.Refused.Code, a.Refused.Message)
					require.NotEmpty(t, a.Refused.Message)
				} else {
					require.Nil(t, a.Refused)
					for _, r := range a.Remedies {
						require.NotNil(t, r.Amount)
					}
				}
				require.Equal(t, row.total, a.Total.Amount)
				require.Equal(t, row.approval, a.NeedsApproval)
				require.Equal(t, b.Version()+"/limits/"+string(row.by.Role), a.Rule)
			})
		}
	}
}

// What was authorised can be authorised and planned again as priced.
func TestAuthorizeIsStable(t *testing.T) {
	t.Parallel()
	b, c := book(t, "default"), damagedReturn()
	first := b.Authorize(c, agent, []Remedy{{Type: RemedyReturnRefund}, {Type: RemedyFreightRefund}})
	again := b.Authorize(c, agent, first.Remedies)
	require.Equal(t, first, again)
	require.Nil(t, b.Plan(c, first.Remedies).Refused)
}
