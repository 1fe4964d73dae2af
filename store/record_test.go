package store_test

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestRecordAnswersTheSameBatchTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	batch := next(c, 2, 2)
	batch.Notices = []dispute.Notice{{Milestone: dispute.NoticeAccepted, Number: 1, To: dispute.RoleCustomer}}
	batch.Engine = json.RawMessage(`{"number": 2}`)
	for range 3 {
		r, err := b.Record(t.Context(), batch)
		require.NoError(t, err)
		require.EqualValues(t, 2, r.Version)
	}
	r, err := b.Record(t.Context(), opening(c))
	require.NoError(t, err)
	require.EqualValues(t, 1, r.Version, "an earlier batch keeps its own version")

	got, err := b.GetCase(t.Context(), c.ID)
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Case.Version)
	require.Equal(t, dispute.GateOpen, got.Gate)
	require.Equal(t, "run_1", got.RunID)
	entries, err := b.Timeline(t.Context(), c.ID, 0, 0)
	require.NoError(t, err)
	require.Len(t, entries, 3)
	require.JSONEq(t, `{"a":"<x>","b":1.50}`, string(entries[0].Data))
	rest, err := b.Timeline(t.Context(), c.ID, 2, 10)
	require.NoError(t, err)
	require.Equal(t, entries[2:], rest)
	counts, err := b.Counts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, counts["outbox_pending"])
}

func TestRecordOpensOnceAmongRacers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCase("case_1")
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if r, err := b.Record(t.Context(), opening(c)); err != nil || r.Version != 1 {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
	wg.Wait()
	entries, err := b.Timeline(t.Context(), c.ID, 0, 0)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func TestRecordKnowsItsRun(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")

	_, err := b.Record(t.Context(), next(newCase("case_never"), 2, 1))
	requireCode(t, dispute.CodeNotFound, err)

	// Continue-as-new hands the record over.
	batch := next(c, 2, 1)
	batch.RunID, batch.Continues = "run_2", "run_1"
	r, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
	require.EqualValues(t, 2, r.Version)
	_, err = b.Record(t.Context(), next(c, 3, 1))
	requireCode(t, dispute.CodeRunSuperseded, err)

	// A reset run must adopt, whether it thinks that it opens the case or not.
	for _, opens := range []bool{true, false} {
		batch = opening(c)
		batch.RunID, batch.Number, batch.Opening = "run_3", 3, opens
		r, err = b.Record(t.Context(), batch)
		require.NoError(t, err)
		require.True(t, r.Adopt)
	}
	got, _, err := b.Adopt(t.Context(), c.ID, "run_3")
	require.NoError(t, err)
	require.EqualValues(t, 3, got.Version)
	again, _, err := b.Adopt(t.Context(), c.ID, "run_3")
	require.NoError(t, err)
	require.Equal(t, got, again)
	batch.Number = 4
	r, err = b.Record(t.Context(), batch)
	require.NoError(t, err)
	require.EqualValues(t, 4, r.Version)
	_, _, err = b.Adopt(t.Context(), c.ID, "run_2")
	requireCode(t, dispute.CodeRunSuperseded, err)
	_, _, err = b.Adopt(t.Context(), "case_never", "run_2")
	requireCode(t, dispute.CodeNotFound, err)

	entries, err := b.Timeline(t.Context(), c.ID, 0, 0)
	require.NoError(t, err)
	require.Equal(t, dispute.EventAdopted, entries[2].Type)
	report, err := b.VerifyChain(t.Context(), c.ID)
	require.NoError(t, err)
	require.True(t, report.Intact, report.Problem)
}

func TestRecordClosesTheGate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	e, err := b.AddEvidence(t.Context(), submission(c.ID, "evd_1", "1"))
	require.NoError(t, err)

	for range 2 {
		r := b.tryClose(t, c, 2)
		require.Equal(t, []string{"evidence/" + e.ID}, r.Pending)
		require.EqualValues(t, 1, r.Version, "nothing was written")
	}
	_, err = b.AddEvidence(t.Context(), submission(c.ID, "evd_2", "2"))
	requireCode(t, dispute.CodeCaseClosed, err)
	_, err = b.RelayInbox(t.Context(), 10, func(context.Context, dispute.InboxEvent) (dispute.Delivery, error) {
		return dispute.DeliveryDelivered, nil
	})
	require.NoError(t, err)
	b.closeCase(t, c, 3)
	b.closeCase(t, c, 3) // the same again is answered
	_, _, err = b.Adopt(t.Context(), c.ID, "run_9")
	requireCode(t, dispute.CodeCaseClosed, err)
	runs, err := b.OpenRuns(t.Context(), 0)
	require.NoError(t, err)
	require.Empty(t, runs)
}

