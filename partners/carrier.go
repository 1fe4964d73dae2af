package partners

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/redresshq/redress/dispute"
)

// labelCarrier is the carrier of return labels.
const labelCarrier = "SF"

// labelValidity is how long a return label can be used.
const labelValidity = 30 * 24 * time.Hour

// The states of a label.
const (
	labelIssued = "issued"
	labelVoided = "voided"
)

// label is a return label.
type label struct {
	LabelID        string    `json:"label_id"`
	URL            string    `json:"url"`
	Carrier        string    `json:"carrier"`
	TrackingNumber string    `json:"tracking_number"`
	ValidUntil     time.Time `json:"valid_until"`
	Status         string    `json:"status"`
	RMAID          string    `json:"rma_id"`
	CaseID         string    `json:"case_id"`
	OrderID        string    `json:"order_id"`
}

// ParcelUpdate sets where a parcel is.
type ParcelUpdate struct {
	Status         dispute.ParcelStatus `json:"status"`
	DeliveredAt    *time.Time           `json:"delivered_at,omitempty"` // nil with status delivered: now
	SignedBy       string               `json:"signed_by,omitempty"`
	DamageReported bool                 `json:"damage_reported,omitempty"`
	Webhook        bool                 `json:"webhook,omitempty"` // send tracking.updated
}

// carrier moves parcels and sells return labels.
type carrier struct {
	*partner
	labels  map[string]label
	numbers map[string]label // by parcel
	parcels map[string]dispute.TraceFacts

	claims *claimBook

	autoMu   sync.Mutex
	auto     Auto
	validity time.Duration // of labels, 0 for labelValidity
}

func newCarrier(box *Sandbox) *carrier {
	c := &carrier{partner: newPartner(box, Carrier), auto: box.config.Auto,
		labels: map[string]label{}, numbers: map[string]label{}, parcels: map[string]dispute.TraceFacts{}}
	c.apply = c.applyEffect
	c.claims = newClaimBook(c.partner)
	c.operation("POST /v1/labels", "issue_label", c.issue)
	c.operation("POST /v1/labels/{label_id}/void", "void_label", c.void)
	c.operation("GET /v1/parcels/{carrier}/{tracking_number}", "trace", c.trace)
	c.mux.HandleFunc("GET /labels/{label_id}", c.print)
	c.control("POST /sandbox/parcels/{carrier}/{tracking_number}", c.scan)
	c.control("PUT /sandbox/label-validity", c.putValidity)
	c.control("GET /sandbox/auto", c.getAuto)
	c.control("PUT /sandbox/auto", c.putAuto)
	return c
}

func parcelKey(carrier, number string) string { return carrier + "/" + number }

func (c *carrier) applyEffect(e Entry) error {
	if claim, err := c.claims.takes(e); claim {
		return err
	}
	if e.Kind == "parcel.updated" {
		var t dispute.TraceFacts
		if err := json.Unmarshal(e.Data, &t); err != nil {
			return fmt.Errorf("decode %s: %w", e.Kind, err)
		}
		c.parcels[parcelKey(t.Carrier, t.TrackingNumber)] = t
		return nil
	}
	var l label
	if err := json.Unmarshal(e.Data, &l); err != nil {
		return fmt.Errorf("decode %s: %w", e.Kind, err)
	}
	c.labels[l.LabelID] = l
	c.numbers[parcelKey(l.Carrier, l.TrackingNumber)] = l
	return nil
}

func (c *carrier) issue(_ *http.Request, body []byte) (outcome, error) {
	var l label
	if out, ok := parse(body, &l); !ok {
		return out, nil
	}
	if l.RMAID == "" || l.CaseID == "" {
		return refuse(http.StatusUnprocessableEntity, "invalid", "rma_id and case_id are needed"), nil
	}
	l.LabelID = newID("label")
	l.URL = c.url() + "/labels/" + l.LabelID
	l.Carrier, l.TrackingNumber = labelCarrier, "RT"+l.LabelID[len("label_"):]
	l.ValidUntil = c.validUntil(time.Now().UTC())
	l.Status = labelIssued
	e, err := aboutLabel("label.issued", l)
	return outcome{status: http.StatusCreated, body: l, effect: &e, then: func() { c.play(l) }}, err
}

