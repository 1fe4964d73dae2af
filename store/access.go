package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// AddAccess keeps that somebody looked at what people sent in.
func (s *Store) AddAccess(ctx context.Context, a dispute.Access) error {
	_, err := s.pool.Exec(ctx, `INSERT INTO access_log (case_id, at, actor_role, actor_id, what, item, request_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, a.CaseID, a.At, a.Actor.Role, a.Actor.ID, a.What, a.Item, a.RequestID)
	return mapError("access to "+a.CaseID, err)
}

// Accesses lists who looked, newest first, before an id (0: from the newest), at most
// limit (200 if 0 or more).
func (s *Store) Accesses(ctx context.Context, caseID string, before int64, limit int) ([]dispute.Access, error) {
	rows, err := s.pool.Query(ctx, `SELECT id, case_id, at, actor_role, actor_id, what, item, request_id FROM access_log
		WHERE case_id = $1 AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3`, caseID, before, atMost(limit, 201))
	if err != nil {
		return nil, mapError("accesses to "+caseID, err)
	}
	out, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (a dispute.Access, err error) {
		err = r.Scan(&a.ID, &a.CaseID, &a.At, &a.Actor.Role, &a.Actor.ID, &a.What, &a.Item, &a.RequestID)
		a.At = a.At.UTC()
		return a, err
	})
	return out, mapError("accesses to "+caseID, err)
}

// KeepWeekly keeps the issue of a week, once, and returns the one that is kept: the
// first that was made.
func (s *Store) KeepWeekly(ctx context.Context, w dispute.WeeklyReport) (dispute.WeeklyReport, error) {
	figures, err := json.Marshal(w.Figures)
	if err != nil {
		return w, dispute.Errorf(dispute.CodeInvalid, "figures of %s: %w", w.Week, err)
	}
	if _, err := s.pool.Exec(ctx, `INSERT INTO weekly_reports (week, first_day, last_day, zone, figures)
		VALUES ($1, $2::text::date, $3::text::date, $4, $5) ON CONFLICT (week) DO NOTHING`, w.Week, w.FirstDay, w.LastDay, w.Zone, figures); err != nil {
		return w, mapError("weekly report", err)
	}
	return s.Weekly(ctx, w.Week)
}

const weeklyColumns = "week, first_day::text, last_day::text, zone, figures, created_at, sent_at"

func scanWeekly(r pgx.CollectableRow) (w dispute.WeeklyReport, err error) {
	err = r.Scan(&w.Week, &w.FirstDay, &w.LastDay, &w.Zone, &w.Figures, &w.CreatedAt, &w.SentAt)
	w.CreatedAt, w.SentAt = w.CreatedAt.UTC(), inUTC(w.SentAt)
	return w, err
}

// Weekly returns the issue of a week; CodeNotFound.
func (s *Store) Weekly(ctx context.Context, week string) (dispute.WeeklyReport, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+weeklyColumns+" FROM weekly_reports WHERE week = $1", week)
	if err != nil {
		return dispute.WeeklyReport{}, mapError("weekly report", err)
	}
	w, err := pgx.CollectExactlyOneRow(rows, scanWeekly)
	if ignoreNoRows(err) == nil && err != nil {
		return w, dispute.Errorf(dispute.CodeNotFound, "there is no report of %s", week)
	}
	return w, mapError("weekly report", err)
}

// Weeklies lists issues, newest first, before a week ("": from the newest), at most
// limit (201 if 0 or more).
func (s *Store) Weeklies(ctx context.Context, before string, limit int) ([]dispute.WeeklyReport, error) {
	rows, err := s.pool.Query(ctx, "SELECT "+weeklyColumns+` FROM weekly_reports WHERE $1::text = '' OR week < $1
		ORDER BY week DESC LIMIT $2`, before, atMost(limit, 201))
	if err != nil {
		return nil, mapError("weekly reports", err)
	}
	out, err := pgx.CollectRows(rows, scanWeekly)
	return out, mapError("weekly reports", err)
}

// WeeklySent notes that the supervisors' channel has taken the issue; the first time counts.
func (s *Store) WeeklySent(ctx context.Context, week string, at time.Time) error {
	_, err := s.pool.Exec(ctx, "UPDATE weekly_reports SET sent_at = $2 WHERE week = $1 AND sent_at IS NULL", week, at)
	return mapError("weekly report", err)
}
