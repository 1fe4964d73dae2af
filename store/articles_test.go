package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

var editor = dispute.Actor{Role: dispute.RoleSupervisor, ID: "super_1"}

// article keeps a published article and returns its id.
func (b *bundle) article(t testing.TB, id string, a dispute.ArticleVersion) string {
	t.Helper()
	a.ArticleID, a.WrittenBy, a.WrittenAt = "art_"+id, &editor, noon
	v, err := b.AddArticle(t.Context(), a, "key-"+id, true)
	require.NoError(t, err)
	_, err = b.SetArticleState(t.Context(), v.ArticleID, v.Version, dispute.ArticlePublished, editor, noon)
	require.NoError(t, err)
	return v.ArticleID
}

func words(language, title, body string) dispute.ArticleText {
	return dispute.ArticleText{Language: language, Title: title, Body: body}
}

// library is a small knowledge base of real questions.
func (b *bundle) library(t testing.TB) {
	t.Helper()
	for id, a := range map[string]dispute.ArticleVersion{
		"return": {Reasons: []dispute.Reason{dispute.ReasonChangedMind, dispute.ReasonSizeOrFit}, Texts: []dispute.ArticleText{
			words("zh-CN", "七天无理由退货怎么办理", "签收次日起七天内，商品完好可以申请退货。在订单页点击申请退货，填写快递单号。退货运费由买家承担。"),
			words("en", "How to return an item within seven days", "Within seven days of receipt, intact goods can be returned. Ask for the return on the order's page and enter the tracking number.")}},
		"refund": {Reasons: []dispute.Reason{dispute.ReasonChangedMind, dispute.ReasonDefective}, Texts: []dispute.ArticleText{
			words("zh-CN", "退款多久到账", "退款成功后原路退回，银行卡一到三个工作日到账，信用卡最长七个工作日。"),
			words("en", "When will my refund arrive", "A refund goes back the way you paid. Bank cards take one to three working days, credit cards up to seven.")}},
		"parcel": {Reasons: []dispute.Reason{dispute.ReasonNotReceived}, Texts: []dispute.ArticleText{
			words("zh-CN", "物流显示已签收但没有收到包裹", "请先查看门卫、驿站或家人是否代收。仍未找到请申请售后，我们会向快递公司核实。"),
			words("en", "Tracking says delivered but nothing came", "Look with neighbours and at the parcel station first. If it is not there open a case and we ask the carrier.")}},
		"invoice": {Reasons: []dispute.Reason{dispute.ReasonInvoiceRequest}, Texts: []dispute.ArticleText{
			words("zh-CN", "如何开具电子发票", "在订单详情申请开票，填写发票抬头和税号。")}},
		"kettle": {Reasons: []dispute.Reason{dispute.ReasonDefective}, SKUs: []string{"KETTLE-1"}, Texts: []dispute.ArticleText{
			words("zh-CN", "K1 电热水壶不加热怎么办", "先检查底座插头，再清除水垢。仍不加热请申请保修。"),
			words("en", "The K1 kettle does not heat", "Check the plug of the base, then descale it. If it still does not heat ask for warranty.")}},
		"cups": {Categories: []string{"tableware"}, Texts: []dispute.ArticleText{
			words("zh-CN", "餐具能放洗碗机吗", "陶瓷杯可以放洗碗机，金边的不可以。"),
			words("en", "Are the cups dishwasher safe", "Ceramic cups are, those with a golden rim are not.")}},
	} {
		b.article(t, id, a)
	}
}

func ids(page dispute.ArticlePage) string {
	var all []string
	for _, m := range page.Articles {
		all = append(all, strings.TrimPrefix(m.ArticleID, "art_"))
	}
	return strings.Join(all, " ")
}

