package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/redresshq/redress/dispute"
)

// OpenCase opens a case: the row of the operation, with the new id and what the
// customer wrote, is already committed when it is called.
func (s *Server) OpenCase(ctx context.Context, r OpenCaseRequestObject) (OpenCaseResponseObject, error) {
	x := exchangeOf(ctx)
	opening, err := s.opening(x, r.Body)
	if err != nil {
		return nil, err
	}
	if err := s.checkPrevious(ctx, opening); err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, s.Config.OpenWait)
	defer cancel()
	result, err := s.Door.Open(limited, opening, x.row.UpdateID)
	location := "/v1/cases/" + opening.CaseID
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return OpenCase202JSONResponse{Body: Accepted{CaseId: opening.CaseID, Status: "accepted"},
			Headers: OpenCase202ResponseHeaders{Location: &location, RetryAfter: pointer(1)}}, nil
	case err != nil:
		return nil, err
	case result.Duplicate != "":
		return nil, dispute.Errorf(dispute.CodeDuplicateCase, "another open case claims the same units").WithRef(result.Duplicate)
	}
	view, err := s.readView(ctx, x, opening.CaseID)
	if err != nil {
		return nil, err
	}
	return OpenCase201JSONResponse{Body: *view, Headers: OpenCase201ResponseHeaders{Location: &location}}, nil
}

// opening makes the argument that starts the case, and refuses what no rule allows.
func (s *Server) opening(x *exchange, b *OpenCaseRequest) (dispute.Opening, error) {
	o := dispute.Opening{
		CaseID: x.row.CaseID, ShopID: b.ShopId, Kind: b.Kind, Reason: b.Reason, Channel: value(b.Channel),
		OrderID: b.OrderId, Lines: b.Lines, CustomerID: value(b.CustomerId), RequestedRemedy: value(b.RequestedRemedy),
		Currency: value(b.Currency), PreviousCaseID: value(b.PreviousCaseId), Language: value(b.Language), OpenedBy: x.actor(), OpenedAt: s.now(),
	}
	o.Class, o.ArticleSession = value(b.Class), value(b.ArticleSession)
	if b.Intake != nil && b.Intake.OccurredAt != nil {
		at := b.Intake.OccurredAt.UTC().Truncate(time.Microsecond)
		o.OccurredAt = &at
	}
	if o.Channel == "" {
		o.Channel = dispute.ChannelInApp
	}
	if b.Statement != nil {
		o.Evidence = []dispute.EvidenceType{dispute.EvidenceStatement}
	}
	if b.Amendment != nil {
		o.Amendment = amendmentAsk(x, &o, b.Amendment)
	}
	if err := whose(x, &o); err != nil {
		return o, err
	}
	if wrong := dispute.ValidateOpening(o); wrong != nil {
		return o, wrong
	}
	return o, nil
}

// whose settles for whom the case is: a customer's own, or the one whom staff name.
func whose(x *exchange, o *dispute.Opening) error {
	at := func(detail string) error {
		return dispute.Invalid("the customer is not right", dispute.Field{Pointer: "/customer_id", Detail: detail})
	}
	switch {
	case !x.customer() && o.CustomerID == "":
		return at("staff must say for which customer the case is")
	case x.customer() && o.CustomerID != "" && o.CustomerID != x.caller.CustomerID:
		return at("customers open cases for themselves")
	case x.customer():
		o.CustomerID = x.caller.CustomerID
	}
	return nil
}

// checkPrevious makes sure that an earlier case exists and is the same customer's.
func (s *Server) checkPrevious(ctx context.Context, o dispute.Opening) error {
	if o.PreviousCaseID == "" {
		return nil
	}
	record, err := s.Store.GetCase(ctx, o.PreviousCaseID)
	if dispute.CodeOf(err) == dispute.CodeNotFound || (err == nil && record.Case.CustomerID != o.CustomerID) {
		return dispute.Invalid("the earlier case is not right",
			dispute.Field{Pointer: "/previous_case_id", Detail: "no such case of this customer"})
	}
	return err
}

// openingClaim proposes the id of the new case and carries what the customer
// wrote, so that both are on disk before anything else happens. What no rule
// allows is refused first: nothing personal is kept for it.
func (s *Server) openingClaim(x *exchange, claim dispute.OperationClaim) (dispute.OperationClaim, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return claim, fmt.Errorf("make a case id: %w", err)
	}
	raw := [16]byte(id)
	claim.CaseID = fmt.Sprintf("case_%x", raw[:])
	var body OpenCaseRequest
	if err := json.Unmarshal(x.body, &body); err != nil {
		return claim, malformed("the body is not readable")
	}
	if _, err := s.opening(x, &body); err != nil {
		return claim, err
	}
	text := func(kind, content string) dispute.Text {
		return dispute.Text{ID: kind + "_" + shortHash(claim.UpdateID()+"/"+kind), Kind: kind, Author: x.actor(), Body: content, CreatedAt: s.now()}
	}
	if body.Statement != nil {
		claim.Texts = append(claim.Texts, text(textStatement, *body.Statement))
	}
	if in := body.Intake; in != nil {
		for kind, words := range map[string]*string{textSymptom: in.Symptom, textStepsTried: in.StepsTried} {
			if words != nil {
				claim.Texts = append(claim.Texts, text(kind, *words))
			}
		}
	}
	if words := amendmentWords(body.Amendment); words != "" {
		claim.Texts = append(claim.Texts, text(textAmendment, words))
	}
	if body.Contact != nil {
		contact, err := json.Marshal(body.Contact)
		if err != nil {
			return claim, fmt.Errorf("write the contact: %w", err)
		}
		claim.Texts = append(claim.Texts, text(textContact, string(contact)))
	}
	return claim, nil
}
