package partners

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"

	"github.com/redresshq/redress/dispute"
)

// returnAddress is where returns of the sandbox go.
const returnAddress = "Returns dock 3, 18 Cangku Road, Kunshan, Jiangsu 215300, China"

// The states of an RMA at the warehouse.
const (
	rmaAnnounced = "announced"
	rmaCancelled = "cancelled"
	rmaBarred    = "barred" // cancelled before it was announced
	rmaReceived  = "received"
)

// rma is a return that Redress announced.
type rma struct {
	RMAID      string         `json:"rma_id"`
	CaseID     string         `json:"case_id,omitempty"`
	WorkflowID string         `json:"workflow_id,omitempty"`
	OrderID    string         `json:"order_id,omitempty"`
	Lines      []dispute.Line `json:"lines,omitempty"`
	With       []string       `json:"with,omitempty"`
	Status     string         `json:"status"`
	Sequence   int64          `json:"sequence"` // of the last report
}

// answer is the return as the contract shows it; ids are echoed.
func (r rma) answer() map[string]any {
	return map[string]any{"rma_id": r.RMAID, "case_id": r.CaseID, "workflow_id": r.WorkflowID, "order_id": r.OrderID,
		"status": r.Status, "address": returnAddress, "warehouse_id": WarehouseID}
}

type dispatchRecord struct {
	OrderID string `json:"order_id"`
	dispute.DispatchFacts
}

// warehouse dispatches orders and takes returns in.
type warehouse struct {
	*partner
	dispatches map[string]dispatchRecord
	returns    map[string]rma
	sendings   *sendings
	holds      *holds
	workshop   *workshop
}

func newWarehouse(box *Sandbox) *warehouse {
	w := &warehouse{partner: newPartner(box, Warehouse), dispatches: map[string]dispatchRecord{}, returns: map[string]rma{}}
	w.apply = w.applyEffect
	w.operation("GET /v1/dispatches/{order_id}", "get_dispatch", w.getDispatch)
	w.operation("POST /v1/returns", "announce_return", w.announce)
	w.operation("POST /v1/returns/{rma_id}/cancellation", "cancel_return", w.cancel)
	w.control("POST /sandbox/returns/{rma_id}/receive", w.receive)
	w.control("POST /sandbox/returns/{rma_id}/inspect", w.inspect)
	w.control("POST /sandbox/returns/{rma_id}/correct", w.correct)
	w.sendings, w.holds, w.workshop = newSendings(w), newHolds(w), newWorkshop(w)
	return w
}

func (w *warehouse) applyEffect(e Entry) error {
	if e.Kind == "dispatch.recorded" {
		var d dispatchRecord
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("decode %s: %w", e.Kind, err)
		}
		w.dispatches[d.OrderID] = d
		return nil
	}
	for _, part := range []func(Entry) (bool, error){w.sendings.applyEffect, w.holds.applyEffect, w.workshop.applyEffect} {
		if mine, err := part(e); mine {
			return err
		}
	}
	var r struct {
		rma
		Report *rma `json:"return"` // reports carry the return beside what was told
	}
	if err := json.Unmarshal(e.Data, &r); err != nil {
		return fmt.Errorf("decode %s: %w", e.Kind, err)
	}
	if r.Report != nil {
		r.rma = *r.Report
	}
	w.returns[r.RMAID] = r.rma
	return nil
}

// dispatch records what was sent for an order.
func (w *warehouse) dispatch(o dispute.OrderFacts, d dispute.DispatchFacts) error {
	e, err := effect("dispatch.recorded", dispatchRecord{OrderID: o.OrderID, DispatchFacts: d})
	if err != nil {
		return err
	}
	e.OrderID = o.OrderID
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.commit(e)
}

func (w *warehouse) getDispatch(r *http.Request, _ []byte) (outcome, error) {
	d, ok := w.dispatches[r.PathValue("order_id")]
	if !ok {
		return refuse(http.StatusNotFound, "unknown_order", "nothing was dispatched for such an order"), nil
	}
	return outcome{status: http.StatusOK, body: d}, nil
}

func (w *warehouse) announce(_ *http.Request, body []byte) (outcome, error) {
	var a rma
	if out, ok := parse(body, &a); !ok {
		return out, nil
	}
	if a.RMAID == "" || a.CaseID == "" || a.OrderID == "" || len(a.Lines) == 0 {
		return refuse(http.StatusUnprocessableEntity, "invalid", "rma_id, case_id, order_id and lines are needed"), nil
	}
	a.Status, a.Sequence = rmaAnnounced, 0
	if known, ok := w.returns[a.RMAID]; ok {
		switch {
		case known.Status == rmaCancelled || known.Status == rmaBarred:
			return refuse(http.StatusConflict, "return_cancelled", "the return was cancelled"), nil
		case known.OrderID != a.OrderID || !reflect.DeepEqual(known.Lines, a.Lines):
			return refuse(http.StatusConflict, "return_exists", "the return was announced with other content"), nil
		}
		return outcome{status: http.StatusOK, body: known.answer()}, nil
	}
	e, err := w.about("return.announced", a, a)
	return outcome{status: http.StatusCreated, body: a.answer(), effect: &e}, err
}

func (w *warehouse) cancel(r *http.Request, _ []byte) (outcome, error) {
	known, ok := w.returns[r.PathValue("rma_id")]
	switch {
	case !ok:
		// Remembered, so that an announcement that comes in later is refused.
		barred := rma{RMAID: r.PathValue("rma_id"), Status: rmaBarred}
		e, err := w.about("return.barred", barred, barred)
		out := refuse(http.StatusNotFound, "unknown_return", "no such return")
		out.effect = &e
		return out, err
	case known.Status == rmaBarred:
		return refuse(http.StatusNotFound, "unknown_return", "no such return"), nil
	case known.Status == rmaReceived:
		return refuse(http.StatusConflict, "return_received", "the goods are here already"), nil
	case known.Status == rmaCancelled:
		return outcome{status: http.StatusOK, body: known.answer()}, nil
	}
	known.Status = rmaCancelled
	e, err := w.about("return.cancelled", known, known)
	return outcome{status: http.StatusOK, body: known.answer(), effect: &e}, err
}

func (w *warehouse) about(kind string, r rma, data any) (Entry, error) {
	e, err := effect(kind, data)
	e.CaseID, e.OrderID, e.Ref = r.CaseID, r.OrderID, r.RMAID
	return e, err
}
