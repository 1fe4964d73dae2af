package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// ListCaseRules lists what a ruling about the case may cite.
func (s *Server) ListCaseRules(ctx context.Context, _ ListCaseRulesRequestObject) (ListCaseRulesResponseObject, error) {
	rules, err := s.citable(ctx, exchangeOf(ctx))
	if err != nil {
		return nil, err
	}
	return ListCaseRules200JSONResponse(CitationList{Items: rules}), nil
}

// cites refuses a ruling that cites nothing where it has to, or what is no rule of the case.
func (s *Server) cites(ctx context.Context, x *exchange, cited []string) error {
	if x.row.State == dispute.OperationRetry {
		return nil
	}
	rules := []dispute.Citation{}
	if len(cited) > 0 {
		var err error
		if rules, err = s.citable(ctx, x); err != nil {
			return err
		}
	}
	return dispute.CheckCites(&x.record.Case, cited, rules)
}

func (s *Server) citable(ctx context.Context, x *exchange) ([]dispute.Citation, error) {
	library, err := s.Rules.Library(ctx, 0)
	if err != nil {
		return nil, err
	}
	book, err := library.Book(x.record.Case.PolicyVersion)
	if err != nil {
		return nil, err
	}
	return book.Citable(&x.record.Case), nil
}
