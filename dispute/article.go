package dispute

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// ArticleState is where a version of an article stands.
type ArticleState string

// The states of a version, in order; there is no way back, and the text never changes.
const (
	ArticleDraft     ArticleState = "draft"
	ArticlePublished ArticleState = "published" // shown; at most one version of an article
	ArticleWithdrawn ArticleState = "withdrawn" // replaced or taken back
)

// CanBecome says whether a version may go from one state to another.
func (s ArticleState) CanBecome(next ArticleState) bool {
	switch s {
	case ArticleDraft:
		return next == ArticlePublished || next == ArticleWithdrawn
	case ArticlePublished:
		return next == ArticleWithdrawn
	}
	return false
}

// The languages of articles.
const (
	ArticleChinese = "zh-CN"
	ArticleEnglish = "en"
)

// ArticleLanguages lists them.
func ArticleLanguages() []string { return []string{ArticleChinese, ArticleEnglish} }

// ArticleText is an article in one language. It is the shop's own text: nothing personal.
type ArticleText struct {
	Language string `json:"language"` // zh-CN or en
	Title    string `json:"title"`
	Body     string `json:"body"`
}

// ArticleVersion is one version of an article, whole.
type ArticleVersion struct {
	ArticleID  string        `json:"article_id"`
	Version    int           `json:"version"` // from 1
	State      ArticleState  `json:"state"`
	Reasons    []Reason      `json:"reasons"`    // none: about no particular reason
	SKUs       []string      `json:"skus"`       // none: about any product
	Categories []string      `json:"categories"` // the same, by the order system's categories
	Texts      []ArticleText `json:"texts"`      // one a language

	WrittenBy   *Actor     `json:"written_by,omitempty"` // customers are not shown by whom
	WrittenAt   time.Time  `json:"written_at"`
	PublishedBy *Actor     `json:"published_by,omitempty"`
	PublishedAt *time.Time `json:"published_at,omitempty"`
	WithdrawnBy *Actor     `json:"withdrawn_by,omitempty"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
}

// The bounds of an article.
const (
	maxArticleTitle  = 200   // characters
	maxArticleBody   = 20000 // characters
	maxArticleLabels = 100   // reasons, products, categories
)

var articleLabel = regexp.MustCompile(`^[\x21-\x7e]{1,100}$`)

// ValidateArticle checks what somebody wrote. It fails with CodeInvalid and a field for
// everything that is wrong.
func ValidateArticle(a ArticleVersion) *Error {
	var fields []Field
	wrong := func(pointer, format string, args ...any) {
		fields = append(fields, Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
	if len(a.Texts) == 0 {
		wrong("/texts", "an article has a text in %s", strings.Join(ArticleLanguages(), " or "))
	}
	languages := map[string]bool{}
	for i, t := range a.Texts {
		at := fmt.Sprintf("/texts/%d", i)
		if !slices.Contains(ArticleLanguages(), t.Language) || languages[t.Language] {
			wrong(at+"/language", "one text each in %s", strings.Join(ArticleLanguages(), ", "))
		}
		languages[t.Language] = true
		for _, part := range []struct {
			name, text string
			most       int
		}{{"title", t.Title, maxArticleTitle}, {"body", t.Body, maxArticleBody}} {
			if n := len([]rune(part.text)); strings.TrimSpace(part.text) == "" || n > part.most || strings.ContainsRune(part.text, 0) {
				wrong(at+"/"+part.name, "1 to %d characters", part.most)
			}
		}
	}
	if len(a.Reasons) > maxArticleLabels {
		wrong("/reasons", "at most %d", maxArticleLabels)
	}
	for i, r := range a.Reasons {
		if r.Family() == "" || slices.Contains(a.Reasons[:i], r) {
			wrong(fmt.Sprintf("/reasons/%d", i), "a reason of cases, once")
		}
	}
	for _, list := range []struct {
		name string
		all  []string
	}{{"skus", a.SKUs}, {"categories", a.Categories}} {
		if len(list.all) > maxArticleLabels {
			wrong("/"+list.name, "at most %d", maxArticleLabels)
		}
		for i, label := range list.all {
			if !articleLabel.MatchString(label) || slices.Contains(list.all[:i], label) {
				wrong(fmt.Sprintf("/%s/%d", list.name, i), "1 to 100 printable ASCII characters without blanks, once")
			}
		}
	}
	if len(fields) > 0 {
		return Invalid("the article is not right: "+fields[0].Pointer+": "+fields[0].Detail, fields...)
	}
	return nil
}

// ArticleQuery asks for published articles; empty fields ask for nothing in particular.
type ArticleQuery struct {
	Text       string
	Reason     Reason
	SKUs       []string // articles about other products only are left out
	Categories []string
	Language   string // only articles that have it; "": each in the language that matches best
	Cursor     string
	Limit      int // 1 to 50, 10 if 0
}

// ArticleMatch is one article as a search shows it.
type ArticleMatch struct {
	ArticleID  string   `json:"article_id"`
	Version    int      `json:"version"`
	Language   string   `json:"language"`
	Title      string   `json:"title"`
	Body       string   `json:"body"`
	Reasons    []Reason `json:"reasons"`
	SKUs       []string `json:"skus"`
	Categories []string `json:"categories"`
	// Match is how well it fits, 0 to 100: of the words asked for those in the title and
	// in the text, and whether it is about the reason and the product.
	Match int `json:"match"`
}

// ArticlePage is one page of matches, best first; Next is "" on the last.
type ArticlePage struct {
	Articles []ArticleMatch
	Next     string
}

// ArticleOutcome is what came of an article that somebody was shown.
type ArticleOutcome string

// The outcomes. The service itself writes `answered`, when an agent answers with it.
const (
	ArticleShown     ArticleOutcome = "shown"
	ArticleOpened    ArticleOutcome = "opened"
	ArticleSolved    ArticleOutcome = "solved" // the reader says so
	ArticleNotSolved ArticleOutcome = "not_solved"
	ArticleAnswered  ArticleOutcome = "answered"
)

// ArticleUse is one use of an article. Session is what the shop's own system calls the
// reader's visit; the customer is known by id only.
type ArticleUse struct {
	ID         string // of the operation that counts it: once
	ArticleID  string
	Version    int // 0: the one that is published
	Session    string
	Outcome    ArticleOutcome
	CaseID     string
	CustomerID string
	By         Role
	At         time.Time
}

// Deflection says how many visits to the knowledge base needed no case. A visit is
// deflected if its reader said that an article solved the problem, and neither the visit
// nor, within so many days, the reader opened a case.
type Deflection struct {
	Sessions  int `json:"sessions"`  // that used an article
	Solved    int `json:"solved"`    // said so
	Opened    int `json:"opened"`    // solved or not, and a case after all
	Deflected int `json:"deflected"` // solved and no case
}
