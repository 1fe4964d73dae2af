package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// late is the body of a complaint about an order of the caller's that came too late.
func (s *stack) late(t *testing.T, c caller) opening {
	t.Helper()
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		promised := time.Now().UTC().Add(-120 * time.Hour)
		placed := promised.Add(-72 * time.Hour)
		n.PlacedAt, n.PromisedBy = &placed, &promised
	})
	return opening{"shop_id": "shop-1", "kind": "complaint", "reason": "late_delivery", "order_id": o.OrderID,
		"lines": []dispute.Line{{LineID: "cup", Quantity: 1}}}
}

// Rows 1, 2, 3 and 10: each channel with its own promise of a first reply, sorted and
// routed, and what was told of the problem kept with the case.
func TestIntakeByEveryChannel(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	for channel, want := range map[dispute.Channel]struct {
		budget int64
		unit   dispute.Unit
		hours  string
		team   string
	}{
		dispute.ChannelInApp:  {48, dispute.UnitHours, "", "logistics"},
		dispute.ChannelEmail:  {24, dispute.UnitHours, "", "logistics"},
		dispute.ChannelChat:   {10, dispute.UnitBusinessMinutes, "desk", "logistics"},
		dispute.ChannelPhone:  {4, dispute.UnitBusinessHours, "desk", "logistics"},
		dispute.ChannelAppeal: {24, dispute.UnitHours, "", "disputes"},
		dispute.Channel12315:  {24, dispute.UnitHours, "", "regulator"},
	} {
		t.Run(string(channel), func(t *testing.T) {
			t.Parallel()
			c, agent := s.customer(t), s.agent(t)
			body := s.late(t, c)
			body["channel"], body["customer_id"] = channel, c.id
			occurred := time.Now().UTC().Add(-24 * time.Hour).Truncate(time.Second)
			body["intake"] = map[string]any{"occurred_at": occurred, "symptom": "三天后才送到", "steps_tried": "打过快递电话"}
			body["contact"] = map[string]any{"name": "李娜", "phone": "13800000000"}
			id := agent.open(body).ID // somebody at the desk takes it down
			v := agent.awaitPerson(id, dispute.CodePersonByRule)
			k := v.Running(dispute.ClockFirstResponse, "")
			require.NotNil(t, k)
			require.Equal(t, want.budget, k.Budget)
			require.Equal(t, want.unit, k.Unit)
			require.Equal(t, want.hours, k.Hours)
			require.Equal(t, dispute.ClassComplaint, v.Class)
			require.Equal(t, want.team, v.Team)
			require.Equal(t, occurred, *v.OccurredAt)
			r := agent.do(http.MethodGet, "/v1/cases/"+id, nil)
			require.Contains(t, string(r.body), "打过快递电话", "the steps already tried are read with the case")
			for _, e := range agent.timeline(id) {
				require.NotContains(t, string(e.Data), "快递", "and stand nowhere else")
			}
			listed := agent.do(http.MethodGet, "/v1/cases?class=complaint&team="+want.team+"&customer_id="+c.id, nil)
			require.Contains(t, string(listed.body), id)
			listed = agent.do(http.MethodGet, "/v1/cases?class=inquiry&customer_id="+c.id, nil)
			require.NotContains(t, string(listed.body), id)

			agent.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/notes", map[string]any{"text": "我们在查。", "to_customer": true})
			answered := agent.get(id)
			require.Nil(t, answered.Running(dispute.ClockFirstResponse, ""), "a person's message meets it")
			agent.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/assignment", map[string]any{"team": "quality"})
			require.Equal(t, "quality", agent.get(id).Team, "a person routes it anew")
			c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/withdrawal", map[string]any{})
			c.awaitClosed(id, dispute.OutcomeWithdrawn)
		})
	}
}

// Pain 11: the answer to a customer's message has a clock of its own; its breach tells
// the supervisor and closes nothing, and it never runs on in a closed case.
func TestIntakeNextReplyBreached(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "quick", library: libraryWith(t, "quick", "default@3", story.with(sets{"clocks.next_reply": "2s"}))})
	c, agent := s.customer(t), s.agent(t)
	id := c.open(s.late(t, c)).ID
	agent.awaitPerson(id, dispute.CodePersonByRule)
	say := func(who caller, text string, toCustomer bool) *view {
		body := map[string]any{"text": text}
		if toCustomer {
			body["to_customer"] = true
		}
		v := who.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/notes", body)
		return &v
	}
	require.Nil(t, say(c, "Hello?", false).Running(dispute.ClockNextReply, ""), "the first reply is still owed")
	say(agent, "We are on it.", true)
	asked := say(c, "When?", false)
	require.NotNil(t, asked.Running(dispute.ClockNextReply, ""))
	require.Equal(t, dispute.WaitingAgent, asked.WaitingOn)

	breached := agent.await(id, "had a breach", func(v view) bool { return v.Breached })
	require.Equal(t, dispute.StageNegotiation, breached.Stage)
	s.awaitNotices(t, id, dispute.NoticeBreach, 1)
	entries := s.happened(t, id, dispute.EventNote, dispute.EventClockStarted, dispute.EventClockBreached)
	require.NotContains(t, eventTypes(entries), dispute.EventEscalated)

	require.NotNil(t, say(c, "Still there?", false).Running(dispute.ClockNextReply, ""))
	require.Nil(t, say(agent, "Tomorrow.", true).Running(dispute.ClockNextReply, ""), "an agent's message meets it")
	say(c, "Never mind.", false)
	c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/withdrawal", map[string]any{})
	closed := c.awaitClosed(id, dispute.OutcomeWithdrawn)
	require.Nil(t, closed.NextDue(), "no clock runs on in a closed case")
	s.awaitNotices(t, id, dispute.NoticeBreach, 1)
}

