package api

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// fakeArticles is the knowledge base with one published article, art_1.
type fakeArticles struct {
	asked  []dispute.ArticleQuery
	found  []dispute.ArticleMatch
	drafts []dispute.ArticleVersion
	uses   []dispute.ArticleUse
}

func (f *fakeArticles) SearchArticles(_ context.Context, q dispute.ArticleQuery) (dispute.ArticlePage, error) {
	f.asked = append(f.asked, q)
	if q.Cursor == "bad" {
		return dispute.ArticlePage{}, wrapped(dispute.Invalid("the cursor is not one of this list", dispute.Field{Pointer: "/cursor", Detail: "unknown"}))
	}
	return dispute.ArticlePage{Articles: f.found}, nil
}

func (f *fakeArticles) Article(_ context.Context, id string) ([]dispute.ArticleVersion, error) {
	if id != "art_1" && id != "art_draft" {
		return nil, wrapped(dispute.Errorf(dispute.CodeNotFound, "there is no article %s", id))
	}
	v := dispute.ArticleVersion{ArticleID: id, Version: 1, State: dispute.ArticlePublished, Reasons: []dispute.Reason{}, SKUs: []string{},
		Categories: []string{}, Texts: []dispute.ArticleText{{Language: "en", Title: "t", Body: "b"}},
		WrittenBy: &dispute.Actor{Role: dispute.RoleSupervisor, ID: "super-1"}, WrittenAt: time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)}
	v.PublishedBy = v.WrittenBy
	if id == "art_draft" {
		v.State, v.PublishedBy = dispute.ArticleDraft, nil
	}
	return []dispute.ArticleVersion{v}, nil
}

func (f *fakeArticles) AddArticle(ctx context.Context, draft dispute.ArticleVersion, _ string, isNew bool) (dispute.ArticleVersion, error) {
	if !isNew {
		if _, err := f.Article(ctx, draft.ArticleID); err != nil {
			return draft, err
		}
	}
	f.drafts = append(f.drafts, draft)
	draft.Version = 1
	for _, list := range []*[]string{&draft.SKUs, &draft.Categories} {
		if *list == nil {
			*list = []string{}
		}
	}
	if draft.Reasons == nil {
		draft.Reasons = []dispute.Reason{}
	}
	return draft, nil
}

func (f *fakeArticles) SetArticleState(ctx context.Context, id string, _ int, state dispute.ArticleState, _ dispute.Actor, _ time.Time) (dispute.ArticleVersion, error) {
	all, err := f.Article(ctx, id)
	if err != nil {
		return dispute.ArticleVersion{}, err
	}
	if state == dispute.ArticlePublished && id == "art_1" {
		return all[0], wrapped(dispute.Errorf(dispute.CodeNotAllowedNow, "withdrawn"))
	}
	all[0].State = state
	return all[0], nil
}

func (f *fakeArticles) CountArticleUse(ctx context.Context, u dispute.ArticleUse) error {
	if _, err := f.Article(ctx, u.ArticleID); err != nil {
		return err
	}
	f.uses = append(f.uses, u)
	return nil
}

func (f *fakeArticles) Deflection(context.Context, time.Time, time.Time, int) (dispute.Deflection, error) {
	return dispute.Deflection{Sessions: 4, Solved: 2, Opened: 2, Deflected: 1}, nil
}

func articleBody() map[string]any {
	return map[string]any{"reasons": []any{"changed_mind"}, "texts": []any{map[string]any{"language": "en", "title": "How to return", "body": "Pack it."}}}
}

