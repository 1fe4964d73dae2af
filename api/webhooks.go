package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/webhook"
)

// WebhookBody is what a partner sends.
type WebhookBody struct {
	Type       string          `json:"type"`
	EventID    string          `json:"event_id"`    // webhook-id if empty
	OccurredAt *time.Time      `json:"occurred_at"` // by the partner's clock
	Data       json.RawMessage `json:"data"`
}

// signature reads the raw body and checks whose it is. Only what passes is kept.
func (s *Server) signature(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x, r := exchangeOf(c.Request().Context()), c.Request()
		body, err := readAll(r.Body, maxBody)
		if err != nil {
			return err
		}
		unknown := dispute.Errorf(dispute.CodeUnauthorized, "the signature is not good")
		partner, ok := s.partners[x.input.PathParams["partner_id"]]
		if !ok {
			return unknown
		}
		if x.message, err = webhook.Verify(partner.Secrets, r.Header, body, s.Now(), webhook.DefaultTolerance); err != nil {
			s.Log.WarnContext(r.Context(), "a webhook was refused", "request", x.id, "partner", partner.ID, "error", err)
			return unknown
		}
		if !s.partnerLimits.allow(partner.ID) {
			return dispute.Errorf(dispute.CodeTooMany, "too many requests; slow down")
		}
		x.partner, x.body = &partner, body
		r.Body, r.ContentLength = http.NoBody, 0 // read; what is malformed is to be kept all the same
		return next(c)
	}
}

// ReceiveWebhook keeps what a partner reports, once, and answers when it is on disk.
func (s *Server) ReceiveWebhook(ctx context.Context, _ ReceiveWebhookRequestObject) (ReceiveWebhookResponseObject, error) {
	x := exchangeOf(ctx)
	event, problem := s.read(x)
	if problem != nil {
		event.State, event.Problem = dispute.InboxInvalid, told(problem)
	}
	kept, err := s.Store.AddInbox(ctx, event)
	switch {
	case err != nil:
		return nil, err
	case problem != nil:
		return nil, &dispute.Error{Code: codeMalformed, Message: "kept as invalid: " + problem.Message, Fields: problem.Fields}
	case kept.State == dispute.InboxInvalid:
		return nil, malformed("kept as invalid: the event id was used with another body")
	}
	return ReceiveWebhook200JSONResponse{Id: kept.ID, State: string(kept.State)}, nil
}

// told says in one line what is wrong with an event, and where.
func told(problem *dispute.Error) string {
	var where []string
	for _, f := range problem.Fields[:min(len(problem.Fields), 5)] {
		where = append(where, f.Pointer+": "+f.Detail)
	}
	if where == nil {
		return problem.Message
	}
	return problem.Message + ": " + strings.Join(where, "; ")
}

// read makes the inbox row of a signed message, and says what is wrong with it.
func (s *Server) read(x *exchange) (dispute.InboxEvent, *dispute.Error) {
	event := dispute.InboxEvent{Source: x.partner.ID, EventID: x.message, Type: "unknown", State: dispute.InboxPending,
		Body: keepable(x.body), ReceivedAt: s.now()}
	if _, err := canonicalHash(x.body); err != nil {
		return event, asError(err)
	}
	var body WebhookBody
	if err := json.Unmarshal(x.body, &body); err != nil {
		return event, malformed("the body is not an event: {type, event_id, occurred_at, data}")
	}
	if body.EventID != "" {
		if !name(body.EventID) {
			return event, dispute.Invalid("the event id is not usable", dispute.Field{Pointer: "/event_id", Detail: "1 to 100 printable characters"})
		}
		event.EventID = body.EventID
	}
	if !name(body.Type) {
		return event, dispute.Invalid("the event has no type", dispute.Field{Pointer: "/type", Detail: "is missing"})
	}
	event.Type = body.Type
	if body.OccurredAt != nil {
		at := body.OccurredAt.UTC().Truncate(time.Microsecond)
		if at.Year() < 1970 || at.Year() > 9999 {
			return event, dispute.Invalid("the event has an impossible time", dispute.Field{Pointer: "/occurred_at", Detail: "out of range"})
		}
		event.OccurredAt, body.OccurredAt = &at, &at
	}
	if !x.partner.may(body.Type) {
		return event, malformed("this partner may not report " + body.Type)
	}
	body.EventID = x.partner.ID + "/" + event.EventID // two partners may use one id on one case
	translated, err := s.translators[x.partner.Kind].Translate(body)
	if err != nil {
		return event, asError(err)
	}
	event.Signal, event.Payload, event.Reference = translated.Signal, translated.Payload, &translated.Reference
	return event, nil
}

// asError is the *dispute.Error in err, or one that stands for it.
func asError(err error) *dispute.Error {
	var e *dispute.Error
	if errors.As(err, &e) {
		return e
	}
	return malformed("the event is not readable")
}

// keepable is the body as JSON that PostgreSQL can keep: itself, or quoted where
// it is not JSON.
func keepable(body []byte) json.RawMessage {
	if _, err := canonicalHash(body); err == nil {
		return body
	}
	text := strings.ToValidUTF8(string(body), "\uFFFD")
	text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	quoted, err := json.Marshal(text)
	if err != nil {
		return json.RawMessage(`"unreadable"`) // a valid string always marshals
	}
	return quoted
}

// name says whether s is fit to be an id: 1 to 100 characters of printable ASCII.
func name(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && len(s) <= 100
}
