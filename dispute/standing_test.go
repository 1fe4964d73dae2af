package dispute

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// standingBook is default@3 with suspensions of the test's own.
func standingBook(t testing.TB) *Rulebook {
	t.Helper()
	of := *book(t, "default@3")
	policy := *of.policy
	policy.Suspension = map[SuspensionReason]SuspensionRule{
		SuspendAwaitingCustomer: {While: []ClockName{ClockCustomerResponse, ClockEvidenceSupplement}, Moves: []ClockName{ClockResolution}},
		SuspendAgreedPause:      {Limit: "10d", Moves: []ClockName{ClockResolution, ClockCustomerResponse}},
		SuspendAppraisal:        {Limit: "3d", Moves: []ClockName{ClockAgentDecision}},
	}
	of.policy = &policy
	return &of
}

// ticking is a case with these clocks started at an instant.
func ticking(t testing.TB, b *Rulebook, at time.Time, names ...ClockName) *Case {
	t.Helper()
	c := damagedReturn()
	c.PolicyVersion = b.Version()
	for _, name := range names {
		k, err := b.Clock(c, ClockRequest{Name: name}, at)
		require.NoError(t, err)
		c.SetClock(k)
	}
	return c
}

// stand has the clocks stand as they should, and gives back how.
func stand(t testing.TB, b *Rulebook, c *Case, at time.Time) map[ClockName]SuspensionReason {
	t.Helper()
	changed, err := b.Stand(c, at)
	require.NoError(t, err)
	for _, k := range changed {
		c.SetClock(k)
	}
	still := map[ClockName]SuspensionReason{}
	for _, k := range c.Clocks {
		if why := k.still(); why != "" {
			still[k.Name] = why
		}
	}
	return still
}

func TestStand(t *testing.T) {
	t.Parallel()
	b, at := standingBook(t), utc("2026-09-22T02:00:00Z")
	c := ticking(t, b, at, ClockResolution, ClockAgentDecision, ClockFirstResponse)
	require.Empty(t, stand(t, b, c, at))

	// The customer is waited for.
	offer, err := b.Clock(c, ClockRequest{Name: ClockCustomerResponse}, at)
	require.NoError(t, err)
	c.SetClock(offer)
	require.Equal(t, map[ClockName]SuspensionReason{ClockResolution: SuspendAwaitingCustomer}, stand(t, b, c, at.Add(time.Hour)))

	// A pause is ordered meanwhile: what holds already is kept, and the customer is not waited for any more.
	c.Suspended = &CaseSuspension{Reason: SuspendAgreedPause, Clocks: []ClockName{ClockResolution, ClockCustomerResponse}}
	require.Equal(t, map[ClockName]SuspensionReason{ClockResolution: SuspendAgreedPause, ClockCustomerResponse: SuspendAgreedPause},
		stand(t, b, c, at.Add(2*time.Hour)))
	require.Len(t, c.Counting(ClockResolution, "").Suspensions, 2, "one reason after the other")

	// It ends: the customer is waited for again.
	c.Suspended = nil
	require.Equal(t, map[ClockName]SuspensionReason{ClockResolution: SuspendAwaitingCustomer}, stand(t, b, c, at.Add(5*time.Hour)))
	require.Equal(t, offer.DueAt.Add(3*time.Hour), c.Counting(ClockCustomerResponse, "").DueAt)

	// And answers.
	c.Counting(ClockCustomerResponse, "").State = ClockMet
	require.Empty(t, stand(t, b, c, at.Add(6*time.Hour)))
}

// The desk's own burden of proof is no wait for the customer.
func TestTheDesksProofHoldsNothing(t *testing.T) {
	t.Parallel()
	b, at := standingBook(t), utc("2026-09-22T02:00:00Z")
	for party, want := range map[Party]int{PartyMerchant: 0, PartyCustomer: 1} {
		c := ticking(t, b, at, ClockResolution)
		k, err := b.Clock(c, ProofClock(0, party), at)
		require.NoError(t, err)
		c.SetClock(k)
		require.Len(t, stand(t, b, c, at), want, "%s", party)
	}
}

// No order to wait holds up a supervisor who is asked about money on its way.
func TestMoneyOnItsWayIsSettledWhateverStandsStill(t *testing.T) {
	t.Parallel()
	b, at := standingBook(t), utc("2026-09-22T02:00:00Z")
	c := ticking(t, b, at, ClockSupervisorDecision)
	k, err := b.Clock(c, ClockRequest{Name: ClockSupervisorDecision, LegID: "refund-1"}, at)
	require.NoError(t, err)
	c.SetClock(k)
	c.Suspended = &CaseSuspension{Reason: SuspendAgreedPause, Clocks: []ClockName{ClockSupervisorDecision}}
	stand(t, b, c, at)
	require.Equal(t, ClockSuspended, c.Counting(ClockSupervisorDecision, "").State)
	require.Equal(t, ClockRunning, c.Counting(ClockSupervisorDecision, "refund-1").State)
}

