package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// triageArticles is how many articles go with a triage.
const triageArticles = 3

// Triage sorts what somebody writes by the rules under which a case would open now, and
// finds what is known about it. The text goes no further than this function.
func (s *Server) Triage(ctx context.Context, r TriageRequestObject) (TriageResponseObject, error) {
	b := r.Body
	library, err := s.Rules.Library(ctx, 0)
	if err != nil {
		return nil, err
	}
	book, err := library.ForOpening(s.Config.Policy, s.now())
	if err != nil {
		return nil, err
	}
	t := book.Triage(dispute.TriageAsk{Channel: b.Channel, Text: b.Text, OrderID: value(b.OrderId), Kind: value(b.Kind), Reason: value(b.Reason)})
	ask := dispute.ArticleQuery{Text: b.Text, Reason: t.Reason, Language: value(b.Language), Limit: triageArticles}
	if b.Sku != nil {
		ask.SKUs = []string{*b.Sku}
	}
	found, err := s.Store.SearchArticles(ctx, ask)
	if err == nil && len(found.Articles) == 0 && t.Reason != "" && t.Reason != dispute.ReasonOther {
		ask.Text = "" // no article has the words; some may be about the reason
		found, err = s.Store.SearchArticles(ctx, ask)
	}
	if err != nil {
		return nil, err
	}
	answer := TriageAnswer{Class: t.Class, Rule: t.Rule, Explanation: t.Explanation, Articles: found.Articles}
	list(&answer.Articles)
	if t.Kind != "" {
		answer.Kind, answer.Reason = &t.Kind, &t.Reason
	}
	answer.Answered = t.Class == dispute.ClassInquiry && ask.Text != "" && t.Strong > 0 &&
		len(found.Articles) > 0 && found.Articles[0].Match >= t.Strong
	return Triage200JSONResponse{Body: answer}, nil
}