// Row 41 of the capabilities: found in Chinese and English, by title, reason and product.
func TestSearchArticles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.library(t)
	for _, tc := range []struct {
		name  string
		q     dispute.ArticleQuery
		first string // the best
		all   string // or all of them
		least int    // match of the best
	}{
		{name: "a question as people ask it", q: dispute.ArticleQuery{Text: "请问一下我的退款什么时候才能到账啊？"}, first: "refund", least: 30},
		{name: "keywords", q: dispute.ArticleQuery{Text: "无理由退货"}, first: "return", least: 75},
		{name: "a complaint", q: dispute.ArticleQuery{Text: "快递一直没有收到，可是物流显示已签收"}, first: "parcel", least: 50},
		{name: "traditional characters", q: dispute.ArticleQuery{Text: "物流顯示已簽收但沒有收到包裹"}, first: "parcel", least: 75},
		{name: "mixed scripts", q: dispute.ArticleQuery{Text: "K1水壶不加热"}, first: "kettle", least: 40},
		{name: "one character", q: dispute.ArticleQuery{Text: "杯"}, all: "cups"},
		{name: "one character in a title and elsewhere", q: dispute.ArticleQuery{Text: "票"}, all: "invoice"},
		{name: "two characters", q: dispute.ArticleQuery{Text: "发票"}, all: "invoice", least: 80},
		{name: "English with other endings", q: dispute.ArticleQuery{Text: "returning items"}, first: "return", least: 75},
		{name: "an English sentence", q: dispute.ArticleQuery{Text: "When does the refund arrive on my card?"}, first: "refund", least: 50},
		{name: "capitals in full width", q: dispute.ArticleQuery{Text: "ＲＥＦＵＮＤ"}, first: "refund"},
		{name: "reason ranks", q: dispute.ArticleQuery{Text: "退货", Reason: dispute.ReasonSizeOrFit}, first: "return", least: 90},
		{name: "nothing like it", q: dispute.ArticleQuery{Text: "天气预报"}, all: ""},
		{name: "signs only", q: dispute.ArticleQuery{Text: "？！…"}, all: ""},
		{name: "small words only", q: dispute.ArticleQuery{Text: "is it the"}, all: ""},
		{name: "quotes and operators", q: dispute.ArticleQuery{Text: `'refund' | & ! <-> ( "发票" \`}, first: "invoice"},
		{name: "by reason alone", q: dispute.ArticleQuery{Reason: dispute.ReasonNotReceived}, all: "parcel", least: 60},
		{name: "a product's own comes first", q: dispute.ArticleQuery{Reason: dispute.ReasonDefective, SKUs: []string{"KETTLE-1"}}, all: "kettle refund", least: 100},
		{name: "another product's is left out", q: dispute.ArticleQuery{Reason: dispute.ReasonDefective, SKUs: []string{"TOASTER-1"}}, all: "refund"},
		{name: "a category's", q: dispute.ArticleQuery{Text: "洗碗机", Categories: []string{"tableware"}}, all: "cups", least: 80},
		{name: "a language", q: dispute.ArticleQuery{Text: "发票", Language: "en"}, all: ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			page, err := b.SearchArticles(t.Context(), tc.q)
			require.NoError(t, err)
			got := ids(page)
			if tc.first == "" {
				require.Equal(t, tc.all, got)
			} else {
				require.NotEmpty(t, page.Articles)
				require.Equal(t, tc.first, strings.Fields(got)[0], "%v", page.Articles)
			}
			if len(page.Articles) > 0 {
				require.GreaterOrEqual(t, page.Articles[0].Match, tc.least, "%+v", page.Articles[0])
				require.LessOrEqual(t, page.Articles[0].Match, 100)
			}
		})
	}
	page, err := b.SearchArticles(t.Context(), dispute.ArticleQuery{Text: "refund"})
	require.NoError(t, err)
	require.Equal(t, "en", page.Articles[0].Language, "each article once, in the language that fits")
	page, err = b.SearchArticles(t.Context(), dispute.ArticleQuery{Text: "退款"})
	require.NoError(t, err)
	require.Equal(t, "zh-CN", page.Articles[0].Language)
}

func TestSearchArticlesPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.library(t)
	whole, err := b.SearchArticles(t.Context(), dispute.ArticleQuery{Text: "申请 怎么 kettle return"})
	require.NoError(t, err)
	require.Greater(t, len(whole.Articles), 3)
	for limit := 1; limit <= len(whole.Articles)+1; limit++ {
		var got []dispute.ArticleMatch
		q := dispute.ArticleQuery{Text: "申请 怎么 kettle return", Limit: limit}
		for {
			page, err := b.SearchArticles(t.Context(), q)
			require.NoError(t, err)
			got = append(got, page.Articles...)
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		require.Equal(t, whole.Articles, got, "limit %d", limit)
	}
	for _, q := range []dispute.ArticleQuery{{Limit: -1}, {Limit: 51}, {Cursor: "%%"}, {Cursor: "e30"}} {
		_, err := b.SearchArticles(t.Context(), q)
		requireCode(t, dispute.CodeInvalid, err)
	}
}

func TestArticleVersionsNeverChange(t *testing.T) {
	t.Parallel()
	b := setup(t)
	draft := dispute.ArticleVersion{ArticleID: "art_x", WrittenBy: &editor, WrittenAt: noon, Texts: []dispute.ArticleText{words("en", "First words", "Old body.")}}
	first, err := b.AddArticle(t.Context(), draft, "k1", true)
	require.NoError(t, err)
	require.Equal(t, 1, first.Version)
	require.Equal(t, dispute.ArticleDraft, first.State)
	again, err := b.AddArticle(t.Context(), draft, "k1", true)
	require.NoError(t, err)
	require.Equal(t, first, again, "the same write again is the same draft")
	found := func(text string) string {
		page, err := b.SearchArticles(t.Context(), dispute.ArticleQuery{Text: text})
		require.NoError(t, err)
		return ids(page)
	}
	require.Empty(t, found("words"), "nobody is shown a draft")
	move := func(version int, s dispute.ArticleState) error {
		_, err := b.SetArticleState(t.Context(), "art_x", version, s, editor, noon)
		return err
	}
	require.NoError(t, move(1, dispute.ArticlePublished))
	require.NoError(t, move(1, dispute.ArticlePublished), "again is no mistake")
	require.Equal(t, "x", found("old"))

	draft.Texts = []dispute.ArticleText{words("en", "Second words", "Fresh body.")}
	second, err := b.AddArticle(t.Context(), draft, "k2", false)
	require.NoError(t, err)
	require.Equal(t, 2, second.Version)
	require.Equal(t, "x", found("old"))
	require.Empty(t, found("fresh"))
	require.NoError(t, move(2, dispute.ArticlePublished))
	require.Empty(t, found("old"), "the version before is withdrawn")
	require.Equal(t, "x", found("fresh"))
	requireCode(t, dispute.CodeNotAllowedNow, move(1, dispute.ArticlePublished))
	require.NoError(t, move(2, dispute.ArticleWithdrawn))
	require.Empty(t, found("words"))
	requireCode(t, dispute.CodeNotFound, move(3, dispute.ArticlePublished))
	_, err = b.AddArticle(t.Context(), dispute.ArticleVersion{ArticleID: "art_none", WrittenBy: &editor, WrittenAt: noon, Texts: draft.Texts}, "k", false)
	requireCode(t, dispute.CodeNotFound, err)
	_, err = b.AddArticle(t.Context(), dispute.ArticleVersion{ArticleID: "art_y", WrittenBy: &editor}, "k", true)
	requireCode(t, dispute.CodeInvalid, err)

	all, err := b.Article(t.Context(), "art_x")
	require.NoError(t, err)
	require.Len(t, all, 2)
	require.Equal(t, "Old body.", all[1].Texts[0].Body)
	require.Equal(t, dispute.ArticleWithdrawn, all[1].State)
	require.Equal(t, editor, *all[1].WithdrawnBy)
	_, err = b.Article(t.Context(), "art_z")
	requireCode(t, dispute.CodeNotFound, err)

	conn := b.super(t)
	for _, sql := range []string{"UPDATE article_texts SET body = 'x'", "UPDATE article_versions SET reasons = '{}'", "DELETE FROM article_texts", "DELETE FROM article_uses"} {
		_, err := conn.Exec(t.Context(), "SET ROLE redress_app; "+sql)
		require.ErrorContains(t, err, "permission denied", sql)
	}
}

// Two people publish two drafts at once: one version is shown.
func TestArticlesPublishedAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 4 {
		_, err := b.AddArticle(t.Context(), dispute.ArticleVersion{ArticleID: "art_x", WrittenBy: &editor, WrittenAt: noon,
			Texts: []dispute.ArticleText{words("en", fmt.Sprintf("Words %d", i), "Body.")}}, fmt.Sprint(i), i == 0)
		require.NoError(t, err)
	}
	done := make(chan error, 4)
	for i := range 4 {
		go func() {
			_, err := b.SetArticleState(t.Context(), "art_x", i+1, dispute.ArticlePublished, editor, noon)
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil { // withdrawn before it was published: never
			t.Error(err)
		}
	}
	all, err := b.Article(t.Context(), "art_x")
	require.NoError(t, err)
	published := 0
	for _, v := range all {
		if v.State == dispute.ArticlePublished {
			published++
		}
	}
	require.Equal(t, 1, published)
	page, err := b.SearchArticles(t.Context(), dispute.ArticleQuery{Text: "words"})
	require.NoError(t, err)
	require.Len(t, page.Articles, 1)
}

// fillArticles makes 10,000 published articles in two languages.
const fillArticles = `
INSERT INTO articles (id) SELECT 'art_n' || n FROM generate_series(1, 10000) n;
INSERT INTO article_versions (article_id, version, key, state, reasons, skus, categories, written_role, written_by, written_at, published_at)
	SELECT 'art_n' || n, 1, 'k', 'published', CASE n % 20 WHEN 0 THEN '{defective}' ELSE '{other}' END::text[], ARRAY['SKU-' || n], '{}', 'supervisor', 's', now(), now()
	FROM generate_series(1, 10000) n;
INSERT INTO article_texts (article_id, version, language, title, body, title_words, words, live)
	SELECT 'art_n' || n, 1, l, 'title ' || n, 'body', array_to_tsvector(t), array_to_tsvector(t || ARRAY['售后', '商品', 'goods']), true
	FROM generate_series(1, 10000) n, unnest(ARRAY['zh-CN', 'en']) l,
		LATERAL (SELECT ARRAY['w' || n, chr(19968 + n % 3000) || chr(19968 + n % 700), chr(19968 + n % 3000)] AS t) w;
ANALYZE articles; ANALYZE article_versions; ANALYZE article_texts;`

func TestSearchUsesItsIndexOn10000Articles(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, err := b.super(t).Exec(t.Context(), fillArticles)
	require.NoError(t, err)
	b.library(t)
	for name, q := range map[string]dispute.ArticleQuery{
		"Chinese":       {Text: "物流显示已签收但没有收到"},
		"one character": {Text: "壶"},
		"English":       {Text: "tracking says delivered"},
		"mixed":         {Text: "K1 水壶 heat", Reason: dispute.ReasonDefective, SKUs: []string{"KETTLE-1"}},
	} {
		plan, err := b.ExplainArticles(t.Context(), q)
		require.NoError(t, err)
		require.Contains(t, string(plan), "article_texts_words", "%s: %s", name, plan)
		require.NotContains(t, string(plan), `"Node Type": "Seq Scan",`, "%s: %s", name, plan)
		began := time.Now()
		page, err := b.SearchArticles(t.Context(), q)
		require.NoError(t, err)
		require.NotEmpty(t, page.Articles, name)
		require.Less(t, time.Since(began), time.Second, "%s", name) // a scan of all takes longer
	}
	page, err := b.SearchArticles(t.Context(), dispute.ArticleQuery{Text: "商品", Limit: 50}) // a word of every article
	require.NoError(t, err)
	require.Len(t, page.Articles, 50)
	plan, err := b.ExplainArticles(t.Context(), dispute.ArticleQuery{Reason: dispute.ReasonNotReceived})
	require.NoError(t, err)
	require.Contains(t, string(plan), "article_versions_reasons", "%s", plan)
}

// Deflection is told honestly: whoever opens a case after all was not helped.
func TestDeflection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.library(t)
	use := func(id, session, customer string, o dispute.ArticleOutcome, at time.Time) {
		t.Helper()
		role := dispute.RoleCustomer
		if customer == "" {
			role = dispute.RoleAgent
		}
		require.NoError(t, b.CountArticleUse(t.Context(), dispute.ArticleUse{ID: id, ArticleID: "art_return", Session: session, Outcome: o, CustomerID: customer, By: role, At: at}))
	}
	file := func(id, customer, session string, at time.Time) {
		t.Helper()
		c := newCase(id)
		c.CustomerID, c.ArticleSession, c.OpenedAt = customer, session, at
		_, err := b.Record(t.Context(), opening(c))
		require.NoError(t, err)
	}
	day := 24 * time.Hour
	use("u1", "v1", "cus_solved", dispute.ArticleShown, noon)
	use("u2", "v1", "cus_solved", dispute.ArticleSolved, noon.Add(time.Minute))
	use("u2", "v1", "cus_solved", dispute.ArticleNotSolved, noon.Add(time.Minute)) // the same use again
	use("u3", "v2", "cus_later", dispute.ArticleSolved, noon)
	file("case_later", "cus_later", "", noon.Add(3*day))
	use("u4", "v3", "cus_much_later", dispute.ArticleSolved, noon)
	file("case_much_later", "cus_much_later", "", noon.Add(8*day))
	use("u5", "v4", "cus_session", dispute.ArticleSolved, noon)
	file("case_session", "cus_session", "v4", noon.Add(20*day)) // it says so itself
	use("u6", "v5", "cus_before", dispute.ArticleSolved, noon)
	file("case_before", "cus_before", "", noon.Add(-day))
	use("u7", "v6", "cus_shown", dispute.ArticleShown, noon)
	use("u8", "v1", "cus_other", dispute.ArticleNotSolved, noon) // somebody else's visit of the same name
	file("case_other", "cus_other", "v1", noon.Add(time.Hour))
	use("u9", "desk", "", dispute.ArticleSolved, noon)
	use("u10", "v7", "cus_next_month", dispute.ArticleSolved, noon.Add(31*day))
	d, err := b.Deflection(t.Context(), noon.Add(-time.Hour), noon.Add(30*day), 7)
	require.NoError(t, err)
	require.Equal(t, dispute.Deflection{Sessions: 7, Solved: 5, Opened: 3, Deflected: 3}, d)
	err = b.CountArticleUse(t.Context(), dispute.ArticleUse{ID: "u11", ArticleID: "art_none", Outcome: dispute.ArticleShown, By: dispute.RoleCustomer, At: noon})
	requireCode(t, dispute.CodeNotFound, err)
}
