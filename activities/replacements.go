package activities

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Replacements is the part of the warehouse that sends goods anew.
type Replacements interface {
	// Replace asks for goods to be kept and sent. Status 409 with code out_of_stock says
	// that there are none, replacement_cancelled that it was cancelled before.
	Replace(ctx context.Context, r ReplacementRequest) (Reservation, error)
	// CancelReplacement gives the goods free; cancelling twice or the unknown is success.
	// Status 409 with code replacement_shipped says that they have left.
	CancelReplacement(ctx context.Context, key, replacementID string) error
}

// Interceptions is the part of the warehouse that holds an order back.
type Interceptions interface {
	// Intercept stops an order that has not left. Status 409 with code dispatched says
	// that it has.
	Intercept(ctx context.Context, i Interception) error
	// Release lets a stopped order go, changed or as it was; twice or the unknown is success.
	Release(ctx context.Context, key, amendmentID string, amended bool) error
}

// Amender is the part of the order system that changes orders.
type Amender interface {
	// Amend applies a change; a *PartnerError with a 4xx says that it cannot be applied.
	Amend(ctx context.Context, a AmendmentRequest) error
}

// ReplacementRequest asks for goods in place of units of an order.
type ReplacementRequest struct {
	Key           string                    `json:"-"`
	ReplacementID string                    `json:"replacement_id"`
	CaseID        string                    `json:"case_id"`
	WorkflowID    string                    `json:"workflow_id"`
	OrderID       string                    `json:"order_id"`
	Items         []dispute.ReplacementItem `json:"items"`
}

// Reservation is the warehouse's answer.
type Reservation struct {
	DispatchBy *time.Time `json:"dispatch_by,omitempty"` // nil: the warehouse does not say
}

// Interception asks the warehouse to stop an order.
type Interception struct {
	Key         string `json:"-"`
	AmendmentID string `json:"amendment_id"`
	CaseID      string `json:"case_id"`
	OrderID     string `json:"order_id"`
	What        string `json:"what"`
}

// AmendmentRequest is a change of an order. Text is personal: it comes from the case's
// texts at the moment of the call and is never part of what a workflow carries.
type AmendmentRequest struct {
	Key         string                    `json:"-"`
	AmendmentID string                    `json:"amendment_id"`
	CaseID      string                    `json:"case_id"`
	OrderID     string                    `json:"order_id"`
	What        string                    `json:"what"`
	TextID      string                    `json:"text_id,omitempty"`
	Text        string                    `json:"text,omitempty"` // the new address, or the title of the invoice
	Items       []dispute.ReplacementItem `json:"items,omitempty"`
}

// CaseTexts is what people wrote in cases.
type CaseTexts interface {
	// CaseText returns the body of one text; CodeNotFound when there is none, CodeErased
	// when it is gone.
	CaseText(ctx context.Context, caseID, textID string) (string, error)
}

// GoodsLedger is the record of goods that are sent for units of orders.
type GoodsLedger interface {
	// ClaimGoods says whether the warehouse may be asked for a replacement that the case's
	// record holds: CodeExceedsCapture where another case gave the units, CodeUnavailable
	// where that is about to be known.
	ClaimGoods(ctx context.Context, caseID, replacementID string) error
}

// Goods holds the steps that send goods anew and change orders.
type Goods struct {
	Ledger        GoodsLedger
	Replacements  Replacements
	Interceptions Interceptions
	Orders        Amender
	Texts         CaseTexts
}

// Replace asks the warehouse for goods that no other case has given; the key is the
// replacement's id.
func (g *Goods) Replace(ctx context.Context, r ReplacementRequest) (Reservation, error) {
	if err := g.Ledger.ClaimGoods(ctx, r.CaseID, r.ReplacementID); err != nil {
		return Reservation{}, Classify(err)
	}
	r.Key = r.ReplacementID
	out, err := g.Replacements.Replace(ctx, r)
	return out, Classify(err)
}

// CancelReplacement gives the goods free.
func (g *Goods) CancelReplacement(ctx context.Context, replacementID string) error {
	return Classify(g.Replacements.CancelReplacement(ctx, replacementID+"/cancel", replacementID))
}

// Intercept has the warehouse stop the order; the key is the amendment's id.
func (g *Goods) Intercept(ctx context.Context, i Interception) error {
	i.Key = i.AmendmentID + "/hold"
	return Classify(g.Interceptions.Intercept(ctx, i))
}

// Release lets the order go.
func (g *Goods) Release(ctx context.Context, amendmentID string, amended bool) error {
	return Classify(g.Interceptions.Release(ctx, amendmentID+"/release", amendmentID, amended))
}

// Amend has the order system apply the change. What is personal is read here.
func (g *Goods) Amend(ctx context.Context, a AmendmentRequest) error {
	a.Key = a.AmendmentID
	if a.TextID != "" {
		text, err := g.Texts.CaseText(ctx, a.CaseID, a.TextID)
		if err != nil {
			return Classify(err)
		}
		a.Text, a.TextID = text, ""
	}
	return Classify(g.Orders.Amend(ctx, a))
}
