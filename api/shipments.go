package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// sourceAPI is the source of inbox rows that the API itself writes.
const sourceAPI = "api"

// ShipReturn keeps the number of a return parcel; it reaches the case as a signal.
func (s *Server) ShipReturn(ctx context.Context, r ShipReturnRequestObject) (ShipReturnResponseObject, error) {
	x, b := exchangeOf(ctx), r.Body
	leg := value(b.LegId)
	if leg == "" {
		leg = awaitedReturn(&x.record.Case)
	}
	if leg == "" {
		return nil, dispute.Errorf(dispute.CodeNotAllowedNow, "no return is awaited")
	}
	if err := s.admit(x, nil, dispute.ActionReturnShipment, leg); err != nil {
		return nil, err
	}
	if err := s.ownNumber(ctx, x, b.Carrier, b.TrackingNumber); err != nil {
		return nil, err
	}
	shipped := dispute.ReturnShipped{EventID: x.derived("ship"), LegID: leg, Carrier: b.Carrier,
		TrackingNumber: b.TrackingNumber, Actor: x.actor()}
	payload, err := json.Marshal(shipped)
	if err != nil {
		return nil, fmt.Errorf("write the signal: %w", err)
	}
	_, err = s.Store.AddInbox(ctx, dispute.InboxEvent{Source: sourceAPI, EventID: shipped.EventID, Type: "return.shipped",
		State: dispute.InboxPending, CaseID: x.caseID(), Signal: dispute.SignalReturnShipped, Payload: payload, ReceivedAt: s.now()})
	if err != nil {
		return nil, err
	}
	answer, err := s.answer(ctx, x.caseID())
	return ShipReturn200JSONResponse{answer}, err
}

// ownNumber refuses the number of a label that was issued for another case: its
// scans are that case's.
func (s *Server) ownNumber(ctx context.Context, x *exchange, carrier, number string) error {
	issued, err := s.Store.IssuedTo(ctx, dispute.Reference{Kind: dispute.RefTracking, Value: carrier + "/" + number})
	if err != nil || issued == "" || issued == x.caseID() {
		return err
	}
	return dispute.Invalid("the number is not this parcel's",
		dispute.Field{Pointer: "/tracking_number", Detail: "belongs to a label of another return"})
}

// awaitedReturn is the leg of the return that has not ended, "" if there is none.
func awaitedReturn(c *dispute.Case) string {
	for _, leg := range c.Legs {
		if leg.Type == dispute.LegReturn && !leg.State.Final() {
			return leg.ID
		}
	}
	return ""
}

// GetLabel sends the caller to the label of a return.
func (s *Server) GetLabel(ctx context.Context, r GetLabelRequestObject) (GetLabelResponseObject, error) {
	x := exchangeOf(ctx)
	leg := x.record.Case.Leg(r.LegId)
	if leg == nil || leg.Return == nil || !webAddress(leg.Return.Instructions.LabelURL) {
		return nil, dispute.Errorf(dispute.CodeNotFound, "the leg has no label")
	}
	in := leg.Return.Instructions
	if strings.Contains(x.request.Header.Get("Accept"), jsonType) {
		return GetLabel200JSONResponse{LabelUrl: in.LabelURL, RmaId: leg.Return.RMAID, Carrier: &in.Carrier, ShipBy: in.ShipBy}, nil
	}
	return GetLabel302Response{Headers: GetLabel302ResponseHeaders{Location: &in.LabelURL}}, nil
}

// webAddress says whether a label's address, which a partner gave, is safe to send a browser to.
func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// ReissueLabel has a new label issued for a return whose goods were not sent.
func (s *Server) ReissueLabel(ctx context.Context, r ReissueLabelRequestObject) (ReissueLabelResponseObject, error) {
	x := exchangeOf(ctx)
	if err := s.admit(x, nil, dispute.ActionReissueLabel, r.LegId); err != nil {
		return nil, err
	}
	command := dispute.RelabelCommand{Command: x.command(nil), LegID: r.LegId}
	answer, err := s.do(ctx, func(ctx context.Context, caseID string) (dispute.CommandResult, error) {
		return s.Door.Relabel(ctx, caseID, command)
	})
	return ReissueLabel200JSONResponse{answer}, err
}
