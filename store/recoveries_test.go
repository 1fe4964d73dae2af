package store_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// owed is what a batch claims back: from the carrier, for one leg.
func owed(legID string, amount int64) *dispute.RecoveryPlan {
	return &dispute.RecoveryPlan{PolicyVersion: "default@3", Drafts: []dispute.RecoveryDraft{{Party: dispute.PartyCarrier,
		Limits:      dispute.WriteOffLimits{Agent: amount},
		Explanation: dispute.Explanation{Code: "recovery", Rule: "default@3/recovery/carrier"},
		Items:       []dispute.RecoveryItem{{LegID: legID, Part: dispute.LossGoods, LineID: "line-1", Paid: amount, Percent: 100, Share: 100, Amount: amount}}}}}
}

func TestRecoveryIsOpenedOnceWithItsStep(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	s, c := b.Store, b.open(t, "case_1")
	step := next(c, 2, 1)
	step.Recovering = owed("refund-1", 5000)
	var err error
	for range 2 { // the same step again is answered as before
		_, err = s.Record(ctx, step)
		require.NoError(t, err)
	}
	again := next(c, 3, 1)
	again.Recovering = owed("refund-1", 5000) // the rule asks for everything, each time
	_, err = s.Record(ctx, again)
	require.NoError(t, err)
	more := next(c, 4, 1)
	more.Recovering = owed("refund-2", 700)
	_, err = s.Record(ctx, more)
	require.NoError(t, err)

	page, err := s.ListRecoveries(ctx, dispute.RecoveryFilter{CaseID: "case_1"})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	ids := []string{page.Items[0].Recovery.ID, page.Items[1].Recovery.ID}
	require.ElementsMatch(t, []string{"case_1-carrier-1", "case_1-carrier-2"}, ids)
	first, err := s.ListRecoveries(ctx, dispute.RecoveryFilter{Limit: 1})
	require.NoError(t, err)
	rest, err := s.ListRecoveries(ctx, dispute.RecoveryFilter{Limit: 1, Cursor: first.Next})
	require.NoError(t, err)
	require.ElementsMatch(t, ids, []string{first.Items[0].Recovery.ID, rest.Items[0].Recovery.ID})
	require.Empty(t, rest.Next)
	report, err := s.VerifyChain(ctx, "case_1")
	require.NoError(t, err)
	require.True(t, report.Intact, "%+v", report)
	waiting, err := s.RecoveriesToStart(ctx, 10)
	require.NoError(t, err)
	require.Len(t, waiting, 2)
}

