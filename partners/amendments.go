package partners

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/redresshq/redress/dispute"
)

// hold is an order that the warehouse stopped.
type hold struct {
	AmendmentID string `json:"amendment_id"`
	CaseID      string `json:"case_id,omitempty"`
	OrderID     string `json:"order_id,omitempty"`
	What        string `json:"what,omitempty"`
	Status      string `json:"status"` // held, released or barred
	Amended     bool   `json:"amended,omitempty"`
}

func (h hold) answer() map[string]any {
	return map[string]any{"amendment_id": h.AmendmentID, "order_id": h.OrderID, "status": h.Status}
}

// holds is the part of the warehouse that stops orders.
type holds struct {
	*warehouse
	all map[string]hold
}

func newHolds(w *warehouse) *holds {
	h := &holds{warehouse: w, all: map[string]hold{}}
	w.operation("POST /v1/interceptions", "intercept", h.intercept)
	w.operation("POST /v1/interceptions/{amendment_id}/release", "release", h.release)
	w.control("POST /sandbox/orders/{order_id}/dispatch", h.send)
	return h
}

// applyEffect takes an effect of the ledger; false where it is not about a stopped order.
func (h *holds) applyEffect(e Entry) (bool, error) {
	return keep(e, "interception.", h.all, func(one hold) string { return one.AmendmentID })
}

func (h *holds) intercept(_ *http.Request, body []byte) (outcome, error) {
	var one hold
	if out, ok := parse(body, &one); !ok {
		return out, nil
	}
	if one.AmendmentID == "" || one.CaseID == "" || one.OrderID == "" {
		return refuse(http.StatusUnprocessableEntity, "invalid", "amendment_id, case_id and order_id are needed"), nil
	}
	if known, ok := h.all[one.AmendmentID]; ok && known.Status != "held" {
		return refuse(http.StatusConflict, "interception_released", "it was let go"), nil
	} else if ok {
		return outcome{status: http.StatusOK, body: known.answer()}, nil
	}
	if d, ok := h.dispatches[one.OrderID]; ok && d.DispatchedAt != nil {
		return refuse(http.StatusConflict, "dispatched", "the order has left"), nil
	}
	one.Status = "held"
	e, err := h.entry("interception.held", one)
	return outcome{status: http.StatusCreated, body: one.answer(), effect: &e}, err
}

func (h *holds) release(r *http.Request, body []byte) (outcome, error) {
	var said struct {
		Amended bool `json:"amended"`
	}
	if out, ok := parse(body, &said); !ok {
		return out, nil
	}
	id := r.PathValue("amendment_id")
	one, ok := h.all[id]
	switch {
	case !ok:
		e, err := h.entry("interception.barred", hold{AmendmentID: id, Status: "barred"})
		out := refuse(http.StatusNotFound, "unknown_interception", "nothing was stopped under that name")
		out.effect = &e
		return out, err
	case one.Status == "barred":
		return refuse(http.StatusNotFound, "unknown_interception", "nothing was stopped under that name"), nil
	case one.Status == "released":
		return outcome{status: http.StatusOK, body: one.answer()}, nil
	}
	one.Status, one.Amended = "released", said.Amended
	e, err := h.entry("interception.released", one)
	return outcome{status: http.StatusOK, body: one.answer(), effect: &e}, err
}

func (h *holds) entry(kind string, one hold) (Entry, error) {
	e, err := effect(kind, one)
	e.CaseID, e.OrderID, e.Ref = one.CaseID, one.OrderID, one.AmendmentID
	return e, err
}

// send dispatches an order that had not left.
func (h *holds) send(r *http.Request, body []byte) (int, any, error) {
	var d dispute.DispatchFacts
	if err := decode(body, &d); err != nil {
		return 0, nil, err
	}
	o := dispute.OrderFacts{OrderID: r.PathValue("order_id")}
	return http.StatusOK, d, h.dispatch(o, d)
}

// amendment is a change of an order as the order system got it.
type amendment struct {
	AmendmentID string                    `json:"amendment_id"`
	CaseID      string                    `json:"case_id"`
	OrderID     string                    `json:"order_id"`
	What        string                    `json:"what"`
	Text        string                    `json:"text,omitempty"`
	Items       []dispute.ReplacementItem `json:"items,omitempty"`
	Order       *soldOrder                `json:"order,omitempty"` // as it is after the change
}

func (a amendment) answer() map[string]any {
	return map[string]any{"amendment_id": a.AmendmentID, "order_id": a.OrderID, "status": "applied"}
}

// amend changes an order. Goods that are not the line's own take its place at its price.
func (s *orderSystem) amend(r *http.Request, body []byte) (outcome, error) {
	var a amendment
	if out, ok := parse(body, &a); !ok {
		return out, nil
	}
	a.OrderID, a.Order = r.PathValue("order_id"), nil
	order, ok := s.orders[a.OrderID]
	if !ok {
		return refuse(http.StatusNotFound, "unknown_order", "no such order"), nil
	}
	if known, ok := s.amended[a.AmendmentID]; ok {
		known.Order = nil
		if !reflect.DeepEqual(known, a) {
			return refuse(http.StatusConflict, "amendment_exists", "it was asked for with other content"), nil
		}
		return outcome{status: http.StatusOK, body: known.answer()}, nil
	}
	if a.AmendmentID == "" || a.Text == "" && len(a.Items) == 0 {
		return refuse(http.StatusUnprocessableEntity, "invalid", "amendment_id, and a text or items are needed"), nil
	}
	order.Lines = slices.Clone(order.Lines)
	for _, item := range a.Items {
		for i := range order.Lines {
			if order.Lines[i].LineID == item.LineID {
				order.Lines[i].SKU = item.SKU
			}
		}
	}
	a.Order = &order
	e, err := effect("order.amended", a)
	e.CaseID, e.OrderID, e.Ref = a.CaseID, a.OrderID, a.AmendmentID
	return outcome{status: http.StatusCreated, body: a.answer(), effect: &e}, err
}

func (s *orderSystem) applyAmended(e Entry) error {
	var a amendment
	if err := json.Unmarshal(e.Data, &a); err != nil {
		return fmt.Errorf("decode %s: %w", e.Kind, err)
	}
	s.orders[a.OrderID] = *a.Order
	s.amended[a.AmendmentID] = a
	return nil
}
