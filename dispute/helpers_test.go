package dispute

import (
	"testing"
	"time"
)

// utc parses an instant; a mistake in a test is a panic.
func utc(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

func ptr[T any](v T) *T { return &v }

// damagedReturn is a return of two mugs damaged in transit, facts gathered.
func damagedReturn() *Case {
	delivered := utc("2026-09-20T04:00:00Z")
	return &Case{
		ID: "case_0199a1b2c3d4e5f60718293a4b5c6d7e", ShopID: "shop-1", PolicyVersion: "default@1",
		Kind: KindReturn, Reason: ReasonDamagedInTransit, OrderID: "order-1", CustomerID: "cust-1", Currency: "CNY",
		Lines: []Line{{LineID: "l1", Quantity: 2}}, RequestedRemedy: []RemedyType{RemedyReturnRefund},
		OpenedAt: utc("2026-09-22T02:00:00Z"), Stage: StageInvestigation,
		Evidence: []Evidence{{ID: "ev_1", Type: EvidencePhoto}, {ID: "ev_2", Type: EvidenceStatement}},
		Facts: Facts{
			Order: &OrderFacts{OrderID: "order-1", CustomerID: "cust-1", Currency: "CNY", ShippingPaid: 800,
				Lines:       []OrderLine{{LineID: "l1", SKU: "mug", Quantity: 2, Paid: 12900}, {LineID: "l2", SKU: "pot", Quantity: 3, Paid: 10000}},
				Payments:    []OrderMoney{{PaymentID: "pay-1", Captured: 20000}, {PaymentID: "pay-2", Captured: 3700}},
				DeliveredAt: &delivered},
			Dispatch: &DispatchFacts{CheckedBy: "qc-7", Lines: []Line{{LineID: "l1", Quantity: 2}, {LineID: "l2", Quantity: 3}}},
			Trace:    &TraceFacts{Status: ParcelDelivered, DeliveredAt: &delivered},
			Payment:  &PaymentFacts{}, History: &HistoryFacts{},
		},
	}
}

// of changes a case for a row of a table.
func of(c *Case, change func(*Case)) *Case {
	change(c)
	return c
}

// bothBooks are the default policy of the first format and the newest one: what
// the one decided the other must not lose by accident.
func bothBooks(t testing.TB) []*Rulebook {
	t.Helper()
	return []*Rulebook{book(t, "default@1"), book(t, "default@3")}
}
