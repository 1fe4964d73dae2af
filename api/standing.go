package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Suspend lets the case stand still.
func (s *Server) Suspend(ctx context.Context, r SuspendRequestObject) (SuspendResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionSuspend, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, "note", true, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.SuspendCommand{Command: x.command(b.ExpectedVersion), Reason: b.Reason, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Suspend(ctx, caseID, command)
	})
	return Suspend200JSONResponse{answer}, err
}

// Resume goes on with a case that stands still.
func (s *Server) Resume(ctx context.Context, r ResumeRequestObject) (ResumeResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionResume, ""); err != nil {
		return nil, err
	}
	note, err := s.keepText(ctx, "note", true, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.ResumeCommand{Command: x.command(b.ExpectedVersion), NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Resume(ctx, caseID, command)
	})
	return Resume200JSONResponse{answer}, err
}

// Extend gives a clock more time.
func (s *Server) Extend(ctx context.Context, r ExtendRequestObject) (ExtendResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	command := dispute.ExtendCommand{Command: x.command(b.ExpectedVersion), Clock: b.Clock, LegID: value(b.LegId), By: b.By, Reason: b.Reason}
	if _, err := dispute.ParseSpan(b.By); err != nil {
		return nil, dispute.Invalid("the extension is no span of time", dispute.Field{Pointer: "/by", Detail: "a number and a unit, e.g. 2wd"})
	}
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionExtend, ""); err != nil {
		return nil, err
	}
	var err error
	if command.NoteID, err = s.keepText(ctx, "note", true, b.Note); err != nil {
		return nil, err
	}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Extend(ctx, caseID, command)
	})
	return Extend200JSONResponse{answer}, err
}

// RequestEvidence asks a side for evidence.
func (s *Server) RequestEvidence(ctx context.Context, r RequestEvidenceRequestObject) (RequestEvidenceResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionRequest, ""); err != nil {
		return nil, err
	}
	if x.row.State != dispute.OperationRetry {
		if err := dispute.CheckEvidenceRequest(&x.record.Case, b.From, b.Types); err != nil {
			return nil, err
		}
	}
	note, err := s.keepText(ctx, remarkPrefix, b.From != dispute.PartyCustomer, b.Note)
	if err != nil {
		return nil, err
	}
	command := dispute.RequestEvidenceCommand{Command: x.command(b.ExpectedVersion), From: b.From, Types: b.Types, NoteID: note}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.RequestEvidence(ctx, caseID, command)
	})
	return RequestEvidence200JSONResponse{answer}, err
}
