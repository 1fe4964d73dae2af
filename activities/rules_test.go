package activities_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// ledgerOf is an account that says one thing, or that cannot be asked.
type ledgerOf struct {
	others *dispute.OtherCases
	err    error
}

func (l ledgerOf) OtherCases(context.Context, string, string) (*dispute.OtherCases, error) {
	return l.others, l.err
}

// A case is priced by what other cases have given back or promised when it is decided,
// not when it was investigated; where that cannot be had, by what was found then.
func TestRulesPriceByWhatOtherCasesDidMeanwhile(t *testing.T) {
	t.Parallel()
	library, err := dispute.Embedded()
	require.NoError(t, err)
	c := &dispute.Case{ID: "case_1", PolicyVersion: "default@3", Kind: dispute.KindClaim, Reason: dispute.ReasonNotReceived,
		CustomerID: "li", Currency: "CNY", OrderID: "order_1", Lines: []dispute.Line{{LineID: "lamp", Quantity: 1}},
		Facts: dispute.Facts{Payment: &dispute.PaymentFacts{}, Order: &dispute.OrderFacts{
			OrderID: "order_1", CustomerID: "li", Currency: "CNY", PlacedAt: time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
			Lines:    []dispute.OrderLine{{LineID: "lamp", SKU: "sku-lamp", Quantity: 1, Paid: 8000}},
			Payments: []dispute.OrderMoney{{PaymentID: "pay_1", Captured: 8000}}}}}
	given := &dispute.OtherCases{Lines: []dispute.LineGiven{{LineID: "lamp", Units: 1, Amount: 5000}}}
	supervisor := dispute.Actor{Role: dispute.RoleSupervisor, ID: "sue"}
	for name, row := range map[string]struct {
		ledger activities.GivenBack
		want   int64
	}{
		"nothing to ask":     {nil, 8000},
		"nothing given":      {ledgerOf{}, 8000},
		"part of it given":   {ledgerOf{others: given}, 3000},
		"the record is away": {ledgerOf{others: given, err: dispute.Errorf(dispute.CodeUnavailable, "away")}, 8000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rules := &activities.Rules{Books: activities.FixedBooks(library), Policy: "default", Ledger: row.ledger}
			a, err := rules.Authorize(t.Context(), c, supervisor, []dispute.Remedy{{Type: dispute.RemedyRefund}})
			require.NoError(t, err)
			require.Nil(t, a.Refused)
			require.Equal(t, row.want, a.Total.Amount)
			require.Nil(t, c.Facts.Payment.Others, "the case itself stays as it was found")
		})
	}
}
