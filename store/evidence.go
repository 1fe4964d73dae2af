package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

const evidenceColumns = `e.id, e.type, e.source, e.requested_from, e.actor_role, e.actor_id, e.stage, e.sha256,
	e.media_type, e.size, e.received_at`

func evidenceFields(e *dispute.Evidence) []any {
	return []any{&e.ID, &e.Type, &e.Source, &e.RequestedFrom, &e.SubmittedBy.Role, &e.SubmittedBy.ID, &e.Stage, &e.SHA256,
		&e.MediaType, &e.Size, &e.ReceivedAt}
}

// AddEvidence records evidence whose bytes are on disk, and the event by which the
// relay tells the case, in one transaction under the lock of the case's row: once it
// returns, the case will get it. The same bytes in the same case return what is on
// record. Errors: CodeNotFound, CodeCaseClosed once the case closes,
// CodeLimitExceeded beyond dispute.MaxEvidence.
func (s *Store) AddEvidence(ctx context.Context, sub dispute.EvidenceSubmission) (dispute.Evidence, error) {
	var out dispute.Evidence
	err := s.inTx(ctx, "evidence of "+sub.CaseID, func(tx pgx.Tx) error {
		var gate dispute.Gate
		var erased bool
		var c dispute.Case
		err := tx.QueryRow(ctx, "SELECT gate, texts_erased_at IS NOT NULL, doc FROM cases WHERE id = $1 FOR NO KEY UPDATE", sub.CaseID).
			Scan(&gate, &erased, &c)
		if errors.Is(err, pgx.ErrNoRows) {
			return dispute.Errorf(dispute.CodeNotFound, "there is no case %s", sub.CaseID)
		}
		if err != nil {
			return err
		}
		if erased { // the same bytes must not come back
			return dispute.Errorf(dispute.CodeCaseClosed, "case %s takes no more evidence", sub.CaseID)
		}
		err = tx.QueryRow(ctx, `SELECT `+evidenceColumns+` FROM evidence e WHERE e.case_id = $1 AND e.sha256 = $2`,
			sub.CaseID, sub.Evidence.SHA256).Scan(evidenceFields(&out)...)
		if err == nil || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if gate != dispute.GateOpen {
			return dispute.Errorf(dispute.CodeCaseClosed, "case %s takes no more evidence", sub.CaseID)
		}
		var count int
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM evidence WHERE case_id = $1", sub.CaseID).Scan(&count); err != nil {
			return err
		}
		if count >= dispute.MaxEvidence {
			return dispute.Errorf(dispute.CodeLimitExceeded, "a case holds at most %d pieces of evidence", dispute.MaxEvidence)
		}
		out = completed(sub.Evidence, c)
		return s.insertEvidence(ctx, tx, sub, out)
	})
	if err != nil {
		return dispute.Evidence{}, err
	}
	out.ReceivedAt = utc(out.ReceivedAt)
	return out, nil
}

// completed fills in what the case knows: its stage, and whether it asked.
func completed(e dispute.Evidence, c dispute.Case) dispute.Evidence {
	e.Stage = c.Stage
	if e.ReceivedAt.IsZero() {
		e.ReceivedAt = time.Now()
	}
	e.ReceivedAt = utc(e.ReceivedAt)
	if e.Source != "" {
		return e
	}
	e.Source = dispute.SourceVolunteer
	if c.Completeness != nil {
		for _, it := range c.Completeness.Items {
			if it.Type == e.Type && !it.Supplied {
				e.Source, e.RequestedFrom = dispute.SourceRequested, it.From
			}
		}
	}
	return e
}

func (s *Store) insertEvidence(ctx context.Context, tx pgx.Tx, sub dispute.EvidenceSubmission, e dispute.Evidence) error {
	event := dispute.EvidenceSubmitted{EventID: "evidence/" + e.ID, Evidence: e}
	payload, err := json.Marshal(event)
	if err != nil {
		return err
	}
	var q pgx.Batch
	var fileName *string
	if sub.FileName != "" {
		id := "file/" + e.ID
		fileName = &id
		if err := s.queueText(&q, dispute.Text{ID: id, CaseID: sub.CaseID, Kind: "file_name", Author: e.SubmittedBy, Body: sub.FileName,
			CreatedAt: e.ReceivedAt}); err != nil {
			return err
		}
	}
	q.Queue(`INSERT INTO evidence (id, case_id, type, source, requested_from, actor_role, actor_id, stage, sha256,
			media_type, size, received_at, file_name_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		e.ID, sub.CaseID, e.Type, e.Source, e.RequestedFrom, e.SubmittedBy.Role, e.SubmittedBy.ID, e.Stage, e.SHA256,
		e.MediaType, e.Size, e.ReceivedAt, fileName)
	q.Queue(`INSERT INTO inbox (source, event_id, type, state, case_id, signal, payload, body_sha256, occurred_at)
		VALUES ('api', $1, 'evidence.submitted', 'pending', $2, $3, $4, $5, $6)`,
		event.EventID, sub.CaseID, dispute.SignalEvidenceSubmitted, payload, e.SHA256, e.ReceivedAt)
	q.Queue("SELECT pg_notify($1, '')", ChannelInbox)
	return tx.SendBatch(ctx, &q).Close()
}

// GetEvidence returns a piece of evidence and the name of the file it came as (""
// if it had none); CodeNotFound when the case has no such piece.
func (s *Store) GetEvidence(ctx context.Context, caseID, evidenceID string) (dispute.Evidence, string, error) {
	var e dispute.Evidence
	var fileName string
	err := s.pool.QueryRow(ctx, `SELECT `+evidenceColumns+`, coalesce(t.body, '')
		FROM evidence e LEFT JOIN case_texts t ON t.id = e.file_name_id WHERE e.case_id = $1 AND e.id = $2`, caseID, evidenceID).
		Scan(append(evidenceFields(&e), &fileName)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return dispute.Evidence{}, "", dispute.Errorf(dispute.CodeNotFound, "case %s has no evidence %s", caseID, evidenceID)
	}
	if err != nil {
		return dispute.Evidence{}, "", mapError("evidence of "+caseID, err)
	}
	e.ReceivedAt = e.ReceivedAt.UTC()
	fileName, err = s.keys.OpenText(fileName)
	return e, fileName, err
}
