package store

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// AddArticle keeps a new draft: the first version of an article without one, else the
// next. Key is of the write that makes it; the same key again answers the same draft.
// CodeInvalid for a text that no article may have.
func (s *Store) AddArticle(ctx context.Context, a dispute.ArticleVersion, key string, isNew bool) (dispute.ArticleVersion, error) {
	if wrong := dispute.ValidateArticle(a); wrong != nil {
		return a, wrong
	}
	if a.WrittenBy == nil {
		return a, dispute.Errorf(dispute.CodeInvalid, "somebody writes an article")
	}
	err := s.inTx(ctx, "article "+a.ArticleID, func(tx pgx.Tx) error {
		if isNew {
			if _, err := tx.Exec(ctx, "INSERT INTO articles (id) VALUES ($1) ON CONFLICT DO NOTHING", a.ArticleID); err != nil {
				return err
			}
		}
		if err := lockArticle(ctx, tx, a.ArticleID); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, "SELECT version FROM article_versions WHERE article_id = $1 AND key = $2", a.ArticleID, key).Scan(&a.Version)
		if err == nil || !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		err = tx.QueryRow(ctx, `INSERT INTO article_versions (article_id, version, key, reasons, skus, categories, written_role, written_by, written_at)
			SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM article_versions WHERE article_id = $1 RETURNING version`,
			a.ArticleID, key, some(a.Reasons), some(a.SKUs), some(a.Categories), a.WrittenBy.Role, a.WrittenBy.ID, a.WrittenAt).Scan(&a.Version)
		if err != nil {
			return err
		}
		var q pgx.Batch
		for _, t := range a.Texts {
			queueArticleText(&q, a, t)
		}
		return tx.SendBatch(ctx, &q).Close()
	})
	if err != nil {
		return a, err
	}
	return s.articleVersion(ctx, a.ArticleID, a.Version)
}

// lockArticle makes whoever changes an article wait for the others. The service may not
// lock a row that it may not change.
func lockArticle(ctx context.Context, tx pgx.Tx, id string) error {
	if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 7205761))", id); err != nil {
		return err
	}
	var found string
	err := tx.QueryRow(ctx, "SELECT id FROM articles WHERE id = $1", id).Scan(&found)
	if errors.Is(err, pgx.ErrNoRows) {
		return dispute.Errorf(dispute.CodeNotFound, "there is no article %s", id)
	}
	return err
}

func queueArticleText(q *pgx.Batch, a dispute.ArticleVersion, t dispute.ArticleText) {
	title, all := dispute.Indexed(t.Title), dispute.Indexed(t.Title+"\n"+t.Body)
	q.Queue(`INSERT INTO article_texts (article_id, version, language, title, body, title_words, words)
		VALUES ($1, $2, $3, $4, $5, array_to_tsvector($6::text[]) || strip(to_tsvector('english', $7)),
			array_to_tsvector($8::text[]) || strip(to_tsvector('english', $9)))`,
		a.ArticleID, a.Version, t.Language, t.Title, t.Body, some(title.Pairs), title.Latin, some(all.Pairs), all.Latin)
}

