package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/seal"
)

// withNotice records a notice to the customer of a new case.
func (b *bundle) withNotice(t *testing.T, caseID string, m dispute.Milestone) dispute.Case {
	t.Helper()
	c := b.open(t, caseID)
	batch := next(c, 2, 1)
	batch.Notices = []dispute.Notice{{Milestone: m, Number: 1, To: dispute.RoleCustomer, Data: []byte(`{"n":1}`)}}
	_, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
	return c
}

func (b *bundle) endpoint(t *testing.T, name string, types ...string) dispute.WebhookEndpoint {
	t.Helper()
	e, err := b.CreateWebhookEndpoint(t.Context(), b.begun(t, "create "+name), dispute.WebhookEndpoint{ID: "whe_" + name + "00000000", URL: "https://" + name + ".example.org/", Types: types, Secret: "whsec_" + name}, toldSecret)
	require.NoError(t, err)
	return e
}

// A notice is told to every endpoint that wants it, in the transaction that makes it, and
// once, however often the batch is written.
func TestWebhooksAreMadeWithTheNotice(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all, some, off := b.endpoint(t, "all"), b.endpoint(t, "some", "notice.refunded"), b.endpoint(t, "off")
	off.State = dispute.EndpointDisabled
	_, err := b.UpdateWebhookEndpoint(t.Context(), off)
	require.NoError(t, err)
	b.withNotice(t, "case_1", dispute.NoticeAccepted)
	deliveries, err := b.WebhookDeliveries(t.Context(), "", "", 0, 0)
	require.NoError(t, err)
	require.Len(t, deliveries, 1)
	require.Equal(t, all.ID, deliveries[0].EndpointID)
	require.Equal(t, "notice.accepted", deliveries[0].Type)
	require.Equal(t, "case_1", deliveries[0].CaseID)
	b.withNotice(t, "case_2", dispute.NoticeRefunded)
	deliveries, err = b.WebhookDeliveries(t.Context(), dispute.WebhookPending, some.ID, 0, 0)
	require.NoError(t, err)
	require.Len(t, deliveries, 1)

	again, err := b.WebhookEndpoint(t.Context(), all.ID)
	require.NoError(t, err)
	require.Equal(t, "whsec_all", again.Secret, "kept encrypted, read as it was")
	_, err = b.CreateWebhookEndpoint(t.Context(), b.begun(t, "other"), dispute.WebhookEndpoint{ID: "whe_other000", URL: all.URL, Secret: "whsec_x"}, toldSecret)
	require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err))
}

// The retry table of Standard Webhooks, line by line, under one id; then it is dead, and a
// replay begins anew under the same id.
func TestWebhookRetryTable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.endpoint(t, "shop")
	b.withNotice(t, "case_1", dispute.NoticeAccepted)
	table := []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}
	ids := map[string]int{}
	try := func(status int) int {
		n, err := b.RelayWebhooks(t.Context(), 1, func(_ context.Context, m dispute.OutgoingWebhook) dispute.WebhookAnswer {
			ids[m.Delivery.ID]++
			if m.Notice == nil || m.Notice.Key() != "case_1/accepted/1" || m.Endpoint.Secret != "whsec_shop" {
				return dispute.WebhookAnswer{Problem: fmt.Sprintf("not addressed: %+v", m)}
			}
			if status == 200 {
				return dispute.WebhookAnswer{Status: 200}
			}
			return dispute.WebhookAnswer{Status: status, Problem: "it failed"}
		})
		require.NoError(t, err)
		return n
	}
	one := func() dispute.WebhookDelivery {
		all, err := b.WebhookDeliveries(t.Context(), "", "", 0, 0)
		require.NoError(t, err)
		require.Len(t, all, 1)
		return all[0]
	}
	for i, pause := range table {
		before := time.Now()
		require.Equal(t, 1, try(500))
		d := one()
		require.Equal(t, dispute.WebhookPending, d.State)
		require.Equal(t, i+1, d.Tries)
		rest := d.NextAt.Sub(before)
		require.GreaterOrEqual(t, rest, pause-time.Second, "after failure %d", i+1)
		require.LessOrEqual(t, rest, pause+pause/10+30*time.Second, "after failure %d", i+1)
		require.Zero(t, try(500), "not before its time")
		b.changeBy(t, "UPDATE webhook_deliveries SET next_at = now()")
	}
	require.Equal(t, 1, try(500))
	d := one()
	require.Equal(t, dispute.WebhookDead, d.State)
	require.Equal(t, 10, d.Tries)
	require.Equal(t, map[string]int{d.ID: 10}, ids)
	_, err := b.ReplayWebhookDelivery(t.Context(), d.ID)
	require.NoError(t, err)
	require.Equal(t, 1, try(200))
	require.Equal(t, dispute.WebhookDelivered, one().State)
	require.Equal(t, map[string]int{d.ID: 11}, ids)
	_, err = b.ReplayWebhookDelivery(t.Context(), d.ID)
	require.Equal(t, dispute.CodeNotAllowedNow, dispute.CodeOf(err))
}