func TestRecordRecovery(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	s, c := b.Store, b.open(t, "case_1")
	step := next(c, 2, 1)
	step.Recovering = owed("refund-1", 5000)
	_, err := s.Record(ctx, step)
	require.NoError(t, err)
	r, err := s.OpenRecovery(ctx, "case_1-carrier-1", "run-1")
	require.NoError(t, err)
	_, err = s.OpenRecovery(ctx, "case_1-carrier-9", "run-1")
	requireCode(t, dispute.CodeNotFound, err)
	at := time.Date(2026, 3, 20, 9, 0, 0, 0, time.UTC)
	require.Empty(t, r.Take(dispute.ClaimUpdate{ClaimKey: r.Last().Key, Status: dispute.ClaimDenied, Reason: "late"}, at))
	batch := dispute.RecoveryBatch{Recovery: r, RunID: "run-1", Number: 1, At: at,
		Entries: []dispute.Entry{{Type: dispute.EventRecoveryUpdated, At: at, Reason: "denied"}},
		Notices: []dispute.Notice{{Milestone: dispute.NoticeRecovery, To: dispute.RoleAgent}}}
	receipt, err := s.RecordRecovery(ctx, batch)
	require.NoError(t, err)
	require.EqualValues(t, 2, receipt.Version)
	receipt, err = s.RecordRecovery(ctx, batch)
	require.NoError(t, err)
	require.EqualValues(t, 2, receipt.Version, "the same step again")
	entries, err := s.RecoveryTimeline(ctx, r.ID, 0, 0)
	require.NoError(t, err)
	require.Len(t, entries, 2)
	require.Equal(t, entries[0].Hash, entries[1].PrevHash)

	batch.RunID, batch.Number = "run-0", 7
	_, err = s.RecordRecovery(ctx, batch)
	requireCode(t, dispute.CodeRunSuperseded, err)

	runs, err := s.RecoveryRuns(ctx, 10)
	require.NoError(t, err)
	require.Len(t, runs, 1)
	require.NoError(t, s.MarkRecoveryOrphaned(ctx, r.ID, true))
	counts, err := s.Counts(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 1, counts["recoveries_orphaned"])

	command := dispute.RecoveryCommand{Command: dispute.Command{Actor: dispute.Actor{Role: dispute.RoleAgent, ID: "a"}}}
	require.NoError(t, r.GiveUp(dispute.WriteOffCommand{RecoveryCommand: command, ID: "w"}, at))
	_, err = s.RecordRecovery(ctx, dispute.RecoveryBatch{Recovery: r, RunID: "run-1", Number: 2, At: at,
		Entries: []dispute.Entry{{Type: dispute.EventRecoveryClosed, At: at}}})
	require.NoError(t, err)
	ended, err := s.ListRecoveries(ctx, dispute.RecoveryFilter{State: dispute.RecoveryWrittenOff, Party: dispute.PartyCarrier})
	require.NoError(t, err)
	require.Len(t, ended.Items, 1)
	require.False(t, ended.Items[0].Orphaned)
	runs, err = s.RecoveryRuns(ctx, 10)
	require.NoError(t, err)
	require.Empty(t, runs)
}

// An answer that a run was given and never recorded goes to the run that takes the recovery over.
func TestANewRunOfARecoveryIsToldAgain(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t), t.Context()
	c := b.open(t, "case_1")
	step := next(c, 2, 1)
	step.Recovering = owed("refund-1", 5000)
	_, err := b.Record(ctx, step)
	require.NoError(t, err)
	r, err := b.OpenRecovery(ctx, "case_1-carrier-1", "run-1")
	require.NoError(t, err)
	for _, answer := range []struct{ id, claim string }{{"evt_1", r.Last().Key}, {"evt_2", r.Last().Key}, {"evt_3", "recovery/case_1/carrier-2/claim-1"}} {
		payload, err := json.Marshal(dispute.ClaimUpdate{EventID: answer.id, ClaimKey: answer.claim, Status: dispute.ClaimAccepted})
		require.NoError(t, err)
		_, err = b.AddInbox(ctx, dispute.InboxEvent{Source: "carrier", EventID: answer.id, Type: "claim.updated", State: dispute.InboxPending,
			CaseID: c.ID, Signal: dispute.SignalClaimUpdate, Payload: payload, ReceivedAt: noon})
		require.NoError(t, err)
	}
	var got []string
	relay := func() []string {
		got = nil
		_, err := b.RelayInbox(ctx, 100, func(_ context.Context, e dispute.InboxEvent) (dispute.Delivery, error) {
			got = append(got, e.EventID)
			return dispute.DeliveryDelivered, nil
		})
		require.NoError(t, err)
		return got
	}
	require.Equal(t, []string{"evt_1", "evt_2", "evt_3"}, relay())
	require.False(t, r.Saw("evt_1"))
	_, err = b.RecordRecovery(ctx, dispute.RecoveryBatch{Recovery: r, RunID: "run-1", Number: 1, At: noon,
		Entries: []dispute.Entry{{Type: dispute.EventRecoveryUpdated, At: noon, Reason: "accepted"}}})
	require.NoError(t, err)

	_, err = b.OpenRecovery(ctx, r.ID, "run-1")
	require.NoError(t, err)
	require.Empty(t, relay(), "the run that has it knows")
	_, err = b.OpenRecovery(ctx, r.ID, "run-2")
	require.NoError(t, err)
	require.Equal(t, []string{"evt_2"}, relay())
}