// some makes no list an empty one, as the columns want it.
func some[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// SetArticleState moves a version on; publishing one withdraws the one that was shown
// before. The state that it has already is answered as it is. CodeNotFound without such
// a version, CodeNotAllowedNow for a move that there is not.
func (s *Store) SetArticleState(ctx context.Context, id string, version int, state dispute.ArticleState, by dispute.Actor, at time.Time) (dispute.ArticleVersion, error) {
	err := s.inTx(ctx, "article "+id, func(tx pgx.Tx) error {
		if err := lockArticle(ctx, tx, id); err != nil {
			return err
		}
		var now dispute.ArticleState
		err := tx.QueryRow(ctx, "SELECT state FROM article_versions WHERE article_id = $1 AND version = $2", id, version).Scan(&now)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return dispute.Errorf(dispute.CodeNotFound, "article %s has no version %d", id, version)
		case err != nil:
			return err
		case now == state:
			return nil
		case !now.CanBecome(state):
			return dispute.Errorf(dispute.CodeNotAllowedNow, "version %d is %s and cannot be %s any more", version, now, state)
		}
		var q pgx.Batch
		withdraw := `UPDATE article_versions SET state = 'withdrawn', withdrawn_role = $2, withdrawn_by = $3, withdrawn_at = $4 WHERE article_id = $1 AND `
		if state == dispute.ArticlePublished {
			q.Queue(withdraw+"state = 'published'", id, by.Role, by.ID, at)
			q.Queue(`UPDATE article_versions SET state = 'published', published_role = $3, published_by = $4, published_at = $5
				WHERE article_id = $1 AND version = $2`, id, version, by.Role, by.ID, at)
		} else {
			q.Queue(withdraw+"version = $5", id, by.Role, by.ID, at, version)
		}
		q.Queue(`UPDATE article_texts t SET live = v.state = 'published' FROM article_versions v
			WHERE t.article_id = $1 AND v.article_id = t.article_id AND v.version = t.version AND t.live <> (v.state = 'published')`, id)
		return tx.SendBatch(ctx, &q).Close()
	})
	if err != nil {
		return dispute.ArticleVersion{}, err
	}
	return s.articleVersion(ctx, id, version)
}

func (s *Store) articleVersion(ctx context.Context, id string, version int) (dispute.ArticleVersion, error) {
	all, err := s.Article(ctx, id)
	if err != nil {
		return dispute.ArticleVersion{}, err
	}
	for _, v := range all {
		if v.Version == version {
			return v, nil
		}
	}
	return dispute.ArticleVersion{}, dispute.Errorf(dispute.CodeNotFound, "article %s has no version %d", id, version)
}

// Article returns all versions of an article, newest first; CodeNotFound.
func (s *Store) Article(ctx context.Context, id string) ([]dispute.ArticleVersion, error) {
	rows, err := s.pool.Query(ctx, `SELECT v.article_id, v.version, v.state, v.reasons, v.skus, v.categories,
			v.written_role, v.written_by, v.written_at, v.published_role, v.published_by, v.published_at,
			v.withdrawn_role, v.withdrawn_by, v.withdrawn_at,
			(SELECT jsonb_agg(jsonb_build_object('language', t.language, 'title', t.title, 'body', t.body) ORDER BY t.language DESC)
				FROM article_texts t WHERE t.article_id = v.article_id AND t.version = v.version)
		FROM article_versions v WHERE v.article_id = $1 ORDER BY v.version DESC`, id)
	if err != nil {
		return nil, mapError("article "+id, err)
	}
	all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (v dispute.ArticleVersion, err error) {
		var written, published, withdrawn struct{ role, id *string }
		err = r.Scan(&v.ArticleID, &v.Version, &v.State, &v.Reasons, &v.SKUs, &v.Categories,
			&written.role, &written.id, &v.WrittenAt, &published.role, &published.id, &v.PublishedAt,
			&withdrawn.role, &withdrawn.id, &v.WithdrawnAt, &v.Texts)
		v.WrittenAt, v.PublishedAt, v.WithdrawnAt = v.WrittenAt.UTC(), inUTC(v.PublishedAt), inUTC(v.WithdrawnAt)
		v.WrittenBy = whoDid(written.role, written.id)
		v.PublishedBy, v.WithdrawnBy = whoDid(published.role, published.id), whoDid(withdrawn.role, withdrawn.id)
		return v, err
	})
	if err == nil && len(all) == 0 {
		return nil, dispute.Errorf(dispute.CodeNotFound, "there is no article %s", id)
	}
	return all, mapError("article "+id, err)
}

func whoDid(role, id *string) *dispute.Actor {
	if role == nil || id == nil {
		return nil
	}
	return &dispute.Actor{Role: dispute.Role(*role), ID: *id}
}