// A workflow task that dies after its record runs anew, and may then have more to
// say under the same number. What stands is not said twice, what is new is added.
func TestRecordOfATaskThatRanAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	b.closeCase(t, c, 2)

	anew := next(c, 2, 1)
	anew.Entries = append(anew.Entries, dispute.Entry{Type: dispute.EventIgnored, At: time.Now(), Actor: dispute.System, Stage: c.Stage, Reason: "late"})
	r, err := b.Record(t.Context(), anew)
	require.NoError(t, err)
	require.EqualValues(t, 3, r.Version)
	rec, err := b.GetCase(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, dispute.GateClosing, rec.Gate, "the run has not completed after all")
	b.closeCase(t, c, 3)

	entries, err := b.Timeline(t.Context(), c.ID, 0, 0)
	require.NoError(t, err)
	late := 0
	for _, e := range entries {
		if e.Reason == "late" {
			late++
		}
	}
	require.Equal(t, 1, late)
	report, err := b.VerifyChain(t.Context(), c.ID)
	require.NoError(t, err)
	require.True(t, report.Intact, report.Problem)
}

func TestRecordRefusesTheSameUnits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	open := func(id string, reason dispute.Reason, units int) dispute.Receipt {
		c := newCase(id)
		c.OrderID, c.Reason = "order_1", reason
		c.Lines = []dispute.Line{{LineID: "line_1", Quantity: units}}
		r, err := b.Record(t.Context(), opening(c))
		require.NoError(t, err)
		return r
	}
	first := newCase("case_1")
	first.OrderID = "order_1"
	require.Empty(t, open("case_1", dispute.ReasonDefective, 1).Duplicate)
	require.Equal(t, "case_1", open("case_2", dispute.ReasonWrongItem, 1).Duplicate, "quantity not known yet")
	_, err := b.GetCase(t.Context(), "case_2")
	requireCode(t, dispute.CodeNotFound, err)
	require.Empty(t, open("case_3", dispute.ReasonLateDelivery, 1).Duplicate, "another family")

	first.Facts.Order = &dispute.OrderFacts{OrderID: "order_1", Lines: []dispute.OrderLine{{LineID: "line_1", Quantity: 2}}}
	_, err = b.Record(t.Context(), next(first, 2, 1))
	require.NoError(t, err)
	require.Equal(t, "case_1", open("case_4", dispute.ReasonWrongItem, 2).Duplicate, "one unit is left")
	require.Empty(t, open("case_5", dispute.ReasonWrongItem, 1).Duplicate)
	require.NotEmpty(t, open("case_6", dispute.ReasonWrongItem, 1).Duplicate)
	b.closeCase(t, first, 3)
	require.Empty(t, open("case_7", dispute.ReasonWrongItem, 1).Duplicate, "the closed case gave its unit back")
}

func TestRecordOpensOneOfManyOnTheSameUnits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	opened := make(chan string, 10)
	for i := range 10 {
		wg.Go(func() {
			c := newCase("case_" + string(rune('a'+i)))
			c.OrderID = "order_1"
			r, err := b.Record(t.Context(), opening(c))
			if err != nil {
				t.Error(err)
			} else if r.Duplicate == "" {
				opened <- c.ID
			}
		})
	}
	wg.Wait()
	require.Len(t, opened, 1)
}

func TestOrphansAndTheSweep(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	b.open(t, "case_2")
	for _, want := range []string{"case_1", "case_2", "case_1"} {
		runs, err := b.OpenRuns(t.Context(), 1)
		require.NoError(t, err)
		require.Len(t, runs, 1)
		require.Equal(t, want, runs[0].CaseID)
	}
	for range 2 {
		require.NoError(t, b.MarkOrphaned(t.Context(), c.ID, true))
	}
	got, err := b.GetCase(t.Context(), c.ID)
	require.NoError(t, err)
	require.True(t, got.Orphaned)
	counts, err := b.Counts(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, counts["cases_orphaned"])
	require.EqualValues(t, 2, counts["cases_open"])
	entries, err := b.Timeline(t.Context(), c.ID, 1, 0)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.Equal(t, dispute.EventOrphaned, entries[0].Type)
	require.NoError(t, b.MarkOrphaned(t.Context(), c.ID, false))
	requireCode(t, dispute.CodeNotFound, b.MarkOrphaned(t.Context(), "case_never", true))
}

func TestCustomerHistory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := newCase("case_old")
	old.OpenedAt = noon.AddDate(0, 0, -100)
	_, err := b.Record(t.Context(), opening(old))
	require.NoError(t, err)
	b.closeCase(t, old, 2)
	b.open(t, "case_1")
	b.open(t, "case_2")
	h, err := b.CustomerHistory(t.Context(), "cus_1", "case_2", noon.Add(time.Hour))
	require.NoError(t, err)
	require.Equal(t, dispute.HistoryFacts{Cases: 2, Cases90Days: 1, OpenCases: 1, Cases24Hours: 1, Cases7Days: 1, Cases30Days: 1}, h)
}
