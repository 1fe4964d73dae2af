package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/blob"
)

var (
	textsUntil = noon.AddDate(1, 0, 0)
	kept       = dispute.Retention{TextsUntil: textsUntil, RecordUntil: noon.AddDate(3, 0, 0), Rule: "default@3/retention", Basis: "E-commerce Law art. 31"}
)

// shelve records a case with a statement, a photo with its name, and a report of a
// partner; until when it is kept follows when it closes.
func (b *bundle) shelve(t testing.TB, files *blob.Store, id, previous string) dispute.Case {
	t.Helper()
	c := newCase(id)
	c.PreviousCaseID = previous
	_, err := b.Record(t.Context(), opening(c))
	require.NoError(t, err)
	require.NoError(t, b.AddText(t.Context(), dispute.Text{ID: "statement/" + id, CaseID: id, Kind: "statement", Author: dispute.System, Body: "It is broken."}))
	sum, size, err := files.Put(t.Context(), id, strings.NewReader("photo of "+id), 100)
	require.NoError(t, err)
	_, err = b.AddEvidence(t.Context(), dispute.EvidenceSubmission{CaseID: id, FileName: "Li Na.jpg", Evidence: dispute.Evidence{ID: "ev/" + id,
		Type: dispute.EvidencePhoto, SubmittedBy: dispute.System, SHA256: sum, MediaType: "image/jpeg", Size: size}})
	require.NoError(t, err)
	_, err = b.AddInbox(t.Context(), dispute.InboxEvent{Source: "wh", EventID: "wh/" + id, Type: "return.inspected", CaseID: id,
		Signal: dispute.SignalWarehouseInspected, Payload: []byte(`{"event_id":"wh/1"}`), Body: []byte(`{"note":"a letter of Li Na was in it"}`)})
	require.NoError(t, err)
	return c
}

// shut closes the case after its events were delivered.
func (b *bundle) shut(t testing.TB, c dispute.Case, number int64, r *dispute.Retention) {
	t.Helper()
	_, err := b.RelayInbox(t.Context(), 100, func(context.Context, dispute.InboxEvent) (dispute.Delivery, error) {
		return dispute.DeliveryDelivered, nil
	})
	require.NoError(t, err)
	c.Stage, c.Outcome = dispute.StageClosed, dispute.OutcomeWithdrawn
	batch := next(c, number, 1)
	batch.Gate, batch.Retention = dispute.GateClosed, r
	receipt, err := b.Record(t.Context(), batch)
	require.NoError(t, err)
	require.Empty(t, receipt.Pending)
}

func (b *bundle) due(t testing.TB, at time.Time) (ids []string) {
	t.Helper()
	var last dispute.DueTexts
	for {
		page, err := b.DueTexts(t.Context(), at, last, 2)
		require.NoError(t, err)
		if len(page) == 0 {
			return ids
		}
		for _, last = range page {
			ids = append(ids, last.CaseID)
		}
	}
}

func newFiles(t testing.TB) *blob.Store {
	t.Helper()
	files, err := blob.New(t.TempDir(), nil)
	require.NoError(t, err)
	return files
}

