package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// What people do, in the words of the API.

// grant is a remedy of that amount in fen; 0 leaves the price to the rules.
func grant(t dispute.RemedyType, amount int64, lines ...dispute.Line) dispute.Remedy {
	r := dispute.Remedy{Type: t, Lines: lines}
	if amount > 0 {
		money := dispute.CNY(amount)
		r.Amount = &money
	}
	return r
}

func (c caller) offer(id string, remedies ...dispute.Remedy) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/offers", map[string]any{"remedies": remedies})
}

func (c caller) decide(id string, remedies ...dispute.Remedy) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/decision", map[string]any{"remedies": remedies, "cites": c.cites(id)})
}

// cites is what a ruling cites: the first rule of the case, where it has to cite one.
func (c caller) cites(id string) []string {
	c.t.Helper()
	if v := c.get(id); v.Negotiation == nil || v.Stage != dispute.StageAdjudication {
		return []string{}
	}
	return []string{c.rules(id)[0].ID}
}

// rules lists what a ruling about the case may cite.
func (c caller) rules(id string) []dispute.Citation {
	c.t.Helper()
	r := c.do(http.MethodGet, "/v1/cases/"+id+"/rules", nil)
	require.Equal(c.t, http.StatusOK, r.status, "%s", r.body)
	var list struct{ Items []dispute.Citation }
	r.decode(c.t, &list)
	return list.Items
}

func (c caller) reject(id, code string) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/decision", map[string]any{"reject": map[string]any{"code": code}, "cites": c.cites(id)})
}

func (c caller) approve(id, approvalID string) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/approvals/"+approvalID, map[string]any{"approve": true})
}

// counter answers the open offer with what the customer wants instead.
func (c caller) counter(id string, remedies ...dispute.Remedy) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/offers/"+c.openOffer(id).ID+"/response",
		map[string]any{"action": "counter", "counter": map[string]any{"remedies": remedies}})
}

func (c caller) openOffer(id string) dispute.Offer {
	c.t.Helper()
	offered := c.awaitOffer(id)
	return *offered.OpenOffer()
}

func (c caller) ship(id, carrier, number string) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/return-shipment",
		map[string]any{"carrier": carrier, "tracking_number": number})
}

func (c caller) withdraw(id string) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/withdrawal", map[string]any{})
}

func (c caller) escalate(id string) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/escalation", map[string]any{})
}

// resolve settles a refund or payout by hand.
func (c caller) resolve(id, key string, body map[string]any) view {
	c.t.Helper()
	return c.must(http.StatusOK, http.MethodPost, "/v1/cases/"+id+"/refunds/"+escaped(key)+"/resolution", body)
}

// problem is an answer that is an error.
type problem struct {
	Code           dispute.Code     `json:"code"`
	CaseID         string           `json:"case_id"`
	AllowedActions []dispute.Action `json:"allowed_actions"`
}

// refused sends what must not be taken.
func (c caller) refused(status int, code dispute.Code, path string, body any) problem {
	c.t.Helper()
	r := c.do(http.MethodPost, path, body)
	require.Equal(c.t, status, r.status, "POST %s: %s", path, r.body)
	var p problem
	r.decode(c.t, &p)
	require.Equal(c.t, code, p.Code, "POST %s: %s", path, r.body)
	return p
}

// awaitPerson waits until the case lies on the desk for the reason, and says as whose.
func (c caller) awaitPerson(id, code string) view {
	c.t.Helper()
	return c.await(id, "waited for an agent because of "+code, func(v view) bool {
		return v.Explanation != nil && v.Explanation.Code == code && v.WaitingOn == dispute.WaitingAgent
	})
}

// awaitMoney waits for a refund or payout in the state.
func (c caller) awaitMoney(id, legID string, state dispute.LegState) dispute.Leg {
	c.t.Helper()
	v := c.await(id, legID+" became "+string(state), func(v view) bool {
		l := (&v).Leg(legID)
		return l != nil && l.State == state
	})
	return *(&v).Leg(legID)
}

// awaitClosed waits for the end of the case, and insists on how it ended.
func (c caller) awaitClosed(id string, outcome dispute.Outcome) view {
	c.t.Helper()
	closed := c.awaitStage(id, dispute.StageClosed)
	require.Equal(c.t, outcome, closed.Outcome)
	require.Equal(c.t, dispute.GateClosed, closed.Gate)
	require.Equal(c.t, dispute.WaitingNone, closed.WaitingOn)
	require.Empty(c.t, closed.AllowedActions)
	require.Nil(c.t, closed.NextDue(), "a clock still runs in a closed case")
	entries := c.timeline(id)
	require.Equal(c.t, dispute.EventOpened, entries[0].Type)
	require.Equal(c.t, dispute.EventClosed, entries[len(entries)-1].Type)
	report, err := c.s.record.VerifyChain(c.t.Context(), id)
	require.NoError(c.t, err)
	require.True(c.t, report.Intact, "%+v", report)
	return closed
}

// travel moves the goods of a return from the customer to the dock; the scans
// are the carrier's, the count is the warehouse's.
func (s *stack) travel(t *testing.T, c caller, id string, count partners.ReceiveReport) dispute.ReturnLeg {
	t.Helper()
	ret := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	if ret.TrackingNumber == "" {
		number := "OWN-" + ret.RMAID
		c.ship(id, "SF", number)
		ret = c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit).Return
		require.Equal(t, number, ret.TrackingNumber)
	} else {
		require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelInTransit))
		c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit)
	}
	require.NoError(t, s.box.Scan(t.Context(), ret.Carrier, ret.TrackingNumber, dispute.ParcelDelivered))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnDelivered)
	require.NoError(t, s.box.Receive(t.Context(), ret.RMAID, count))
	return *c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived).Return
}
