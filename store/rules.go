package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// lockRules lets one publication in at a time, so that revisions become visible in
// their order: who has read up to a revision never misses a lower one.
const lockRules = "SELECT pg_advisory_xact_lock(7205759403792796)"

const ruleColumns = `r.revision, r.kind, r.name, r.number, r.sha256, r.source, r.author_role, r.author_id,
	r.published_at, r.in_force_from`

// ruleFields are where the columns of ruleColumns go.
func ruleFields(r *dispute.RuleRevision) []any {
	return []any{&r.Revision, &r.Kind, &r.Name, &r.Number, &r.SHA256, &r.Source, &r.Author.Role, &r.Author.ID, &r.PublishedAt, &r.InForceFrom}
}

func ruleInUTC(r *dispute.RuleRevision) {
	r.PublishedAt, r.InForceFrom = r.PublishedAt.UTC(), inUTC(r.InForceFrom)
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}

// PublishPolicy keeps one version of a policy for good, with the walk over the open
// cases that follows once it is in force. The same content again answers the revision
// there is; other content under the same version is CodeConflict.
func (s *Store) PublishPolicy(ctx context.Context, r dispute.RuleRevision) (dispute.RuleRevision, error) {
	r.Kind, r.Document, r.SHA256 = dispute.RulePolicy, "", dispute.PolicySource{Files: r.Files}.SHA256()
	err := s.inTx(ctx, "publish "+r.ID(), func(tx pgx.Tx) error {
		known, err := newestRule(ctx, tx, r)
		switch {
		case err != nil:
			return err
		case known == nil:
			return insertRule(ctx, tx, &r)
		case known.SHA256 != r.SHA256:
			return dispute.Errorf(dispute.CodeConflict, "%s is published with other content; copy it under the next number", r.ID())
		}
		known.Files = r.Files
		r = *known
		return nil
	})
	return r, err
}

// PublishCalendarYear keeps one year of a calendar, with the walk over the open cases
// that follows. Another content for a year that is published corrects it; the content
// that counts already answers its revision.
//
// What the binary ships (source embedded) never replaces what somebody published:
// content that counted before, or a year that somebody else published, stays as it is,
// and the answer is the revision that counts.
func (s *Store) PublishCalendarYear(ctx context.Context, r dispute.RuleRevision) (dispute.RuleRevision, error) {
	r.Kind, r.Files, r.SHA256 = dispute.RuleCalendar, nil, dispute.PolicySource{Files: map[string]string{"": r.Document}}.SHA256()
	err := s.inTx(ctx, "publish "+r.ID(), func(tx pgx.Tx) error {
		known, err := newestRule(ctx, tx, r)
		if err != nil {
			return err
		}
		stays := known != nil && known.SHA256 == r.SHA256
		if known != nil && !stays && r.Source == dispute.RuleEmbedded {
			if stays, err = wasPublished(ctx, tx, r); err != nil {
				return err
			}
			stays = stays || known.Source != dispute.RuleEmbedded
		}
		if !stays {
			return insertRule(ctx, tx, &r)
		}
		r = *known
		return nil
	})
	return r, err
}

