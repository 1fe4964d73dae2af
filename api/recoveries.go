package api

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// RecoveryView is a recovery as the desk sees it.
type RecoveryView struct {
	dispute.Recovery
	Orphaned       bool                    `json:"orphaned"`        // open, and its workflow is gone
	AllowedActions []string                `json:"allowed_actions"` // for this caller, now
	Timeline       []dispute.RecoveryEntry `json:"timeline,omitempty"`
}

func (x *exchange) recoveryView(r dispute.RecoveryRecord) RecoveryView {
	v := RecoveryView{Recovery: r.Recovery, Orphaned: r.Orphaned, AllowedActions: r.Recovery.Actions(x.actor())}
	v.Seen = nil
	list(&v.AllowedActions)
	list(&v.Items)
	list(&v.Evidence)
	return v
}

// ListRecoveries answers recoveries, newest first.
func (s *Server) ListRecoveries(ctx context.Context, r ListRecoveriesRequestObject) (ListRecoveriesResponseObject, error) {
	page, err := s.Store.ListRecoveries(ctx, dispute.RecoveryFilter{
		State: dispute.RecoveryState(value(r.Params.State)), Party: dispute.Party(value(r.Params.Party)),
		CaseID: value(r.Params.CaseId), Cursor: value(r.Params.Cursor), Limit: pageSize(r.Params.Limit),
	})
	if err != nil {
		return nil, err
	}
	x, out := exchangeOf(ctx), RecoveryPage{Items: []RecoveryView{}, NextCursor: page.Next}
	for _, item := range page.Items {
		out.Items = append(out.Items, x.recoveryView(item))
	}
	return ListRecoveries200JSONResponse(out), nil
}

// GetRecovery answers one with its timeline.
func (s *Server) GetRecovery(ctx context.Context, r GetRecoveryRequestObject) (GetRecoveryResponseObject, error) {
	v, err := s.recovery(ctx, r.RecoveryId)
	return GetRecovery200JSONResponse{v}, err
}

func (s *Server) recovery(ctx context.Context, id string) (RecoveryJSONResponse, error) {
	record, err := s.Store.GetRecovery(ctx, id)
	if err != nil {
		return RecoveryJSONResponse{}, err
	}
	v := exchangeOf(ctx).recoveryView(record)
	v.Timeline, err = s.Store.RecoveryTimeline(ctx, id, 0, 0)
	return RecoveryJSONResponse{Body: v}, err
}

// SettleRecovery puts by hand what the party said, or that its money has come.
func (s *Server) SettleRecovery(ctx context.Context, r SettleRecoveryRequestObject) (SettleRecoveryResponseObject, error) {
	b := r.Body
	answer, err := s.onRecovery(ctx, r.RecoveryId, dispute.ActionSettle, b.ExpectedVersion, b.Note,
		func(ctx context.Context, one dispute.Recovery, c dispute.RecoveryCommand) error {
			return s.Recoveries.SettleRecovery(ctx, one, dispute.SettleCommand{RecoveryCommand: c, Result: dispute.ClaimStatus(b.Result),
				Amount: value(b.Amount), PartnerRef: value(b.PartnerRef), Reason: value(b.Reason)})
		})
	return SettleRecovery200JSONResponse{answer}, err
}

// WriteOffRecovery gives up what is open, or asks for the approval that this needs.
func (s *Server) WriteOffRecovery(ctx context.Context, r WriteOffRecoveryRequestObject) (WriteOffRecoveryResponseObject, error) {
	b := r.Body
	answer, err := s.onRecovery(ctx, r.RecoveryId, dispute.ActionWriteOff, b.ExpectedVersion, b.Note,
		func(ctx context.Context, one dispute.Recovery, c dispute.RecoveryCommand) error {
			return s.Recoveries.WriteOffRecovery(ctx, one, dispute.WriteOffCommand{RecoveryCommand: c,
				ID: exchangeOf(ctx).derived("write_off"), Reason: b.Reason})
		})
	return WriteOffRecovery200JSONResponse{answer}, err
}

// ApproveWriteOff answers the write-off that waits for another person.
func (s *Server) ApproveWriteOff(ctx context.Context, r ApproveWriteOffRequestObject) (ApproveWriteOffResponseObject, error) {
	b := r.Body
	answer, err := s.onRecovery(ctx, r.RecoveryId, dispute.ActionApproveWriteOff, b.ExpectedVersion, b.Note,
		func(ctx context.Context, one dispute.Recovery, c dispute.RecoveryCommand) error {
			return s.Recoveries.ApproveWriteOff(ctx, one, dispute.ApproveWriteOffCommand{RecoveryCommand: c,
				WriteOffID: r.WriteOffId, Approve: b.Approve})
		})
	return ApproveWriteOff200JSONResponse{answer}, err
}

