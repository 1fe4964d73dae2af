package api

import (
	"github.com/redresshq/redress/dispute"
)

// creditEvents translates what the shop's own system reports of coupons and gifts: they
// settle like payments.
type creditEvents struct{}

// Translate implements Translator.
func (creditEvents) Translate(b WebhookBody) (Translated, error) {
	if b.Type != "credit.updated" {
		return Translated{}, unknownType(b.Type)
	}
	var d struct {
		Key    string           `json:"credit_key"`
		Ref    string           `json:"credit_ref"`
		Status dispute.LegState `json:"status"`
	}
	if err := decode(b.Data, &d); err != nil {
		return Translated{}, err
	}
	f := faults{}
	f.need(d.Key != "" && len(d.Key) <= 200 && printable(d.Key), "/data/credit_key", "a key that Redress gave")
	f.need(d.Ref == "" || name(d.Ref), "/data/credit_ref", "not an id")
	switch d.Status {
	case dispute.MoneyPending, dispute.MoneySucceeded, dispute.MoneyFailed, dispute.MoneyCancelled:
	default:
		f.need(false, "/data/status", "pending, succeeded, failed or cancelled")
	}
	if err := f.err(); err != nil {
		return Translated{}, err
	}
	doc := dispute.PaymentUpdate{EventID: b.EventID, RefundKey: d.Key, ProviderRef: d.Ref, Status: d.Status, At: b.OccurredAt}
	return signal(dispute.SignalPaymentUpdate, doc, dispute.Reference{Kind: dispute.RefRefund, Value: d.Key})
}
