package e2e_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// The stories of docs/stories/negotiation-and-ruling.md.

// bargainLibrary is the usual library with the policy bargain@1: the newest default, quick
// at the end of a case.
func bargainLibrary(t *testing.T, changes sets) *dispute.Library {
	t.Helper()
	return libraryWith(t, "bargain", "default@3", story.with(changes))
}

// atTheDesk opens a claim about a broken cup that a person decides.
func (s *stack) atTheDesk(t *testing.T, c caller, lines ...dispute.Line) string {
	t.Helper()
	o := s.order(t, c.id, func(n *partners.NewOrder) {
		n.Lines = append(n.Lines, dispute.OrderLine{LineID: "sofa", SKU: "sku-sofa", Quantity: 1, Paid: 900000})
	})
	if len(lines) == 0 {
		lines = []dispute.Line{{LineID: "cup", Quantity: 1}}
	}
	id := c.open(opening{"shop_id": "shop-1", "kind": "claim", "reason": "defective", "order_id": o.OrderID, "lines": lines}).ID
	c.supply(id)
	s.agent(t).awaitPerson(id, dispute.CodePersonByRule)
	return id
}

func partly(fen int64) dispute.Remedy { return grant(dispute.RemedyPartialRefund, fen) }

func (c caller) respond(id, offerID, action string) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/offers/"+offerID+"/response", map[string]any{"action": action})
}

func (c caller) askMediator(id string) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/mediation", map[string]any{"note": "We are getting nowhere."})
}

func (c caller) mediate(id string, remedies ...dispute.Remedy) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/mediation", map[string]any{"proposal": map[string]any{"remedies": remedies}})
}

// openIn is the offer that may be answered.
func openIn(v view) string { return (&v).OpenOffer().ID }

func (p problem) allows(action string) bool {
	return slices.ContainsFunc(p.AllowedActions, func(a dispute.Action) bool { return a.Action == action })
}

// Offers, counters and a revision have their limits and stay in the case; a mediator
// brings both sides together, and it is paid once.
func TestStoryOfNegotiationWithLimits(t *testing.T) {
	t.Parallel()
	tellBargain(t)
}

// tellBargain plays it and returns the stack and the closed case's id.
func tellBargain(t *testing.T) (*stack, string) {
	t.Helper()
	s := newStack(t, options{policy: "bargain", library: bargainLibrary(t, sets{"negotiation.rounds": 1, "negotiation.offers": 3})})
	c, agent, super := s.customer(t), s.agent(t), s.supervisor(t)
	id := s.atTheDesk(t, c)
	path := "/v1/cases/" + id

	agent.offer(id, partly(1000))
	revised := agent.offer(id, partly(1500))
	first, second := revised.Offers[0], revised.Offers[1]
	require.Equal(t, dispute.OfferReplaced, first.State)
	require.Equal(t, first.ID, second.Replaces)
	require.Equal(t, []dispute.OfferChange{{Type: dispute.RemedyPartialRefund, Change: dispute.ChangeAmount, Was: first.Remedies[0].Amount, Now: second.Remedies[0].Amount}}, second.Changes)
	c.counter(id, partly(4000))
	third := openIn(agent.offer(id, partly(2000)))
	over := c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path+"/offers/"+third+"/response",
		map[string]any{"action": "counter", "counter": map[string]any{"remedies": []dispute.Remedy{partly(3900)}}})
	for _, next := range []string{dispute.ActionRespond, dispute.ActionAskMediation, dispute.ActionEscalate} {
		require.True(t, over.allows(next), next)
	}
	spent := agent.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path+"/offers", map[string]any{"remedies": []dispute.Remedy{partly(2100)}})
	require.True(t, spent.allows(dispute.ActionAskMediation))

	require.Equal(t, dispute.WaitingSupervisor, c.askMediator(id).WaitingOn)
	agent.refused(http.StatusForbidden, dispute.CodeSameAuthor, path+"/mediation", map[string]any{"proposal": map[string]any{"remedies": []dispute.Remedy{partly(2500)}}})
	c.refused(http.StatusForbidden, dispute.CodeForbidden, path+"/mediation", map[string]any{"proposal": map[string]any{"remedies": []dispute.Remedy{partly(5000)}}})
	proposed := super.mediate(id, partly(2500))
	require.Equal(t, dispute.WaitingBoth, proposed.WaitingOn)
	require.Equal(t, dispute.StageNegotiation, proposed.Stage)
	proposal := proposed.OpenOffer().ID
	super.refused(http.StatusForbidden, dispute.CodeSameAuthor, path+"/offers/"+proposal+"/response", map[string]any{"action": "accept"})
	require.Equal(t, dispute.WaitingCustomer, agent.respond(id, proposal, "accept").WaitingOn)
	s.paid(t, id)
	require.Equal(t, dispute.MediationAgreed, c.respond(id, proposal, "accept").Mediations[0].State)
	closed := c.awaitClosed(id, dispute.OutcomeResolved)

	s.paid(t, id, moved{"refund.made", "refund-1/1", 2500})
	require.Len(t, closed.Offers, 4, "each stays in the case")
	require.Equal(t, int64(4000), closed.Offers[1].Counter.Remedies[0].Amount.Amount)
	s.happened(t, id, dispute.EventOfferMade, dispute.EventOfferMade, dispute.EventOfferAnswered, dispute.EventOfferMade,
		dispute.EventMediationAsked, dispute.EventOfferMade, dispute.EventOfferAnswered, dispute.EventOfferAnswered, dispute.EventMediationEnded)
	s.awaitNotices(t, id, dispute.NoticeOffer, 4)
	s.replays(t, id)
	return s, id
}

