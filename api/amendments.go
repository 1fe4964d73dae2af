package api

import "github.com/redresshq/redress/dispute"

// amendmentAsk is what an order change shall change, as the engine carries it: the words are
// a text of the case, and what the policy asks for counts as given.
func amendmentAsk(x *exchange, o *dispute.Opening, b *AmendmentRequest) *dispute.AmendmentAsk {
	ask := &dispute.AmendmentAsk{Items: value(b.Items)}
	if amendmentWords(b) != "" {
		ask.TextID = x.derived(textAmendment)
	}
	for t, given := range map[dispute.EvidenceType]bool{
		dispute.EvidenceNewAddress:   o.Reason == dispute.ReasonAddressChange && b.Address != nil,
		dispute.EvidenceWantedItem:   o.Reason == dispute.ReasonItemChange && len(ask.Items) > 0,
		dispute.EvidenceInvoiceTitle: o.Reason == dispute.ReasonInvoiceRequest && b.InvoiceTitle != nil,
	} {
		if given {
			o.Evidence = append(o.Evidence, t)
		}
	}
	return ask
}

// amendmentWords are the personal words of an order change: the new address, or the title
// of the invoice.
func amendmentWords(b *AmendmentRequest) string {
	switch {
	case b == nil:
		return ""
	case b.Address != nil:
		return *b.Address
	}
	return value(b.InvoiceTitle)
}
