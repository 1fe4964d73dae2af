package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

const inboxColumns = `id, source, event_id, type, state, coalesce(case_id, ''), reference_kind, reference_value,
	reference_leg, signal, payload, body, problem, occurred_at, received_at, attempts`

func scanInbox(r pgx.CollectableRow) (dispute.InboxEvent, error) {
	var e dispute.InboxEvent
	var ref dispute.Reference
	var payload, body []byte
	err := r.Scan(&e.ID, &e.Source, &e.EventID, &e.Type, &e.State, &e.CaseID, &ref.Kind, &ref.Value, &ref.LegID,
		&e.Signal, &payload, &body, &e.Problem, &e.OccurredAt, &e.ReceivedAt, &e.Attempts)
	if ref != (dispute.Reference{}) {
		e.Reference = &ref
	}
	e.Payload, e.Body, e.ReceivedAt = payload, body, e.ReceivedAt.UTC()
	return e, err
}

// AddInbox keeps an event that came in, and returns it as kept: pending for the case
// that it names by CaseID or by Reference; unmatched while no case has the
// reference; invalid if it says so. The same event again returns the row there is;
// the same id with another body is kept as invalid. A case id that is not on record
// makes CodeNotFound.
func (s *Store) AddInbox(ctx context.Context, e dispute.InboxEvent) (dispute.InboxEvent, error) {
	hash := bodyHash(e)
	var kept dispute.InboxEvent
	err := s.inTx(ctx, "event "+e.EventID, func(tx pgx.Tx) error {
		known, err := findEvent(ctx, tx, e, hash)
		if err != nil || known != nil {
			if known != nil {
				kept = *known
			}
			return err
		}
		used, err := eventIDUsed(ctx, tx, e)
		if err != nil {
			return err
		}
		if used {
			e.State, e.Problem = dispute.InboxInvalid, "the event id was used before with another body"
		}
		if e.State != dispute.InboxInvalid {
			if e, err = address(ctx, tx, e); err != nil {
				return err
			}
		}
		kept, err = insertEvent(ctx, tx, e, hash)
		return err
	})
	if err == nil || sqlState(err) != "23505" {
		return kept, err
	}
	// The same id came in at the same moment; what was committed decides.
	return s.AddInbox(ctx, e)
}

// findEvent returns the row of the very same event, nil if there is none.
func findEvent(ctx context.Context, tx pgx.Tx, e dispute.InboxEvent, hash string) (*dispute.InboxEvent, error) {
	rows, err := tx.Query(ctx, `SELECT `+inboxColumns+` FROM inbox WHERE source = $1 AND event_id = $2 AND body_sha256 = $3`,
		e.Source, e.EventID, hash)
	if err != nil {
		return nil, err
	}
	known, err := pgx.CollectExactlyOneRow(rows, scanInbox)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &known, err
}

func eventIDUsed(ctx context.Context, tx pgx.Tx, e dispute.InboxEvent) (used bool, err error) {
	err = tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM inbox WHERE source = $1 AND event_id = $2 AND state <> 'invalid')",
		e.Source, e.EventID).Scan(&used)
	return used, err
}

// address finds the case that an event is for. Where several cases share a name
// (a parcel), one that is still open gets it: the one whose label it is, else the newest.
func address(ctx context.Context, tx pgx.Tx, e dispute.InboxEvent) (dispute.InboxEvent, error) {
	if e.CaseID != "" || e.Reference == nil {
		e.State = dispute.InboxPending
		if e.CaseID == "" {
			e.State = dispute.InboxUnmatched
		}
		return e, nil
	}
	if _, err := tx.Exec(ctx, lockReference, refName(*e.Reference)); err != nil {
		return e, err
	}
	ref := *e.Reference
	err := tx.QueryRow(ctx, `SELECT r.case_id, r.leg_id FROM case_references r JOIN cases c ON c.id = r.case_id
		WHERE r.kind = $1 AND r.value = $2 ORDER BY (c.gate = 'closed'), r.issued DESC, r.created_at DESC LIMIT 1`, ref.Kind, ref.Value).
		Scan(&e.CaseID, &ref.LegID)
	e.Reference = &ref
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		e.State = dispute.InboxUnmatched
	case err != nil:
		return e, err
	default:
		e.State = dispute.InboxPending
	}
	return e, nil
}

// IssuedTo is the case for which we issued a label with the number, "" if we issued none.
func (s *Store) IssuedTo(ctx context.Context, r dispute.Reference) (caseID string, err error) {
	err = s.pool.QueryRow(ctx, `SELECT case_id FROM case_references WHERE kind = $1 AND value = $2 AND issued
		ORDER BY created_at DESC LIMIT 1`, r.Kind, r.Value).Scan(&caseID)
	return caseID, mapError("reference "+refName(r), ignoreNoRows(err))
}