// publishArticle writes an article and publishes it.
func (s *stack) publishArticle(t *testing.T, body map[string]any) string {
	t.Helper()
	super := s.supervisor(t)
	r := super.do(http.MethodPost, "/v1/articles", body)
	require.Equal(t, http.StatusCreated, r.status, "%s", r.body)
	var written dispute.ArticleVersion
	r.decode(t, &written)
	require.Equal(t, dispute.ArticleDraft, written.State)
	r = super.do(http.MethodPut, "/v1/articles/"+written.ArticleID+"/versions/1", map[string]any{"state": "published"})
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	return written.ArticleID
}

type triaged struct {
	Class    dispute.CaseClass      `json:"class"`
	Kind     dispute.Kind           `json:"kind"`
	Reason   dispute.Reason         `json:"reason"`
	Rule     string                 `json:"rule"`
	Answered bool                   `json:"answered"`
	Articles []dispute.ArticleMatch `json:"articles"`
}

func (c caller) triage(text string) (t triaged) {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/triage", map[string]any{"channel": "in_app", "text": text})
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	r.decode(c.t, &t)
	return t
}

func (c caller) use(article, session, outcome string) {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/articles/"+article+"/uses", map[string]any{"session": session, "outcome": outcome})
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
}

// Rows 4, 41 and 48: a question is sorted and answered by an article without a case;
// whoever was not helped opens one, and the count says so.
func TestTriageIsAnsweredOrBecomesACase(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	returning := s.publishArticle(t, map[string]any{"reasons": []any{"changed_mind"}, "texts": []any{
		map[string]any{"language": "zh-CN", "title": "怎么退货（七天无理由）", "body": "签收次日起七天内，商品完好可以申请退货。"},
		map[string]any{"language": "en", "title": "How to return an item", "body": "Within seven days intact goods can be returned."}}})
	cups := s.publishArticle(t, map[string]any{"reasons": []any{"late_delivery"}, "skus": []any{"sku-cup"}, "texts": []any{
		map[string]any{"language": "en", "title": "Cups come by slow freight", "body": "Cups are packed by hand and take two days more."}}})
	s.publishArticle(t, map[string]any{"reasons": []any{"late_delivery"}, "skus": []any{"sku-lamp"}, "texts": []any{
		map[string]any{"language": "en", "title": "Lamps come from another warehouse", "body": "They take a day more."}}})
	began := time.Now().UTC().Add(-time.Minute)

	helped := s.customer(t)
	answer := helped.triage("请问怎么退货？")
	require.Equal(t, dispute.ClassInquiry, answer.Class)
	require.Equal(t, "story@1/triage/question", answer.Rule)
	require.True(t, answer.Answered, "%+v", answer.Articles)
	require.Equal(t, returning, answer.Articles[0].ArticleID)
	helped.use(returning, "visit-1", "shown")
	helped.use(returning, "visit-1", "solved")

	unhelped := s.customer(t)
	english := unhelped.triage("My parcel arrived late and I am angry")
	require.Equal(t, dispute.ClassComplaint, english.Class)
	require.Equal(t, dispute.ReasonLateDelivery, english.Reason)
	require.False(t, english.Answered, "a complaint is never answered by an article alone")
	session := "visit-" + uuid.NewString()[:8]
	unhelped.use(returning, session, "solved") // or so it seemed
	body := s.late(t, unhelped)
	body["kind"], body["reason"], body["class"], body["article_session"] = english.Kind, english.Reason, english.Class, session
	id := unhelped.open(body).ID
	agent := s.agent(t)
	agent.awaitPerson(id, dispute.CodePersonByRule)

	r := agent.do(http.MethodGet, "/v1/cases/"+id+"/articles", nil)
	require.Equal(t, http.StatusOK, r.status)
	var page struct {
		Items []dispute.ArticleMatch `json:"items"`
	}
	r.decode(t, &page)
	require.Len(t, page.Items, 1, "the lamp's is about another product")
	require.Equal(t, cups, page.Items[0].ArticleID)
	agent.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/notes",
		map[string]any{"text": "Please read this.", "to_customer": true, "article_id": cups})

	// An inquiry that becomes a case all the same is a normal one, with the team for questions.
	asking := s.customer(t)
	o := s.order(t, asking.id)
	v := asking.open(opening{"shop_id": "shop-1", "kind": "complaint", "reason": "other", "class": "inquiry", "order_id": o.OrderID,
		"lines": []dispute.Line{{LineID: "cup", Quantity: 1}}, "statement": "Can it go into the dishwasher?"})
	require.Equal(t, dispute.ClassInquiry, v.Class)
	require.Equal(t, "helpdesk", v.Team)

	window := url.Values{"from": {began.Format(time.RFC3339)}, "to": {time.Now().UTC().Add(time.Minute).Format(time.RFC3339)}}.Encode()
	r = s.supervisor(t).do(http.MethodGet, "/v1/articles/deflection?"+window, nil)
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	var d dispute.Deflection
	r.decode(t, &d)
	require.Equal(t, dispute.Deflection{Sessions: 2, Solved: 2, Opened: 1, Deflected: 1}, d)
	agent.refused(http.StatusForbidden, dispute.CodeForbidden, "/v1/articles", map[string]any{"texts": []any{map[string]any{"language": "en", "title": "a", "body": "b"}}})
	found := helped.do(http.MethodGet, "/v1/articles?q="+url.QueryEscape("退貨"), nil) // traditional
	require.True(t, strings.Contains(string(found.body), returning), "%s", found.body)
}
