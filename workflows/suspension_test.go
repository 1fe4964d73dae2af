package workflows_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func (r *rig) suspend(id string, why dispute.SuspensionReason) *reply {
	return r.send(dispute.UpdateSuspend, id, dispute.SuspendCommand{Command: cmd(id, agent), Reason: why})
}

func (r *rig) resume(id string) *reply {
	return r.send(dispute.UpdateResume, id, dispute.ResumeCommand{Command: cmd(id, agent)})
}

func (r *rig) extend(id string, name dispute.ClockName, legID, by string) *reply {
	return r.send(dispute.UpdateExtend, id, dispute.ExtendCommand{Command: cmd(id, agent), Clock: name, LegID: legID, By: by, Reason: "part_on_order"})
}

func (r *rig) ask(id string, from dispute.Party, types ...dispute.EvidenceType) *reply {
	return r.send(dispute.UpdateRequest, id, dispute.RequestEvidenceCommand{Command: cmd(id, agent), From: from, Types: types})
}

// about reads the data of the entries of a type.
func about(r *rig, kind dispute.EventType) []map[string]any {
	var all []map[string]any
	for _, e := range r.entries() {
		if e.Type == kind {
			data := map[string]any{"reason": e.Reason}
			require.NoError(r.t, json.Unmarshal(e.Data, &data))
			all = append(all, data)
		}
	}
	return all
}

// clockAt is a clock of the case as the record showed it at a span after the opening.
func (r *rig) clockAt(after time.Duration, name dispute.ClockName, legID string) *dispute.Clock {
	r.mu.Lock()
	defer r.mu.Unlock()
	var k *dispute.Clock
	for _, b := range r.batches {
		for i := range b.Case.Clocks {
			if c := b.Case.Clocks[i]; !b.At.After(opened.Add(after)) && c.Name == name && c.LegID == legID {
				k = &c
			}
		}
	}
	require.NotNil(r.t, k, "%s", name)
	return k
}

func TestAnAgreedPauseMovesWhatThePolicySays(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	var first, twice, done, again *reply
	r.after(24*time.Hour, func() { first = r.suspend("s1", dispute.SuspendAgreedPause) })
	r.after(25*time.Hour, func() { twice = r.suspend("s2", dispute.SuspendAppraisal) })
	r.after(48*time.Hour, func() { done = r.resume("s3") })
	r.after(49*time.Hour, func() { again = r.resume("s4") })
	r.run(r.claimForDesk())
	require.Empty(t, first.code)
	require.Equal(t, dispute.CodeNotAllowedNow, twice.code)
	require.Empty(t, done.code)
	require.Equal(t, dispute.CodeNotAllowedNow, again.code)
	stood := r.clockAt(30*time.Hour, dispute.ClockAgentDecision, "")
	require.Equal(t, dispute.ClockSuspended, stood.State)
	require.Equal(t, dispute.SuspendAgreedPause, stood.Suspensions[0].Reason)
	require.NotEmpty(t, stood.Consumed)
	require.Equal(t, dispute.ClockRunning, r.clockAt(30*time.Hour, dispute.ClockFirstResponse, "").State, "the policy does not name it")
	r.ranOut(dispute.ClockFirstResponse, 48*time.Hour)
	r.ranOut(dispute.ClockAgentDecision, 72*time.Hour)
	r.ranOut(dispute.ClockSuspension)
	require.Len(t, about(r, dispute.EventClockSuspended), 2, "resolution and agent_decision")
	require.Len(t, about(r, dispute.EventClockResumed), 2)
	moved := about(r, dispute.EventClockResumed)[0]
	require.NotEqual(t, moved["old_due_at"], moved["due_at"])
	require.Equal(t, 1, r.has(dispute.EventSuspended))
	require.Equal(t, 1, r.has(dispute.EventResumed))
	told := r.notices(dispute.RoleCustomer)
	require.Contains(t, told, dispute.NoticeSuspended)
	require.Contains(t, told, dispute.NoticeResumed)
	r.ended(dispute.OutcomeResolved)
}

// A clock that starts while the case stands still waits too, and one that is met
// while it stands still is met.
func TestClocksOfAStandstill(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	r.after(time.Hour, func() { r.suspend("s1", dispute.SuspendAgreedPause) })
	r.after(2*time.Hour, r.supply)
	r.after(3*day, func() { r.answer("u1", "offer_1", dispute.ResponseAccept) })
	r.after(5*day, func() { r.resume("s2") })
	r.after(6*day, func() { r.scan("c1", dispute.ParcelInTransit) })
	r.after(7*day, func() { r.withdraw("w1") })
	r.run(r.opening())
	require.Equal(t, dispute.ClockSuspended, r.clockAt(2*day, dispute.ClockCustomerResponse, "").State)
	require.Equal(t, dispute.ClockMet, r.clockAt(4*day, dispute.ClockCustomerResponse, "").State)
	shipping := r.clockAt(4*day, dispute.ClockReturnShipment, "return-1")
	require.Equal(t, dispute.ClockSuspended, shipping.State)
	shipping = r.clockAt(5*day, dispute.ClockReturnShipment, "return-1")
	require.Equal(t, dispute.ClockRunning, shipping.State)
	require.WithinDuration(t, opened.Add(12*day), shipping.DueAt, time.Minute, "7 days from the resumption")
	r.ended(dispute.OutcomeWithdrawn)
}

