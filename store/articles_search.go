package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// The sizes of a page of articles.
const (
	defaultArticles = 10
	maxArticles     = 50
)

// How a match is made up, in parts of 100: of the words asked for, how many stand in the
// title, how many in the whole text; whether the article names the reason, the product.
const (
	partTitle, partText, partReason, partProduct = 55, 25, 12, 8
	// Without words the labels are all there is.
	browseReason, browseProduct = 60, 40
)

// rankOfOne is ts_rank of a query of one word that is there, in a text without
// positions: 0.1 of its weight over pi squared sixths. Of a query of n words of which k
// are there ts_rank is k/n of it.
const rankOfOne = "0.0607927"

// SearchArticles returns one page of the published articles that fit, best first, each in
// the language that fits best. With a text every article has one of its words at least;
// the index finds them. CodeInvalid for a cursor that is not ours or a limit out of range.
func (s *Store) SearchArticles(ctx context.Context, f dispute.ArticleQuery) (dispute.ArticlePage, error) {
	if err := checkLimit(&f.Limit, defaultArticles, maxArticles); err != nil {
		return dispute.ArticlePage{}, err
	}
	sql, args, err := articleQuery(f)
	if err != nil {
		return dispute.ArticlePage{}, err
	}
	rows, err := s.pool.Query(ctx, sql, args...)
	if err != nil {
		return dispute.ArticlePage{}, mapError("search articles", err)
	}
	found, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (m dispute.ArticleMatch, err error) {
		err = r.Scan(&m.ArticleID, &m.Version, &m.Language, &m.Title, &m.Body, &m.Reasons, &m.SKUs, &m.Categories, &m.Match)
		return m, err
	})
	if err != nil {
		return dispute.ArticlePage{}, mapError("search articles", err)
	}
	page := dispute.ArticlePage{Articles: found}
	if len(found) > f.Limit {
		page.Articles = found[:f.Limit]
		last := page.Articles[f.Limit-1]
		page.Next, err = encodeCursor(articleCursor{Match: last.Match, ID: last.ArticleID})
	}
	return page, err
}

// articleQuery builds the statement. Only fixed text becomes SQL; values are parameters.
func articleQuery(f dispute.ArticleQuery) (string, []any, error) {
	var args []any
	arg := func(value any, cast string) string {
		args = append(args, value)
		return fmt.Sprintf("$%d%s", len(args), cast)
	}
	reason := arg(string(f.Reason), "::text")
	skus, categories := arg(some(f.SKUs), "::text[]"), arg(some(f.Categories), "::text[]")
	named := "(" + reason + " <> '' AND v.reasons @> ARRAY[" + reason + "])::int"
	product := "(v.skus && " + skus + " OR v.categories && " + categories + ")::int"
	where := []string{"t.live", "v.state = 'published'"} // each says the same of one of the tables
	if f.Language != "" {
		where = append(where, "t.language = "+arg(f.Language, ""))
	}
	if len(f.SKUs)+len(f.Categories) > 0 { // one about other products only is left out
		where = append(where, "(v.skus = '{}' AND v.categories = '{}' OR "+product+" = 1)")
	}
	words := dispute.Searched(f.Text)
	match := fmt.Sprintf("%d * %s + %d * %s", browseReason, named, browseProduct, product)
	switch {
	case strings.TrimSpace(f.Text) == "":
		if f.Reason != "" {
			where = append(where, "v.reasons @> ARRAY["+reason+"]")
		}
	case words.Empty():
		where = append(where, "false") // signs only
	default:
		latin := arg(strings.ReplaceAll(words.Latin, " ", " | "), "")
		pairs := arg(orOf(words.Pairs), "")
		query := "(to_tsquery('english', " + latin + ") || " + pairs + "::tsquery)"
		where = append(where, "t.words @@ "+query)
		covered := func(column string) string {
			return "least(1, ts_rank(" + column + ", " + query + ") / " + rankOfOne + ")"
		}
		match = fmt.Sprintf("%d * %s + %d * %s + %d * %s + %d * %s", partTitle, covered("t.title_words"), partText, covered("t.words"),
			partReason, named, partProduct, product)
	}
	sql := "SELECT article_id, version, language, title, body, reasons, skus, categories, match FROM (" +
		"SELECT DISTINCT ON (t.article_id) t.article_id, t.version, t.language, t.title, t.body, v.reasons, v.skus, v.categories, " +
		"least(100, round(" + match + "))::int AS match FROM article_texts t JOIN article_versions v USING (article_id, version) WHERE " +
		strings.Join(where, " AND ") + " ORDER BY t.article_id, match DESC, t.language DESC) found"
	if f.Cursor != "" {
		c, err := decodeArticleCursor(f.Cursor)
		if err != nil {
			return "", nil, dispute.Invalid("the cursor is not one of this list", dispute.Field{Pointer: "/cursor", Detail: "use next of the page before"})
		}
		after := arg(c.Match, "::int")
		sql += " WHERE match < " + after + " OR match = " + after + " AND article_id > " + arg(c.ID, "")
	}
	return sql + " ORDER BY match DESC, article_id LIMIT " + arg(f.Limit+1, ""), args, nil
}

// orOf is the text of a query for any of the words: letters only, each in quotes.
func orOf(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + w + "'"
	}
	return strings.Join(quoted, " | ")
}

// articleCursor is where a page ended.
type articleCursor struct {
	Match int    `json:"m"`
	ID    string `json:"a"`
}

func decodeArticleCursor(text string) (c articleCursor, err error) {
	if err := readCursor(text, &c); err != nil {
		return c, err
	}
	if c.ID == "" || c.Match < 0 || c.Match > 100 {
		return c, fmt.Errorf("not a place in a list of articles")
	}
	return c, nil
}
