package e2e_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// What each block of the handbook is tried on, and what must be seen then.

// tried is one block of the handbook: the case it is for, and what is seen then.
type tried struct {
	reach func(t *testing.T, s *stack) (caller, string)
	see   func(t *testing.T, s *stack, c caller, id, out string)
}

// lists insists that the output names the case.
func lists(t *testing.T, _ *stack, _ caller, id, out string) {
	t.Helper()
	require.Contains(t, out, id)
}

// says insists on words in the output.
func says(words ...string) func(*testing.T, *stack, caller, string, string) {
	return func(t *testing.T, _ *stack, _ caller, _, out string) {
		t.Helper()
		for _, w := range words {
			require.Contains(t, out, w)
		}
	}
}

// logs insists that the timeline comes to hold an entry of the type.
func logs(kind dispute.EventType) func(*testing.T, *stack, caller, string, string) {
	return func(t *testing.T, s *stack, _ caller, id, _ string) {
		t.Helper()
		until(t, patience, string(kind)+" is in the timeline", func() bool { return s.count(t, id, kind) > 0 })
	}
}

// ignores insists that so many events were recorded and changed nothing.
func ignores(n int) func(*testing.T, *stack, caller, string, string) {
	return func(t *testing.T, s *stack, _ caller, id, _ string) {
		t.Helper()
		until(t, patience, "the signals are in the timeline", func() bool { return s.count(t, id, dispute.EventIgnored) == n })
	}
}

// onTheDesk is a claim that an agent has to decide.
func onTheDesk(t *testing.T, s *stack) (caller, string) {
	c := s.customer(t)
	id := c.open(claimOf(s.order(t, c.id), dispute.ReasonNotReceived)).ID
	s.agent(t).awaitPerson(id, dispute.CodeCarrierSays+"delivered")
	return c, id
}

// received is a return that the warehouse has counted.
func receivedReturn(t *testing.T, s *stack) (caller, string) {
	c, id := goodsInTransit(t, s)
	leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit).Return
	require.NoError(t, s.box.Receive(t.Context(), leg.RMAID, partners.ReceiveReport{}))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	return c, id
}

// ownParcel is a return that the customer sends with a carrier of their own.
func ownParcel(t *testing.T, s *stack) (caller, string) {
	c := s.customer(t)
	id := c.open(returnOf(s.order(t, c.id), dispute.ReasonChangedMind)).ID
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment)
	return c, id
}

// cancelledCase has ended by order of operations.
func cancelledCase(t *testing.T, s *stack) (caller, string) {
	c, id := waitingForEvidence(t, s)
	s.cancelled(t, c, id)
	return c, id
}

func legIs(kind dispute.LegType, state dispute.LegState) func(*testing.T, *stack, caller, string, string) {
	return func(t *testing.T, _ *stack, c caller, id, _ string) { t.Helper(); c.awaitLeg(id, kind, state) }
}

func closes(outcome dispute.Outcome) func(*testing.T, *stack, caller, string, string) {
	return func(t *testing.T, _ *stack, c caller, id, _ string) { t.Helper(); c.awaitClosed(id, outcome) }
}

func adopts(t *testing.T, s *stack, c caller, id, _ string) {
	t.Helper()
	until(t, patience, "the record is taken over", func() bool { return s.count(t, id, dispute.EventAdopted) == 1 })
	fromTransit(t, s, c, id)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 5000})
}

// counts insists on a number that is not 0.
func counts(t *testing.T, _ *stack, _ caller, _, out string) {
	t.Helper()
	require.Regexp(t, `Total: [1-9]`, out)
}

