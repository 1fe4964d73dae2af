package activities

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Credits is the part of the shop's own system that grants coupons, points and gifts.
// Every method returns a *PartnerError as the other partners do.
type Credits interface {
	// Credit grants one credit, under r.Key.
	Credit(ctx context.Context, r CreditRequest) (Movement, error)
	// FindCredit returns the credit made under the key; *PartnerError 404 when the
	// system has none.
	FindCredit(ctx context.Context, key string) (Movement, error)
}

// The kinds of credits.
const (
	CreditCoupon = "coupon"
	CreditGift   = "gift"
)

// CreditRequest is one credit to grant.
type CreditRequest struct {
	Key        string        `json:"credit_key"`
	CaseID     string        `json:"case_id"`
	OrderID    string        `json:"order_id"`
	CustomerID string        `json:"customer_id"`
	Kind       string        `json:"kind"`             // coupon | points | gift
	Amount     dispute.Money `json:"amount"`           // its value
	SKU        string        `json:"sku,omitempty"`    // of a gift
	Code       string        `json:"code,omitempty"`   // of the coupon or programme that is given back
	Points     int64         `json:"points,omitempty"` // given back
}

// creditOf is what the shop's own system is asked for a claim.
func creditOf(c dispute.MoneyClaim) CreditRequest {
	r := CreditRequest{Key: c.Key, CaseID: c.CaseID, OrderID: c.OrderID, CustomerID: c.CustomerID, Kind: CreditCoupon, Amount: c.Amount}
	switch {
	case c.Form == dispute.FormGift:
		r.Kind, r.SKU = CreditGift, c.Gift
	case c.Returns != nil:
		r.Kind, r.Code, r.Points = string(c.Returns.Kind), c.Returns.Code, c.Returns.Points
	}
	return r
}
