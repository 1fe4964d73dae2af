package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// How a walk over the open cases goes.
const (
	rulePage = 200
	// ruleSettle is how long after a publication the cases that changed meanwhile are
	// looked at once more: every process knows the revision by then.
	ruleSettle = 10 * time.Second
)

const jobColumns = `j.revision, j.state, j.open, j.looked, j.touched, j.failed, j.problem, j.started_at, j.finished_at`

// jobFields are where the columns of jobColumns go.
func jobFields(j *dispute.RuleJob) []any {
	return []any{&j.Revision, &j.State, &j.Open, &j.Looked, &j.Touched, &j.Failed, &j.Problem, &j.StartedAt, &j.FinishedAt}
}

func jobInUTC(j *dispute.RuleJob) {
	j.StartedAt, j.FinishedAt = j.StartedAt.UTC(), inUTC(j.FinishedAt)
}

// nextRuleJob takes the oldest walk that is due and that nobody else has in hand.
const nextRuleJob = `SELECT ` + ruleColumns + `, j.state, j.cursor FROM rule_jobs j JOIN rule_revisions r ON r.revision = j.revision
	WHERE j.state <> 'done' AND j.next_at <= clock_timestamp() AND ($1::bigint = 0 OR j.revision = $1)
	ORDER BY j.next_at, j.revision LIMIT 1 FOR NO KEY UPDATE OF j SKIP LOCKED`

// The pages of a walk: first all open cases, then (settling) those that changed since
// the publication and since they were told of it.
const (
	firstLook = `SELECT c.id, c.doc FROM case_watch w JOIN cases c ON c.id = w.case_id
		WHERE w.case_id > $1 AND c.gate <> 'closed' AND $3::bigint > 0 ORDER BY w.case_id LIMIT $2`
	secondLook = `SELECT c.id, c.doc FROM case_watch w JOIN cases c ON c.id = w.case_id JOIN rule_revisions r ON r.revision = $3
			LEFT JOIN inbox i ON i.source = 'rules' AND i.event_id = 'rules-' || r.revision || '-' || c.id
		WHERE w.case_id > $1 AND c.gate <> 'closed' AND c.updated_at >= r.published_at
			AND (i.id IS NULL OR (i.state = 'delivered' AND c.updated_at > i.settled_at)) ORDER BY w.case_id LIMIT $2`
)

// WorkRules carries one page of a walk out: of the revision, or with 0 of the walk that
// waits longest. Every open case that judge finds touched gets the signal reproject by
// the inbox, once; a page that is cut off is taken anew. Any number may work at once. It
// returns whether there was a page, and an error only for faults of the database or
// where judge failed with CodeUnavailable or the end of ctx.
func (s *Store) WorkRules(ctx context.Context, revision int64, judge dispute.RuleJudge) (worked bool, err error) {
	err = s.inTx(ctx, "walk over the open cases", func(tx pgx.Tx) error {
		var w ruleWalk
		err := tx.QueryRow(ctx, nextRuleJob, revision).Scan(append(ruleFields(&w.rule), &w.state, &w.cursor)...)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		worked = true
		return w.page(ctx, tx, judge)
	})
	return worked && err == nil, err
}

// ruleWalk is one page of a walk under way.
type ruleWalk struct {
	rule   dispute.RuleRevision
	state  dispute.RuleJobState
	cursor string

	cases   []string
	events  []string
	bodies  []string
	hashes  []string
	looked  int
	failed  int
	problem string
}

func (w *ruleWalk) page(ctx context.Context, tx pgx.Tx, judge dispute.RuleJudge) error {
	sql := firstLook
	if w.state == dispute.RuleJobSettling {
		sql = secondLook
	}
	rows, err := tx.Query(ctx, sql, w.cursor, rulePage, w.rule.Revision)
	if err != nil {
		return err
	}
	cases, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (c dispute.Case, err error) {
		err = r.Scan(&w.cursor, &c)
		return c, err
	})
	if err != nil {
		return err
	}
	for i := range cases {
		if err := w.look(ctx, judge, &cases[i]); err != nil {
			return err
		}
	}
	touched, err := w.tell(ctx, tx)
	if err != nil {
		return err
	}
	return w.note(ctx, tx, touched, len(cases) < rulePage)
}