func TestTriageAnswersWithoutKeepingTheText(t *testing.T) {
	t.Parallel()
	const text = "请问怎么退货？我的电话是 13800000000"
	b := setup(t)
	b.store.found = []dispute.ArticleMatch{{ArticleID: "art_1", Version: 1, Language: "zh-CN", Title: "如何退货", Body: "…", Match: 90,
		Reasons: []dispute.Reason{}, SKUs: []string{}, Categories: []string{}}}
	r := b.do(call{method: "POST", path: "/v1/triage", as: dispute.RoleCustomer, key: "k1",
		body: map[string]any{"channel": "chat", "text": text, "language": "zh-CN", "sku": "CUP-1"}})
	require.Equal(t, http.StatusOK, r.Code, "%s", r.Body)
	require.Contains(t, r.Body.String(), `"class":"inquiry"`)
	require.Contains(t, r.Body.String(), `"kind":"return"`)
	require.Contains(t, r.Body.String(), `"rule":"default@3/triage/question"`)
	require.Contains(t, r.Body.String(), `"answered":true`)
	require.Contains(t, r.Body.String(), `"article_id":"art_1"`)
	require.Equal(t, dispute.ArticleQuery{Text: text, Reason: dispute.ReasonChangedMind, SKUs: []string{"CUP-1"}, Language: "zh-CN", Limit: 3}, b.store.asked[0])
	require.Empty(t, b.store.texts, "the text is kept nowhere")
	for _, row := range b.store.operations {
		require.NotContains(t, string(row.Response), "13800000000")
	}
}

func TestTriageLooksForArticlesOfTheReasonWhereNoneHasTheWords(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.do(call{method: "POST", path: "/v1/triage", as: dispute.RoleAgent, key: "k1", body: map[string]any{"channel": "email", "text": "The kettle does not work"}})
	require.Equal(t, http.StatusOK, r.Code, "%s", r.Body)
	require.Contains(t, r.Body.String(), `"class":"complaint"`)
	require.Contains(t, r.Body.String(), `"answered":false`)
	require.Len(t, b.store.asked, 2)
	require.Empty(t, b.store.asked[1].Text)
	require.Equal(t, dispute.ReasonDefective, b.store.asked[1].Reason)
}

func TestArticlesAsCustomersAndStaffSeeThem(t *testing.T) {
	t.Parallel()
	b := setup(t)
	read := func(role dispute.Role, id string) (int, string) {
		r := b.do(call{method: "GET", path: "/v1/articles/" + id, as: role})
		return r.Code, r.Body.String()
	}
	code, body := read(dispute.RoleCustomer, "art_1")
	require.Equal(t, http.StatusOK, code)
	require.NotContains(t, body, "super-1", "customers are not shown who wrote it")
	require.NotContains(t, body, `"versions"`)
	code, _ = read(dispute.RoleCustomer, "art_draft")
	require.Equal(t, http.StatusNotFound, code)
	code, body = read(dispute.RoleAgent, "art_draft")
	require.Equal(t, http.StatusOK, code)
	require.Contains(t, body, `"versions"`)
	code, _ = read(dispute.RoleAgent, "art_none")
	require.Equal(t, http.StatusNotFound, code)
	r := b.do(call{method: "PUT", path: "/v1/articles/art_1/versions/1", as: dispute.RoleSupervisor, key: "k1", body: map[string]any{"state": "published"}})
	require.Equal(t, http.StatusConflict, r.Code)
	r = b.do(call{method: "POST", path: "/v1/articles", as: dispute.RoleSupervisor, key: "k2",
		body: map[string]any{"texts": []any{map[string]any{"language": "en", "title": "a", "body": "b"}, map[string]any{"language": "en", "title": "c", "body": "d"}}}})
	require.Equal(t, http.StatusUnprocessableEntity, r.Code, "%s", r.Body)
	require.Contains(t, r.Body.String(), "/texts/1/language")
	r = b.do(call{method: "GET", path: "/v1/articles?cursor=bad", as: dispute.RoleCustomer})
	require.Equal(t, http.StatusUnprocessableEntity, r.Code)
	r = b.do(call{method: "GET", path: "/v1/articles?limit=51", as: dispute.RoleCustomer})
	require.Equal(t, http.StatusUnprocessableEntity, r.Code)
	r = b.do(call{method: "GET", path: "/v1/articles/deflection?from=2026-06-01T00:00:00Z&to=2026-05-01T00:00:00Z", as: dispute.RoleSupervisor})
	require.Equal(t, http.StatusUnprocessableEntity, r.Code)
}

