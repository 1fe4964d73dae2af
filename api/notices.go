package api

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/redresshq/redress/dispute"
)

// NoticeStore is the part of the record about what people and systems were told.
type NoticeStore interface {
	CaseNotices(ctx context.Context, caseID string, customer bool, after int64, limit int) ([]dispute.NoticeRecord, error)
	// CreateWebhookEndpoint, RotateWebhookSecret and DeleteWebhookEndpoint keep the answer
	// to their operation in the transaction that does the work: a retry after a crash is
	// told the secret that was made, and none is made beside it. CodeKeyInFlight where a
	// retry was carried out meanwhile; CodeInvalid where another has the URL.
	CreateWebhookEndpoint(ctx context.Context, op dispute.OperationRow, e dispute.WebhookEndpoint, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error)
	// WebhookEndpoint and the next three fail with CodeNotFound.
	WebhookEndpoint(ctx context.Context, id string) (dispute.WebhookEndpoint, error)
	UpdateWebhookEndpoint(ctx context.Context, e dispute.WebhookEndpoint) (dispute.WebhookEndpoint, error)
	RotateWebhookSecret(ctx context.Context, op dispute.OperationRow, id, secret string, until time.Time, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error)
	DeleteWebhookEndpoint(ctx context.Context, op dispute.OperationRow, id string, answer dispute.EndpointAnswer) (dispute.WebhookEndpoint, error)
	WebhookEndpoints(ctx context.Context, after string, limit int) ([]dispute.WebhookEndpoint, error)
	WebhookDeliveries(ctx context.Context, state dispute.WebhookState, endpoint string, after int64, limit int) ([]dispute.WebhookDelivery, error)
	// ReplayWebhookDelivery and PingWebhookEndpoint fail with CodeNotFound and CodeNotAllowedNow.
	ReplayWebhookDelivery(ctx context.Context, id string) (dispute.WebhookDelivery, error)
	PingWebhookEndpoint(ctx context.Context, endpoint, id string, data json.RawMessage) (dispute.WebhookDelivery, error)
}

// LetterWriter puts notices into words.
type LetterWriter interface {
	Write(ctx context.Context, n dispute.OutboxNotice, at time.Time) (dispute.Letter, time.Time, error)
}

// NoticeView is a notice as readers see it.
type NoticeView struct {
	ID        int64                     `json:"id"`
	Milestone dispute.Milestone         `json:"milestone"`
	Number    int                       `json:"number"`
	To        dispute.Role              `json:"to"`
	State     string                    `json:"state"`
	Channel   dispute.NoticeChannel     `json:"channel,omitempty"`
	Language  dispute.Language          `json:"language"`
	Subject   string                    `json:"subject"`
	Text      string                    `json:"text"`
	Wording   string                    `json:"wording,omitempty"`
	HeldUntil *time.Time                `json:"held_until,omitempty"`
	Problem   string                    `json:"problem,omitempty"`
	CreatedAt time.Time                 `json:"created_at"`
	SentAt    *time.Time                `json:"sent_at,omitempty"`
	Webhooks  []dispute.WebhookDelivery `json:"webhooks,omitempty"`
}

// notices is the part of the record about notices; CodeUnavailable where this server has none.
func (s *Server) notices() (NoticeStore, error) {
	if s.Notices == nil {
		return nil, dispute.Errorf(dispute.CodeUnavailable, "this server knows no notices")
	}
	return s.Notices, nil
}

// ListNotices answers what people were told about a case.
func (s *Server) ListNotices(ctx context.Context, r ListNoticesRequestObject) (ListNoticesResponseObject, error) {
	record, err := s.notices()
	if err != nil {
		return nil, err
	}
	after, err := sequenceCursor(r.Params.Cursor)
	if err != nil {
		return nil, err
	}
	x, limit := exchangeOf(ctx), pageSize(r.Params.Limit)
	all, err := record.CaseNotices(ctx, x.caseID(), x.customer(), after, limit)
	if err != nil {
		return nil, err
	}
	page := NoticePage{Items: []NoticeView{}}
	for _, n := range all {
		page.Items = append(page.Items, s.noticeView(ctx, x, n))
	}
	if len(all) == limit {
		page.NextCursor = itoa(all[len(all)-1].ID)
	}
	return ListNotices200JSONResponse(page), nil
}

// noticeView is the notice in the words that went out; before that, in those that will.
func (s *Server) noticeView(ctx context.Context, x *exchange, n dispute.NoticeRecord) NoticeView {
	letter := n.Letter
	if letter.Subject == "" && s.Letters != nil {
		if written, _, err := s.Letters.Write(ctx, n.Notice, s.now()); err == nil {
			letter = written
		}
	}
	v := NoticeView{ID: n.ID, Milestone: n.Notice.Notice.Milestone, Number: n.Notice.Notice.Number, To: n.Notice.Notice.To,
		State: n.State, Channel: n.Channel, Language: letter.Language, Subject: letter.Subject, Text: letter.Text,
		HeldUntil: n.HeldUntil, CreatedAt: n.Notice.CreatedAt}
	if n.State == "sent" {
		v.SentAt = n.SettledAt
	}
	if !x.customer() {
		v.Wording, v.Problem, v.Webhooks = letter.Source, safe(n.Problem), n.Webhooks
	}
	return v
}

// sequenceCursor reads a cursor that is a number.
func sequenceCursor(cursor *string) (int64, error) {
	text := value(cursor)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, dispute.Invalid("the cursor is not one of ours", dispute.Field{Pointer: "cursor", Detail: "take next_cursor as it is"})
	}
	return n, nil
}