// ContestRecovery contests what was denied, once, or files a claim again that did not get through.
func (s *Server) ContestRecovery(ctx context.Context, r ContestRecoveryRequestObject) (ContestRecoveryResponseObject, error) {
	b := r.Body
	answer, err := s.onRecovery(ctx, r.RecoveryId, dispute.ActionContest, b.ExpectedVersion, b.Note,
		func(ctx context.Context, one dispute.Recovery, c dispute.RecoveryCommand) error {
			proof, err := newProof(exchangeOf(ctx).record.Case, one, value(b.Evidence))
			if err != nil {
				return err
			}
			return s.Recoveries.ContestRecovery(ctx, one, dispute.ContestCommand{RecoveryCommand: c, Evidence: proof, Reason: value(b.Reason)})
		})
	return ContestRecovery200JSONResponse{answer}, err
}

// newProof finds the evidence of the case that is named, which the claim did not have.
func newProof(c dispute.Case, r dispute.Recovery, ids []string) ([]dispute.ClaimEvidence, error) {
	var out []dispute.ClaimEvidence
	for i, id := range ids {
		found := false
		for _, e := range c.Evidence {
			if e.ID == id {
				found = true
				out = append(out, dispute.ClaimEvidence{EvidenceID: e.ID, Type: e.Type, SHA256: e.SHA256})
			}
		}
		if !found {
			return nil, dispute.Invalid("the case of recovery "+r.ID+" has no such evidence",
				dispute.Field{Pointer: "/evidence/" + itoa(int64(i)), Detail: "unknown"})
		}
	}
	return out, nil
}

// onRecovery sends one command to the recovery of the path and answers it as it is then
// recorded. What cannot succeed is refused before it leaves a trace; the engine asks again.
func (s *Server) onRecovery(ctx context.Context, id, action string, expected *int64, note *string,
	send func(context.Context, dispute.Recovery, dispute.RecoveryCommand) error,
) (RecoveryJSONResponse, error) {
	x := exchangeOf(ctx)
	if s.Recoveries == nil {
		return RecoveryJSONResponse{}, dispute.Errorf(dispute.CodeUnavailable, "recoveries cannot be reached here")
	}
	record, err := s.Store.GetRecovery(ctx, id)
	if err != nil {
		return RecoveryJSONResponse{}, err
	}
	about, err := s.Store.GetCase(ctx, record.Recovery.CaseID)
	if err != nil {
		return RecoveryJSONResponse{}, err
	}
	x.record = &about // its texts are those of the case
	if x.row.State != dispute.OperationRetry {
		if expected != nil && *expected != record.Recovery.Version {
			return RecoveryJSONResponse{}, dispute.Errorf(dispute.CodeStaleVersion, "the recovery is at version %d", record.Recovery.Version)
		}
		if refused := record.Recovery.Allowed(x.actor(), action); refused != nil {
			return RecoveryJSONResponse{}, refused
		}
	}
	noteID, err := s.keepText(ctx, remarkPrefix, true, note)
	if err != nil {
		return RecoveryJSONResponse{}, err
	}
	limited, cancel := context.WithTimeout(ctx, s.Config.CommandWait)
	defer cancel()
	if err := send(limited, record.Recovery, dispute.RecoveryCommand{Command: x.command(expected), NoteID: noteID}); err != nil {
		return RecoveryJSONResponse{}, err
	}
	return s.recovery(ctx, id)
}

// recoveriesOf are the recoveries of a case, for staff, where somebody is liable from whom
// something can be claimed back.
func (s *Server) recoveriesOf(ctx context.Context, x *exchange, c *dispute.Case) ([]RecoveryView, error) {
	if x.customer() || x.caller.Role == dispute.RoleMachine || !dispute.MayRecover(c) {
		return nil, nil
	}
	page, err := s.Store.ListRecoveries(ctx, dispute.RecoveryFilter{CaseID: c.ID})
	if err != nil {
		return nil, err
	}
	var out []RecoveryView
	for _, item := range page.Items {
		out = append(out, x.recoveryView(item))
	}
	return out, nil
}