// A mediator fails, both sides are asked for evidence, a supervisor rules by a rule and
// for the customer, the merchant contests that on new facts, another supervisor rules
// against the customer, who appeals in turn: nothing is paid before the last word.
func TestStoryOfARulingAndItsAppeals(t *testing.T) {
	t.Parallel()
	tellRuling(t)
}

// tellRuling plays it and returns the stack and the closed case's id.
func tellRuling(t *testing.T) (*stack, string) {
	t.Helper()
	s := newStack(t, options{policy: "bargain", library: bargainLibrary(t, sets{"negotiation.merchant_appeal": true, "negotiation.mediation": "required", "clocks.appeal_window": "25s"})})
	c, agent, super := s.customer(t), s.agent(t), s.supervisor(t)
	id := s.atTheDesk(t, c)
	path := "/v1/cases/" + id

	// Declined, the offer brings a mediator; nobody goes past one.
	offer := openIn(agent.offer(id, partly(1000)))
	declined := c.respond(id, offer, "decline")
	require.Equal(t, dispute.MediationAsked, declined.Mediations[0].State)
	c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path+"/escalation", map[string]any{})
	proposal := openIn(s.as(t, dispute.RoleAgent, "agent-2").mediate(id, partly(2000)))
	c.respond(id, proposal, "accept")
	failed := agent.respond(id, proposal, "decline")
	require.Equal(t, dispute.StageAdjudication, failed.Stage)
	require.Equal(t, dispute.FailedByMerchant, failed.Mediations[0].Failed)

	// Both sides have to show something, each on a clock of its own.
	asked := super.must(http.StatusOK, http.MethodPost, path+"/evidence-requests", map[string]any{"from": "both", "types": []string{"report"}})
	require.Equal(t, dispute.WaitingBoth, asked.WaitingOn)
	require.Equal(t, dispute.WaitingCustomer, asked.Counting(dispute.ClockEvidenceSupplement, "proof-1").Owner)
	require.Equal(t, dispute.WaitingAgent, asked.Counting(dispute.ClockEvidenceSupplement, "proof-2").Owner)
	require.Len(t, c.get(id).Proof, 1, "the customer sees what was asked of them")
	c.hand(id, "report", 40)
	require.Equal(t, dispute.ProofOpen, super.get(id).Proof[1].State)
	agent.hand(id, "report", 90)
	super.await(id, "had both reports", func(v view) bool { return v.Proof[0].State == dispute.ProofMet && v.Proof[1].State == dispute.ProofMet })

	// A ruling cites a rule of the case, and the customer reads it.
	rules := super.rules(id)
	require.Contains(t, rules, dispute.Citation{ID: "bargain@1/reasons/defective", Basis: "CPL art. 24"})
	for _, cites := range [][]string{{}, {"a rule of thumb"}} {
		r := super.do(http.MethodPost, path+"/decision", map[string]any{"remedies": []dispute.Remedy{partly(3000)}, "cites": cites})
		require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.body)
		require.Contains(t, string(r.body), "/cites")
	}
	ruled := super.must(http.StatusOK, http.MethodPost, path+"/decision", map[string]any{"remedies": []dispute.Remedy{partly(3000)}, "cites": []string{"CPL art. 24"}})
	require.Equal(t, dispute.StageAppeal, ruled.Stage)
	require.Equal(t, dispute.WaitingAgent, ruled.WaitingOn)
	seen := c.get(id)
	require.Equal(t, dispute.DecisionContestable, seen.Decisions[0].State)
	require.Equal(t, []string{"CPL art. 24"}, seen.Decisions[0].Cites)
	require.Contains(t, c.cited(id), "CPL art. 24")
	c.refused(http.StatusConflict, dispute.CodeNotAllowedNow, path+"/appeal", map[string]any{"evidence": []string{seen.Evidence[0].ID}})

	// The merchant contests it, on new facts, before another supervisor.
	agent.refused(http.StatusUnprocessableEntity, dispute.CodeInvalid, path+"/appeal", map[string]any{"evidence": []string{seen.Evidence[0].ID}})
	fresh := agent.hand(id, "video", 140)
	agent.must(http.StatusOK, http.MethodPost, path+"/appeal", map[string]any{"evidence": []string{fresh}})
	super.refused(http.StatusForbidden, dispute.CodeSameAuthor, path+"/decision", map[string]any{"reject": map[string]any{"code": "worn"}, "cites": []string{"CPL art. 24"}})
	second, third := s.as(t, dispute.RoleSupervisor, "super-2"), s.as(t, dispute.RoleSupervisor, "super-3")
	require.Equal(t, dispute.WaitingCustomer, second.reject(id, "worn_by_use").WaitingOn)

	// Then the customer, before a third; that is the last word.
	newer := c.hand(id, "video", 220)
	c.must(http.StatusOK, http.MethodPost, path+"/appeal", map[string]any{"evidence": []string{newer}})
	s.paid(t, id)
	third.decide(id, partly(2500))
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 2500})
	require.Len(t, closed.Appeals, 2)
	s.happened(t, id, dispute.EventMediationAsked, dispute.EventMediationEnded, dispute.EventEscalated, dispute.EventProofAsked, dispute.EventProofAsked,
		dispute.EventContestable, dispute.EventAppealed, dispute.EventRejected, dispute.EventAppealed, dispute.EventDecided)
	s.nameless(t, c, id)
	s.replays(t, id)
	return s, id
}

