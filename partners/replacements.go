package partners

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"time"

	"github.com/redresshq/redress/dispute"
)

// dispatchWithin is how soon the sandbox's warehouse promises to send.
const dispatchWithin = 24 * time.Hour

// The states of goods that go out anew.
const (
	sendingReserved  = "reserved"
	sendingShipped   = "shipped"
	sendingSigned    = "signed"
	sendingGone      = "out_of_stock"
	sendingCancelled = "cancelled"
	sendingBarred    = "barred" // cancelled before it was asked for
)

// sending is goods that go out in place of others.
type sending struct {
	ReplacementID  string                    `json:"replacement_id"`
	CaseID         string                    `json:"case_id,omitempty"`
	WorkflowID     string                    `json:"workflow_id,omitempty"`
	OrderID        string                    `json:"order_id,omitempty"`
	Items          []dispute.ReplacementItem `json:"items,omitempty"`
	Status         string                    `json:"status"`
	DispatchBy     *time.Time                `json:"dispatch_by,omitempty"`
	Carrier        string                    `json:"carrier,omitempty"`
	TrackingNumber string                    `json:"tracking_number,omitempty"`
	Sequence       int64                     `json:"sequence"` // of the last report
}

func (s sending) answer() map[string]any {
	return map[string]any{"replacement_id": s.ReplacementID, "case_id": s.CaseID, "workflow_id": s.WorkflowID, "order_id": s.OrderID,
		"status": s.Status, "dispatch_by": s.DispatchBy}
}

// Stock sets whether goods can be had: of one order, or everywhere where it is empty.
type Stock struct {
	SKU       string `json:"sku"`
	OrderID   string `json:"order_id,omitempty"`
	Available bool   `json:"available"`
}

// SendingReport is what the warehouse reports of goods that go out anew.
type SendingReport struct {
	Status         string     `json:"status"`                    // reserved, shipped, signed, delayed, out_of_stock, cancelled
	Carrier        string     `json:"carrier,omitempty"`         // with shipped; "" is SF
	TrackingNumber string     `json:"tracking_number,omitempty"` // "" makes one up
	DispatchBy     *time.Time `json:"dispatch_by,omitempty"`
	Reason         string     `json:"reason,omitempty"`
	Sequence       int64      `json:"sequence,omitempty"` // 0: the next one
	Silent         bool       `json:"silent,omitempty"`   // happens, and is not reported
}

// sendings is the part of the warehouse that sends goods anew.
type sendings struct {
	*warehouse
	all   map[string]sending
	stock map[string]bool // "<order>/<sku>": false is out of stock
}

func newSendings(w *warehouse) *sendings {
	s := &sendings{warehouse: w, all: map[string]sending{}, stock: map[string]bool{}}
	w.operation("POST /v1/replacements", "replace", s.replace)
	w.operation("POST /v1/replacements/{replacement_id}/cancellation", "cancel_replacement", s.cancel)
	w.control("POST /sandbox/replacements/{replacement_id}/report", s.report)
	w.control("PUT /sandbox/stock", s.setStock)
	return s
}

// applyEffect takes an effect of the ledger; false where it is not about goods sent anew.
func (s *sendings) applyEffect(e Entry) (bool, error) {
	if e.Kind == "stock.set" {
		var set Stock
		err := json.Unmarshal(e.Data, &set)
		s.stock[set.OrderID+"/"+set.SKU] = set.Available
		return true, err
	}
	return keep(e, "replacement.", s.all, func(one sending) string { return one.ReplacementID })
}

func (s *sendings) has(orderID, sku string) bool {
	for _, key := range []string{orderID + "/" + sku, "/" + sku} {
		if available, set := s.stock[key]; set {
			return available
		}
	}
	return true
}

func (s *sendings) replace(_ *http.Request, body []byte) (outcome, error) {
	var one sending
	if out, ok := parse(body, &one); !ok {
		return out, nil
	}
	if one.ReplacementID == "" || one.CaseID == "" || one.OrderID == "" || len(one.Items) == 0 {
		return refuse(http.StatusUnprocessableEntity, "invalid", "replacement_id, case_id, order_id and items are needed"), nil
	}
	if known, ok := s.all[one.ReplacementID]; ok {
		switch {
		case known.Status == sendingCancelled || known.Status == sendingBarred:
			return refuse(http.StatusConflict, "replacement_cancelled", "it was cancelled"), nil
		case known.OrderID != one.OrderID || !reflect.DeepEqual(known.Items, one.Items):
			return refuse(http.StatusConflict, "replacement_exists", "it was asked for with other content"), nil
		}
		return outcome{status: http.StatusOK, body: known.answer()}, nil
	}
	for _, item := range one.Items {
		if !s.has(one.OrderID, item.SKU) {
			return refuse(http.StatusConflict, "out_of_stock", "there are none of "+item.SKU), nil
		}
	}
	by := time.Now().UTC().Add(dispatchWithin).Truncate(time.Second)
	one.Status, one.DispatchBy, one.Sequence = sendingReserved, &by, 0
	e, err := s.entry("replacement.reserved", one)
	return outcome{status: http.StatusCreated, body: one.answer(), effect: &e, then: func() { s.play(one) }}, err
}

