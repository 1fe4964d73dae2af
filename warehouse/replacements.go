package warehouse

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/internal/partnerhttp"
)

var (
	_ activities.Replacements  = (*Client)(nil)
	_ activities.Interceptions = (*Client)(nil)
)

// replacement is the warehouse's view of goods that go out anew.
type replacement struct {
	ReplacementID string     `json:"replacement_id"`
	Status        string     `json:"status"` // reserved, shipped, signed or cancelled
	DispatchBy    *time.Time `json:"dispatch_by"`
}

// Replace implements activities.Replacements.
func (c *Client) Replace(ctx context.Context, r activities.ReplacementRequest) (activities.Reservation, error) {
	const op = "replace"
	var out replacement
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "replacements"}, Key: r.Key, In: r, Out: &out,
	})
	if err != nil {
		return activities.Reservation{}, err
	}
	if out.ReplacementID != r.ReplacementID {
		return activities.Reservation{}, c.http.BadAnswer(op, "replacement_id")
	}
	return activities.Reservation{DispatchBy: out.DispatchBy}, nil
}

// CancelReplacement implements activities.Replacements. Cancelling one that the warehouse
// does not know bars its later request.
func (c *Client) CancelReplacement(ctx context.Context, key, replacementID string) error {
	const op = "cancel replacement"
	var out replacement
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "replacements", replacementID, "cancellation"}, Key: key, Out: &out,
		NotFound: []string{"unknown_replacement"},
	})
	if notFound(err) {
		return nil
	}
	if err == nil && (out.ReplacementID != replacementID || out.Status != "cancelled") {
		return c.http.BadAnswer(op, "status")
	}
	return err
}

// interception is the warehouse's view of an order that it stopped.
type interception struct {
	AmendmentID string `json:"amendment_id"`
	Status      string `json:"status"` // held or released
}

// Intercept implements activities.Interceptions.
func (c *Client) Intercept(ctx context.Context, i activities.Interception) error {
	const op = "intercept"
	var out interception
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "interceptions"}, Key: i.Key, In: i, Out: &out,
	})
	if err == nil && (out.AmendmentID != i.AmendmentID || out.Status != "held") {
		return c.http.BadAnswer(op, "status")
	}
	return err
}

// Release implements activities.Interceptions. Releasing one that the warehouse does not
// know bars its later request.
func (c *Client) Release(ctx context.Context, key, amendmentID string, amended bool) error {
	const op = "release"
	var out interception
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "interceptions", amendmentID, "release"}, Key: key, Out: &out,
		In: map[string]any{"amended": amended}, NotFound: []string{"unknown_interception"},
	})
	if notFound(err) {
		return nil
	}
	if err == nil && (out.AmendmentID != amendmentID || out.Status != "released") {
		return c.http.BadAnswer(op, "status")
	}
	return err
}

func notFound(err error) bool {
	var failed *activities.PartnerError
	return errors.As(err, &failed) && failed.Status == http.StatusNotFound
}