// Whatever is ordered and answered in whatever order: standing twice changes nothing,
// nothing that is over is touched, and when nothing holds it each clock has the time
// that it had, later by what it stood still.
func TestStandIsSettled(t *testing.T) {
	t.Parallel()
	b, begun := standingBook(t), utc("2026-09-22T02:00:00Z")
	rapid.Check(t, func(r *rapid.T) {
		c := ticking(t, b, begun, ClockResolution, ClockAgentDecision, ClockCustomerResponse, ClockFirstResponse)
		promised := c.Counting(ClockAgentDecision, "").DueAt
		at := begun
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			// Short steps: a clock whose date has passed runs out, and stands still no more.
			at = at.Add(time.Duration(rapid.IntRange(0, 230).Draw(r, "minutes")) * time.Minute)
			switch rapid.SampledFrom([]string{"pause", "appraise", "resume", "answer"}).Draw(r, "act") {
			case "pause":
				c.Suspended = &CaseSuspension{Reason: SuspendAgreedPause, Clocks: b.policy.Suspension[SuspendAgreedPause].Moves}
			case "appraise":
				c.Suspended = &CaseSuspension{Reason: SuspendAppraisal, Clocks: b.policy.Suspension[SuspendAppraisal].Moves}
			case "resume":
				c.Suspended = nil
			case "answer":
				if k := c.Counting(ClockCustomerResponse, ""); k != nil {
					k.State = ClockMet
				}
			}
			stand(t, b, c, at)
			again, err := b.Stand(c, at)
			require.NoError(r, err)
			require.Empty(r, again)
		}
		c.Suspended = nil
		if k := c.Counting(ClockCustomerResponse, ""); k != nil {
			k.State = ClockMet
		}
		require.Empty(r, stand(t, b, c, at))
		stood := time.Duration(0)
		k := c.Counting(ClockAgentDecision, "")
		for _, s := range k.Suspensions {
			stood += s.To.Sub(s.From)
		}
		require.Equal(r, promised.Add(stood), k.DueAt, "48 hours, whatever happened")
	})
}

func TestStandingEntrySaysWhatWasUsedAndWhatFollows(t *testing.T) {
	t.Parallel()
	b, at := standingBook(t), utc("2026-09-22T02:00:00Z")
	c := ticking(t, b, at, ClockAgentDecision)
	runs := c.Clocks[0]
	still, err := b.Suspend(runs, at.Add(24*time.Hour), SuspendAppraisal)
	require.NoError(t, err)
	e := still.StandingEntry(StageNegotiation, at.Add(24*time.Hour), runs)
	require.Equal(t, EventClockSuspended, e.Type)
	require.Equal(t, "appraisal", e.Reason)
	require.Contains(t, string(e.Data), `"consumed"`)
	on, err := b.Resume(still, at.Add(30*time.Hour))
	require.NoError(t, err)
	e = on.StandingEntry(StageNegotiation, at.Add(30*time.Hour), still)
	require.Equal(t, EventClockResumed, e.Type)
	require.Equal(t, "appraisal", e.Reason)
	var data struct {
		Old time.Time `json:"old_due_at"`
		Due time.Time `json:"due_at"`
	}
	require.NoError(t, json.Unmarshal(e.Data, &data))
	require.Equal(t, 6*time.Hour, data.Due.Sub(data.Old))
}

func TestSuspensionClock(t *testing.T) {
	t.Parallel()
	b, at := standingBook(t), utc("2026-09-22T02:00:00Z")
	k, err := b.SuspensionClock(damagedReturn(), SuspendAppraisal, at)
	require.NoError(t, err)
	require.Equal(t, at.AddDate(0, 0, 3), k.DueAt)
	require.Equal(t, SilenceResume, k.OnExpiry)
	_, err = b.SuspensionClock(damagedReturn(), SuspendCourtOrPolice, at)
	require.Equal(t, CodeInvalid, CodeOf(err), "the policy does not foresee it")

	b.policy.Suspension[SuspendCourtOrPolice] = SuspensionRule{Moves: []ClockName{ClockResolution}}
	k, err = b.SuspensionClock(damagedReturn(), SuspendCourtOrPolice, at)
	require.NoError(t, err)
	require.Equal(t, at.AddDate(0, 0, 30), k.DueAt, "without a limit of its own the clock's budget counts")
}

func TestToldToCustomer(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		k    Clock
		told bool
	}{
		{Clock{Name: ClockResolution, Owner: WaitingAgent}, true},
		{Clock{Name: ClockCustomerResponse, Owner: WaitingCustomer}, true},
		{Clock{Name: ClockAgentDecision, Owner: WaitingAgent}, false},
		{Clock{Name: ClockEvidenceSupplement, Owner: WaitingAgent}, false},
		{Clock{Name: ClockEvidenceSupplement, Owner: WaitingCustomer}, true},
		{Clock{Name: ClockReopenWindow, Owner: WaitingCustomer}, false},
		{Clock{Name: ClockSurvey, Owner: WaitingCustomer}, false},
	} {
		require.Equal(t, row.told, row.k.ToldToCustomer(), "%s of %s", row.k.Name, row.k.Owner)
	}
}

func TestNoticesThatThePolicyDoesNotSend(t *testing.T) {
	t.Parallel()
	b := standingBook(t)
	b.policy.Notices = map[Milestone]bool{NoticeReceived: false, NoticeOffer: true}
	all := []Notice{{Milestone: NoticeReceived}, {Milestone: NoticeOffer}, {Milestone: NoticeClosed}}
	require.Equal(t, []Notice{{Milestone: NoticeOffer}, {Milestone: NoticeClosed}}, b.Notices(all))
	require.Len(t, all, 3, "the list is left alone")
}

func TestForeseen(t *testing.T) {
	t.Parallel()
	require.Empty(t, book(t, "default@1").Foresees())
	require.Equal(t, []ClockName{ClockAppealWindow, ClockSurvey, ClockNextReply}, book(t, "default@3").Foresees())
}