func (c *carrier) void(r *http.Request, _ []byte) (outcome, error) {
	l, ok := c.labels[r.PathValue("label_id")]
	if !ok {
		return refuse(http.StatusNotFound, "unknown_label", "no such label"), nil
	}
	if l.Status == labelVoided {
		return outcome{status: http.StatusOK, body: l}, nil
	}
	if _, used := c.parcels[parcelKey(l.Carrier, l.TrackingNumber)]; used {
		return refuse(http.StatusConflict, "label_used", "the parcel is on its way"), nil
	}
	l.Status = labelVoided
	e, err := aboutLabel("label.voided", l)
	return outcome{status: http.StatusOK, body: l, effect: &e}, err
}

func aboutLabel(kind string, l label) (Entry, error) {
	e, err := effect(kind, l)
	e.CaseID, e.OrderID, e.Ref = l.CaseID, l.OrderID, l.LabelID
	return e, err
}

func (c *carrier) trace(r *http.Request, _ []byte) (outcome, error) {
	t, ok := c.parcels[parcelKey(r.PathValue("carrier"), r.PathValue("tracking_number"))]
	if !ok {
		return refuse(http.StatusNotFound, "unknown_parcel", "no record of such a parcel"), nil
	}
	return outcome{status: http.StatusOK, body: t}, nil
}

// print shows the label to whoever has its address.
func (c *carrier) print(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	l, ok := c.labels[r.PathValue("label_id")]
	c.mu.Unlock()
	if !ok {
		c.write(w, http.StatusNotFound, failure("unknown_label", "no such label"))
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := fmt.Fprintf(w, "RETURN LABEL %s (%s)\n%s %s\nRMA %s\nTo: %s\n", l.LabelID, l.Status, l.Carrier, l.TrackingNumber, l.RMAID, returnAddress); err != nil {
		c.box.config.Log.Debug("sandbox answer", "partner", c.kind, "error", err)
	}
}

func (c *carrier) scan(r *http.Request, body []byte) (int, any, error) {
	var u ParcelUpdate
	if err := decode(body, &u); err != nil {
		return 0, nil, err
	}
	t, err := c.update(r.PathValue("carrier"), r.PathValue("tracking_number"), u, Entry{})
	return http.StatusOK, t, err
}

// update records where a parcel is, and reports it if asked.
func (c *carrier) update(name, number string, u ParcelUpdate, about Entry) (dispute.TraceFacts, error) {
	t := dispute.TraceFacts{Carrier: name, TrackingNumber: number, Status: u.Status, DeliveredAt: u.DeliveredAt,
		SignedBy: u.SignedBy, DamageReported: u.DamageReported}
	if !u.Status.Valid() {
		return t, deny(http.StatusUnprocessableEntity, "invalid", "unknown parcel status")
	}
	if u.Status == dispute.ParcelDelivered && t.DeliveredAt == nil {
		now := time.Now().UTC()
		t.DeliveredAt = &now
	}
	e, err := effect("parcel.updated", t)
	if err != nil {
		return t, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if l, ok := c.numbers[parcelKey(name, number)]; ok {
		about = Entry{CaseID: l.CaseID, OrderID: l.OrderID}
	}
	e.Ref, e.CaseID, e.OrderID = number, about.CaseID, about.OrderID
	if err := c.commit(e); err != nil {
		return t, err
	}
	if !u.Webhook {
		return t, nil
	}
	return t, c.sender.send("tracking.updated", e, map[string]any{"carrier": name, "tracking_number": number, "status": u.Status})
}
