package api

import "github.com/redresshq/redress/dispute"

// claimEvents translates what a carrier or supplier reports of claims.
type claimEvents struct{}

// Translate implements Translator.
func (claimEvents) Translate(b WebhookBody) (Translated, error) {
	if b.Type != "claim.updated" {
		return Translated{}, unknownType(b.Type)
	}
	var d struct {
		Key      string              `json:"claim_key"`
		Ref      string              `json:"claim_ref"`
		Status   dispute.ClaimStatus `json:"status"`
		Amount   *dispute.Money      `json:"amount"`
		Reason   string              `json:"reason"`
		Sequence *int64              `json:"sequence"`
	}
	if err := decode(b.Data, &d); err != nil {
		return Translated{}, err
	}
	f := faults{}
	f.need(d.Key != "" && len(d.Key) <= 200 && printable(d.Key), "/data/claim_key", "a key that Redress gave")
	f.need(d.Ref == "" || name(d.Ref), "/data/claim_ref", "not an id")
	f.need(d.Status.Valid(), "/data/status", "filed, accepted, partly_accepted, denied or paid")
	f.need(d.Reason == "" || name(d.Reason), "/data/reason", "a code of 1 to 100 printable characters")
	f.need(d.Sequence != nil && *d.Sequence >= 0, "/data/sequence", "a number, rising with each report of the claim")
	if d.Amount != nil {
		f.need(d.Amount.Amount >= 0, "/data/amount/amount", "an amount in minor units")
		f.need(dispute.KnownCurrency(d.Amount.Currency), "/data/amount/currency", "not a currency of ISO 4217")
	}
	f.need(d.Amount != nil || (d.Status != dispute.ClaimPartlyAccepted && d.Status != dispute.ClaimPaid), "/data/amount", "how much")
	if err := f.err(); err != nil {
		return Translated{}, err
	}
	doc := dispute.ClaimUpdate{EventID: b.EventID, ClaimKey: d.Key, Status: d.Status, Amount: value(d.Amount), Reason: d.Reason,
		PartnerRef: d.Ref, Sequence: *d.Sequence, At: b.OccurredAt}
	return signal(dispute.SignalClaimUpdate, doc, dispute.Reference{Kind: dispute.RefClaim, Value: d.Key})
}