// Pain 7: the shop's clock does not run while the customer is waited for.
func TestTheShopsClockStandsStillWhileTheCustomerIsWaitedFor(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	r.after(time.Hour, r.supply)
	r.after(2*day, func() { r.counter("u1", "offer_1", yuan(dispute.RemedyRefund, 4000)) })
	r.after(3*day, func() { r.decide("u2", agent, dispute.Remedy{Type: dispute.RemedyReturnRefund}) })
	r.after(4*day, func() { r.withdraw("w1") })
	r.run(r.opening())
	accepted := r.clockAt(time.Hour, dispute.ClockResolution, "")
	require.Equal(t, dispute.ClockSuspended, accepted.State)
	require.Equal(t, dispute.SuspendAwaitingCustomer, accepted.Suspensions[0].Reason)
	ran := r.clockAt(2*day, dispute.ClockResolution, "")
	require.Equal(t, dispute.ClockRunning, ran.State)
	require.True(t, ran.DueAt.After(accepted.DueAt), "moved by the two days for which the customer was waited for")
	require.Nil(t, r.last().Suspended, "no order of anybody")
	require.Len(t, about(r, dispute.EventClockSuspended), 1)
	require.Len(t, about(r, dispute.EventClockResumed), 1)
	require.Equal(t, "awaiting_customer", about(r, dispute.EventClockResumed)[0]["reason"])
}

// While an order and the rule both hold a clock, it runs on only when neither does.
func TestTwoReasonsToStandStill(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	r.after(time.Hour, r.supply) // offer: resolution awaits the customer
	r.after(5*time.Hour, func() { r.suspend("s1", dispute.SuspendCourtOrPolice) })
	r.after(10*time.Hour, func() { r.answer("u1", "offer_1", dispute.ResponseDecline) })
	r.after(20*time.Hour, func() { r.resume("s2") })
	r.after(30*time.Hour, func() { r.withdraw("w1") })
	r.run(r.opening())
	k := r.clockAt(15*time.Hour, dispute.ClockResolution, "")
	require.Equal(t, dispute.ClockSuspended, k.State)
	require.Len(t, k.Suspensions, 2)
	require.Equal(t, dispute.SuspendCourtOrPolice, k.Suspensions[1].Reason)
	require.True(t, k.Suspensions[0].To.Equal(k.Suspensions[1].From))
	require.Equal(t, dispute.ClockRunning, r.clockAt(20*time.Hour, dispute.ClockResolution, "").State)
}

func TestWhatIsNotForeseenIsRefusedInWords(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		standing bool
		do       func(r *rig) *reply
		code     dispute.Code
	}{
		"suspension under release 1":   {false, func(r *rig) *reply { return r.suspend("x", dispute.SuspendAppraisal) }, dispute.CodeNotAllowedNow},
		"extension under release 1":    {false, func(r *rig) *reply { return r.extend("x", dispute.ClockResolution, "", "1wd") }, dispute.CodeNotAllowedNow},
		"proof under release 1":        {false, func(r *rig) *reply { return r.ask("x", dispute.PartyMerchant, dispute.EvidenceReport) }, dispute.CodeNotAllowedNow},
		"what the rules alone do":      {true, func(r *rig) *reply { return r.suspend("x", dispute.SuspendAwaitingCustomer) }, dispute.CodeNotAllowedNow},
		"a clock that does not run":    {true, func(r *rig) *reply { return r.extend("x", dispute.ClockReturnShipment, "return-1", "1d") }, dispute.CodeNotAllowedNow},
		"a clock of no such policy":    {true, func(r *rig) *reply { return r.extend("x", dispute.ClockAgentDecision, "", "1h") }, dispute.CodeNotAllowedNow},
		"more than the policy allows":  {true, func(r *rig) *reply { return r.extend("x", dispute.ClockResolution, "", "9wd") }, dispute.CodeLimitExceeded},
		"what was missing at first":    {true, func(r *rig) *reply { return r.ask("x", dispute.PartyCarrier, dispute.EvidencePhoto) }, dispute.CodeInvalid},
		"reopening what is not closed": {true, func(r *rig) *reply { return r.reopenCase("x", customer) }, dispute.CodeNotAllowedNow},
		"a survey of nobody's asking":  {true, func(r *rig) *reply { return r.survey("x", 5) }, dispute.CodeNotAllowedNow},
		"an appeal before a ruling":    {true, func(r *rig) *reply { return r.appeal("x", "evd_n") }, dispute.CodeNotAllowedNow},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			if row.standing {
				r.standing()
			} else {
				r.release1()
			}
			var got *reply
			r.after(2*time.Hour, func() { got = row.do(r) })
			r.after(3*time.Hour, func() { r.withdraw("w1") })
			r.run(r.claimForDesk())
			require.Equal(t, row.code, got.code)
			r.ended(dispute.OutcomeWithdrawn)
		})
	}
}

