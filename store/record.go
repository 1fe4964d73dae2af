package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// errRaced says that another transaction recorded the same opening just now.
var errRaced = errors.New("another opening of the case was faster")

// row is what a case's row holds beside the case, read under its lock.
type row struct {
	exists     bool
	runID      string
	version    int64
	gate       dispute.Gate
	orderKnown bool
	head       chainHead
}

// before is what the record holds already of the case and of the batch.
type before struct {
	row
	recorded int64  // the version at which a batch of this number was recorded, 0 if never
	digest   string // of that batch
	ordinal  int    // of the batch's run among the case's runs, 0 if unknown
	runs     int    // how many runs the case has had
	reported
}

// Record writes one batch in one transaction under the lock of the case's row; the
// same batch again is answered as before. A receipt with Duplicate or Adopt says
// that nothing was written. Errors: CodeRunSuperseded for a run that another has
// replaced, CodeCaseClosed after the end, CodeNotFound for a case never opened,
// CodeInvalid for a batch that the schema refuses.
func (s *Store) Record(ctx context.Context, b dispute.Batch) (dispute.Receipt, error) {
	if b.CaseID == "" || b.RunID == "" || b.Case.ID != b.CaseID {
		return dispute.Receipt{}, dispute.Invalid("a batch names its case and its run")
	}
	reports, err := s.reportsThere(ctx)
	if err != nil {
		return dispute.Receipt{}, err
	}
	if b.Watch != nil {
		if there, err := s.linksThere(ctx); err != nil || !there {
			b.Watch = nil // cases from before are not linked; a record waits for nothing
		}
	}
	var receipt dispute.Receipt
	record := func() error {
		return s.inTx(ctx, "record "+b.CaseID, func(tx pgx.Tx) (err error) {
			receipt, err = recordIn(ctx, tx, b, reports)
			return err
		})
	}
	err = record()
	if errors.Is(err, errRaced) {
		err = record()
	}
	if errors.Is(err, errDuplicate) { // the transaction was rolled back
		return receipt, s.rememberRefused(ctx, b, receipt.Duplicate)
	}
	if err != nil {
		return dispute.Receipt{}, err
	}
	return receipt, nil
}

func recordIn(ctx context.Context, tx pgx.Tx, b dispute.Batch, reports bool) (dispute.Receipt, error) {
	position, was, err := lockForBatch(ctx, tx, b, reports)
	if err != nil {
		return dispute.Receipt{}, err
	}
	digests, err := digestsOf(b)
	if err != nil {
		return dispute.Receipt{}, err
	}
	if was.recorded > 0 && was.digest == digests.batch {
		return dispute.Receipt{Version: was.recorded}, nil
	}
	if r, err := admitBatch(b, was); err != nil || r.Adopt {
		return r, err
	}
	if was.recorded > 0 {
		if b.Entries, err = newEntries(ctx, tx, b, digests); err != nil {
			return dispute.Receipt{}, err
		}
	}
	if b.Gate == dispute.GateClosed {
		if pending, err := shutGate(ctx, tx, b.CaseID); err != nil || len(pending) > 0 {
			return dispute.Receipt{Version: was.version, Pending: pending}, err
		}
	}
	if !was.exists {
		other, err := claimUnits(ctx, tx, b.Case)
		if err != nil {
			return dispute.Receipt{}, err
		}
		if other != "" {
			return dispute.Receipt{Duplicate: other}, errDuplicate
		}
	}
	if b.Recovering != nil {
		opened, err := openRecoveries(ctx, tx, b)
		if err != nil {
			return dispute.Receipt{}, err
		}
		b.Entries = append(slices.Clone(b.Entries), opened...)
	}
	return writeBatch(ctx, tx, b, was, position, digests)
}

// lockForBatch locks the case's row and reads what the batch meets, in one round trip.
func lockForBatch(ctx context.Context, tx pgx.Tx, b dispute.Batch, reports bool) (position int64, was before, err error) {
	var q pgx.Batch
	if n := len(b.Entries) + toOpen(b); n > 0 {
		q.Queue("SELECT redress_reserve($1)", n).QueryRow(func(r pgx.Row) error { return r.Scan(&position) })
	}
	q.Queue(`SELECT run_id, version, gate, order_known, timeline_seq, timeline_hash
		FROM cases WHERE id = $1 FOR NO KEY UPDATE`, b.CaseID).QueryRow(func(r pgx.Row) error {
		err := r.Scan(&was.runID, &was.version, &was.gate, &was.orderKnown, &was.head.seq, &was.head.hash)
		was.exists = err == nil
		return ignoreNoRows(err)
	})
	q.Queue("SELECT version, digest FROM case_batches WHERE case_id = $1 AND run_id = $2 AND number = $3",
		b.CaseID, b.RunID, b.Number).QueryRow(func(r pgx.Row) error { return ignoreNoRows(r.Scan(&was.recorded, &was.digest)) })
	q.Queue(`SELECT coalesce(max(ordinal) FILTER (WHERE run_id = $2), 0), coalesce(max(ordinal), 0)
		FROM case_runs WHERE case_id = $1`, b.CaseID, b.RunID).QueryRow(func(r pgx.Row) error {
		return r.Scan(&was.ordinal, &was.runs)
	})
	if was.on = reports; reports {
		queueReported(&q, b.CaseID, &was.reported)
	}
	err = tx.SendBatch(ctx, &q).Close()
	return position, was, err
}

