package api

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/redresshq/redress/dispute"
)

// Translated is a partner's event as the engine understands it.
type Translated struct {
	Signal    dispute.SignalName
	Payload   json.RawMessage   // the signal's document; no personal data
	Reference dispute.Reference // how the case is found
}

// Translator turns the events of one kind of partner into signals. It is the seam
// for partners who report in words of their own. It fails with CodeInvalid and
// fields on an event that it does not understand; the event is kept all the same.
type Translator interface {
	Translate(WebhookBody) (Translated, error)
}

// warehouseEvents translates what a warehouse reports.
type warehouseEvents struct{}

type warehouseData struct {
	RMAID   string `json:"rma_id"`
	OrderID string `json:"order_id"` // for whoever matches it; it finds no case by itself
	dispute.ReturnName
	Sequence *int64          `json:"sequence"`
	Lines    []warehouseLine `json:"lines"`
	Weight   int             `json:"weight_grams"` // of the parcel, with a count; 0: not weighed
}

type warehouseLine struct {
	LineID      string              `json:"line_id"`
	SKU         string              `json:"sku"`
	Received    *int                `json:"received_quantity"`
	Quantity    *int                `json:"quantity"`
	Condition   dispute.Condition   `json:"condition"`
	Disposition dispute.Disposition `json:"disposition"`
	Photos      []string            `json:"photos"`
	Serials     []string            `json:"serials"`
	Lacking     []string            `json:"lacking"`
	// A note is personal: it stays in the inbox and goes no further.
}

// Translate implements Translator. A correction replaces the count or the finding,
// by which of the two its lines hold.
func (warehouseEvents) Translate(b WebhookBody) (Translated, error) {
	if b.Type == "repair.updated" {
		return repairUpdated(b)
	}
	if b.Type == "replacement.updated" {
		return replacementUpdated(b)
	}
	var d warehouseData
	if err := decode(b.Data, &d); err != nil {
		return Translated{}, err
	}
	inspected := b.Type == "return.inspected"
	if b.Type == "return.corrected" && len(d.Lines) > 0 {
		inspected = d.Lines[0].Condition != ""
	}
	f := faults{}
	ref := d.named(&f)
	f.need(d.Sequence != nil && *d.Sequence >= 0, "/data/sequence", "a number, rising with each report of the RMA")
	f.need(d.Weight >= 0 && d.Weight <= maxWeight, "/data/weight_grams", "0 to 100000000")
	f.need(len(d.Lines) > 0 && len(d.Lines) <= 200, "/data/lines", "1 to 200 lines")
	switch b.Type {
	case "return.received", "return.inspected", "return.corrected":
	default:
		return Translated{}, unknownType(b.Type)
	}
	for i, l := range d.Lines {
		l.check(&f, fmt.Sprintf("/data/lines/%d", i), inspected)
	}
	if err := f.err(); err != nil {
		return Translated{}, err
	}
	correction := b.Type == "return.corrected"
	if !inspected {
		doc := dispute.WarehouseReceived{EventID: b.EventID, RMAID: d.RMAID, ReturnName: d.ReturnName, Sequence: *d.Sequence, Correction: correction, At: b.OccurredAt,
			WeightGrams: d.Weight}
		for _, l := range d.Lines {
			doc.Lines = append(doc.Lines, dispute.ReceivedLine{LineID: l.LineID, SKU: l.SKU, Quantity: *l.Received})
		}
		return signal(dispute.SignalWarehouseReceived, doc, ref)
	}
	doc := dispute.WarehouseInspected{EventID: b.EventID, RMAID: d.RMAID, ReturnName: d.ReturnName, Sequence: *d.Sequence, Correction: correction, At: b.OccurredAt}
	for _, l := range d.Lines {
		doc.Lines = append(doc.Lines, dispute.InspectedLine{LineID: l.LineID, SKU: l.SKU, Quantity: *l.Quantity,
			Condition: l.Condition, Disposition: l.Disposition, Photos: l.Photos, Serials: l.Serials, Lacking: l.Lacking})
	}
	return signal(dispute.SignalWarehouseInspected, doc, ref)
}

// check looks at one line of a count or a finding.
func (l warehouseLine) check(f *faults, at string, inspected bool) {
	f.need(l.LineID != "" || l.SKU != "", at, "line_id or sku")
	f.need(l.LineID == "" || name(l.LineID), at+"/line_id", "not an id")
	f.need(l.SKU == "" || name(l.SKU), at+"/sku", "not an id")
	if !inspected {
		f.need(l.Received != nil && *l.Received >= 0 && *l.Received <= maxQuantity, at+"/received_quantity", "0 to 1000000")
		return
	}
	f.need(l.Quantity != nil && *l.Quantity >= 0 && *l.Quantity <= maxQuantity, at+"/quantity", "0 to 1000000")
	f.need(l.Condition.Valid(), at+"/condition", "not a condition")
	f.need(l.Disposition == "" || l.Disposition.Valid(), at+"/disposition", "not a disposition")
	f.need(len(l.Serials) <= 100, at+"/serials", "at most 100")
	for _, serial := range l.Serials {
		f.need(name(serial), at+"/serials", "a serial number of 1 to 100 printable characters")
	}
	f.need(len(l.Lacking) <= 10, at+"/lacking", "at most 10")
	for _, code := range l.Lacking {
		f.need(evidenceType.MatchString(code), at+"/lacking", "not a code")
	}
	f.need(len(l.Photos) <= 20, at+"/photos", "at most 20")
	for _, p := range l.Photos {
		f.need(name(p), at+"/photos", "not an id or a hash")
	}
}