func (s *sendings) cancel(r *http.Request, _ []byte) (outcome, error) {
	id := r.PathValue("replacement_id")
	known, ok := s.all[id]
	switch {
	case !ok:
		known = sending{ReplacementID: id, Status: sendingBarred}
		e, err := s.entry("replacement.barred", known)
		out := refuse(http.StatusNotFound, "unknown_replacement", "no such replacement")
		out.effect = &e
		return out, err
	case known.Status == sendingBarred:
		return refuse(http.StatusNotFound, "unknown_replacement", "no such replacement"), nil
	case known.Status == sendingShipped || known.Status == sendingSigned:
		return refuse(http.StatusConflict, "replacement_shipped", "the goods have left"), nil
	case known.Status == sendingCancelled:
		return outcome{status: http.StatusOK, body: known.answer()}, nil
	}
	known.Status = sendingCancelled
	e, err := s.entry("replacement.cancelled", known)
	return outcome{status: http.StatusOK, body: known.answer(), effect: &e}, err
}

func (s *sendings) entry(kind string, one sending) (Entry, error) {
	e, err := effect(kind, one)
	e.CaseID, e.OrderID, e.Ref = one.CaseID, one.OrderID, one.ReplacementID
	return e, err
}

func (s *sendings) setStock(_ *http.Request, body []byte) (int, any, error) {
	var set Stock
	if err := decode(body, &set); err != nil {
		return 0, nil, err
	}
	e, err := effect("stock.set", set)
	if err != nil {
		return 0, nil, err
	}
	e.OrderID, e.Ref = set.OrderID, set.SKU
	s.mu.Lock()
	defer s.mu.Unlock()
	return http.StatusOK, set, s.commit(e)
}

func (s *sendings) report(r *http.Request, body []byte) (int, any, error) {
	var said SendingReport
	if err := decode(body, &said); err != nil {
		return 0, nil, err
	}
	return s.tellSending(r.PathValue("replacement_id"), said)
}

// tellSending records what became of goods, and reports it. Goods that left are a parcel
// of the carrier's from then on.
func (s *sendings) tellSending(id string, said SendingReport) (int, any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.all[id]
	if !ok {
		return 0, nil, deny(http.StatusNotFound, "unknown_replacement", "no such replacement")
	}
	data := map[string]any{"replacement_id": id, "status": said.Status}
	switch said.Status {
	case sendingReserved, sendingSigned, sendingGone, sendingCancelled:
		one.Status = said.Status
	case sendingShipped:
		one.Status, one.Carrier = said.Status, or(said.Carrier, labelCarrier)
		one.TrackingNumber = or(said.TrackingNumber, "NW"+newID("parcel")[len("parcel_"):])
		data["carrier"], data["tracking_number"] = one.Carrier, one.TrackingNumber
		if _, err := s.box.carrier.update(one.Carrier, one.TrackingNumber, ParcelUpdate{Status: dispute.ParcelInTransit},
			Entry{CaseID: one.CaseID, OrderID: one.OrderID}); err != nil {
			return 0, nil, err
		}
	case "delayed":
		if said.DispatchBy == nil {
			return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "a delay has a new dispatch_by")
		}
		one.DispatchBy = said.DispatchBy
	default:
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "unknown status")
	}
	if said.DispatchBy != nil {
		data["dispatch_by"] = said.DispatchBy
	}
	if said.Reason != "" {
		data["reason"] = said.Reason
	}
	sequence := said.Sequence
	if sequence == 0 {
		sequence = one.Sequence + 1
	}
	one.Sequence, data["sequence"] = max(one.Sequence, sequence), sequence
	e, err := s.entry("replacement."+said.Status, one)
	if err != nil {
		return 0, nil, err
	}
	if err := s.commit(e); err != nil {
		return 0, nil, err
	}
	if said.Silent {
		return http.StatusOK, data, nil
	}
	return http.StatusOK, data, s.sender.send("replacement.updated", e, data)
}

// play sends the goods and has the carrier deliver them, for whom Auto says so.
func (s *sendings) play(one sending) {
	a := s.box.carrier.currentAuto()
	if !a.wants(label{OrderID: one.OrderID, RMAID: one.ReplacementID}) {
		return
	}
	s.box.tasks.run(func(ctx context.Context) {
		delay := time.Duration(a.DelayMS) * time.Millisecond
		if !pause(ctx, delay) {
			return
		}
		number := "NW" + newID("parcel")[len("parcel_"):]
		if _, _, err := s.tellSending(one.ReplacementID, SendingReport{Status: sendingShipped, TrackingNumber: number}); err != nil {
			s.box.config.Log.Warn("sandbox auto", "replacement_id", one.ReplacementID, "error", err)
			return
		}
		if !pause(ctx, delay) {
			return
		}
		if _, err := s.box.carrier.update(labelCarrier, number, ParcelUpdate{Status: dispute.ParcelDelivered, Webhook: true},
			Entry{CaseID: one.CaseID, OrderID: one.OrderID}); err != nil {
			s.box.config.Log.Warn("sandbox auto", "replacement_id", one.ReplacementID, "error", err)
		}
	})
}