// admitBatch says whether the batch's run may write: the zero receipt if so, one
// with Adopt if the run must take the record over first.
func admitBatch(b dispute.Batch, was before) (dispute.Receipt, error) {
	switch {
	case !was.exists && b.Opening:
		return dispute.Receipt{}, nil
	case !was.exists:
		return dispute.Receipt{}, dispute.Errorf(dispute.CodeNotFound, "case %s is not on record", b.CaseID)
	case was.runID != b.RunID && was.ordinal > 0:
		return dispute.Receipt{}, dispute.Errorf(dispute.CodeRunSuperseded, "another run has taken case %s over", b.CaseID).WithRef(was.runID)
	case was.gate == dispute.GateClosed && was.runID != b.RunID:
		return dispute.Receipt{}, dispute.Errorf(dispute.CodeCaseClosed, "case %s is closed", b.CaseID)
	case was.runID == b.RunID, b.Continues != "" && b.Continues == was.runID:
		return dispute.Receipt{}, nil
	default:
		return dispute.Receipt{Version: was.version, Adopt: true}, nil
	}
}

// writeBatch writes everything in one round trip.
func writeBatch(ctx context.Context, tx pgx.Tx, b dispute.Batch, was before, position int64, digests digests) (dispute.Receipt, error) {
	receipt := dispute.Receipt{Version: was.version + 1}
	entries, head, err := chain(b.CaseID, was.head, b.Case.Stage, b.At, b.Entries)
	if err != nil {
		return dispute.Receipt{}, err
	}
	b.Case.Version = receipt.Version
	gate := gateAfter(b, was)
	doc, err := json.Marshal(b.Case)
	if err != nil {
		return dispute.Receipt{}, fmt.Errorf("case %s: %w", b.CaseID, err)
	}
	var q pgx.Batch
	if was.exists {
		queueCaseUpdate(&q, b, gate, doc, head)
	} else {
		queueCaseInsert(&q, b, gate, doc, head)
	}
	if was.runID != b.RunID {
		q.Queue("INSERT INTO case_runs (case_id, run_id, ordinal) VALUES ($1, $2, $3)", b.CaseID, b.RunID, was.runs+1)
	}
	q.Queue(`INSERT INTO case_batches (case_id, run_id, number, version, digest, entries) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (case_id, run_id, number) DO UPDATE SET version = excluded.version, digest = excluded.digest,
			entries = case_batches.entries || excluded.entries`,
		b.CaseID, b.RunID, b.Number, receipt.Version, digests.batch, digests.entries)
	queueEntries(&q, entries, position)
	queueNotices(&q, b)
	if b.Case.Facts.Order != nil && !was.orderKnown {
		queueOrder(&q, b.CaseID, b.Case.OrderID, b.Case.Facts.Order)
		if b.Watch != nil {
			queueLink(&q, b.CaseID, b.Watch)
		}
	}
	queueReferences(&q, b)
	queueMoney(&q, b.Case)
	if was.on {
		if was.exists && !was.reported.found {
			if err := catchUp(ctx, tx, b.CaseID, &was.reported, &q, b.Case); err != nil {
				return dispute.Receipt{}, err
			}
		}
		if err := queueReport(&q, b.Case, was.reported, entries); err != nil {
			return dispute.Receipt{}, err
		}
	}
	if gate == dispute.GateClosed {
		queueRetention(&q, b.CaseID, b.Retention)
		q.Queue("UPDATE case_claims SET released_at = now() WHERE case_id = $1 AND released_at IS NULL", b.CaseID)
		q.Queue("DELETE FROM case_watch WHERE case_id = $1", b.CaseID)
	}
	return receipt, tx.SendBatch(ctx, &q).Close()
}

// gateAfter is the gate that the batch leaves. A run that writes once more after
// its last record has not completed: its case is closing again.
func gateAfter(b dispute.Batch, was before) dispute.Gate {
	switch {
	case b.Gate != "":
		return b.Gate
	case !was.exists:
		return dispute.GateOpen
	case was.gate == dispute.GateClosed:
		return dispute.GateClosing
	default:
		return was.gate
	}
}

func ignoreNoRows(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	return err
}