// newestRule locks publishing and returns the revision that counts for the name and
// number, without its content; nil if there is none.
func newestRule(ctx context.Context, tx pgx.Tx, r dispute.RuleRevision) (*dispute.RuleRevision, error) {
	if _, err := tx.Exec(ctx, lockRules); err != nil {
		return nil, err
	}
	var known dispute.RuleRevision
	err := tx.QueryRow(ctx, `SELECT `+ruleColumns+` FROM rule_revisions r WHERE kind = $1 AND name = $2 AND number = $3
		ORDER BY revision DESC LIMIT 1`, r.Kind, r.Name, r.Number).Scan(ruleFields(&known)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	ruleInUTC(&known)
	return &known, err
}

func wasPublished(ctx context.Context, tx pgx.Tx, r dispute.RuleRevision) (was bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM rule_revisions WHERE kind = $1 AND name = $2 AND number = $3 AND sha256 = $4)`,
		r.Kind, r.Name, r.Number, r.SHA256).Scan(&was)
	return was, err
}

// insertRule writes a revision and the walk that follows it, and tells everybody.
func insertRule(ctx context.Context, tx pgx.Tx, r *dispute.RuleRevision) error {
	var files any
	if r.Kind == dispute.RulePolicy {
		files = r.Files
	}
	err := tx.QueryRow(ctx, `INSERT INTO rule_revisions (revision, kind, name, number, sha256, files, document, source, author_role, author_id, in_force_from)
		VALUES (nextval('rule_revision_numbers'), $1, $2, $3, $4, $5, CASE WHEN $1 = 'calendar' THEN $6 END, $7, $8, $9, $10)
		RETURNING revision, published_at`,
		r.Kind, r.Name, r.Number, r.SHA256, files, r.Document, r.Source, r.Author.Role, r.Author.ID, r.InForceFrom).Scan(&r.Revision, &r.PublishedAt)
	if err != nil {
		return err
	}
	ruleInUTC(r)
	var q pgx.Batch
	q.Queue("INSERT INTO rule_jobs (revision, open, next_at) SELECT $1, count(*), greatest(now(), $2) FROM case_watch", r.Revision, r.InForceFrom)
	q.Queue("SELECT pg_notify($1, ''), pg_notify($2, '')", ChannelRules, ChannelRuleJobs)
	return tx.SendBatch(ctx, &q).Close()
}

// Rules returns everything published after a revision (0: everything), in order, with
// content.
func (s *Store) Rules(ctx context.Context, after int64) ([]dispute.RuleRevision, error) {
	rows, err := s.pool.Query(ctx, `SELECT `+ruleColumns+`, r.files, coalesce(r.document, '') FROM rule_revisions r
		WHERE r.revision > $1 ORDER BY r.revision`, after)
	if err != nil {
		return nil, mapError("rules", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r dispute.RuleRevision, err error) {
		err = row.Scan(append(ruleFields(&r), &r.Files, &r.Document)...)
		ruleInUTC(&r)
		return r, err
	})
	return out, mapError("rules", err)
}

// LatestRevision is the revision of what was published last, 0 before anything was.
func (s *Store) LatestRevision(ctx context.Context) (revision int64, err error) {
	err = s.pool.QueryRow(ctx, "SELECT coalesce(max(revision), 0) FROM rule_revisions").Scan(&revision)
	return revision, mapError("latest revision", err)
}

// Published lists all policies or calendar years, each by the revision that counts and
// without its content, by name and number, with the walks that followed.
func (s *Store) Published(ctx context.Context, kind dispute.RuleKind) ([]dispute.PublishedRule, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT ON (r.name, r.number) `+ruleColumns+`, `+jobColumns+`
		FROM rule_revisions r JOIN rule_jobs j ON j.revision = r.revision
		WHERE r.kind = $1 ORDER BY r.name, r.number, r.revision DESC`, kind)
	if err != nil {
		return nil, mapError("published rules", err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p dispute.PublishedRule, err error) {
		p.Job = &dispute.RuleJob{}
		err = row.Scan(append(ruleFields(&p.RuleRevision), jobFields(p.Job)...)...)
		ruleInUTC(&p.RuleRevision)
		jobInUTC(p.Job)
		return p, err
	})
	return out, mapError("published rules", err)
}

// PublishedRule returns the revision that counts for one version or year, with its
// content and the walk that followed; CodeNotFound when there is none.
func (s *Store) PublishedRule(ctx context.Context, kind dispute.RuleKind, name string, number int) (dispute.PublishedRule, error) {
	p := dispute.PublishedRule{Job: &dispute.RuleJob{}}
	err := s.pool.QueryRow(ctx, `SELECT `+ruleColumns+`, r.files, coalesce(r.document, ''), `+jobColumns+`
		FROM rule_revisions r JOIN rule_jobs j ON j.revision = r.revision
		WHERE r.kind = $1 AND r.name = $2 AND r.number = $3 ORDER BY r.revision DESC LIMIT 1`, kind, name, number).
		Scan(append(append(ruleFields(&p.RuleRevision), &p.Files, &p.Document), jobFields(p.Job)...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, dispute.Errorf(dispute.CodeNotFound, "there is no %s %s", kind, dispute.RuleRevision{Kind: kind, Name: name, Number: number}.ID())
	}
	ruleInUTC(&p.RuleRevision)
	jobInUTC(p.Job)
	return p, mapError("published rule", err)
}
