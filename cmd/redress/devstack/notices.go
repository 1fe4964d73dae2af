package devstack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// hookName is the shop's own system that the sandbox plays.
const hookName = "shop"

// hookDescription tells the endpoints that the dev stack made from a developer's own.
const hookDescription = "the sandbox"

// listenIn has notices go to the sandbox: mail to its mail server unless there is another,
// and the shop's own systems may be on this machine.
func (s *stack) listenIn(box *partners.Sandbox, notifyURL string) {
	if s.settings.Mail.SMTPURL == "" {
		s.mailURL = "smtp://" + box.MailAddress()
		s.settings.Mail.SMTPURL = s.mailURL + "?tls=none"
	}
	if s.settings.Mail.From == "" {
		s.settings.Mail.From = "service@shop.example.org"
	}
	s.hookURL = notifyURL + "/hooks/" + hookName
	s.settings.Webhooks.Allow = append(s.settings.Webhooks.Allow, "127.0.0.0/8")
}

// subscribe makes the sandbox's receiver one of the shop's own systems, unless it is one
// already.
func (s *stack) subscribe(ctx context.Context) (string, error) {
	if s.hookURL == "" {
		return "no sandbox to receive them", nil
	}
	token, err := auth.MintDevToken([]byte(s.settings.API.TokenKey), "devstack", dispute.RoleAdmin, time.Hour)
	if err != nil {
		return "", fmt.Errorf("making a token: %w", err)
	}
	shop := partners.NewClient(partners.URLs{partners.Notify: s.settings.Partners.Notify.URL})
	defer shop.Close()
	if err := shop.SetHook(ctx, hookName, partners.HookSettings{Secrets: []string{s.keys.WebhookSecret}}); err != nil {
		return "", fmt.Errorf("preparing the sandbox's receiver: %w", err)
	}
	door := newCaller(s.apiURL(), token)
	var there struct {
		Items []dispute.WebhookEndpoint `json:"items"`
	}
	if err := door.get(ctx, "/v1/webhook-endpoints?limit=200", &there); err != nil {
		return "", fmt.Errorf("listing endpoints: %w", err)
	}
	to := "mail to " + s.settings.Mail.From
	if s.mailURL != "" {
		to = "mail to " + s.mailURL
	}
	to += ", webhooks to " + s.hookURL
	for _, e := range there.Items {
		switch {
		case e.URL == s.hookURL && e.State == dispute.EndpointEnabled:
			s.hookID = e.ID
			return to, nil
		case e.URL != s.hookURL && e.Description == hookDescription: // where an earlier run's sandbox was
			if err := door.remove(ctx, "/v1/webhook-endpoints/"+e.ID, s.run.key("endpoint/"+e.ID)); err != nil {
				return "", fmt.Errorf("taking an earlier sandbox off: %w", err)
			}
		}
	}
	var made struct {
		Endpoint dispute.WebhookEndpoint `json:"endpoint"`
	}
	err = door.post(ctx, "/v1/webhook-endpoints", s.run.key("endpoint"), map[string]any{
		"url": s.hookURL, "description": hookDescription, "types": []string{}, "secret": s.keys.WebhookSecret,
	}, &made)
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusUnprocessableEntity {
		return "none: an endpoint at " + s.hookURL + " was disabled by hand", nil
	}
	if err != nil {
		return "", fmt.Errorf("adding an endpoint: %w", err)
	}
	s.hookID = made.Endpoint.ID
	return to, nil
}

// toldNotice is a notice as the desk lists it.
type toldNotice struct {
	State     string                    `json:"state"`
	Channel   string                    `json:"channel"`
	Subject   string                    `json:"subject"`
	HeldUntil *time.Time                `json:"held_until"`
	Webhooks  []dispute.WebhookDelivery `json:"webhooks"`
}

// tally is what became of the notices of a case: the subjects that were mailed, webhooks,
// what is still on its way, and what waits for its time, such as the end of the night.
type tally struct {
	mails             []string
	hooks, open, held int
}

// count reads the list of the desk; of the webhooks those to the endpoint.
func count(told []toldNotice, endpoint string) tally {
	var t tally
	for _, n := range told {
		switch {
		case n.State == "pending" && n.HeldUntil != nil:
			t.held++
		case n.State == "pending":
			t.open++
		}
		for _, d := range n.Webhooks {
			if d.EndpointID != endpoint {
				continue // of a developer's own, which may be away
			}
			t.hooks++
			if d.State == dispute.WebhookPending {
				t.open++
			}
		}
		if n.Channel == string(dispute.NoticeByMail) {
			t.mails = append(t.mails, n.Subject)
		}
	}
	return t
}

// readAloud prints the mails of the live case, and that every webhook was signed well.
// It waits a moment for the last ones, not for those that wait for their own time.
func (s *stack) readAloud(ctx context.Context, shop *partners.Client) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	staff := newCaller(s.apiURL(), s.tokens.supervisor)
	var known tally
	for {
		var told struct {
			Items []toldNotice `json:"items"`
		}
		err := staff.get(ctx, "/v1/cases/"+s.caseID+"/notices?limit=200", &told)
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("reading the notices: %w", err)
		}
		if err == nil {
			if known = count(told.Items, s.hookID); known.open == 0 && len(told.Items) > 0 {
				return s.compare(ctx, shop, known)
			}
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			s.out.linef("\n%d notices of the case are still on their way; GET /v1/cases/%s/notices shows them.", known.open, s.caseID)
			return nil
		}
	}
}

// compare holds what was sent against what the sandbox got.
func (s *stack) compare(ctx context.Context, shop *partners.Client, told tally) error {
	got, err := shop.Ledger(ctx, partners.Notify, partners.Filter{CaseID: s.caseID, Kind: "webhook.received"})
	if err != nil {
		return fmt.Errorf("reading the ledger of webhooks: %w", err)
	}
	verified, ids := 0, map[string]bool{}
	for _, e := range got {
		var h partners.Hook
		if err := json.Unmarshal(e.Data, &h); err != nil {
			return fmt.Errorf("reading the ledger of webhooks: %w", err)
		}
		if h.Verified && !ids[h.ID] {
			ids[h.ID] = true
			verified++
		}
	}
	if verified != told.hooks {
		return fmt.Errorf("the shop's own system got %d webhooks with a good signature of %d", verified, told.hooks)
	}
	s.out.linef("\nThe customer got %d mails; the shop's own system %d webhooks, all with a good signature:", len(told.mails), verified)
	for _, subject := range told.mails {
		s.out.linef("  %s", subject)
	}
	if told.held > 0 {
		s.out.linef("  (%d held until their time, such as the question of the survey: GET /v1/cases/%s/notices)", told.held, s.caseID)
	}
	return nil
}
