// Package notify hands notices to the channel that reaches people, over HTTP, by
// the contract in docs/partners.yaml (tag notify).
package notify

import (
	"context"
	"net/http"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/internal/partnerhttp"
)

// Client implements activities.Notifier.
type Client struct{ http *partnerhttp.Client }

var _ activities.Notifier = (*Client)(nil)

// New returns a client of the notification channel at baseURL.
func New(baseURL string, o partnerhttp.Options) (*Client, error) {
	c, err := partnerhttp.New("notify", baseURL, o)
	if err != nil {
		return nil, err
	}
	return &Client{http: c}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.Close() }

// Notify implements activities.Notifier.
func (c *Client) Notify(ctx context.Context, n activities.Notification) error {
	const op = "notify"
	var accepted struct {
		NoticeID string `json:"notice_id"`
	}
	err := c.http.Do(ctx, partnerhttp.Call{
		Operation: op, Method: http.MethodPost, Path: []string{"v1", "notices"}, Key: n.Key, In: n, Out: &accepted,
	})
	if err != nil {
		return err
	}
	if accepted.NoticeID == "" {
		return c.http.BadAnswer(op, "notice_id")
	}
	return nil
}
