package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/netip"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// A process that dies after a secret was made, and before its answer was kept, has made it
// for good: whoever asks again under the same key is told the same secret, and none is
// made beside it.
func TestSecretsAreMadeOnceAcrossACrash(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.finishErr = errors.New("killed")
	secret := func(c call) string {
		t.Helper()
		var made WebhookEndpointSecret
		require.NoError(t, json.Unmarshal(b.do(c).Body.Bytes(), &made))
		require.NotEmpty(t, made.Secret)
		return made.Secret
	}
	create := call{method: "POST", path: "/v1/webhook-endpoints", as: dispute.RoleAdmin, key: "k1", body: map[string]any{"url": "https://shop.example.org/"}}
	rotate := call{method: "POST", path: "/v1/webhook-endpoints/whe_1/secret", as: dispute.RoleAdmin, key: "k2", body: map[string]any{}}
	for _, c := range []call{create, rotate} {
		first := secret(c)
		b.time = b.time.Add(time.Minute) // the lease of the dead process is over
		require.Equal(t, first, secret(c), c.path)
	}
	require.Equal(t, 1, b.notices.created)
	require.Equal(t, 1, b.notices.rotated)
	rotate.key = "k3"
	next := secret(rotate)
	rotate.key = "k2"
	require.NotEqual(t, next, secret(rotate), "a retry is told what it made, whatever was made since")
	require.Equal(t, 2, b.notices.rotated)
}

// A delete that was carried out is no 404 to whoever asks again.
func TestDeletedAcrossACrash(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.finishErr = errors.New("killed")
	remove := call{method: "DELETE", path: "/v1/webhook-endpoints/whe_1", as: dispute.RoleAdmin, key: "k1"}
	b.do(remove).status(200)
	b.time = b.time.Add(time.Minute)
	require.Contains(t, b.do(remove).status(200).Body.String(), `"deleted"`)
	remove.key = "k2"
	b.do(remove).status(404)
}

// An endpoint that can never be reached is refused as it is added or changed, with the
// field and the reason; a name that cannot be looked up now is taken.
func TestEndpointsThatCanNeverBeReached(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) {
		d.Lookup = func(_ context.Context, name string) ([]netip.Addr, error) {
			if name == "inside.example.org" {
				return []netip.Addr{netip.MustParseAddr("10.0.0.5")}, nil
			}
			return nil, errors.New("no such host")
		}
	})
	create := call{method: "POST", path: "/v1/webhook-endpoints", as: dispute.RoleAdmin}
	change := call{method: "PUT", path: "/v1/webhook-endpoints/whe_1", as: dispute.RoleAdmin}
	send := func(c call, target string, enabled bool) answer {
		c.key = "k" + c.method + target + strconv.FormatBool(enabled)
		fields := map[string]any{"url": target}
		if c.method == "PUT" {
			fields["types"], fields["enabled"] = []string{}, enabled
		}
		c.body = fields
		return b.do(c)
	}
	for _, bad := range []string{"http://shop.example.org/", "https://u:p@shop.example.org/", "https://shop.example.org/#x", "https://shop.example.org:70000/",
		"https://10.0.0.1/", "https://100.64.0.1/", "https://localhost/", "https://inside.example.org/"} {
		require.Contains(t, send(create, bad, true).status(422).Body.String(), `"pointer":"/url"`, bad)
		require.Contains(t, send(change, bad, true).status(422).Body.String(), `"pointer":"/url"`, bad)
	}
	send(create, "https://new.example.org/", true).status(201)
	send(change, "https://new.example.org/", true).status(200)
	send(change, "https://inside.example.org/", false).status(200) // it may always be switched off
}
