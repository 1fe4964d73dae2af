package orders

import (
	"context"
	"net/http"
	"net/url"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
)

var _ activities.Credits = (*Client)(nil)

// granted is a credit as the shop's own system answers it.
type granted struct {
	Key    string           `json:"credit_key"`
	Ref    string           `json:"credit_ref"`
	Status dispute.LegState `json:"status"`
	Reason string           `json:"reason,omitempty"`
}

// Credit implements activities.Credits. A refusal is a 4xx with a code: 422
// unknown_gift, 422 unknown_customer ...
func (c *Client) Credit(ctx context.Context, r activities.CreditRequest) (activities.Movement, error) {
	const op = "credit"
	var g granted
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "credits"}, Key: r.Key, In: r, Out: &g,
	})
	return c.movement(op, r.Key, g, err)
}

// FindCredit implements activities.Credits.
func (c *Client) FindCredit(ctx context.Context, key string) (activities.Movement, error) {
	const op = "find credit"
	var g granted
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodGet, Path: []string{"v1", "credits"}, Query: url.Values{"credit_key": {key}}, Out: &g,
		NotFound: []string{"unknown_credit"},
	})
	return c.movement(op, key, g, err)
}

// movement checks an answer: what is not understood is no answer that may be booked.
func (c *Client) movement(op, key string, g granted, err error) (activities.Movement, error) {
	if err != nil {
		return activities.Movement{}, err
	}
	if g.Key != key {
		return activities.Movement{}, c.http.BadAnswer(op, "credit_key")
	}
	switch g.Status {
	case dispute.MoneyPending, dispute.MoneySucceeded, dispute.MoneyFailed, dispute.MoneyCancelled:
	default:
		return activities.Movement{}, c.http.BadAnswer(op, "status")
	}
	return activities.Movement{Key: key, ProviderRef: g.Ref, Status: g.Status, Reason: g.Reason}, nil
}
