package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// Customers see what they were told, not what went wrong inside.
func TestNoticesAreShown(t *testing.T) {
	t.Parallel()
	b := setup(t)
	read := func(role dispute.Role) NoticeView {
		var page NoticePage
		a := b.do(call{method: "GET", path: "/v1/cases/case_mine/notices", as: role}).status(200)
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &page))
		require.Len(t, page.Items, 1)
		return page.Items[0]
	}
	staff := read(dispute.RoleSupervisor)
	require.Equal(t, "no such mailbox", staff.Problem)
	require.Len(t, staff.Webhooks, 1)
	own := read(dispute.RoleCustomer)
	require.Equal(t, "t", own.Text)
	require.Empty(t, own.Problem+own.Wording)
	require.Empty(t, own.Webhooks)
	b.do(call{method: "GET", path: "/v1/cases/case_other/notices", as: dispute.RoleCustomer}).status(404)
}

// What is plainly wrong with an endpoint is refused with the field at fault.
func TestWebhookEndpointsAreChecked(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for url, pointer := range map[string]string{
		"http://shop.example.org/": "/url", "https://127.0.0.1/": "/url", "https://[::1]/": "/url", "https://10.0.0.8/": "/url",
		"https://localhost/": "/url", "https://a:b@shop.example.org/": "/url", "https://169.254.169.254/": "/url", "https://[::ffff:10.0.0.1]/": "/url",
	} {
		a := b.do(call{method: "POST", path: "/v1/webhook-endpoints", as: dispute.RoleAdmin, key: "k-" + url, body: map[string]any{"url": url}}).status(422)
		require.Contains(t, a.Body.String(), pointer, url)
	}
	a := b.do(call{method: "POST", path: "/v1/webhook-endpoints", as: dispute.RoleAdmin, key: "k-types",
		body: map[string]any{"url": "https://shop.example.org/", "types": []string{"notice.refund"}}}).status(422)
	require.Contains(t, a.Body.String(), "/types/0")
	b.do(call{method: "POST", path: "/v1/webhook-endpoints", as: dispute.RoleAdmin, key: "k-secret",
		body: map[string]any{"url": "https://shop.example.org/", "secret": "whsec_c2hvcnRzaG9ydHNob3J0c2hvcnRzaG9ydA==" + "!"}}).status(422)
	a = b.do(call{method: "GET", path: "/v1/webhook-endpoints", as: dispute.RoleMachine}).status(200)
	require.NotContains(t, a.Body.String(), "whsec_", "secrets are not shown")
}
