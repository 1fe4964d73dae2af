package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/redresshq/redress/dispute"
)

// fakeNotices answers as the record does for a shop with one endpoint and one message.
type fakeNotices struct{ now func() time.Time }

func (f fakeNotices) one(id string) dispute.WebhookEndpoint {
	return dispute.WebhookEndpoint{ID: id, URL: "https://shop.example.org/", Types: []string{}, State: dispute.EndpointEnabled,
		CreatedAt: f.now(), UpdatedAt: f.now(), Secret: "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"}
}

func (f fakeNotices) message(id string) dispute.WebhookDelivery {
	return dispute.WebhookDelivery{ID: id, EndpointID: "whe_1", Type: dispute.WebhookPing, State: dispute.WebhookPending, CreatedAt: f.now()}
}

func (f fakeNotices) CaseNotices(_ context.Context, caseID string, customer bool, _ int64, _ int) ([]dispute.NoticeRecord, error) {
	n := dispute.NoticeRecord{ID: 1, State: "dead", Channel: dispute.NoticeByMail, Problem: "no such mailbox",
		Notice: dispute.OutboxNotice{CaseID: caseID, CreatedAt: f.now(), Notice: dispute.Notice{Milestone: dispute.NoticeAccepted, Number: 1, To: dispute.RoleCustomer}},
		Letter: dispute.Letter{Language: dispute.LanguageEnglish, Subject: "s", Text: "t", Source: dispute.WordingPolicy}}
	if !customer {
		n.Webhooks = []dispute.WebhookDelivery{f.message("msg_1")}
	}
	return []dispute.NoticeRecord{n}, nil
}

func (f fakeNotices) CreateWebhookEndpoint(_ context.Context, e dispute.WebhookEndpoint) (dispute.WebhookEndpoint, error) {
	return f.one(e.ID), nil
}

func (f fakeNotices) WebhookEndpoint(_ context.Context, id string) (dispute.WebhookEndpoint, error) {
	return f.one(id), nil
}

func (f fakeNotices) UpdateWebhookEndpoint(_ context.Context, e dispute.WebhookEndpoint) (dispute.WebhookEndpoint, error) {
	return f.one(e.ID), nil
}

func (f fakeNotices) RotateWebhookSecret(_ context.Context, id, _ string, _ time.Time) (dispute.WebhookEndpoint, error) {
	return f.one(id), nil
}

func (f fakeNotices) DeleteWebhookEndpoint(context.Context, string) error { return nil }

func (f fakeNotices) WebhookEndpoints(context.Context, string, int) ([]dispute.WebhookEndpoint, error) {
	return []dispute.WebhookEndpoint{f.one("whe_1")}, nil
}

func (f fakeNotices) WebhookDeliveries(context.Context, dispute.WebhookState, string, int64, int) ([]dispute.WebhookDelivery, error) {
	return []dispute.WebhookDelivery{f.message("msg_1")}, nil
}

func (f fakeNotices) ReplayWebhookDelivery(_ context.Context, id string) (dispute.WebhookDelivery, error) {
	return f.message(id), nil
}

func (f fakeNotices) PingWebhookEndpoint(_ context.Context, _, id string, _ json.RawMessage) (dispute.WebhookDelivery, error) {
	return f.message(id), nil
}
