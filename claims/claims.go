// Package claims files claims with a carrier or supplier over HTTP, by the contract in
// docs/partners.yaml (tag claims). Answers come back by webhook.
package claims

import (
	"context"
	"net/http"
	"net/url"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/internal/partnerhttp"
)

// Client implements activities.Claims.
type Client struct{ http *partnerhttp.Client }

var _ activities.Claims = (*Client)(nil)

// New returns a client of the party (carrier, supplier) at baseURL.
func New(party, baseURL string, o partnerhttp.Options) (*Client, error) {
	c, err := partnerhttp.New(party, baseURL, o)
	if err != nil {
		return nil, err
	}
	return &Client{http: c}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.Close() }

// FileClaim implements activities.Claims.
func (c *Client) FileClaim(ctx context.Context, r activities.ClaimRequest) (activities.ClaimAnswer, error) {
	const op = "file claim"
	var a activities.ClaimAnswer
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "claims"}, Key: r.Key, In: r, Out: &a,
	})
	return c.checked(op, r.Key, a, err)
}

// FindClaim implements activities.Claims.
func (c *Client) FindClaim(ctx context.Context, key string) (activities.ClaimAnswer, error) {
	const op = "find claim"
	var a activities.ClaimAnswer
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodGet, Path: []string{"v1", "claims"}, Query: url.Values{"claim_key": {key}}, Out: &a,
		NotFound: []string{"unknown_claim"},
	})
	return c.checked(op, key, a, err)
}

// checked refuses an answer about something else.
func (c *Client) checked(op, key string, a activities.ClaimAnswer, err error) (activities.ClaimAnswer, error) {
	switch {
	case err != nil:
		return activities.ClaimAnswer{}, err
	case a.Key != key:
		return activities.ClaimAnswer{}, c.http.BadAnswer(op, "claim_key")
	case !a.Status.Valid():
		return activities.ClaimAnswer{}, c.http.BadAnswer(op, "status")
	case a.Amount.Amount < 0:
		return activities.ClaimAnswer{}, c.http.BadAnswer(op, "amount")
	}
	return a, nil
}
