package dispute

import "slices"

// freightPayer is who pays for sending goods back: by the party with the largest
// share of fault (of two equal ones, the first), else by the reason.
func (b *Rulebook) freightPayer(c *Case, shares []Share) FreightPayer {
	if payer, ok := b.policy.Freight[largest(shares)]; ok {
		return payer
	}
	if payer := b.reason(c.Reason).FreightPayer; payer != "" {
		return payer
	}
	return FreightMerchant
}

// outboundPayer is who bears the charge of having sent the goods: as the return
// freight, but where the fault is undetermined it is the merchant (from format 2 on).
func (b *Rulebook) outboundPayer(c *Case, shares []Share) FreightPayer {
	if b.policy.Format >= 2 && largest(shares) == PartyUndetermined {
		return FreightMerchant
	}
	return b.freightPayer(c, shares)
}

// shippingBack says whether a rule gives the shipping charge back: where it was
// asked for and is the merchant's to bear, and (from format 2 on) where the policy
// says so for a whole order, unless it says that no rule ever does.
func (b *Rulebook) shippingBack(c *Case, shares []Share) bool {
	asked := slices.Contains(c.RequestedRemedy, RemedyFreightRefund) && b.outboundPayer(c, shares) == FreightMerchant
	if b.policy.Format < 2 {
		return asked
	}
	foreseen := slices.Contains(b.reason(c.Reason).Remedies, RemedyFreightRefund)
	return foreseen && (asked && b.refundRule(c).OutboundFreight != OutboundCustomer || b.outboundByRule(c, shares))
}

// largest is the party with the largest share of fault, "" where none was found.
func largest(shares []Share) Party {
	var most Share
	for _, s := range shares {
		if s.Percent > most.Percent {
			most = s
		}
	}
	return most.Party
}
