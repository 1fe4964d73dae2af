package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/redresshq/redress/dispute"
)

// fakeNotices answers as the record does for a shop with one endpoint and one message.
type fakeNotices struct {
	now              func() time.Time
	store            *fakeStore
	secrets          map[string]string // of what was made or changed, by endpoint
	deleted          map[string]bool
	created, rotated int
}

func newFakeNotices(store *fakeStore) *fakeNotices {
	return &fakeNotices{now: store.now, store: store, secrets: map[string]string{}, deleted: map[string]bool{}}
}

func (f *fakeNotices) one(id string) dispute.WebhookEndpoint {
	e := dispute.WebhookEndpoint{ID: id, URL: "https://shop.example.org/", Types: []string{}, State: dispute.EndpointEnabled,
		CreatedAt: f.now(), UpdatedAt: f.now(), Secret: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}
	if secret := f.secrets[id]; secret != "" {
		e.Secret = secret
	}
	return e
}

func (f *fakeNotices) message(id string) dispute.WebhookDelivery {
	return dispute.WebhookDelivery{ID: id, EndpointID: "whe_1", Type: dispute.WebhookPing, State: dispute.WebhookPending, CreatedAt: f.now()}
}

func (f *fakeNotices) CaseNotices(_ context.Context, caseID string, customer bool, _ int64, _ int) ([]dispute.NoticeRecord, error) {
	n := dispute.NoticeRecord{ID: 1, State: "dead", Channel: dispute.NoticeByMail, Problem: "no such mailbox",
		Notice: dispute.OutboxNotice{CaseID: caseID, CreatedAt: f.now(), Notice: dispute.Notice{Milestone: dispute.NoticeAccepted, Number: 1, To: dispute.RoleCustomer}},
		Letter: dispute.Letter{Language: dispute.LanguageEnglish, Subject: "s", Text: "t", Source: dispute.WordingPolicy}}
	if !customer {
		n.Webhooks = []dispute.WebhookDelivery{f.message("msg_1")}
	}
	return []dispute.NoticeRecord{n}, nil
}

// finished keeps an answer as the record does: with the work, or not at all.
func (f *fakeNotices) finished(op dispute.OperationRow, e dispute.WebhookEndpoint, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error) {
	a, err := answer(e)
	op.Status, op.Response = a.Status, a.Response
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	f.store.operations[op.UpdateID] = op
	return e, err
}

func (f *fakeNotices) CreateWebhookEndpoint(_ context.Context, op dispute.OperationRow, e dispute.WebhookEndpoint, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error) {
	if f.secrets[e.ID] == "" {
		f.created, f.secrets[e.ID] = f.created+1, e.Secret
	}
	return f.finished(op, f.one(e.ID), answer)
}

func (f *fakeNotices) WebhookEndpoint(_ context.Context, id string) (dispute.WebhookEndpoint, error) {
	if f.deleted[id] {
		return dispute.WebhookEndpoint{}, wrapped(dispute.Errorf(dispute.CodeNotFound, "there is no such endpoint"))
	}
	return f.one(id), nil
}

func (f *fakeNotices) UpdateWebhookEndpoint(_ context.Context, e dispute.WebhookEndpoint) (dispute.WebhookEndpoint, error) {
	return f.one(e.ID), nil
}

func (f *fakeNotices) RotateWebhookSecret(_ context.Context, op dispute.OperationRow, id, secret string, _ time.Time, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error) {
	f.rotated, f.secrets[id] = f.rotated+1, secret
	return f.finished(op, f.one(id), answer)
}

func (f *fakeNotices) DeleteWebhookEndpoint(ctx context.Context, op dispute.OperationRow, id string, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error) {
	e, err := f.WebhookEndpoint(ctx, id)
	if err != nil {
		return e, err
	}
	f.deleted[id], e.State = true, dispute.EndpointDeleted
	return f.finished(op, e, answer)
}

func (f *fakeNotices) WebhookEndpoints(context.Context, string, int) ([]dispute.WebhookEndpoint, error) {
	return []dispute.WebhookEndpoint{f.one("whe_1")}, nil
}

func (f *fakeNotices) WebhookDeliveries(context.Context, dispute.WebhookState, string, int64, int) ([]dispute.WebhookDelivery, error) {
	return []dispute.WebhookDelivery{f.message("msg_1")}, nil
}

func (f *fakeNotices) ReplayWebhookDelivery(_ context.Context, id string) (dispute.WebhookDelivery, error) {
	return f.message(id), nil
}

func (f *fakeNotices) PingWebhookEndpoint(_ context.Context, _, id string, _ json.RawMessage) (dispute.WebhookDelivery, error) {
	return f.message(id), nil
}
