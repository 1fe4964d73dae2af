package api

import (
	"time"

	"github.com/redresshq/redress/dispute"
)

// replacementUpdated translates what a warehouse reports of goods that go out anew.
func replacementUpdated(b WebhookBody) (Translated, error) {
	var d struct {
		ReplacementID  string     `json:"replacement_id"`
		Status         string     `json:"status"`
		Carrier        string     `json:"carrier"`
		TrackingNumber string     `json:"tracking_number"`
		DispatchBy     *time.Time `json:"dispatch_by"`
		Reason         string     `json:"reason"`
		Sequence       *int64     `json:"sequence"`
	}
	if err := decode(b.Data, &d); err != nil {
		return Translated{}, err
	}
	f := faults{}
	f.name("/data/replacement_id", d.ReplacementID)
	f.need(d.Sequence != nil && *d.Sequence >= 1, "/data/sequence", "a number from 1, rising with each report of the replacement")
	switch d.Status {
	case dispute.ReportedReserved, dispute.ReportedSigned, dispute.ReportedOutOfStock, dispute.ReportedCancelled:
	case dispute.ReportedShipped:
		f.name("/data/carrier", d.Carrier)
		f.name("/data/tracking_number", d.TrackingNumber)
	case dispute.ReportedDelayed:
		f.need(d.DispatchBy != nil, "/data/dispatch_by", "the new date")
	default:
		f.need(false, "/data/status", "reserved, shipped, signed, delayed, out_of_stock or cancelled")
	}
	f.need(d.Reason == "" || name(d.Reason), "/data/reason", "a code")
	if err := f.err(); err != nil {
		return Translated{}, err
	}
	doc := dispute.ReplacementUpdate{EventID: b.EventID, ReplacementID: d.ReplacementID, Status: d.Status, Carrier: d.Carrier,
		TrackingNumber: d.TrackingNumber, DispatchBy: d.DispatchBy, Reason: d.Reason, Sequence: *d.Sequence, At: b.OccurredAt}
	return signal(dispute.SignalReplacementUpdate, doc, dispute.Reference{Kind: dispute.RefReplacement, Value: d.ReplacementID})
}
