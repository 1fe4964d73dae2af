package e2e_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// What people and the shop's own systems are told, as the mail server and the receiver of
// webhooks in the sandbox got it.

// noticed is a notice as the API shows it.
type noticed struct {
	Milestone dispute.Milestone         `json:"milestone"`
	Number    int                       `json:"number"`
	To        dispute.Role              `json:"to"`
	State     string                    `json:"state"`
	Channel   string                    `json:"channel"`
	Language  dispute.Language          `json:"language"`
	Subject   string                    `json:"subject"`
	Text      string                    `json:"text"`
	Wording   string                    `json:"wording"`
	HeldUntil *time.Time                `json:"held_until"`
	Problem   string                    `json:"problem"`
	Webhooks  []dispute.WebhookDelivery `json:"webhooks"`
}

func (c caller) noticesOf(id string) []noticed {
	c.t.Helper()
	r := c.do(http.MethodGet, "/v1/cases/"+id+"/notices?limit=200", nil)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	var page struct{ Items []noticed }
	r.decode(c.t, &page)
	return page.Items
}

// hook is an endpoint at the sandbox's receiver.
type hook struct {
	dispute.WebhookEndpoint
	name, secret string
}

// hook adds an endpoint under a name, which knows its secret.
func (s *stack) hook(t *testing.T, name string, types ...string) hook {
	t.Helper()
	r := s.as(t, dispute.RoleAdmin, "admin").do(http.MethodPost, "/v1/webhook-endpoints", map[string]any{"url": s.box.HookURL(name), "types": append([]string{}, types...)})
	require.Equal(t, http.StatusCreated, r.status, "%s", r.body)
	var made struct {
		Endpoint dispute.WebhookEndpoint
		Secret   string
	}
	r.decode(t, &made)
	h := hook{made.Endpoint, name, made.Secret}
	h.answers(t, s, 0)
	return h
}

// answers sets what the endpoint answers to what is signed well; 0 is 200.
func (h hook) answers(t *testing.T, s *stack, status int) {
	t.Helper()
	require.NoError(t, s.box.SetHook(t.Context(), h.name, partners.HookSettings{Secrets: []string{h.secret}, Status: status}))
}

// got lists the messages that reached the endpoint.
func (h hook) got(t *testing.T, s *stack, kind string) []partners.Hook {
	t.Helper()
	entries, err := s.box.Ledger(t.Context(), partners.Notify, partners.Filter{Kind: kind, Ref: h.name})
	require.NoError(t, err)
	all := make([]partners.Hook, len(entries))
	for i, e := range entries {
		require.NoError(t, json.Unmarshal(e.Data, &all[i]))
	}
	return all
}

// deliveries lists what is under way to an endpoint, or was.
func (s *stack) deliveries(t *testing.T, h hook) []dispute.WebhookDelivery {
	t.Helper()
	r := s.as(t, dispute.RoleMachine, "shop").do(http.MethodGet, "/v1/webhook-deliveries?limit=200&endpoint="+h.ID, nil)
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	var page struct{ Items []dispute.WebhookDelivery }
	r.decode(t, &page)
	return page.Items
}

// mails lists what the mail server took about a case.
func (s *stack) mails(t *testing.T, caseID string) []partners.Mail {
	t.Helper()
	var all []partners.Mail
	for _, e := range s.effects(t, partners.Notify, caseID, "mail.received") {
		var m partners.Mail
		require.NoError(t, json.Unmarshal(e.Data, &m))
		all = append(all, m)
	}
	return all
}

