package dispute

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// The table of stages, written out a second time by hand.
func TestStageMoves(t *testing.T) {
	t.Parallel()
	legal := map[string]bool{
		"intake investigation": true, "intake closed": true,
		"investigation negotiation": true, "investigation adjudication": true, "investigation execution": true, "investigation closed": true,
		"negotiation adjudication": true, "negotiation execution": true, "negotiation closed": true,
		"adjudication appeal": true, "adjudication execution": true, "adjudication negotiation": true, "adjudication closed": true,
		"appeal adjudication": true, "appeal execution": true, "appeal closed": true,
		"execution negotiation": true, "execution adjudication": true, "execution follow_up": true, "execution closed": true,
		"follow_up investigation": true, "follow_up closed": true,
	}
	for _, from := range Stages() {
		for _, to := range Stages() {
			require.Equal(t, legal[string(from)+" "+string(to)], CanMove(from, to), "%s to %s", from, to)
		}
	}
	require.False(t, CanMove("nowhere", StageClosed))
}

func TestLegMoves(t *testing.T) {
	t.Parallel()
	returns := []LegState{ReturnAuthorized, ReturnLabelIssued, ReturnAwaitingShipment, ReturnInTransit, ReturnDelivered, ReturnReceived,
		ReturnInspected, ReturnAccepted, ReturnPartial, ReturnRefused, ReturnLost, ReturnExpired, ReturnCancelled}
	money := []LegState{MoneyRequired, MoneyRequested, MoneyPending, MoneyRequiresAction, MoneyUnknown, MoneySucceeded, MoneyFailed, MoneyCancelled}
	for _, s := range slices.Concat(returns, money) {
		require.False(t, s.CanBecome(s), "%s stays", s)
	}
	for _, from := range returns[:7] {
		for _, to := range returns[:7] {
			forward := slices.Index(returns, to) > slices.Index(returns, from)
			forward = forward || from == ReturnInTransit && to == ReturnAwaitingShipment // it came back to the customer
			require.Equal(t, forward, from.CanBecome(to), "%s to %s", from, to)
		}
	}
	for _, s := range []LegState{ReturnAccepted, ReturnPartial, ReturnRefused, MoneySucceeded, MoneyFailed, MoneyCancelled} {
		require.True(t, s.Final())
		for _, to := range slices.Concat(returns, money) {
			late := to == MoneySucceeded && (s == MoneyFailed || s == MoneyCancelled) // it was paid after all
			late = late || s == ReturnPartial && to == ReturnAccepted                 // the rest came
			require.Equal(t, late, s.CanBecome(to), "%s is final, %s", s, to)
		}
	}
	require.False(t, MoneyUnknown.Final())
	require.True(t, ReturnLost.Final())
	require.True(t, ReturnLost.CanBecome(ReturnReceived), "a lost parcel may turn up")
	require.True(t, ReturnExpired.CanBecome(ReturnReceived))
	require.False(t, MoneyRequired.CanBecome(MoneySucceeded), "no money without a request")
	require.False(t, MoneySucceeded.CanBecome(MoneyFailed))
	require.False(t, MoneyUnknown.CanBecome(MoneyCancelled), "the unknown is reconciled, never dropped")
	for _, from := range []LegState{MoneyRequested, MoneyPending, MoneyRequiresAction, MoneyUnknown} {
		require.True(t, from.CanBecome(MoneySucceeded))
		require.True(t, from.CanBecome(MoneyFailed))
	}
}

func TestDeriveWaitingOn(t *testing.T) {
	t.Parallel()
	run := func(stage Stage, clocks ...Clock) *Case {
		c := &Case{Stage: stage}
		for i, k := range clocks {
			k.DueAt = utc("2026-09-24T00:00:00Z").AddDate(0, 0, i)
			if k.State == "" {
				k.State = ClockRunning
			}
			c.Clocks = append(c.Clocks, k)
		}
		return c
	}
	promise := Clock{Name: ClockFirstResponse, Owner: WaitingAgent}
	rows := []struct {
		c    *Case
		want WaitingOn
	}{
		{run(StageInvestigation), WaitingNone},
		{run(StageInvestigation, promise), WaitingNone},
		{run(StageNegotiation, promise), WaitingAgent},
		{run(StageIntake, promise, Clock{Name: ClockCustomerInfo, Owner: WaitingCustomer}), WaitingCustomer},
		{run(StageNegotiation, Clock{Name: ClockCustomerResponse, Owner: WaitingCustomer}, Clock{Name: ClockSupervisorDecision, Owner: WaitingSupervisor}), WaitingBoth},
		{run(StageExecution, Clock{Name: ClockInspection, Owner: WaitingWarehouse}, Clock{Name: ClockRefundSettlement, Owner: WaitingPayment}), WaitingWarehouse},
		{run(StageExecution, Clock{Name: ClockInspection, Owner: WaitingWarehouse, State: ClockMet}, Clock{Name: ClockRefundSettlement, Owner: WaitingPayment}), WaitingPayment},
		{run(StageFollowUp, Clock{Name: ClockReopenWindow, Owner: WaitingCustomer}), WaitingNone},
	}
	for i, row := range rows {
		require.Equal(t, row.want, row.c.DeriveWaitingOn(), i)
	}
	require.Nil(t, run(StageIntake).NextDue())
	require.Equal(t, ClockInspection, rows[5].c.NextDue().Name)
}