// What nobody contests is carried out when the merchant's window is over, once; where the
// merchant has none, at once.
func TestStoryOfARulingThatNobodyContests(t *testing.T) {
	t.Parallel()
	for name, contestable := range map[string]bool{"the merchant may": true, "the merchant may not": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStack(t, options{policy: "bargain", library: bargainLibrary(t, sets{"negotiation.merchant_appeal": contestable, "clocks.appeal_window": "4s"})})
			c, super := s.customer(t), s.supervisor(t)
			id := s.atTheDesk(t, c)
			require.Equal(t, dispute.StageAdjudication, c.escalate(id).Stage)
			ruled := super.decide(id, partly(3000))
			require.Equal(t, contestable, ruled.Stage == dispute.StageAppeal)
			if contestable {
				s.paid(t, id)
			}
			c.awaitClosed(id, dispute.OutcomeResolved)
			s.paid(t, id, moved{"refund.made", "refund-1/1", 3000})
		})
	}
}

// Two people agree to a large sum, one after another; nobody twice, nobody to their own.
func TestStoryOfAnApprovalChain(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent, super, finance := s.customer(t), s.agent(t), s.supervisor(t), s.as(t, dispute.RoleFinance, "fin-1")
	id := s.atTheDesk(t, c, dispute.Line{LineID: "sofa", Quantity: 1})
	path := "/v1/cases/" + id + "/approvals/"

	asked := agent.decide(id, partly(600000))
	require.Equal(t, dispute.DecisionPendingApproval, asked.Decisions[0].State)
	require.Equal(t, dispute.RoleSupervisor, asked.Approvals[0].Role)
	require.Equal(t, []dispute.Role{dispute.RoleFinance}, asked.Approvals[0].Then)
	finance.refused(http.StatusForbidden, dispute.CodeForbidden, path+"approval_1", map[string]any{"approve": true})
	stepped := super.approve(id, "approval_1")
	require.Len(t, stepped.Approvals, 2)
	require.Equal(t, dispute.ApprovalPending, stepped.Approvals[1].State)
	super.refused(http.StatusForbidden, dispute.CodeForbidden, path+"approval_2", map[string]any{"approve": true})
	s.paid(t, id)
	require.Empty(t, c.get(id).Approvals, "the shop's own affair")
	finance.approve(id, "approval_2")
	closed := finance.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 600000})
	require.Equal(t, "super-1", closed.Approvals[0].By.ID)
	require.Equal(t, "fin-1", closed.Approvals[1].By.ID)

	// Refused at the second step it is back at the desk, and nothing is paid.
	other := s.atTheDesk(t, c, dispute.Line{LineID: "sofa", Quantity: 1})
	agent.decide(other, partly(600000))
	super.approve(other, "approval_1")
	back := finance.must(http.StatusOK, http.MethodPost, "/v1/cases/"+other+"/approvals/approval_2", map[string]any{"approve": false, "note": "Not in this quarter."})
	require.Equal(t, dispute.WaitingAgent, back.WaitingOn)
	require.Equal(t, dispute.DecisionRefused, back.Decisions[0].State)
	s.paid(t, other)
}