// maxQuantity is the largest number of units of a line.
const maxQuantity = 1_000_000

// maxWeight is the most that a parcel weighs, in grams.
const maxWeight = 100_000_000

// carrierEvents translates what a carrier reports.
type carrierEvents struct{}

// Translate implements Translator.
func (carrierEvents) Translate(b WebhookBody) (Translated, error) {
	switch b.Type {
	case "tracking.updated":
	case "claim.updated":
		return claimEvents{}.Translate(b)
	default:
		return Translated{}, unknownType(b.Type)
	}
	var d struct {
		Carrier string               `json:"carrier"`
		Number  string               `json:"tracking_number"`
		Status  dispute.ParcelStatus `json:"status"`
	}
	if err := decode(b.Data, &d); err != nil {
		return Translated{}, err
	}
	f := faults{}
	f.name("/data/carrier", d.Carrier)
	f.name("/data/tracking_number", d.Number)
	f.need(d.Status.Valid(), "/data/status", "not a status of a parcel")
	if err := f.err(); err != nil {
		return Translated{}, err
	}
	doc := dispute.CarrierUpdate{EventID: b.EventID, Carrier: d.Carrier, TrackingNumber: d.Number, Status: d.Status, At: b.OccurredAt}
	return signal(dispute.SignalCarrierUpdate, doc, dispute.Reference{Kind: dispute.RefTracking, Value: d.Carrier + "/" + d.Number})
}

// paymentEvents translates what a payment provider reports of refunds and payouts.
type paymentEvents struct{}

// Translate implements Translator.
func (paymentEvents) Translate(b WebhookBody) (Translated, error) {
	var d struct {
		RefundKey   string           `json:"refund_key"`
		PayoutKey   string           `json:"payout_key"`
		ProviderRef string           `json:"provider_ref"`
		Status      dispute.LegState `json:"status"`
		Amount      *int64           `json:"amount"`
		Currency    string           `json:"currency"`
	}
	if err := decode(b.Data, &d); err != nil {
		return Translated{}, err
	}
	key, at := d.RefundKey, "/data/refund_key"
	switch b.Type {
	case "refund.updated":
	case "payout.updated":
		key, at = d.PayoutKey, "/data/payout_key"
	default:
		return Translated{}, unknownType(b.Type)
	}
	f := faults{}
	f.need(key != "" && len(key) <= 200 && printable(key), at, "a key that Redress gave")
	f.need(d.ProviderRef == "" || name(d.ProviderRef), "/data/provider_ref", "not an id")
	f.need(d.Amount != nil && *d.Amount >= 0, "/data/amount", "an amount in minor units")
	f.need(dispute.KnownCurrency(d.Currency), "/data/currency", "not a currency of ISO 4217")
	switch d.Status {
	case dispute.MoneyPending, dispute.MoneyRequiresAction, dispute.MoneySucceeded, dispute.MoneyFailed, dispute.MoneyCancelled:
	default:
		f.need(false, "/data/status", "pending, requires_action, succeeded, failed or cancelled")
	}
	if err := f.err(); err != nil {
		return Translated{}, err
	}
	doc := dispute.PaymentUpdate{EventID: b.EventID, RefundKey: key, ProviderRef: d.ProviderRef, Status: d.Status,
		Amount: dispute.Money{Amount: *d.Amount, Currency: d.Currency}, At: b.OccurredAt}
	return signal(dispute.SignalPaymentUpdate, doc, dispute.Reference{Kind: dispute.RefRefund, Value: key})
}

func signal(name dispute.SignalName, doc any, ref dispute.Reference) (Translated, error) {
	payload, err := json.Marshal(doc)
	if err != nil {
		return Translated{}, fmt.Errorf("write the signal %s: %w", name, err)
	}
	return Translated{Signal: name, Payload: payload, Reference: ref}, nil
}

// decode reads the data of an event; fields that Redress does not know are the partner's own.
func decode(data json.RawMessage, into any) error {
	if len(bytes.TrimSpace(data)) == 0 || bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return dispute.Invalid("the event has no data", dispute.Field{Pointer: "/data", Detail: "is missing"})
	}
	if err := json.Unmarshal(data, into); err != nil {
		return dispute.Invalid("the data of the event is not readable", dispute.Field{Pointer: "/data", Detail: "has a value of the wrong kind"})
	}
	return nil
}

func unknownType(t string) error {
	return dispute.Invalid("events of the type "+safe(t)+" are not known of this kind of partner",
		dispute.Field{Pointer: "/type", Detail: "unknown"})
}

// faults gathers what is wrong with an event.
type faults []dispute.Field

func (f *faults) need(ok bool, pointer, detail string) {
	if !ok {
		*f = append(*f, dispute.Field{Pointer: pointer, Detail: detail})
	}
}

func (f *faults) name(pointer, s string) {
	f.need(name(s), pointer, "an id of 1 to 100 printable characters")
}

func (f *faults) err() error {
	if len(*f) == 0 {
		return nil
	}
	return dispute.Invalid("the event is not complete", *f...)
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
