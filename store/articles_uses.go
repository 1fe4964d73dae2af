package store

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

// CountArticleUse counts one use, once by its id. Version 0 is the one that is shown now;
// CodeNotFound for an article or version that was never published.
func (s *Store) CountArticleUse(ctx context.Context, u dispute.ArticleUse) error {
	tag, err := s.pool.Exec(ctx, `INSERT INTO article_uses (id, article_id, version, session, outcome, case_id, customer_id, role, at)
		SELECT $1, v.article_id, v.version, $4, $5, $6, $7, $8, $9 FROM article_versions v
		WHERE v.article_id = $2 AND v.published_at IS NOT NULL AND ($3 = 0 OR v.version = $3)
		ORDER BY v.state = 'published' DESC, v.version DESC LIMIT 1
		ON CONFLICT (id) DO NOTHING`,
		u.ID, u.ArticleID, u.Version, u.Session, u.Outcome, u.CaseID, u.CustomerID, u.By, u.At)
	if err != nil {
		return mapError("use of an article", err)
	}
	if tag.RowsAffected() > 0 {
		return nil
	}
	var again bool
	if err := s.pool.QueryRow(ctx, "SELECT EXISTS (SELECT FROM article_uses WHERE id = $1)", u.ID).Scan(&again); err != nil || again {
		return mapError("use of an article", err)
	}
	return dispute.Errorf(dispute.CodeNotFound, "there is no published article %s", u.ArticleID)
}

// Deflection counts the customers' visits to the knowledge base that began in [from, to),
// and which of them needed no case: one of the visit, or one that its customer opened
// within so many days of its beginning.
func (s *Store) Deflection(ctx context.Context, from, to time.Time, days int) (dispute.Deflection, error) {
	var d dispute.Deflection
	err := s.pool.QueryRow(ctx, `WITH visits AS (
			SELECT session, customer_id, min(at) AS began, bool_or(outcome = 'solved') AS solved
			FROM article_uses WHERE at >= $1 AND at < $2::timestamptz + make_interval(days => $3) AND role = 'customer' AND session <> ''
			GROUP BY session, customer_id HAVING min(at) < $2),
		judged AS (
			SELECT solved, EXISTS (SELECT FROM cases c WHERE c.article_session = v.session AND c.article_session <> '' AND c.customer_id = v.customer_id)
				OR EXISTS (SELECT FROM cases c WHERE c.customer_id = v.customer_id
					AND c.opened_at >= v.began AND c.opened_at < v.began + make_interval(days => $3)) AS opened
			FROM visits v)
		SELECT count(*), count(*) FILTER (WHERE solved), count(*) FILTER (WHERE opened), count(*) FILTER (WHERE solved AND NOT opened) FROM judged`,
		from, to, days).Scan(&d.Sessions, &d.Solved, &d.Opened, &d.Deflected)
	return d, mapError("deflection", err)
}
