package devstack

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// paid is what the customer of the story paid for the lamp, in minor units.
const paid = 12900

// newOrder places an order of one lamp at the sandbox, delivered two days ago.
func (s *story) newOrder(ctx context.Context) error {
	now := time.Now().UTC().Truncate(time.Second)
	placed, delivered := now.AddDate(0, 0, -6), now.AddDate(0, 0, -2)
	_, err := s.shop.CreateOrder(ctx, partners.NewOrder{
		OrderID: s.order, CustomerID: s.run.customerID(), PlacedAt: &placed, DeliveredAt: &delivered, Currency: "CNY",
		Lines: []dispute.OrderLine{{LineID: lampLine, SKU: "LAMP-01", Quantity: 1, Paid: paid}},
	})
	if err != nil {
		return fmt.Errorf("placing an order at the sandbox: %w", err)
	}
	return nil
}

// judge compares the end of the case with what the partners' ledgers say: closed,
// resolved, and exactly one refund of what was paid.
func (s *story) judge(ctx context.Context, ended dispute.Case) (string, error) {
	if !told(&ended) || ended.Outcome != dispute.OutcomeResolved {
		return "", fmt.Errorf("case %s ended %s as %q, not closed as resolved", ended.ID, ended.Stage, ended.Outcome)
	}
	made, err := s.shop.Ledger(ctx, partners.Payments, partners.Filter{CaseID: ended.ID, Kind: "refund.made"})
	if err != nil {
		return "", fmt.Errorf("reading the provider's ledger: %w", err)
	}
	settled, err := s.shop.Ledger(ctx, partners.Payments, partners.Filter{CaseID: ended.ID, Kind: "refund.settled"})
	if err != nil {
		return "", fmt.Errorf("reading the provider's ledger: %w", err)
	}
	if len(made) != 1 || len(settled) != 1 {
		return "", fmt.Errorf("the provider's ledger has %d refunds made and %d settled for case %s; one of each is right", len(made), len(settled), ended.ID)
	}
	var refund struct {
		Status dispute.LegState `json:"status"`
		Amount dispute.Money    `json:"amount"`
	}
	if err := json.Unmarshal(settled[0].Data, &refund); err != nil {
		return "", fmt.Errorf("reading the provider's ledger: %w", err)
	}
	if refund.Status != dispute.MoneySucceeded || refund.Amount != (dispute.Money{Amount: paid, Currency: "CNY"}) {
		return "", fmt.Errorf("the provider's ledger has a refund %s of %d %s for case %s; succeeded, %d CNY is right",
			refund.Status, refund.Amount.Amount, refund.Amount.Currency, ended.ID, paid)
	}
	return fmt.Sprintf("Case %s is %s, %s; the provider's ledger has exactly one refund, %s, of %d.%02d %s.",
		ended.ID, ended.Stage, ended.Outcome, refund.Status, paid/100, paid%100, refund.Amount.Currency), nil
}
