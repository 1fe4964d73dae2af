package partners

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"time"

	"github.com/redresshq/redress/dispute"
)

// The states of a repair that are not a report's.
const (
	repairAnnounced = "announced"
	repairApproved  = "approved"
	repairCancelled = "cancelled" // called off; send_back says what becomes of the goods
	repairBarred    = "barred"    // called off before it was announced
)

// mending is a repair as the workshop knows it.
type mending struct {
	RepairID   string         `json:"repair_id"`
	RMAID      string         `json:"rma_id,omitempty"`
	CaseID     string         `json:"case_id,omitempty"`
	WorkflowID string         `json:"workflow_id,omitempty"`
	OrderID    string         `json:"order_id,omitempty"`
	Lines      []dispute.Line `json:"lines,omitempty"`
	Free       bool           `json:"free"`
	Status     string         `json:"status"`
	Quote      *dispute.Money `json:"quote,omitempty"` // that was approved
	SendBack   bool           `json:"send_back,omitempty"`
	Sequence   int64          `json:"sequence"` // of the last report
}

func (m mending) answer() map[string]any {
	return map[string]any{"repair_id": m.RepairID, "case_id": m.CaseID, "workflow_id": m.WorkflowID, "order_id": m.OrderID, "status": m.Status}
}

// RepairReport is what the workshop reports of a repair.
type RepairReport struct {
	Status         string         `json:"status"`              // received, diagnosed, repairing, repaired, shipped, returned, irreparable, delayed
	Diagnosis      string         `json:"diagnosis,omitempty"` // a code, such as worn_switch
	Covered        *bool          `json:"covered,omitempty"`
	Quote          *dispute.Money `json:"quote,omitempty"`
	Carrier        string         `json:"carrier,omitempty"`         // with shipped; "" is SF
	TrackingNumber string         `json:"tracking_number,omitempty"` // "" makes one up
	ReadyBy        *time.Time     `json:"ready_by,omitempty"`
	Reason         string         `json:"reason,omitempty"`
	Sequence       int64          `json:"sequence,omitempty"` // 0: the next one
}

// workshop is the part of the warehouse that mends goods.
type workshop struct {
	*warehouse
	all map[string]mending
}

func newWorkshop(w *warehouse) *workshop {
	s := &workshop{warehouse: w, all: map[string]mending{}}
	w.operation("POST /v1/repairs", "announce_repair", s.announceRepair)
	w.operation("POST /v1/repairs/{repair_id}/approval", "approve_repair", s.approve)
	w.operation("POST /v1/repairs/{repair_id}/cancellation", "cancel_repair", s.callOff)
	w.control("POST /sandbox/repairs/{repair_id}/report", s.report)
	return s
}

// applyEffect takes an effect of the ledger; false where it is not about repairs.
func (s *workshop) applyEffect(e Entry) (bool, error) {
	return keep(e, "repair.", s.all, func(m mending) string { return m.RepairID })
}

func (s *workshop) announceRepair(_ *http.Request, body []byte) (outcome, error) {
	var m mending
	if out, ok := parse(body, &m); !ok {
		return out, nil
	}
	if m.RepairID == "" || m.CaseID == "" || m.OrderID == "" || len(m.Lines) == 0 {
		return refuse(http.StatusUnprocessableEntity, "invalid", "repair_id, case_id, order_id and lines are needed"), nil
	}
	m.Status, m.Quote, m.SendBack, m.Sequence = repairAnnounced, nil, false, 0
	if known, ok := s.all[m.RepairID]; ok {
		switch {
		case known.Status == repairCancelled || known.Status == repairBarred:
			return refuse(http.StatusConflict, "repair_cancelled", "the repair was called off"), nil
		case known.OrderID != m.OrderID || !reflect.DeepEqual(known.Lines, m.Lines):
			return refuse(http.StatusConflict, "repair_exists", "the repair was announced with other content"), nil
		}
		return outcome{status: http.StatusOK, body: known.answer()}, nil
	}
	e, err := s.entry("repair.announced", m)
	return outcome{status: http.StatusCreated, body: m.answer(), effect: &e}, err
}

func (s *workshop) approve(r *http.Request, body []byte) (outcome, error) {
	var asked struct {
		Quote *dispute.Money `json:"quote"`
	}
	if out, ok := parse(body, &asked); !ok {
		return out, nil
	}
	m, ok := s.all[r.PathValue("repair_id")]
	switch {
	case !ok || m.Status == repairBarred:
		return refuse(http.StatusNotFound, "unknown_repair", "no such repair"), nil
	case m.Status == repairCancelled:
		return refuse(http.StatusConflict, "repair_cancelled", "the repair was called off"), nil
	case asked.Quote == nil:
		return refuse(http.StatusUnprocessableEntity, "invalid", "quote is needed"), nil
	}
	m.Status, m.Quote = repairApproved, asked.Quote
	e, err := s.entry("repair.approved", m)
	return outcome{status: http.StatusOK, body: m.answer(), effect: &e}, err
}