// tellInWords plays the main story to its end for a customer with an address.
func tellInWords(t *testing.T, s *stack, language dispute.Language) (caller, string) {
	t.Helper()
	c := s.customer(t)
	o := s.order(t, c.id)
	claim := returnOf(o, dispute.ReasonDamagedInTransit)
	claim["contact"] = map[string]string{"name": "Li Na", "email": "li.na@example.com"}
	if language != "" {
		claim["language"] = language
	}
	id := c.open(claim).ID
	c.supply(id)
	c.accept(id)
	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelDelivered))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnDelivered)
	require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, partners.ReceiveReport{}))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	require.NoError(t, s.box.Inspect(t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	c.awaitStage(id, dispute.StageClosed)
	return c, id
}

// Every notice of the main story arrives once as a mail and once as a webhook, in the
// language of the customer, with what they need to know; and supervisors see it.
func TestNoticesOfTheMainStoryInWords(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", mail: true})
	all := s.hook(t, "all")
	some := s.hook(t, "some", "notice.refunded")
	for _, row := range []struct {
		language dispute.Language
		says     map[dispute.Milestone]string
	}{
		{"", map[dispute.Milestone]string{dispute.NoticeMissing: "请一次性补充以下材料", dispute.NoticeOffer: "退货退款：50.00 元", dispute.NoticeAccepted: "前处理完毕",
			dispute.NoticeInstructions: "退货面单：http", dispute.NoticeRefunded: "我们已向您发出 50.00 元", dispute.NoticeClosed: "结果：已解决"}},
		{dispute.LanguageEnglish, map[dispute.Milestone]string{dispute.NoticeMissing: "- a photo of the goods or the parcel", dispute.NoticeOffer: "refund once the goods are back: CNY 50.00",
			dispute.NoticeAccepted: "We will settle it by", dispute.NoticeInstructions: "put a note with the return number RMA-", dispute.NoticeRefunded: "We have sent you CNY 50.00", dispute.NoticeClosed: "Outcome: resolved"}},
	} {
		c, id := tellInWords(t, s, row.language)
		var told []noticed
		wait(t, "everybody was told", func() bool {
			told = s.agent(t).noticesOf(id)
			for _, n := range told {
				if n.State != "sent" {
					return false
				}
				for _, d := range n.Webhooks {
					if d.State != dispute.WebhookDelivered {
						return false
					}
				}
			}
			return told[len(told)-1].Milestone == dispute.NoticeClosed
		})
		mails := s.mails(t, id)
		subjects, ids := map[string]int{}, map[string]bool{}
		for _, m := range mails {
			subjects[m.Subject]++
			ids[m.MessageID] = true
			require.Equal(t, "li.na@example.com", m.To)
			require.Equal(t, "auto-generated", m.Auto)
			require.Contains(t, m.HTML, "<p>")
		}
		require.Len(t, ids, len(mails), "each notice is a mail of its own, once")
		for _, n := range told {
			require.Equal(t, dispute.WordingPolicy, n.Wording, n.Milestone)
			if n.To != dispute.RoleCustomer {
				require.Equal(t, "gateway", n.Channel)
				continue
			}
			require.Equal(t, "mail", n.Channel, n.Milestone)
			require.Equal(t, 1, subjects[n.Subject], "%s: %q", n.Milestone, n.Subject)
			if says := row.says[n.Milestone]; says != "" {
				require.Contains(t, n.Text, says)
			}
			require.Contains(t, mailTexts(mails), n.Text, "the mail says what supervisors see")
			require.NotContains(t, n.Text, "agent-", "nobody of the staff is named")
		}
		seen := map[string]int{}
		for _, h := range all.got(t, s, "webhook.received") {
			require.True(t, h.Verified)
			if strings.Contains(string(h.Body), id) {
				seen[h.ID]++
			}
			require.NotContains(t, string(h.Body), "li.na@example.com")
		}
		require.Len(t, seen, len(told))
		for hookID, times := range seen {
			require.Equal(t, 1, times, hookID)
		}
		require.Equal(t, len(c.noticesOf(id)), len(mails), "customers see the notices to themselves")
		require.Empty(t, c.noticesOf(id)[0].Webhooks)
	}
	for _, h := range some.got(t, s, "webhook.received") {
		require.Contains(t, string(h.Body), `"type":"notice.refunded"`)
	}
	require.Len(t, some.got(t, s, "webhook.received"), 2)
}

func mailTexts(all []partners.Mail) []string {
	texts := make([]string, len(all))
	for i, m := range all {
		texts[i] = m.Text
	}
	return texts
}

// An endpoint that is away is tried again under the same id; one that answers 410 is
// disabled, and what it did not get can be sent again once it is enabled.
func TestNoticesWebhookEndpointsDownGoneAndBack(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	down, gone, away := s.hook(t, "down"), s.hook(t, "gone"), s.hook(t, "away")
	down.answers(t, s, http.StatusInternalServerError)
	gone.answers(t, s, http.StatusGone)
	require.NoError(t, s.box.SetHook(t.Context(), away.name, partners.HookSettings{Secrets: []string{away.secret}, Status: http.StatusFound, Location: s.box.HookURL("down")}))
	c := s.customer(t)
	c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit))

	first := func(h hook) dispute.WebhookDelivery { all := s.deliveries(t, h); require.Len(t, all, 1); return all[0] }
	wait(t, "each was tried", func() bool {
		return first(down).Tries > 0 && first(gone).State == dispute.WebhookDead && first(away).Tries > 0
	})
	require.Equal(t, http.StatusInternalServerError, first(down).LastStatus)
	require.Equal(t, dispute.WebhookPending, first(down).State)
	require.Contains(t, first(away).Problem, "redirects are not followed")
	down.answers(t, s, 0)
	wait(t, "the endpoint that is back has it", func() bool { return first(down).State == dispute.WebhookDelivered })
	refused, taken := down.got(t, s, "webhook.refused"), down.got(t, s, "webhook.received")
	require.Len(t, taken, 1)
	require.Equal(t, refused[0].ID, taken[0].ID, "the same message")
	require.JSONEq(t, string(refused[0].Body), string(taken[0].Body))
	require.Equal(t, first(down).ID, taken[0].ID)

	admin := s.as(t, dispute.RoleAdmin, "admin")
	var e dispute.WebhookEndpoint
	admin.do(http.MethodGet, "/v1/webhook-endpoints/"+gone.ID, nil).decode(t, &e)
	require.Equal(t, dispute.EndpointDisabled, e.State)
	require.Equal(t, dispute.DisabledGone, e.Reason)
	dead := first(gone)
	r := admin.do(http.MethodPost, "/v1/webhook-deliveries/"+dead.ID+"/replay", map[string]any{})
	require.Equal(t, http.StatusConflict, r.status, "%s", r.body)
	gone.answers(t, s, 0)
	r = admin.do(http.MethodPut, "/v1/webhook-endpoints/"+gone.ID, map[string]any{"url": gone.URL, "types": []string{}, "enabled": true})
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	r = admin.do(http.MethodGet, "/v1/webhook-deliveries?state=dead", nil)
	require.Contains(t, string(r.body), dead.ID)
	r = admin.do(http.MethodPost, "/v1/webhook-deliveries/"+dead.ID+"/replay", map[string]any{})
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	wait(t, "the replayed message is there", func() bool { return first(gone).State == dispute.WebhookDelivered })
	require.Equal(t, dead.ID, gone.got(t, s, "webhook.received")[0].ID)

	// A secret is changed without losing a message: for a day both sign.
	r = admin.do(http.MethodPost, "/v1/webhook-endpoints/"+gone.ID+"/secret", map[string]any{})
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	var rotated struct{ Secret string }
	r.decode(t, &rotated)
	require.NotEqual(t, gone.secret, rotated.Secret)
	for _, secret := range []string{gone.secret, rotated.Secret} {
		require.NoError(t, s.box.SetHook(t.Context(), gone.name, partners.HookSettings{Secrets: []string{secret}}))
		r = admin.do(http.MethodPost, "/v1/webhook-endpoints/"+gone.ID+"/ping", nil)
		require.Equal(t, http.StatusOK, r.status, "%s", r.body)
		var ping dispute.WebhookDelivery
		r.decode(t, &ping)
		wait(t, "the ping verified", func() bool {
			for _, d := range s.deliveries(t, gone) {
				if d.ID == ping.ID {
					return d.State == dispute.WebhookDelivered
				}
			}
			return false
		})
	}

	for _, bad := range []string{"http://10.1.2.3/x", "https://169.254.169.254/latest", "ftp://shop.example.org", "https://user:pw@shop.example.org/"} {
		r = admin.do(http.MethodPost, "/v1/webhook-endpoints", map[string]any{"url": bad})
		require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s: %s", bad, r.body)
	}
	r = s.agent(t).do(http.MethodGet, "/v1/webhook-endpoints", nil)
	require.Equal(t, http.StatusForbidden, r.status)
	r = admin.do(http.MethodDelete, "/v1/webhook-endpoints/"+gone.ID, nil)
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	require.Equal(t, http.StatusNotFound, admin.do(http.MethodGet, "/v1/webhook-endpoints/"+gone.ID, nil).status)
}

