package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// toOpen is how many recoveries a batch may open at most: each has an entry in the timeline.
func toOpen(b dispute.Batch) int {
	if b.Recovering == nil {
		return 0
	}
	return len(b.Recovering.Drafts)
}

// openRecoveries puts on record what the case may claim back, in the transaction of the
// step that it follows from, and returns the entries that tell of it. A leg that was
// claimed before is left out; the caller holds the lock of the case's row.
func openRecoveries(ctx context.Context, tx pgx.Tx, b dispute.Batch) ([]dispute.Entry, error) {
	rows, err := tx.Query(ctx, "SELECT DISTINCT leg_id FROM recovery_items WHERE case_id = $1", b.CaseID)
	if err != nil {
		return nil, err
	}
	legs, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	claimed := map[string]bool{}
	for _, l := range legs {
		claimed[l] = true
	}
	numbers := map[dispute.Party]int{}
	rows, err = tx.Query(ctx, "SELECT party, max(number) FROM recoveries WHERE case_id = $1 GROUP BY party", b.CaseID)
	if err != nil {
		return nil, err
	}
	var party dispute.Party
	var number int
	if _, err := pgx.ForEachRow(rows, []any{&party, &number}, func() error { numbers[party] = number; return nil }); err != nil {
		return nil, err
	}
	opened := b.Recovering.New(&b.Case, b.At, func(leg string) bool { return claimed[leg] },
		func(p dispute.Party) int { return numbers[p] + 1 })
	var entries []dispute.Entry
	for _, r := range opened {
		entry, err := insertRecovery(ctx, tx, r)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// insertRecovery writes the row, its items, its first entry, and the name by which the
// party's answers find it.
func insertRecovery(ctx context.Context, tx pgx.Tx, r dispute.Recovery) (dispute.Entry, error) {
	doc, err := json.Marshal(r)
	if err != nil {
		return dispute.Entry{}, fmt.Errorf("recovery %s: %w", r.ID, err)
	}
	data, err := json.Marshal(map[string]any{"recovery_id": r.ID, "party": r.Party, "amount": dispute.Money{Amount: r.Claimed, Currency: r.Currency}})
	if err != nil {
		return dispute.Entry{}, err
	}
	opened := dispute.Entry{Type: dispute.EventRecoveryOpened, At: r.OpenedAt, Reason: r.Explanation.Rule, Data: data}
	own := opened
	own.Stage = dispute.Stage(r.State)
	entries, head, err := chain(r.ID, chainHead{}, own.Stage, r.OpenedAt, []dispute.Entry{own})
	if err != nil {
		return dispute.Entry{}, err
	}
	var q pgx.Batch
	q.Queue(`INSERT INTO recoveries (id, case_id, shop_id, party, number, state, waiting_on, policy_version, currency, claimed,
			doc, version, seq, hash, opened_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		r.ID, r.CaseID, r.ShopID, r.Party, r.Number, r.State, r.Waiting, r.PolicyVersion, r.Currency, r.Claimed,
		doc, r.Version, head.seq, head.hash, r.OpenedAt)
	for _, i := range r.Items {
		q.Queue(`INSERT INTO recovery_items (case_id, leg_id, part, line_id, party, recovery_id, paid, amount)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, r.CaseID, i.LegID, i.Part, i.LineID, r.Party, r.ID, i.Paid, i.Amount)
	}
	queueRecoveryEntries(&q, entries)
	queueReferences(&q, dispute.Batch{CaseID: r.CaseID, References: []dispute.Reference{{Kind: dispute.RefClaim, Value: r.Claims[0].Key, LegID: r.ID}}})
	return opened, tx.SendBatch(ctx, &q).Close()
}

func queueRecoveryEntries(q *pgx.Batch, entries []dispute.RecordedEntry) {
	for _, e := range entries {
		q.Queue(`INSERT INTO recovery_timeline (recovery_id, seq, type, at, actor_role, actor_id, state, reason, event_id, data, prev_hash, hash)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			e.CaseID, e.Seq, e.Type, e.At, e.Actor.Role, e.Actor.ID, string(e.Stage), e.Reason, e.EventID, nullJSON(e.Data), e.PrevHash, e.Hash)
	}
}

// OpenRecovery makes the run the owner of the recovery, has answers that no run has
// recorded delivered again, and returns the recovery as it is recorded: the first run, one
// after a restart, and one that goes on anew begin from there. CodeNotFound when it is not
// on record.
func (s *Store) OpenRecovery(ctx context.Context, id, runID string) (dispute.Recovery, error) {
	var r dispute.Recovery
	err := s.inTx(ctx, "recovery "+id, func(tx pgx.Tx) error {
		var before string
		err := tx.QueryRow(ctx, "SELECT run_id FROM recoveries WHERE id = $1 FOR NO KEY UPDATE", id).Scan(&before)
		if errors.Is(err, pgx.ErrNoRows) {
			return dispute.Errorf(dispute.CodeNotFound, "there is no recovery %s", id)
		}
		if err != nil {
			return err
		}
		if before != runID {
			if _, err := tx.Exec(ctx, redeliverAnswers, id, dispute.SignalClaimUpdate); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, `UPDATE recoveries SET run_id = $2, started_at = coalesce(started_at, now()), orphaned = false
			WHERE id = $1 RETURNING doc`, id, runID).Scan(&r)
	})
	return r, err
}

// redeliverAnswers is redeliver for a recovery.
const redeliverAnswers = `UPDATE inbox i SET state = 'pending', next_at = clock_timestamp(), settled_at = NULL
	FROM recoveries r WHERE r.id = $1 AND i.case_id = r.case_id AND i.signal = $2
		AND EXISTS (SELECT FROM jsonb_array_elements(r.doc -> 'claims') c WHERE c ->> 'claim_key' = i.payload ->> 'claim_key')
		AND (i.state = 'pending' OR (i.state = 'delivered' AND i.settled_at >= r.updated_at - interval '15 minutes'
		AND NOT coalesce(r.doc -> 'seen', '[]') ? (i.payload ->> 'event_id')))`

// RecordRecovery writes one step in one transaction; the same step again is answered as
// before. CodeRunSuperseded for a run that does not own the recovery.
func (s *Store) RecordRecovery(ctx context.Context, b dispute.RecoveryBatch) (dispute.RecoveryReceipt, error) {
	receipt := dispute.RecoveryReceipt{Clock: b.Recovery.Clock}
	err := s.inTx(ctx, "recovery "+b.Recovery.ID, func(tx pgx.Tx) error {
		var runID, last string
		var head chainHead
		var version int64
		var written []string
		// The case's row first, as every step does: notices are numbered under its lock.
		if _, err := tx.Exec(ctx, "SELECT FROM cases WHERE id = $1 FOR NO KEY UPDATE", b.Recovery.CaseID); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, "SELECT run_id, batch, written, version, seq, hash FROM recoveries WHERE id = $1 FOR NO KEY UPDATE", b.Recovery.ID).
			Scan(&runID, &last, &written, &version, &head.seq, &head.hash)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return dispute.Errorf(dispute.CodeNotFound, "there is no recovery %s", b.Recovery.ID)
		case err != nil:
			return err
		case runID != b.RunID:
			return dispute.Errorf(dispute.CodeRunSuperseded, "another run has taken recovery %s over", b.Recovery.ID).WithRef(runID)
		}
		key := fmt.Sprintf("%s/%d", b.RunID, b.Number)
		if last != key {
			written = nil
		}
		fresh, err := notWritten(&b, written)
		if err != nil {
			return err
		}
		if last == key && len(fresh) == 0 && len(b.Entries)+len(b.Notices) == 0 {
			receipt.Version = version
			return nil
		}
		receipt.Version = version + 1
		return writeRecovery(ctx, tx, b, receipt.Version, key, append(fresh, written...), head)
	})
	return receipt, err
}

// notWritten leaves out of a step what it wrote before its workflow task died and ran
// anew, and returns the digests of the rest.
func notWritten(b *dispute.RecoveryBatch, written []string) ([]string, error) {
	count := map[string]int{}
	for _, w := range written {
		count[w]++
	}
	fresh := []string{}
	var entries []dispute.Entry
	var notices []dispute.Notice
	for _, e := range b.Entries {
		d, err := entryDigest(e)
		if err != nil {
			return nil, err
		}
		if count[d]--; count[d] < 0 {
			entries, fresh = append(entries, e), append(fresh, d)
		}
	}
	for _, n := range b.Notices {
		d, err := digest(n)
		if err != nil {
			return nil, err
		}
		if count[d]--; count[d] < 0 {
			notices, fresh = append(notices, n), append(fresh, d)
		}
	}
	b.Entries, b.Notices = entries, notices
	return fresh, nil
}

func writeRecovery(ctx context.Context, tx pgx.Tx, b dispute.RecoveryBatch, version int64, key string, written []string, head chainHead) error {
	r := b.Recovery
	r.Version = version
	entries, head, err := chain(r.ID, head, dispute.Stage(r.State), b.At, b.Entries)
	if err != nil {
		return err
	}
	doc, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("recovery %s: %w", r.ID, err)
	}
	var due *time.Time
	if r.Clock != nil {
		due = &r.Clock.DueAt
	}
	var q pgx.Batch
	q.Queue(`UPDATE recoveries SET state = $2, waiting_on = $3, accepted = $4, recovered = $5, written_off = $6, due_at = $7, doc = $8,
			version = $9, batch = $10, written = $11, seq = $12, hash = $13, filed_at = $14, closed_at = $15, orphaned = false, updated_at = now()
		WHERE id = $1`, r.ID, r.State, r.Waiting, r.Accepted, r.Recovered, r.WrittenOff, due, doc,
		version, key, written, head.seq, head.hash, r.FiledAt, r.ClosedAt)
	queueRecoveryEntries(&q, entries)
	for _, n := range b.Notices {
		q.Queue(`INSERT INTO outbox (case_id, milestone, number, to_role, data)
			SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4 FROM outbox WHERE case_id = $1 AND milestone = $2`,
			r.CaseID, n.Milestone, n.To, nullJSON(n.Data))
	}
	if len(b.Notices) > 0 {
		q.Queue("SELECT pg_notify($1, '')", ChannelOutbox)
	}
	queueReferences(&q, dispute.Batch{CaseID: r.CaseID, References: b.References})
	return tx.SendBatch(ctx, &q).Close()
}

// recoveryOpen says whether an answer to a claim belongs to a recovery that has not ended:
// then its workflow is gone, or not started yet, and the answer waits for it.
func recoveryOpen(ctx context.Context, tx pgx.Tx, e dispute.InboxEvent) (open bool, err error) {
	var u dispute.ClaimUpdate
	if json.Unmarshal(e.Payload, &u) != nil {
		return false, nil
	}
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM recoveries WHERE id = $1 AND closed_at IS NULL)", dispute.RecoveryIDOfClaim(u.ClaimKey)).Scan(&open)
	return open, err
}
