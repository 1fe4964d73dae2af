package partners

import (
	"net/http"

	"github.com/redresshq/redress/dispute"
)

// ReceiveReport is what the warehouse counted at the dock.
type ReceiveReport struct {
	Lines    []dispute.ReceivedLine `json:"lines,omitempty"`    // none: everything that was announced
	Sequence int64                  `json:"sequence,omitempty"` // 0: the next one
	// WeightGrams is what the parcel weighed, 0: nobody weighed it.
	WeightGrams int  `json:"weight_grams,omitempty"`
	Force       bool `json:"force,omitempty"` // report even if the RMA was never announced, or cancelled
	ParcelNames
}

// ParcelNames is what a warehouse says of a parcel besides its RMA.
type ParcelNames struct {
	ParcelID       string `json:"parcel_id,omitempty"`
	WarehouseID    string `json:"warehouse_id,omitempty"` // where it is, if not where it was sent to
	OrderID        string `json:"order_id,omitempty"`
	Carrier        string `json:"carrier,omitempty"`
	TrackingNumber string `json:"tracking_number,omitempty"`
	weight         int
	// NoRMA leaves the RMA out of the report.
	NoRMA bool `json:"no_rma,omitempty"`
}

// FoundLine is one line of an inspection as the warehouse writes it.
type FoundLine struct {
	LineID      string              `json:"line_id,omitempty"`
	SKU         string              `json:"sku,omitempty"`
	Quantity    int                 `json:"quantity"`
	Condition   dispute.Condition   `json:"condition"`
	Disposition dispute.Disposition `json:"disposition,omitempty"`
	Note        string              `json:"note,omitempty"`
	Photos      []string            `json:"photos,omitempty"`
	Serials     []string            `json:"serials,omitempty"`
	Lacking     []string            `json:"lacking,omitempty"`
}

// InspectReport is what the warehouse found.
type InspectReport struct {
	Lines     []FoundLine       `json:"lines,omitempty"`     // none: everything announced, in Condition
	Condition dispute.Condition `json:"condition,omitempty"` // "" is intact
	Sequence  int64             `json:"sequence,omitempty"`  // 0: the next one
	Force     bool              `json:"force,omitempty"`
	ParcelNames
}

// Correction takes an earlier report back: of the count (Received) or of the
// inspection (Inspected); exactly one is set.
type Correction struct {
	Received  []dispute.ReceivedLine `json:"received,omitempty"`
	Inspected []FoundLine            `json:"inspected,omitempty"`
	Sequence  int64                  `json:"sequence,omitempty"` // 0: the next one
	Force     bool                   `json:"force,omitempty"`
}

// told is the data of a return webhook.
type told struct {
	RMAID    string `json:"rma_id,omitempty"`
	Lines    any    `json:"lines"`
	Sequence int64  `json:"sequence"`
	Weight   int    `json:"weight_grams,omitempty"`

	ParcelID       string `json:"parcel_id,omitempty"`
	WarehouseID    string `json:"warehouse_id,omitempty"`
	OrderID        string `json:"order_id,omitempty"`
	Carrier        string `json:"carrier,omitempty"`
	TrackingNumber string `json:"tracking_number,omitempty"`
}

func (w *warehouse) receive(r *http.Request, body []byte) (int, any, error) {
	var report ReceiveReport
	if err := decode(body, &report); err != nil {
		return 0, nil, err
	}
	report.weight = report.WeightGrams
	return w.tell("return.received", r.PathValue("rma_id"), report.Sequence, report.Force, report.ParcelNames, func(known rma) any {
		if len(report.Lines) > 0 {
			return report.Lines
		}
		lines := []dispute.ReceivedLine{}
		for _, l := range known.Lines {
			lines = append(lines, dispute.ReceivedLine{LineID: l.LineID, Quantity: l.Quantity})
		}
		return lines
	})
}

func (w *warehouse) inspect(r *http.Request, body []byte) (int, any, error) {
	var report InspectReport
	if err := decode(body, &report); err != nil {
		return 0, nil, err
	}
	return w.tell("return.inspected", r.PathValue("rma_id"), report.Sequence, report.Force, report.ParcelNames, func(known rma) any {
		if len(report.Lines) > 0 {
			return report.Lines
		}
		return foundAs(known, dispute.Condition(or(string(report.Condition), string(dispute.ConditionIntact))))
	})
}

// foundAs is everything that was announced, in one condition.
func foundAs(known rma, condition dispute.Condition) []FoundLine {
	disposition := dispute.DispositionRestockNew
	if condition != dispute.ConditionIntact {
		disposition = dispute.DispositionHold
	}
	lines := []FoundLine{}
	for _, l := range known.Lines {
		lines = append(lines, FoundLine{LineID: l.LineID, Quantity: l.Quantity, Condition: condition, Disposition: disposition})
	}
	return lines
}

func (w *warehouse) correct(r *http.Request, body []byte) (int, any, error) {
	var c Correction
	if err := decode(body, &c); err != nil {
		return 0, nil, err
	}
	if (len(c.Received) == 0) == (len(c.Inspected) == 0) {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "a correction has either received or inspected lines")
	}
	return w.tell("return.corrected", r.PathValue("rma_id"), c.Sequence, c.Force, ParcelNames{}, func(rma) any {
		if len(c.Received) > 0 {
			return c.Received
		}
		return c.Inspected
	})
}

// tell records a report and sends it. An explicit sequence is sent as it is, so
// that a stale report can be played; the next one goes on from the highest.
func (w *warehouse) tell(kind, rmaID string, sequence int64, force bool, names ParcelNames, lines func(rma) any) (int, any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	known, ok := w.returns[rmaID]
	if !force && (!ok || known.Status == rmaCancelled || known.Status == rmaBarred) {
		return 0, nil, deny(http.StatusNotFound, "unknown_return", "no such return is expected; force reports it all the same")
	}
	known.RMAID = rmaID
	if sequence == 0 {
		sequence = known.Sequence + 1
	}
	known.Sequence = max(known.Sequence, sequence)
	known.Status = rmaReceived
	data := told{RMAID: rmaID, Lines: lines(known), Sequence: sequence, Weight: names.weight, ParcelID: names.ParcelID, WarehouseID: names.WarehouseID,
		OrderID: names.OrderID, Carrier: names.Carrier, TrackingNumber: names.TrackingNumber}
	if names.NoRMA {
		data.RMAID = ""
	}
	e, err := w.about(kind, known, struct {
		told
		Return rma `json:"return"`
	}{data, known})
	if err != nil {
		return 0, nil, err
	}
	if err := w.commit(e); err != nil {
		return 0, nil, err
	}
	return http.StatusOK, data, w.sender.send(kind, e, data)
}