func insertEvent(ctx context.Context, tx pgx.Tx, e dispute.InboxEvent, hash string) (dispute.InboxEvent, error) {
	var ref dispute.Reference
	if e.Reference != nil {
		ref = *e.Reference
	}
	if e.ReceivedAt.IsZero() {
		e.ReceivedAt = time.Now()
	}
	body, err := keepable(e.Body)
	if err != nil {
		return e, err
	}
	rows, err := tx.Query(ctx, `INSERT INTO inbox (source, event_id, type, state, case_id, reference_kind, reference_value,
			reference_leg, signal, payload, body, body_sha256, problem, occurred_at, received_at)
		VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING `+inboxColumns,
		e.Source, e.EventID, e.Type, e.State, e.CaseID, ref.Kind, ref.Value, ref.LegID, e.Signal, nullJSON(e.Payload),
		nullJSON(body), hash, e.Problem, e.OccurredAt, e.ReceivedAt)
	if err != nil {
		return e, err
	}
	kept, err := pgx.CollectExactlyOneRow(rows, scanInbox)
	if err != nil {
		return e, err
	}
	_, err = tx.Exec(ctx, "SELECT pg_notify($1, '')", ChannelInbox)
	return kept, err
}

// bodyHash tells a repeated event from another one under the same id.
func bodyHash(e dispute.InboxEvent) string {
	body := e.Body
	if len(body) == 0 {
		body = e.Payload
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

// keepable is the body as JSON: itself, or a JSON string of what was not JSON.
func keepable(body json.RawMessage) (json.RawMessage, error) {
	if len(body) == 0 || (json.Valid(body) && utf8.Valid(body)) {
		return body, nil
	}
	return json.Marshal(string(body))
}

// ListInbox returns events in a state (all states if ""), oldest first, after an id
// (0 for the first page), at most limit (200 if 0 or more).
func (s *Store) ListInbox(ctx context.Context, state dispute.InboxState, cursor int64, limit int) ([]dispute.InboxEvent, error) {
	sql, args := `SELECT `+inboxColumns+` FROM inbox WHERE id > $1 ORDER BY id LIMIT $2`, []any{cursor, atMost(limit, 200)}
	if state != "" {
		sql = `SELECT ` + inboxColumns + ` FROM inbox WHERE id > $1 AND state = $3 ORDER BY id LIMIT $2`
		args = append(args, state)
	}
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, mapError("list events", err)
	}
	out, err := pgx.CollectRows(rows, scanInbox)
	return out, mapError("list events", err)
}

// GetInbox returns an event; CodeNotFound.
func (s *Store) GetInbox(ctx context.Context, id int64) (dispute.InboxEvent, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+inboxColumns+` FROM inbox WHERE id = $1`, id)
	if err != nil {
		return dispute.InboxEvent{}, mapError("event", err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanInbox)
	if errors.Is(err, pgx.ErrNoRows) {
		return e, dispute.Errorf(dispute.CodeNotFound, "there is no event %d", id)
	}
	return e, mapError("event", err)
}

// MatchInbox sends an unmatched or late event to a case by hand, and to a leg of it where
// legID is not "": then what comes later under the event's unknown name finds the leg by
// itself. Errors:
// CodeNotFound for an unknown event or case, CodeNotAllowedNow for an event in
// another state or without a signal.
func (s *Store) MatchInbox(ctx context.Context, id int64, caseID, legID string) (dispute.InboxEvent, error) {
	var out dispute.InboxEvent
	err := s.inTx(ctx, "match event", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+inboxColumns+` FROM inbox WHERE id = $1 FOR NO KEY UPDATE`, id)
		if err != nil {
			return err
		}
		e, err := pgx.CollectExactlyOneRow(rows, scanInbox)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return dispute.Errorf(dispute.CodeNotFound, "there is no event %d", id)
		case err != nil:
			return err
		case e.State == dispute.InboxPending && e.CaseID == caseID:
			out = e // matched already
			return nil
		case e.State != dispute.InboxUnmatched && e.State != dispute.InboxLate, e.Signal == "", len(e.Payload) == 0:
			return dispute.Errorf(dispute.CodeNotAllowedNow, "event %d is %s and cannot be matched", id, e.State)
		}
		rows, err = tx.Query(ctx, `UPDATE inbox SET state = 'pending', case_id = $2, next_at = now(), settled_at = NULL,
				payload = CASE WHEN $3::text = '' THEN payload ELSE (payload::jsonb || jsonb_build_object('leg_id', $3::text))::json END
			WHERE id = $1 RETURNING `+inboxColumns, id, caseID, legID)
		if err != nil {
			return err
		}
		if out, err = pgx.CollectExactlyOneRow(rows, scanInbox); err != nil {
			return err
		}
		if err := nameMatched(ctx, tx, out, caseID, legID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "SELECT pg_notify($1, '')", ChannelInbox)
		return err
	})
	if err != nil {
		return dispute.InboxEvent{}, err
	}
	return out, nil
}

// nameMatched gives the case the name under which the event came, and with it whatever
// else waits under that name. A name that is another case's already stays there.
func nameMatched(ctx context.Context, tx pgx.Tx, e dispute.InboxEvent, caseID, legID string) error {
	if legID == "" || e.Reference == nil || e.Reference.Value == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, lockReference, refName(*e.Reference)); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `INSERT INTO case_references (kind, value, case_id, leg_id) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
		e.Reference.Kind, e.Reference.Value, caseID, legID)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE inbox SET state = 'pending', case_id = $3, reference_leg = $4, next_at = now()
		WHERE state = 'unmatched' AND reference_kind = $1 AND reference_value = $2`, e.Reference.Kind, e.Reference.Value, caseID, legID)
	return err
}
