package api

import (
	"context"
	"slices"

	"github.com/redresshq/redress/dispute"
)

// SearchArticles answers one page of the published articles that fit.
func (s *Server) SearchArticles(ctx context.Context, r SearchArticlesRequestObject) (SearchArticlesResponseObject, error) {
	p := r.Params
	ask := dispute.ArticleQuery{Text: value(p.Q), Reason: value(p.Reason), Language: value(p.Language), Cursor: value(p.Cursor), Limit: value(p.Limit)}
	if p.Sku != nil {
		ask.SKUs = []string{*p.Sku}
	}
	page, err := s.articlePage(ctx, ask)
	return SearchArticles200JSONResponse{page}, err
}

// ListCaseArticles answers what is known about the case's reason and products.
func (s *Server) ListCaseArticles(ctx context.Context, r ListCaseArticlesRequestObject) (ListCaseArticlesResponseObject, error) {
	p, c := r.Params, exchangeOf(ctx).record.Case
	ask := dispute.ArticleQuery{Text: value(p.Q), Reason: c.Reason, Language: value(p.Language), Cursor: value(p.Cursor), Limit: value(p.Limit)}
	if c.Facts.Order != nil {
		for _, ordered := range c.Facts.Order.Lines {
			if !slices.ContainsFunc(c.Lines, func(l dispute.Line) bool { return l.LineID == ordered.LineID }) {
				continue
			}
			ask.SKUs = append(ask.SKUs, ordered.SKU)
			if ordered.Category != "" {
				ask.Categories = append(ask.Categories, ordered.Category)
			}
		}
	}
	page, err := s.articlePage(ctx, ask)
	return ListCaseArticles200JSONResponse{page}, err
}

func (s *Server) articlePage(ctx context.Context, ask dispute.ArticleQuery) (ArticlesJSONResponse, error) {
	found, err := s.Store.SearchArticles(ctx, ask)
	page := ArticlesJSONResponse{Items: found.Articles, NextCursor: found.Next}
	list(&page.Items)
	return page, err
}

// GetArticle answers an article: customers the version that is published, staff all.
func (s *Server) GetArticle(ctx context.Context, r GetArticleRequestObject) (GetArticleResponseObject, error) {
	all, err := s.Store.Article(ctx, r.ArticleId)
	if err != nil {
		return nil, err
	}
	answer := Article{Id: r.ArticleId}
	for i := range all {
		if all[i].State == dispute.ArticlePublished {
			published := all[i]
			answer.Published = &published
		}
	}
	if !exchangeOf(ctx).customer() {
		answer.Versions = &all
		return GetArticle200JSONResponse(answer), nil
	}
	if answer.Published == nil {
		return nil, dispute.Errorf(dispute.CodeNotFound, "there is no article %s", r.ArticleId)
	}
	answer.Published.WrittenBy, answer.Published.PublishedBy = nil, nil
	return GetArticle200JSONResponse(answer), nil
}

// WriteArticle keeps the draft of a new article.
func (s *Server) WriteArticle(ctx context.Context, r WriteArticleRequestObject) (WriteArticleResponseObject, error) {
	written, err := s.writeArticle(ctx, exchangeOf(ctx).derived("art"), r.Body, true)
	return WriteArticle201JSONResponse{written}, err
}

// WriteArticleVersion keeps the draft of an article's next version.
func (s *Server) WriteArticleVersion(ctx context.Context, r WriteArticleVersionRequestObject) (WriteArticleVersionResponseObject, error) {
	written, err := s.writeArticle(ctx, r.ArticleId, r.Body, false)
	return WriteArticleVersion201JSONResponse{written}, err
}

func (s *Server) writeArticle(ctx context.Context, id string, b *ArticleRequest, isNew bool) (ArticleVersionJSONResponse, error) {
	x := exchangeOf(ctx)
	by := x.actor()
	draft := dispute.ArticleVersion{ArticleID: id, State: dispute.ArticleDraft, Reasons: value(b.Reasons), SKUs: value(b.Skus),
		Categories: value(b.Categories), Texts: b.Texts, WrittenBy: &by, WrittenAt: s.now()}
	if wrong := dispute.ValidateArticle(draft); wrong != nil {
		return ArticleVersionJSONResponse{}, wrong
	}
	kept, err := s.Store.AddArticle(ctx, draft, x.row.UpdateID, isNew)
	return ArticleVersionJSONResponse{Body: kept}, err
}

// SetArticleState publishes or withdraws a version.
func (s *Server) SetArticleState(ctx context.Context, r SetArticleStateRequestObject) (SetArticleStateResponseObject, error) {
	v, err := s.Store.SetArticleState(ctx, r.ArticleId, r.Version, r.Body.State, exchangeOf(ctx).actor(), s.now())
	return SetArticleState200JSONResponse{ArticleVersionJSONResponse{Body: v}}, err
}

// CountArticleUse keeps what came of an article.
func (s *Server) CountArticleUse(ctx context.Context, r CountArticleUseRequestObject) (CountArticleUseResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	use := dispute.ArticleUse{ID: x.derived("use"), ArticleID: r.ArticleId, Version: value(b.Version), Session: b.Session, Outcome: b.Outcome,
		CaseID: value(b.CaseId), By: x.caller.Role, At: s.now()}
	if use.CaseID != "" {
		record, err := s.Store.GetCase(ctx, use.CaseID)
		if dispute.CodeOf(err) == dispute.CodeNotFound || (err == nil && x.customer() && record.Case.CustomerID != x.caller.CustomerID) {
			return nil, dispute.Invalid("the case is not right", dispute.Field{Pointer: "/case_id", Detail: "no such case"})
		}
		if err != nil {
			return nil, err
		}
	}
	if x.customer() {
		use.CustomerID = x.caller.CustomerID
	}
	if err := s.Store.CountArticleUse(ctx, use); err != nil {
		return nil, err
	}
	return CountArticleUse200JSONResponse{Body: ArticleUsed{ArticleId: use.ArticleID, Outcome: use.Outcome}}, nil
}

// deflectionDays is within how many days a case of the same customer counts.
const deflectionDays = 7

// GetDeflection counts the visits that needed no case.
func (s *Server) GetDeflection(ctx context.Context, r GetDeflectionRequestObject) (GetDeflectionResponseObject, error) {
	p := r.Params
	if !p.From.Before(p.To) {
		return nil, dispute.Invalid("the time is not one", dispute.Field{Pointer: "/to", Detail: "after from"})
	}
	days := deflectionDays
	if p.Days != nil {
		days = *p.Days
	}
	d, err := s.Store.Deflection(ctx, p.From, p.To, days)
	return GetDeflection200JSONResponse(d), err
}