// A mail server that is away loses nothing, and holds up no webhook; one whose answer is
// lost gets the same mail again, which a mailbox shows once.
func TestNoticesMailServerAway(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", mail: true})
	h := s.hook(t, "shop")
	require.NoError(t, s.box.MailFault(t.Context(), partners.MailFault{Down: true}))
	c := s.customer(t)
	claim := returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)
	claim["contact"] = map[string]string{"email": "li.na@example.com"}
	id := c.open(claim).ID
	wait(t, "the webhook was taken and the mail was not", func() bool {
		told := s.agent(t).noticesOf(id)
		return len(h.got(t, s, "webhook.received")) == 1 && told[0].State == "pending" && told[0].Problem != ""
	})
	require.NotContains(t, s.agent(t).noticesOf(id)[0].Problem, "li.na")
	require.NoError(t, s.box.MailFault(t.Context(), partners.MailFault{LoseReply: true}))
	wait(t, "the mail was taken, and sent again", func() bool { return len(s.mails(t, id)) >= 2 })
	require.NoError(t, s.box.MailFault(t.Context(), partners.MailFault{}))
	wait(t, "the mail was sent", func() bool { return s.agent(t).noticesOf(id)[0].State == "sent" })
	ids := map[string]bool{}
	for _, m := range s.mails(t, id) {
		ids[m.MessageID] = true
	}
	require.Len(t, ids, 1, "one notice is one mail, however often it was sent")
	require.Len(t, h.got(t, s, "webhook.received"), 1, "the webhook is not sent again with the mail")

	require.NoError(t, s.box.MailFault(t.Context(), partners.MailFault{Status: 550}))
	c.withdraw(id)
	wait(t, "what the server refuses for good is dead", func() bool {
		told := s.agent(t).noticesOf(id)
		return told[len(told)-1].State == "dead"
	})
}