func TestErasing(t *testing.T) {
	t.Parallel()
	b, files := setup(t), newFiles(t)
	c := b.shelve(t, files, "case_1", "")
	b.shelve(t, files, "case_open", "")
	forever := b.shelve(t, files, "case_forever", "")
	b.shut(t, c, 2, &kept)
	b.shut(t, forever, 2, nil)
	record, err := b.GetCase(t.Context(), "case_1")
	require.NoError(t, err)
	require.Equal(t, &kept, record.Retention)
	for _, id := range []string{"case_open", "case_forever"} {
		record, err := b.GetCase(t.Context(), id)
		require.NoError(t, err)
		require.Nil(t, record.Retention, id)
	}

	require.Empty(t, b.due(t, textsUntil.Add(-time.Microsecond)))
	erased, err := b.EraseTexts(t.Context(), "case_1", textsUntil.Add(-time.Microsecond), files.Remove)
	require.NoError(t, err)
	require.False(t, erased)
	at := textsUntil.Add(time.Second)
	require.Equal(t, []string{"case_1"}, b.due(t, at))
	for _, id := range []string{"case_open", "case_forever", "case_never"} {
		erased, err := b.EraseTexts(t.Context(), id, at, files.Remove)
		require.NoError(t, err)
		require.False(t, erased, id)
	}
	before, err := b.GetCase(t.Context(), "case_1")
	require.NoError(t, err)
	erased, err = b.EraseTexts(t.Context(), "case_1", at, files.Remove)
	require.NoError(t, err)
	require.True(t, erased)

	texts, err := b.Texts(t.Context(), "case_1")
	require.NoError(t, err)
	require.Len(t, texts, 2)
	for _, text := range texts {
		require.Empty(t, text.Body)
		require.Equal(t, &at, text.ErasedAt)
	}
	item, name, err := b.GetEvidence(t.Context(), "case_1", "ev/case_1")
	require.NoError(t, err, "the item and its hash stay")
	require.Empty(t, name)
	_, err = files.Open("case_1", item.SHA256)
	requireCode(t, dispute.CodeNotFound, err)
	events, err := b.ListInbox(t.Context(), dispute.InboxDelivered, 0, 0)
	require.NoError(t, err)
	for _, e := range events {
		require.Equal(t, e.CaseID == "case_1" || e.Source == "api", len(e.Body) == 0, e.EventID)
		require.NotEmpty(t, e.Payload)
	}
	after, err := b.GetCase(t.Context(), "case_1")
	require.NoError(t, err)
	require.Equal(t, &at, after.Retention.TextsErasedAt)
	require.Equal(t, before.Case, after.Case)

	timeline, err := b.Timeline(t.Context(), "case_1", 0, 0)
	require.NoError(t, err)
	last := timeline[len(timeline)-1]
	require.Equal(t, dispute.EventTextsErased, last.Type)
	require.Equal(t, dispute.System, last.Actor)
	require.Equal(t, kept.Rule, last.Reason)
	require.JSONEq(t, `{"basis":"E-commerce Law art. 31","texts_until":"2027-05-04T12:00:00Z","texts":2,"reports":1,"files":1}`, string(last.Data))

	// Nothing comes after it, and once is enough.
	requireCode(t, dispute.CodeCaseClosed, b.AddText(t.Context(), dispute.Text{ID: "late", CaseID: "case_1", Kind: "note", Author: dispute.System, Body: "x"}))
	_, err = b.AddEvidence(t.Context(), dispute.EvidenceSubmission{CaseID: "case_1", Evidence: item})
	requireCode(t, dispute.CodeCaseClosed, err)
	_, err = b.AddInbox(t.Context(), dispute.InboxEvent{Source: "wh", EventID: "wh/late", Type: "return.inspected", CaseID: "case_1",
		Signal: dispute.SignalWarehouseInspected, Payload: []byte(`{"event_id":"wh/late"}`), Body: []byte(`{"note":"Li Na"}`)})
	require.NoError(t, err)
	_, err = b.RelayInbox(t.Context(), 100, func(context.Context, dispute.InboxEvent) (dispute.Delivery, error) { return dispute.DeliveryLate, nil })
	require.NoError(t, err)
	late, err := b.ListInbox(t.Context(), dispute.InboxLate, 0, 0)
	require.NoError(t, err)
	require.Len(t, late, 1)
	require.Empty(t, late[0].Body)
	require.Empty(t, b.due(t, at.AddDate(9, 0, 0)))
	erased, err = b.EraseTexts(t.Context(), "case_1", at.AddDate(9, 0, 0), files.Remove)
	require.NoError(t, err)
	require.False(t, erased)
	for _, id := range []string{"case_1", "case_open", "case_forever"} {
		chain, err := b.VerifyChain(t.Context(), id)
		require.NoError(t, err)
		require.True(t, chain.Intact, chain.Problem)
	}
	for _, id := range []string{"case_open", "case_forever"} {
		item, name, err := b.GetEvidence(t.Context(), id, "ev/"+id)
		require.NoError(t, err)
		require.Equal(t, "Li Na.jpg", name)
		f, err := files.Open(id, item.SHA256)
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
}

// A case waits for those that followed from it, over however many.
func TestErasingWaitsForLaterCases(t *testing.T) {
	t.Parallel()
	b, files := setup(t), newFiles(t)
	var chain []dispute.Case
	for i, previous := range []string{"case_3", "case_0", "case_1", "case_2"} { // in a ring, as no door allows
		chain = append(chain, b.shelve(t, files, fmt.Sprintf("case_%d", i), previous))
	}
	for _, c := range chain[:3] {
		b.shut(t, c, 2, &kept)
	}
	require.Empty(t, b.due(t, textsUntil))
	counts, err := b.Counts(t.Context())
	require.NoError(t, err)
	require.Zero(t, counts["texts_due"])
	erased, err := b.EraseTexts(t.Context(), "case_0", textsUntil, func(context.Context, string) error { return errors.New("never") })
	require.NoError(t, err)
	require.False(t, erased)
	b.shut(t, chain[3], 2, &kept)
	require.Equal(t, []string{"case_0", "case_1", "case_2", "case_3"}, b.due(t, textsUntil))
}

// A crash between the bytes and the row leaves the case due: nothing is claimed before
// it is done, and what is done twice is told once.
func TestErasingAfterACrash(t *testing.T) {
	t.Parallel()
	b, files := setup(t), newFiles(t)
	b.shut(t, b.shelve(t, files, "case_1", ""), 2, &kept)
	crash := errors.New("the disk is away")
	for range 2 {
		erased, err := b.EraseTexts(t.Context(), "case_1", textsUntil, func(ctx context.Context, id string) error {
			return errors.Join(files.Remove(ctx, id), crash)
		})
		require.ErrorIs(t, err, crash)
		require.False(t, erased)
	}
	require.Equal(t, []string{"case_1"}, b.due(t, textsUntil))
	_, name, err := b.GetEvidence(t.Context(), "case_1", "ev/case_1")
	require.NoError(t, err)
	require.Equal(t, "Li Na.jpg", name)
	// The connection dies after the bytes are gone.
	_, err = b.EraseTexts(t.Context(), "case_1", textsUntil, func(ctx context.Context, id string) error {
		_, err := b.super(t).Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND state = 'idle in transaction'`)
		return errors.Join(files.Remove(ctx, id), err)
	})
	requireCode(t, dispute.CodeUnavailable, err)
	require.Equal(t, []string{"case_1"}, b.due(t, textsUntil))

	require.Eventually(t, func() bool { // once the server knows that the connection is gone
		erased, err := b.EraseTexts(t.Context(), "case_1", textsUntil, files.Remove)
		return err == nil && erased
	}, 20*time.Second, 10*time.Millisecond)
	require.Equal(t, 1, b.tellings(t, "case_1"))
}

func (b *bundle) tellings(t testing.TB, caseID string) (n int) {
	t.Helper()
	timeline, err := b.Timeline(t.Context(), caseID, 0, 0)
	require.NoError(t, err)
	for _, e := range timeline {
		if e.Type == dispute.EventTextsErased {
			n++
		}
	}
	return n
}

// Many at once: each case is erased by one, and told once. Readers of events are not
// held back by files that take long.
func TestErasingByManyAtOnce(t *testing.T) {
	t.Parallel()
	b, files := setup(t), newFiles(t)
	const cases = 12
	for i := range cases {
		b.shut(t, b.shelve(t, files, fmt.Sprintf("case_%02d", i), ""), 2, &kept)
	}
	var erased atomic.Int64
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range cases {
				done, err := b.EraseTexts(t.Context(), fmt.Sprintf("case_%02d", i), textsUntil, files.Remove)
				if err != nil {
					t.Error(err)
				}
				if done {
					erased.Add(1)
				}
			}
		})
	}
	wg.Wait()
	for _, id := range b.due(t, textsUntil) { // those that all of them left to the others
		done, err := b.EraseTexts(t.Context(), id, textsUntil, files.Remove)
		require.NoError(t, err)
		require.True(t, done)
		erased.Add(1)
	}
	require.EqualValues(t, cases, erased.Load())
	for i := range cases {
		require.Equal(t, 1, b.tellings(t, fmt.Sprintf("case_%02d", i)))
	}

	// While files are removed the transaction has no number, so that it holds back no
	// reader of events.
	b.shut(t, b.shelve(t, files, "case_slow", ""), 2, &kept)
	conn := b.super(t)
	var second bool
	var idle, numbered int
	_, err := b.EraseTexts(t.Context(), "case_slow", textsUntil, func(ctx context.Context, id string) (err error) {
		if second, err = b.EraseTexts(ctx, id, textsUntil, files.Remove); err != nil {
			return err
		}
		return conn.QueryRow(ctx, `SELECT count(*), count(backend_xid) FROM pg_stat_activity
			WHERE datname = current_database() AND state = 'idle in transaction'`).Scan(&idle, &numbered)
	})
	require.NoError(t, err)
	require.False(t, second, "it was in hand")
	require.Equal(t, 1, idle)
	require.Zero(t, numbered)
}

// A run that writes once more after the end does not bring the dates back.
func TestErasedStaysErased(t *testing.T) {
	t.Parallel()
	b, files := setup(t), newFiles(t)
	c := b.shelve(t, files, "case_1", "")
	b.shut(t, c, 2, &kept)
	later := kept
	later.TextsUntil = textsUntil.AddDate(0, 1, 0)
	b.shut(t, c, 3, &later)
	require.Empty(t, b.due(t, textsUntil), "the last closing counts")
	erased, err := b.EraseTexts(t.Context(), "case_1", later.TextsUntil, files.Remove)
	require.NoError(t, err)
	require.True(t, erased)
	last := kept
	last.TextsUntil = later.TextsUntil.AddDate(0, 1, 0)
	b.shut(t, c, 4, &last)
	record, err := b.GetCase(t.Context(), "case_1")
	require.NoError(t, err)
	require.Equal(t, later.TextsUntil, record.Retention.TextsUntil)
	require.Empty(t, b.due(t, last.TextsUntil))
}

// The service may empty texts and nothing more.
func TestTextsAreNeverRewritten(t *testing.T) {
	t.Parallel()
	b, files := setup(t), newFiles(t)
	b.shelve(t, files, "case_1", "")
	conn := b.super(t)
	_, err := conn.Exec(t.Context(), "UPDATE case_texts SET body = 'other'")
	require.ErrorContains(t, err, "a text is emptied or stays as it is")
	_, err = conn.Exec(t.Context(), "SET ROLE redress_app")
	require.NoError(t, err)
	for _, sql := range []string{"UPDATE case_texts SET author_id = ''", "DELETE FROM case_texts", "DELETE FROM evidence", "UPDATE evidence SET sha256 = ''", "DELETE FROM cases"} {
		_, err := conn.Exec(t.Context(), sql)
		require.ErrorContains(t, err, "permission denied", sql)
	}
	_, err = conn.Exec(t.Context(), "UPDATE case_texts SET body = 'other'")
	require.ErrorContains(t, err, "a text is emptied or stays as it is")
}

// What the retention says survives the way through the document.
func TestRetentionInABatchIsNotTheWorkflows(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(next(newCase("case_1"), 2, 0))
	require.NoError(t, err)
	require.NotContains(t, string(raw), "retention")
}