// release1 lets cases open under default@1, as the first release did.
func (r *rig) release1() *rig {
	r.library, r.policy = standingLibrary(r.t), "default@1"
	r.renew(opened)
	return r
}

func TestExtensionsAreToldWithTheirReason(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	var replies []*reply
	r.after(time.Hour, func() { replies = append(replies, r.extend("e1", dispute.ClockResolution, "", "2wd")) })
	r.after(2*time.Hour, func() { replies = append(replies, r.extend("e2", dispute.ClockResolution, "", "1wd")) })
	r.after(3*time.Hour, func() { replies = append(replies, r.extend("e3", dispute.ClockResolution, "", "1wd")) })
	r.after(4*time.Hour, func() { r.withdraw("w1") })
	r.run(r.claimForDesk())
	require.Empty(t, replies[0].code)
	require.Empty(t, replies[1].code)
	require.Equal(t, dispute.CodeLimitExceeded, replies[2].code, "twice at most")
	k := r.clockAt(2*time.Hour, dispute.ClockResolution, "")
	require.Len(t, k.Extensions, 2)
	require.Equal(t, "2026-03-30", k.DueAt.In(time.FixedZone("Shanghai", 8*3600)).Format(time.DateOnly), "7 and 3 working days")
	require.Len(t, about(r, dispute.EventClockExtended), 2)
	require.Equal(t, "part_on_order", about(r, dispute.EventClockExtended)[0]["reason"])
	require.Equal(t, 2, count(r.notices(dispute.RoleCustomer), dispute.NoticeDelay))
}

// Pain 11: clocks are independent. One that runs out says nothing of another, and
// each fires once.
func TestClocksNeverOverruleOneAnother(t *testing.T) {
	t.Parallel()
	r := setup(t).standing()
	r.after(time.Hour, func() { r.suspend("s1", dispute.SuspendAppraisal) }) // agent_decision alone
	r.after(2*time.Hour, func() { r.ask("q1", dispute.PartyMerchant, dispute.EvidenceReport) })
	r.after(3*day+12*time.Hour, func() { r.resume("s2") })
	r.run(r.claimForDesk())
	r.ranOut(dispute.ClockEvidenceSupplement, 26*time.Hour)
	r.ranOut(dispute.ClockFirstResponse, 48*time.Hour)
	r.ranOut(dispute.ClockSuspension, 3*day+time.Hour)
	r.ranOut(dispute.ClockAgentDecision, 5*day) // 1 h used, 3 d stood still, 47 h left
	r.ended(dispute.OutcomeResolved)
	for _, k := range r.last().Clocks {
		require.False(t, k.Open(), "%s is open in a closed case", k.Name)
	}
}

// A ruling that cannot be made refuses the command in words: the case waits for
// nobody and goes on, and what can be ruled on later is.
func TestACommandThatCannotBeRuledOnIsRefused(t *testing.T) {
	t.Parallel()
	const was, now = "resolution: {budget: 7wd,", "resolution: {budget: 56bh, hours: desk,"
	const quiet, most = "quiet_hours: {", "most: 2wd"
	desk := func(name string) []string {
		return []string{was, strings.Replace(now, "desk", name, 1), most, "most: 16bh", quiet,
			"hours: {" + name + ": {days: working, open: [\"09:00-17:00\"]}}\n" + quiet}
	}
	r := setup(t).standing(desk("desk")...)
	with, without := r.library, standingLibrary(t, desk("night")...)
	shelve := func(l *dispute.Library) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.library = l
	}
	var refused, granted []*reply
	r.after(time.Hour, func() {
		shelve(without)
		refused = append(refused, r.suspend("s1", dispute.SuspendAgreedPause), r.extend("x1", dispute.ClockResolution, "", "2bh"))
	})
	r.after(2*time.Hour, func() {
		shelve(with)
		granted = append(granted, r.extend("x2", dispute.ClockResolution, "", "2bh"), r.suspend("s2", dispute.SuspendAgreedPause))
	})
	r.after(3*time.Hour, func() {
		shelve(without)
		refused = append(refused, r.resume("r1"))
	})
	r.after(4*time.Hour, func() {
		shelve(with)
		require.NotNil(t, r.last().Suspended, "a refused command changes nothing")
		granted = append(granted, r.resume("r2"), r.withdraw("w1"))
	})
	r.run(r.claimForDesk())
	for _, a := range refused {
		require.Equal(t, dispute.CodeInvalid, a.code)
	}
	for _, a := range granted {
		require.True(t, a.answered)
		require.Empty(t, a.code)
	}
	require.Len(t, about(r, dispute.EventSuspended), 1)
	require.Len(t, about(r, dispute.EventResumed), 1)
	r.ended(dispute.OutcomeWithdrawn)
}