func TestAnArticleThatAnswersACustomerCounts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	note := func(role dispute.Role, key string, body map[string]any) int {
		return b.do(call{method: "POST", path: "/v1/cases/case_mine/notes", as: role, key: key, body: body}).Code
	}
	require.Equal(t, http.StatusOK, note(dispute.RoleAgent, "k1", map[string]any{"text": "See here.", "to_customer": true, "article_id": "art_1"}))
	require.Len(t, b.store.uses, 1)
	require.Equal(t, dispute.ArticleAnswered, b.store.uses[0].Outcome)
	require.Equal(t, "case_mine", b.store.uses[0].CaseID)
	require.Equal(t, http.StatusOK, note(dispute.RoleAgent, "k2", map[string]any{"text": "See here.", "to_customer": true, "article_id": "art_gone"}),
		"what cannot be counted refuses no message")
	require.Equal(t, http.StatusUnprocessableEntity, note(dispute.RoleAgent, "k3", map[string]any{"text": "Look.", "article_id": "art_1"}))
	require.Equal(t, http.StatusUnprocessableEntity, note(dispute.RoleCustomer, "k4", map[string]any{"text": "Look.", "article_id": "art_1"}))
	require.Equal(t, http.StatusOK, note(dispute.RoleCustomer, "k5", map[string]any{"text": "When will it come?"}))
	require.True(t, b.door.commands[len(b.door.commands)-1].(dispute.NoteCommand).Customer, "what a customer writes is a message")
	require.Len(t, b.store.uses, 1)
}

func TestAUseBelongsToTheCallersOwnCase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	use := func(role dispute.Role, key, caseID string) int {
		return b.do(call{method: "POST", path: "/v1/articles/art_1/uses", as: role, key: key,
			body: map[string]any{"session": "visit-1", "outcome": "solved", "case_id": caseID}}).Code
	}
	require.Equal(t, http.StatusOK, use(dispute.RoleCustomer, "k1", "case_mine"))
	require.Equal(t, http.StatusUnprocessableEntity, use(dispute.RoleCustomer, "k2", "case_other"))
	require.Equal(t, http.StatusOK, use(dispute.RoleAgent, "k3", "case_other"))
	require.Equal(t, "cus_1", b.store.uses[0].CustomerID)
	require.Empty(t, b.store.uses[1].CustomerID)
}

// Row 10 of the capabilities: what was told of the problem goes apart from the case.
func TestTheIntakeRecordKeepsWordsApart(t *testing.T) {
	t.Parallel()
	b := setup(t)
	body := opening()
	body["class"], body["article_session"] = "inquiry", "visit-1"
	body["intake"] = map[string]any{"occurred_at": noon.Add(-time.Hour).Format(time.RFC3339), "symptom": "It hums.", "steps_tried": "Turned it off and on."}
	r := b.do(call{method: "POST", path: "/v1/cases", as: dispute.RoleCustomer, key: "k1", body: body})
	require.Equal(t, http.StatusCreated, r.Code, "%s", r.Body)
	o := b.door.opened[0]
	require.Equal(t, dispute.ClassInquiry, o.Class)
	require.Equal(t, "visit-1", o.ArticleSession)
	require.WithinDuration(t, noon.Add(-time.Hour), *o.OccurredAt, 0)
	kinds := map[string]string{}
	for _, text := range b.store.texts {
		kinds[text.Kind] = text.Body
	}
	require.Equal(t, "It hums.", kinds[textSymptom])
	require.Equal(t, "Turned it off and on.", kinds[textStepsTried])
	body["intake"] = map[string]any{"occurred_at": noon.Add(time.Hour).Format(time.RFC3339)}
	r = b.do(call{method: "POST", path: "/v1/cases", as: dispute.RoleCustomer, key: "k2", body: body})
	require.Equal(t, http.StatusUnprocessableEntity, r.Code)
	require.Contains(t, r.Body.String(), "/intake/occurred_at")
}
