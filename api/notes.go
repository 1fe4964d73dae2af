package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// AddNote keeps a note of staff, or their message to the customer, and tells the
// case its id.
func (s *Server) AddNote(ctx context.Context, r AddNoteRequestObject) (AddNoteResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionNote, ""); err != nil {
		return nil, err
	}
	seen := value(b.ToCustomer)
	id, err := s.keepText(ctx, "note", !seen, &b.Text)
	if err != nil {
		return nil, err
	}
	command := dispute.NoteCommand{Command: x.command(b.ExpectedVersion), NoteID: id, Customer: seen}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Note(ctx, caseID, command)
	})
	return AddNote200JSONResponse{answer}, err
}

// Assign gives the case to an agent, a team, or both.
func (s *Server) Assign(ctx context.Context, r AssignRequestObject) (AssignResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	if b.Assignee == nil && b.Team == nil {
		return nil, dispute.Invalid("an assignment names somebody", dispute.Field{Pointer: "/assignee", Detail: "assignee, team, or both"})
	}
	if err := s.admit(x, b.ExpectedVersion, dispute.ActionAssign, ""); err != nil {
		return nil, err
	}
	command := dispute.AssignCommand{Command: x.command(b.ExpectedVersion), Assignee: value(b.Assignee), Team: value(b.Team)}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Assign(ctx, caseID, command)
	})
	return Assign200JSONResponse{answer}, err
}