// At night only what is urgent goes to a customer; the rest waits for the morning.
func TestNoticesWaitForTheMorning(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	now := time.Now().In(zone)
	hour := func(d time.Duration) string { return now.Add(d).Format("15:04") }
	l := libraryWith(t, "night", "default@3", sets{"quiet_hours.from": hour(-3 * time.Hour), "quiet_hours.to": hour(3 * time.Hour)})
	s := newStack(t, options{policy: "night", library: l, mail: true})
	h := s.hook(t, "shop")
	c := s.customer(t)
	claim := returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)
	claim["contact"] = map[string]string{"email": "li.na@example.com"}
	id := c.open(claim).ID
	c.supply(id)
	c.awaitOffer(id)
	state := func() map[dispute.Milestone]noticed {
		by := map[dispute.Milestone]noticed{}
		for _, n := range s.agent(t).noticesOf(id) {
			by[n.Milestone] = n
		}
		return by
	}
	wait(t, "what is not urgent waits", func() bool {
		by := state()
		return by[dispute.NoticeMissing].State == "sent" && by[dispute.NoticeAccepted].HeldUntil != nil && by[dispute.NoticeOffer].HeldUntil != nil
	})
	require.Equal(t, hour(3*time.Hour), state()[dispute.NoticeOffer].HeldUntil.In(zone).Format("15:04"))
	require.Equal(t, "pending", state()[dispute.NoticeOffer].State)
	require.NotEmpty(t, state()[dispute.NoticeOffer].Text, "supervisors see what it will say")
	require.Len(t, s.mails(t, id), 1)
	wait(t, "the shop's own system knows at once", func() bool {
		types := map[string]bool{}
		for _, one := range h.got(t, s, "webhook.received") {
			var e struct{ Type string }
			require.NoError(t, json.Unmarshal(one.Body, &e))
			types[e.Type] = true
		}
		return types["notice.offer"] && types["notice.accepted"]
	})
}