// A case is handed over with a note, colleagues and evidence are named, and it is taken
// off again; the customer learns nothing of who.
func TestStoryOfHandOverAndMentions(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c, agent := s.customer(t), s.agent(t)
	id, team := s.atTheDesk(t, c), "team-"+uuid.NewString()[:8]
	path := "/v1/cases/" + id

	handed := agent.must(http.StatusOK, http.MethodPost, path+"/assignment", map[string]any{"assignee": "agent-2", "team": team, "note": "You know this customer."})
	require.Equal(t, "agent-2", handed.Assignee)
	require.Equal(t, []string{id}, agent.listed("team="+team+"&assignee=agent-2"))
	photo := agent.get(id).Evidence[0].ID
	agent.must(http.StatusOK, http.MethodPost, path+"/notes", map[string]any{"text": "Compare the crack with the photo.", "evidence": []string{photo}, "mentions": []string{"agent-3"}})
	for at, body := range map[string]map[string]any{
		"/evidence/0": {"text": "?", "evidence": []string{"ev_elsewhere"}},
		"/mentions":   {"text": "?", "to_customer": true, "mentions": []string{"agent-3"}},
	} {
		r := agent.do(http.MethodPost, path+"/notes", body)
		require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.body)
		require.Contains(t, string(r.body), at)
	}
	tasks := map[string]string{}
	wait(t, "the colleagues were told", func() bool {
		for _, e := range s.effects(t, partners.Notify, id, "notice.delivered") {
			var notice struct {
				Data struct{ What, Assignee string }
			}
			if json.Unmarshal(e.Data, &notice) == nil {
				tasks[notice.Data.What] = notice.Data.Assignee
			}
		}
		return tasks["assigned"] == "agent-2" && tasks["mentioned"] == "agent-3"
	})
	var named struct{ Evidence, Mentions []string }
	for _, e := range agent.timeline(id) {
		if e.Type == dispute.EventNote {
			require.NoError(t, json.Unmarshal(e.Data, &named))
		}
	}
	require.Equal(t, []string{photo}, named.Evidence)
	require.Equal(t, []string{"agent-3"}, named.Mentions)

	off := agent.must(http.StatusOK, http.MethodDelete, path+"/assignment", map[string]any{"note": "On leave."})
	require.Empty(t, off.Assignee)
	require.Equal(t, team, off.Team)
	again := agent.do(http.MethodDelete, path+"/assignment", map[string]any{})
	require.Equal(t, http.StatusConflict, again.status, "%s", again.body)
	agent.offer(id, partly(1000))
	s.nameless(t, c, id)
}

// listed are the ids of the cases that a list shows.
func (c caller) listed(query string) []string {
	c.t.Helper()
	r := c.do(http.MethodGet, "/v1/cases?"+query, nil)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	var page struct{ Items []view }
	r.decode(c.t, &page)
	ids := []string{}
	for _, v := range page.Items {
		ids = append(ids, v.ID)
	}
	return ids
}

// cited are the rules that the timeline, as the caller sees it, says rulings stand on.
func (c caller) cited(id string) []string {
	c.t.Helper()
	var all []string
	for _, e := range c.timeline(id) {
		var said struct{ Cites []string }
		if e.Data != nil && json.Unmarshal(e.Data, &said) == nil {
			all = append(all, said.Cites...)
		}
	}
	return all
}

// nameless demands that the customer nowhere sees who of the shop did something.
func (s *stack) nameless(t *testing.T, c caller, id string) {
	t.Helper()
	for _, path := range []string{"", "/timeline?limit=200"} {
		seen := c.do(http.MethodGet, "/v1/cases/"+id+path, nil)
		require.Equal(t, http.StatusOK, seen.status)
		for _, staff := range []string{"agent-1", "agent-2", "agent-3", "super-1", "super-2", "super-3", "fin-1"} {
			require.NotContains(t, string(seen.body), `"`+staff+`"`, path)
		}
	}
}