// look judges one case.
func (w *ruleWalk) look(ctx context.Context, judge dispute.RuleJudge, c *dispute.Case) error {
	w.looked++
	touched, err := judge(ctx, w.rule, c)
	switch {
	case err == nil && !touched:
		return nil
	case ctx.Err() != nil, dispute.CodeOf(err) == dispute.CodeUnavailable:
		return errors.Join(ctx.Err(), err)
	case err != nil:
		w.failed, w.problem = w.failed+1, c.ID+": "+shortText(err)
		return nil
	}
	doc := dispute.RulesChanged{EventID: w.eventID(c.ID), Revision: w.rule.Revision}
	if w.rule.Kind == dispute.RuleCalendar {
		doc.Calendar = w.rule.Name
	} else {
		doc.Policy = w.rule.ID()
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	w.cases, w.events = append(w.cases, c.ID), append(w.events, doc.EventID)
	w.bodies, w.hashes = append(w.bodies, string(body)), append(w.hashes, hex.EncodeToString(hash[:]))
	return nil
}

// eventID is the same for one case and revision whoever works; a case that is told
// again when the walk settles hears it under another id.
func (w *ruleWalk) eventID(caseID string) string {
	id := fmt.Sprintf("rules-%d-%s", w.rule.Revision, caseID)
	if w.state == dispute.RuleJobSettling {
		id += "-again"
	}
	return id
}

// tell puts the signals of the page into the inbox and returns how many are new.
func (w *ruleWalk) tell(ctx context.Context, tx pgx.Tx) (int64, error) {
	if len(w.cases) == 0 {
		return 0, nil
	}
	tag, err := tx.Exec(ctx, `INSERT INTO inbox (source, event_id, type, state, case_id, signal, payload, body_sha256)
		SELECT 'rules', e, $5, 'pending', c, $6, b::json, h FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS t(e, c, b, h)
		ON CONFLICT DO NOTHING`, w.events, w.cases, w.bodies, w.hashes, string(w.rule.Kind)+".published", dispute.SignalReproject)
	if err != nil || tag.RowsAffected() == 0 {
		return 0, err
	}
	_, err = tx.Exec(ctx, "SELECT pg_notify($1, '')", ChannelInbox)
	return tag.RowsAffected(), err
}

// note writes how far the walk is. After the last page it settles, and is done after the
// last page of that.
func (w *ruleWalk) note(ctx context.Context, tx pgx.Tx, touched int64, last bool) error {
	state, cursor, looked, rest := w.state, w.cursor, w.looked, time.Duration(0)
	switch {
	case w.state == dispute.RuleJobSettling:
		looked = 0 // they were counted before
		if last {
			state = dispute.RuleJobDone
		}
	case last:
		state, cursor, rest = dispute.RuleJobSettling, "", ruleSettle
	}
	_, err := tx.Exec(ctx, `UPDATE rule_jobs SET state = $2, cursor = $3, looked = looked + $4, touched = touched + $5, failed = failed + $6,
			problem = CASE WHEN $7 = '' THEN problem ELSE $7 END, next_at = clock_timestamp() + $8::interval,
			finished_at = CASE WHEN $2 = 'done' THEN clock_timestamp() END WHERE revision = $1`,
		w.rule.Revision, state, cursor, looked, touched, w.failed, w.problem, rest)
	return err
}

// RuleJob returns how far the walk of a revision is; CodeNotFound when there is none.
func (s *Store) RuleJob(ctx context.Context, revision int64) (j dispute.RuleJob, err error) {
	err = s.pool.QueryRow(ctx, "SELECT "+jobColumns+" FROM rule_jobs j WHERE j.revision = $1", revision).Scan(jobFields(&j)...)
	jobInUTC(&j)
	return j, mapError("walk over the open cases", err)
}
