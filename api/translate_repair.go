package api

import (
	"slices"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// repairUpdated translates what the workshop reports of a repair.
func repairUpdated(b WebhookBody) (Translated, error) {
	var d struct {
		RepairID       string         `json:"repair_id"`
		Status         string         `json:"status"`
		Diagnosis      string         `json:"diagnosis"`
		Covered        *bool          `json:"covered"`
		Quote          *dispute.Money `json:"quote"`
		Carrier        string         `json:"carrier"`
		TrackingNumber string         `json:"tracking_number"`
		ReadyBy        *time.Time     `json:"ready_by"`
		Reason         string         `json:"reason"`
		Sequence       *int64         `json:"sequence"`
	}
	if err := decode(b.Data, &d); err != nil {
		return Translated{}, err
	}
	f := faults{}
	f.name("/data/repair_id", d.RepairID)
	f.need(d.Sequence != nil && *d.Sequence >= 1, "/data/sequence", "a number from 1, rising with each report of the repair")
	f.need(slices.Contains(dispute.WorkshopStatuses(), d.Status), "/data/status", strings.Join(dispute.WorkshopStatuses(), ", "))
	f.need(d.Diagnosis == "" || name(d.Diagnosis), "/data/diagnosis", "a code")
	f.need(d.Reason == "" || name(d.Reason), "/data/reason", "a code")
	f.need(d.Quote == nil || (d.Quote.Amount > 0 && dispute.KnownCurrency(d.Quote.Currency)), "/data/quote", "an amount in minor units, and its currency")
	f.need(d.Status != dispute.WorkshopDelayed || d.ReadyBy != nil, "/data/ready_by", "the new date")
	if d.Status == dispute.WorkshopShipped {
		f.name("/data/carrier", d.Carrier)
		f.name("/data/tracking_number", d.TrackingNumber)
	}
	if err := f.err(); err != nil {
		return Translated{}, err
	}
	doc := dispute.RepairUpdate{EventID: b.EventID, RepairID: d.RepairID, Status: d.Status, Diagnosis: d.Diagnosis, Covered: d.Covered, Quote: d.Quote,
		Carrier: d.Carrier, TrackingNumber: d.TrackingNumber, ReadyBy: d.ReadyBy, Reason: d.Reason, Sequence: *d.Sequence, At: b.OccurredAt}
	return signal(dispute.SignalRepairUpdate, doc, dispute.Reference{Kind: dispute.RefRepair, Value: d.RepairID})
}