// blocks are those that share a stack.
var blocks = map[string]tried{
	"metadata":         {reach: labelIssued, see: says("stage **execution**", "return_shipment: waiting for customer until")},
	"query":            {reach: labelIssued, see: says(`"awaiting_shipment"`)},
	"show":             {reach: labelIssued, see: says(`"orphaned": false`, string(dispute.EventOfferAnswered), "the chain is intact")},
	"find-due":         {reach: waitingForEvidence, see: lists},
	"find-waiting":     {reach: onTheDesk, see: lists},
	"count-waiting":    {reach: onTheDesk, see: counts},
	"find-outcome":     {reach: cancelledCase, see: lists},
	"find-failed":      {reach: waitingForEvidence, see: func(t *testing.T, _ *stack, _ caller, _, out string) { require.NotContains(t, out, "case_") }},
	"record-list":      {reach: onTheDesk, see: lists},
	"signal-evidence":  {reach: waitingForEvidence, see: logs(dispute.EventEvidence)},
	"signal-shipped":   {reach: ownParcel, see: legIs(dispute.LegReturn, dispute.ReturnInTransit)},
	"signal-carrier":   {reach: goodsInTransit, see: legIs(dispute.LegReturn, dispute.ReturnDelivered)},
	"signal-received":  {reach: goodsInTransit, see: legIs(dispute.LegReturn, dispute.ReturnReceived)},
	"signal-inspected": {reach: receivedReturn, see: legIs(dispute.LegRefund, dispute.MoneyPending)},
	"signal-payment":   {reach: refundPending, see: closes(dispute.OutcomeResolved)},
	"signal-reproject": {reach: waitingForEvidence, see: logs(dispute.EventReprojected)},
	"signal-later":     {reach: waitingForEvidence, see: ignores(2)},
	"partner-events":   {reach: unmatched, see: says("return.received", `"unmatched"`)},
	"match":            {reach: unmatchedReturn, see: legIs(dispute.LegReturn, dispute.ReturnReceived)},
	"update":           {reach: onTheDesk, see: logs(dispute.EventEscalated)},
	"cancel":           {reach: labelIssued, see: closes(dispute.OutcomeCancelled)},
	"reset":            {reach: goodsInTransit, see: adopts},
	"reset-without":    {reach: goodsInTransit, see: adopts},
	"terminate":        {reach: goodsInTransit, see: adopts},
	"queues":           {reach: waitingForEvidence, see: says("Pollers", "UNVERSIONED")},
	"pending":          {reach: waitingForEvidence, see: says("CaseWaitingOn", "customer")},
	"schedule":         {reach: waitingForEvidence, see: swept},
	"schedule-pause":   {reach: waitingForEvidence, see: unpaused},
	"policy-publish":   {reach: waitingForEvidence, see: says("ok: own@1, 17 reasons", "published own@1 as revision")},
	"calendar-publish": {reach: waitingForEvidence, see: says("ok: cn 2041", "published cn 2041 as revision", "open cases looked at, 0 touched", `"year":2041`)},
	"due":              {reach: waitingForEvidence, see: says("holiday: National Day", "Mon 2026-10-12 16:30", "12:00-13:00 closed")},
}

// unmatched is a case beside a report that found none.
func unmatched(t *testing.T, s *stack) (caller, string) {
	s.typo(t)
	return waitingForEvidence(t, s)
}

// unmatchedReturn is a case whose parcel was booked in under a wrong number.
func unmatchedReturn(t *testing.T, s *stack) (caller, string) {
	s.typo(t)
	return goodsInTransit(t, s)
}

// typo has the warehouse report goods under a number that nobody has. Who matches one
// report by hand matches all of that number.
func (s *stack) typo(t *testing.T) {
	t.Helper()
	require.Equal(t, 200, s.sendWebhook(t, partners.WarehouseID, "return.received", "typo-"+t.Name(),
		map[string]any{"rma_id": "RMA-of-nobody-" + strings.ReplaceAll(t.Name(), "/", "-"), "lines": []any{map[string]any{"line_id": "cup", "received_quantity": 1}}, "sequence": 1}))
}

// swept waits for a sweep by the schedule.
func swept(t *testing.T, s *stack, _ caller, _, _ string) {
	until(t, patience, "the sweep runs", func() bool {
		d, err := s.engine.ScheduleClient().GetHandle(t.Context(), workflows.SweepSchedule).Describe(t.Context())
		return err == nil && d.Info.NumActions > 0
	})
}

// unpaused insists that the schedule goes on after the maintenance.
func unpaused(t *testing.T, s *stack, _ caller, _, _ string) {
	d, err := s.engine.ScheduleClient().GetHandle(t.Context(), workflows.SweepSchedule).Describe(t.Context())
	require.NoError(t, err)
	require.False(t, d.Schedule.State.Paused)
	require.Equal(t, "done", d.Schedule.State.Note)
}