func (s *workshop) callOff(r *http.Request, body []byte) (outcome, error) {
	var asked struct {
		SendBack bool `json:"send_back"`
	}
	if out, ok := parse(body, &asked); !ok {
		return out, nil
	}
	id := r.PathValue("repair_id")
	m, ok := s.all[id]
	switch {
	case !ok:
		m = mending{RepairID: id, Status: repairBarred}
		e, err := s.entry("repair.barred", m)
		out := refuse(http.StatusNotFound, "unknown_repair", "no such repair")
		out.effect = &e
		return out, err
	case m.Status == repairBarred:
		return refuse(http.StatusNotFound, "unknown_repair", "no such repair"), nil
	case m.Status == dispute.WorkshopShipped || m.Status == dispute.WorkshopReturned:
		return refuse(http.StatusConflict, "repair_shipped", "the goods have left"), nil
	case m.Status == repairCancelled && m.SendBack == asked.SendBack:
		return outcome{status: http.StatusOK, body: m.answer()}, nil
	}
	m.Status, m.SendBack = repairCancelled, asked.SendBack
	e, err := s.entry("repair.cancelled", m)
	return outcome{status: http.StatusOK, body: m.answer(), effect: &e}, err
}

func (s *workshop) entry(kind string, m mending) (Entry, error) {
	e, err := effect(kind, m)
	e.CaseID, e.OrderID, e.Ref = m.CaseID, m.OrderID, m.RepairID
	return e, err
}

func (s *workshop) report(r *http.Request, body []byte) (int, any, error) {
	var said RepairReport
	if err := decode(body, &said); err != nil {
		return 0, nil, err
	}
	return s.tellRepair(r.PathValue("repair_id"), said)
}

// tellRepair records how a repair stands, and reports it. Goods that left are a parcel of
// the carrier's from then on.
func (s *workshop) tellRepair(id string, said RepairReport) (int, any, error) {
	if !slices.Contains(dispute.WorkshopStatuses(), said.Status) {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "unknown status")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.all[id]
	if !ok || m.Status == repairBarred {
		return 0, nil, deny(http.StatusNotFound, "unknown_repair", "no such repair")
	}
	data := map[string]any{"repair_id": id, "status": said.Status}
	for name, text := range map[string]string{"diagnosis": said.Diagnosis, "reason": said.Reason} {
		if text != "" {
			data[name] = text
		}
	}
	if said.Covered != nil {
		data["covered"] = *said.Covered
	}
	if said.Quote != nil {
		data["quote"] = said.Quote
	}
	if said.ReadyBy != nil {
		data["ready_by"] = said.ReadyBy
	}
	if said.Status == dispute.WorkshopShipped {
		carrier, number := or(said.Carrier, labelCarrier), or(said.TrackingNumber, "RB"+newID("parcel")[len("parcel_"):])
		data["carrier"], data["tracking_number"] = carrier, number
		if _, err := s.box.carrier.update(carrier, number, ParcelUpdate{Status: dispute.ParcelInTransit}, Entry{CaseID: m.CaseID, OrderID: m.OrderID}); err != nil {
			return 0, nil, err
		}
	}
	sequence := said.Sequence
	if sequence == 0 {
		sequence = m.Sequence + 1
	}
	m.Sequence, data["sequence"] = max(m.Sequence, sequence), sequence
	if said.Status != dispute.WorkshopDelayed {
		m.Status = said.Status
	}
	e, err := s.entry("repair."+said.Status, m)
	if err != nil {
		return 0, nil, err
	}
	if err := s.commit(e); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, data, s.sender.send("repair.updated", e, data)
}

// ofRMA is the open repair whose goods come under an RMA, "" if there is none.
func (s *workshop) ofRMA(rmaID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, m := range s.all {
		if m.RMAID == rmaID && m.Status != repairCancelled && m.Status != repairBarred {
			return id
		}
	}
	return ""
}

// play mends the goods of a repair and has the carrier bring them back; one that is not
// free gets a quote and waits for its approval.
func (s *workshop) play(ctx context.Context, id string, delay time.Duration) error {
	covered, number := true, "RB"+newID("parcel")[len("parcel_"):]
	s.mu.Lock()
	m := s.all[id]
	s.mu.Unlock()
	if !m.Free {
		price := dispute.CNY(5000)
		_, _, err := s.tellRepair(id, RepairReport{Status: dispute.WorkshopDiagnosed, Diagnosis: "worn_part", Quote: &price})
		return err
	}
	for _, said := range []RepairReport{
		{Status: dispute.WorkshopDiagnosed, Diagnosis: "loose_contact", Covered: &covered},
		{Status: dispute.WorkshopRepairing}, {Status: dispute.WorkshopRepaired},
		{Status: dispute.WorkshopShipped, TrackingNumber: number},
	} {
		if _, _, err := s.tellRepair(id, said); err != nil {
			return err
		}
		if !pause(ctx, delay) {
			return ctx.Err()
		}
	}
	_, err := s.box.carrier.update(labelCarrier, number, ParcelUpdate{Status: dispute.ParcelDelivered, Webhook: true},
		Entry{CaseID: m.CaseID, OrderID: m.OrderID})
	return err
}