// A process that dies between the sending and the mark leaves the message claimed: it is
// sent again once the lease is over, under the same id; a notice likewise under its key.
func TestKilledBetweenSendAndMark(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.endpoint(t, "shop")
	b.withNotice(t, "case_1", dispute.NoticeAccepted)
	var ids, keys []string
	dying, die := context.WithCancel(t.Context())
	_, err := b.RelayWebhooks(dying, 1, func(_ context.Context, m dispute.OutgoingWebhook) dispute.WebhookAnswer {
		ids = append(ids, m.Delivery.ID)
		die()
		return dispute.WebhookAnswer{Problem: "killed"}
	})
	require.NoError(t, err)
	taken := func(_ context.Context, m dispute.OutgoingWebhook) dispute.WebhookAnswer {
		ids = append(ids, m.Delivery.ID)
		return dispute.WebhookAnswer{Status: 204}
	}
	n, err := b.RelayWebhooks(t.Context(), 1, taken)
	require.NoError(t, err)
	require.Zero(t, n, "another process may still be at it")
	b.changeBy(t, "UPDATE webhook_deliveries SET claimed_until = now() - interval '1 s'")
	n, err = b.RelayWebhooks(t.Context(), 1, taken)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Len(t, ids, 2)
	require.Equal(t, ids[0], ids[1])

	dying, die = context.WithCancel(t.Context())
	_, err = b.RelayOutbox(dying, 1, func(_ context.Context, n dispute.OutboxNotice) (dispute.Sending, error) {
		keys = append(keys, n.Key())
		die()
		return dispute.Sending{}, nil
	})
	require.NoError(t, err)
	n, err = b.RelayOutbox(t.Context(), 1, func(_ context.Context, n dispute.OutboxNotice) (dispute.Sending, error) {
		keys = append(keys, n.Key())
		return dispute.Sending{Channel: dispute.NoticeByMail, Letter: dispute.Letter{Language: dispute.LanguageEnglish, Subject: "s", Text: "t", Source: dispute.WordingPolicy}}, nil
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []string{"case_1/accepted/1", "case_1/accepted/1"}, keys)
	told, err := b.CaseNotices(t.Context(), "case_1", false, 0, 0)
	require.NoError(t, err)
	require.Equal(t, "s", told[0].Letter.Subject)
	require.Equal(t, dispute.NoticeByMail, told[0].Channel)
	require.Len(t, told[0].Webhooks, 1)
}

// An endpoint that says 410 is disabled, and nothing waits for it; a held notice holds up
// nothing that may go out.
func TestGoneAndHeld(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.endpoint(t, "shop")
	c := b.open(t, "case_1")
	batch := next(c, 2, 1)
	for n, m := range []dispute.Milestone{dispute.NoticeAccepted, dispute.NoticeMissing} {
		batch.Notices = append(batch.Notices, dispute.Notice{Milestone: m, Number: n, To: dispute.RoleCustomer})
	}
	_, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
	n, err := b.RelayWebhooks(t.Context(), 1, func(context.Context, dispute.OutgoingWebhook) dispute.WebhookAnswer {
		return dispute.WebhookAnswer{Status: 410, Problem: "it answered 410"}
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	dead, err := b.WebhookDeliveries(t.Context(), dispute.WebhookDead, e.ID, 0, 0)
	require.NoError(t, err)
	require.Len(t, dead, 2)
	_, err = b.ReplayWebhookDelivery(t.Context(), dead[0].ID)
	require.Equal(t, dispute.CodeNotAllowedNow, dispute.CodeOf(err))

	var sent []string
	hold := time.Now().Add(time.Hour)
	_, err = b.RelayOutbox(t.Context(), 10, func(_ context.Context, n dispute.OutboxNotice) (dispute.Sending, error) {
		if n.Notice.Milestone == dispute.NoticeAccepted {
			return dispute.Sending{HeldUntil: hold}, nil
		}
		sent = append(sent, n.Key())
		return dispute.Sending{Channel: dispute.NoticeByGateway}, nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{"case_1/missing_items/1"}, sent)
}

// changeBy moves the clock on by a statement.
func (b *bundle) changeBy(t *testing.T, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), statement)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

// Thousands of messages for an endpoint that hangs do not keep others from theirs.
func TestWebhookBacklogOfOneHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	b := setup(t)
	hangs, well := b.endpoint(t, "hangs"), b.endpoint(t, "well")
	_, err := b.super(t).Exec(t.Context(), `INSERT INTO webhook_deliveries (endpoint_id, type, data, next_at, claimed_until)
		SELECT $1, 'ping', '{}', now() - interval '1 hour', CASE WHEN n <= 4 THEN now() + interval '1 hour' END FROM generate_series(1, 10000) n`, hangs.ID)
	require.NoError(t, err)
	_, err = b.PingWebhookEndpoint(t.Context(), well.ID, "msg_well", []byte(`{}`))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	n, err := b.RelayWebhooks(ctx, 1, func(_ context.Context, m dispute.OutgoingWebhook) dispute.WebhookAnswer {
		require.Equal(t, well.ID, m.Endpoint.ID)
		return dispute.WebhookAnswer{Status: 204}
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// Contacts that no key opens wait for the key; the other cases' notices go out.
func TestOutboxGoesOnWithoutAKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	made, err := seal.NewKey()
	require.NoError(t, err)
	lost, err := seal.Parse([]string{made})
	require.NoError(t, err)
	super := b.super(t)
	for i := range 6 {
		c := b.withNotice(t, fmt.Sprintf("case_%d", i), dispute.NoticeAccepted)
		if i < 5 {
			sealed, err := lost.Text("a@example.org")
			require.NoError(t, err)
			_, err = super.Exec(t.Context(), `INSERT INTO case_texts (id, case_id, kind, author_role, author_id, body, internal, created_at)
				VALUES ($1, $2, 'contact', 'customer', '', $3, false, now())`, "txt_"+c.ID, c.ID, sealed)
			require.NoError(t, err)
		}
	}
	var told []string
	n, err := b.RelayOutbox(t.Context(), 100, func(_ context.Context, n dispute.OutboxNotice) (dispute.Sending, error) {
		told = append(told, n.CaseID)
		return dispute.Sending{Channel: dispute.NoticeByGateway}, nil
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, []string{"case_5"}, told)
	waiting, err := b.CaseNotices(t.Context(), "case_0", false, 0, 0)
	require.NoError(t, err)
	require.Equal(t, "pending", waiting[0].State)
	require.Contains(t, waiting[0].Problem, "REDRESS_DATA_KEYS")
}
