// Package logistics talks to the carrier over HTTP, by the contract in
// docs/partners.yaml (tag carrier). Scans come back by webhook.
package logistics

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
)

// Client implements activities.Carrier.
type Client struct{ http *partnerhttp.Client }

var _ activities.Carrier = (*Client)(nil)

// New returns a client of the carrier at baseURL.
func New(baseURL string, o partnerhttp.Options) (*Client, error) {
	c, err := partnerhttp.New("carrier", baseURL, o)
	if err != nil {
		return nil, err
	}
	return &Client{http: c}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.Close() }

// IssueLabel implements activities.Carrier.
func (c *Client) IssueLabel(ctx context.Context, r activities.LabelRequest) (activities.Label, error) {
	const op = "issue label"
	var l activities.Label
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "labels"}, Key: r.Key, In: r, Out: &l,
	})
	if err != nil {
		return activities.Label{}, err
	}
	switch {
	case l.LabelID == "":
		return activities.Label{}, c.http.BadAnswer(op, "label_id")
	case l.Carrier == "":
		return activities.Label{}, c.http.BadAnswer(op, "carrier")
	case l.TrackingNumber == "":
		return activities.Label{}, c.http.BadAnswer(op, "tracking_number")
	case !webAddress(l.URL):
		return activities.Label{}, c.http.BadAnswer(op, "url")
	}
	return l, nil
}

// webAddress keeps anything but http(s) links from reaching a customer.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// VoidLabel implements activities.Carrier. Status 409 with code label_used says
// that the parcel is already on its way.
func (c *Client) VoidLabel(ctx context.Context, key, labelID string) error {
	const op = "void label"
	var l struct {
		LabelID string `json:"label_id"`
		Status  string `json:"status"`
	}
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "labels", labelID, "void"}, Key: key, Out: &l,
		NotFound: []string{"unknown_label"},
	})
	if notFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if l.LabelID != labelID || l.Status != "voided" {
		return c.http.BadAnswer(op, "status")
	}
	return nil
}

// Trace implements activities.Carrier.
func (c *Client) Trace(ctx context.Context, carrier, trackingNumber string) (dispute.TraceFacts, error) {
	const op = "trace"
	var t dispute.TraceFacts
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodGet, Path: []string{"v1", "parcels", carrier, trackingNumber}, Out: &t,
		NotFound: []string{"unknown_parcel"},
	})
	if notFound(err) {
		return dispute.TraceFacts{Carrier: carrier, TrackingNumber: trackingNumber, Status: dispute.ParcelUnknown}, nil
	}
	if err != nil {
		return dispute.TraceFacts{}, err
	}
	if t.Carrier != carrier || t.TrackingNumber != trackingNumber {
		return dispute.TraceFacts{}, c.http.BadAnswer(op, "tracking_number")
	}
	if !t.Status.Valid() && t.Status != dispute.ParcelUnknown {
		return dispute.TraceFacts{}, c.http.BadAnswer(op, "status")
	}
	t.SignedBy = signedBy(t.SignedBy)
	return t, nil
}

// signedBy keeps names and numbers of people out of the case: only codes go in.
func signedBy(s string) string {
	switch s {
	case "", "recipient", "neighbour", "locker", "reception", "other":
		return s
	}
	return "other"
}

func notFound(err error) bool {
	var failed *activities.PartnerError
	return errors.As(err, &failed) && failed.Status == http.StatusNotFound
}
