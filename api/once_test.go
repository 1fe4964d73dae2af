package api

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// While the first request is under way its twin is turned away, and answered
// from the record afterwards.
func TestInFlight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	started, release := make(chan struct{}), make(chan struct{})
	var first sync.Once
	b.door.hook = func() { first.Do(func() { close(started) }); <-release }
	c := command(dispute.RoleAgent, "/escalation", map[string]any{})
	done := make(chan *httptest.ResponseRecorder)
	r := b.request(c)
	go func() {
		w := httptest.NewRecorder()
		b.ServeHTTP(w, r)
		done <- w
	}()
	<-started
	a := b.do(c).status(409)
	a.code(dispute.CodeKeyInFlight)
	require.Equal(t, "1", a.Header().Get("Retry-After"))
	close(release)
	require.Equal(t, 200, (<-done).Code)
	require.Equal(t, "true", b.do(c).status(200).Header().Get("Idempotent-Replayed"))
	require.Len(t, b.door.commands, 1)
}

// The process dies after the work and before the answer is stored: the retry
// repeats the work under the same update id, whatever version the case has now.
func TestRetryAfterCrash(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.finishErr = errors.New("killed")
	c := command(dispute.RoleAgent, "/notes", map[string]any{"text": "x", "expected_version": 7})
	b.do(c).status(200)
	b.do(c).status(409).code(dispute.CodeKeyInFlight)
	b.time = b.time.Add(time.Minute)
	b.store.finishErr = nil
	b.do(c).status(200)
	require.Len(t, b.door.commands, 2)
	require.Equal(t, b.door.commands[0], b.door.commands[1])
	require.Len(t, b.store.texts, 1)
}

func TestKeyScope(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(command(dispute.RoleAgent, "/notes", map[string]any{"text": "x"})).status(200)
	other := command(dispute.RoleAgent, "/notes", map[string]any{"text": "x"})
	other.who = "agent_2"
	require.Empty(t, b.do(other).status(200).Header().Get("Idempotent-Replayed"), "another caller's key")
	other = command(dispute.RoleAgent, "/escalation", map[string]any{})
	require.Empty(t, b.do(other).status(200).Header().Get("Idempotent-Replayed"), "another operation")
	same := command(dispute.RoleAgent, "/notes", "{ \"text\" :\n\"x\"}")
	require.Equal(t, "true", b.do(same).status(200).Header().Get("Idempotent-Replayed"), "the same said otherwise")
	b.do(command(dispute.RoleAgent, "/notes", map[string]any{"text": "y"})).status(422).code(dispute.CodeKeyReused)
}

// A command that needs no words may come without a body.
func TestNoBody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.do(command(dispute.RoleAgent, "/escalation", nil)).status(200)
	require.Equal(t, "true", b.do(command(dispute.RoleAgent, "/escalation", map[string]any{})).status(200).Header().Get("Idempotent-Replayed"))
	b.do(command(dispute.RoleAgent, "/notes", nil)).status(415).code(dispute.CodeMediaType)
}

// A write without a body is still a write: it needs a key, is done once under it, and
// anew under another.
func TestWritesWithoutABodyAreDoneOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	label := command(dispute.RoleAgent, "/legs/return-1/label", nil)
	b.do(label).status(200)
	require.Equal(t, "true", b.do(label).status(200).Header().Get("Idempotent-Replayed"))
	require.Len(t, b.door.commands, 1)
	label.key = "k2"
	b.do(label).status(200)
	require.Len(t, b.door.commands, 2)
	require.NotEqual(t, b.door.commands[0], b.door.commands[1])
	label.key = ""
	b.do(label).status(400).code(dispute.CodeKeyMissing)

	ping := func(key string) string {
		var d WebhookDelivery
		a := b.do(call{method: "POST", path: "/v1/webhook-endpoints/whe_1/ping", as: dispute.RoleMachine, key: key}).status(200)
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &d))
		return d.ID
	}
	require.Equal(t, ping("p1"), ping("p1"))
	require.NotEqual(t, ping("p1"), ping("p2"), "two test messages")
}

func TestOnlyFinalAnswersAreKept(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{200: true, 201: true, 202: false, 302: true, 400: true, 401: false, 403: false,
		404: true, 409: true, 415: true, 422: true, 429: false, 503: false} {
		require.Equal(t, want, final(status), status)
	}
}

func TestRateLimit(t *testing.T) {
	t.Parallel()
	b := setup(t, func(d *Deps) { d.Config.RatePerSecond, d.Config.RateBurst = 1, 2 })
	get := call{method: "GET", path: "/v1/cases", as: dispute.RoleAgent}
	b.do(get).status(200)
	b.do(get).status(200)
	require.Equal(t, "1", b.do(get).status(429).Header().Get("Retry-After"))
	other := get
	other.who = "agent_2"
	b.do(other).status(200)
	b.time = b.time.Add(time.Second)
	b.do(get).status(200)
}
