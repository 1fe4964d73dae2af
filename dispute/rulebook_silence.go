package dispute

import "slices"

// Silence rules on an expired clock: what the policy says, and for the clocks
// whose outcome depends on the case, what this case allows. Whatever would pay
// pays only inside the automatic limit and without a flag; else a person decides.
//
// A return_transit clock says `trace`: the carrier is asked first, and then
// Silence rules on its answer, which stands in the leg's parcel status.
func (b *Rulebook) Silence(c *Case, k Clock) Silence {
	rule, _ := b.clockRule(c, k.Name)
	out := Silence{Outcome: rule.outcome(k.Round), Rule: b.rule("clocks", string(k.Name)), Basis: rule.Basis}
	switch k.Name {
	case ClockAgentDecision:
		return b.agentSilent(c, out)
	case ClockReceiptConfirmation:
		if out.Outcome != SilenceRefund {
			return out
		}
		if leg := c.Leg(k.LegID); leg != nil && leg.Return != nil && leg.Return.CustomerTracking != nil && leg.Return.CustomerTracking.Delivered {
			return out.escalate(SilenceAgent, CodeCarrierSays+string(ParcelDelivered), map[string]string{"leg_id": leg.ID})
		}
		return b.unseen(c, k.LegID, out)
	case ClockReturnTransit:
		return b.transitSilent(c, k.LegID, out)
	case ClockRepairWork:
		return b.repairEnded(c, k.LegID, out)
	case ClockReplacementDispatch, ClockReplacementDelivery:
		return b.replacementSilent(c, k.LegID, out)
	case ClockEscalationWindow:
		if !c.answered() {
			out.Outcome = SilenceCloseExpired
		}
		return out
	}
	return out
}

// agentSilent decides for the customer where the policy says so, offers the remedy by
// rule, and nothing speaks for a person.
func (b *Rulebook) agentSilent(c *Case, out Silence) Silence {
	if out.Outcome != SilenceForCustomer {
		return out.escalate(SilenceEscalate, CodePersonByRule, nil)
	}
	if why := b.obstacle(c, b.riskNow(c), out.Rule); why != nil {
		out.Outcome, out.Explanation = SilenceEscalate, why
		return out
	}
	for _, leg := range c.Legs {
		if leg.Return != nil && len(leg.Return.Differences) > 0 {
			return out.escalate(SilenceEscalate, CodeInspectionDiffers, map[string]string{"leg_id": leg.ID})
		}
		if (leg.Replacement != nil || leg.Amendment != nil) && !leg.Done() { // no rule tries again what failed, or is under way
			return out.escalate(SilenceEscalate, CodeTriedBefore, map[string]string{"leg_id": leg.ID})
		}
	}
	granted := b.Authorize(c, System, c.asked())
	switch {
	case granted.Refused != nil && granted.Refused.Code == CodeLimitExceeded:
		return out.escalate(SilenceEscalate, CodeAboveAutomatic, map[string]string{"total": granted.Total.String()})
	case granted.Refused != nil:
		return out.escalate(SilenceEscalate, CodeCannotPrice, granted.Refused.why())
	}
	if t := b.beyondOffer(c, granted.Remedies); t != "" {
		return out.escalate(SilenceEscalate, CodePersonByRule, map[string]string{"kind": string(c.Kind), "requested": string(t)})
	}
	out.Remedies = granted.Remedies
	return out
}

// beyondOffer is the first remedy that the policy does not offer by rule for the kind
// of the case, "" where it offers all: silence brings no more than a rule does, such as
// money for goods that arrived and stay with the customer (design, law 7). A policy of
// format 1 knows no such bound.
func (b *Rulebook) beyondOffer(c *Case, remedies []Remedy) RemedyType {
	if b.policy.Format < 2 {
		return ""
	}
	for _, r := range remedies {
		worked := r.Type != RemedyCompensation || len(r.Breakdown) > 0 // new money only as the rule works it out
		if !worked || !slices.Contains(b.policy.Kinds[c.Kind].Offer, r.Type) {
			return r.Type
		}
	}
	return ""
}

// riskNow is the risk by the facts, with the flags that the case has already; those that a
// person lifted do not stand.
func (b *Rulebook) riskNow(c *Case) Risk {
	risk := b.risk(c)
	risk.Flags, risk.Reasons = append(risk.Flags, c.Risk.Flags...), append(risk.Reasons, c.Risk.Reasons...)
	return risk
}

// asked is what the customer last asked for: a counter that stands unanswered,
// else the requested remedy.
func (c *Case) asked() []Remedy {
	if n := len(c.Offers); n > 0 {
		if last := c.Offers[n-1]; last.State == OfferCountered && last.Counter != nil {
			return last.Counter.Remedies
		}
	}
	remedies := make([]Remedy, 0, len(c.RequestedRemedy))
	for _, t := range c.RequestedRemedy {
		remedies = append(remedies, Remedy{Type: t})
	}
	return remedies
}

// answered says whether the shop ever offered or refused anything.
func (c *Case) answered() bool {
	for _, o := range c.Offers {
		if o.State != OfferPendingApproval && o.State != OfferRefused {
			return true
		}
	}
	for _, d := range c.Decisions {
		if d.State == DecisionInForce {
			return true
		}
	}
	return false
}

// transitSilent rules on a return parcel that did not arrive. The merchant bears
// a parcel lost on its own label; anything else is for an agent.
func (b *Rulebook) transitSilent(c *Case, legID string, out Silence) Silence {
	leg := c.Leg(legID)
	if leg == nil || leg.Return == nil || leg.Return.ParcelStatus != ParcelLost {
		status := ParcelUnknown
		if leg != nil && leg.Return != nil && leg.Return.ParcelStatus != "" {
			status = leg.Return.ParcelStatus
		}
		return out.escalate(SilenceAgent, CodeCarrierSays+string(status), nil)
	}
	if leg.Return.Instructions.FreightPayer != FreightMerchant {
		return out.escalate(SilenceAgent, CodeCarrierSays+string(ParcelLost), map[string]string{"freight_payer": string(FreightCustomer)})
	}
	return b.unseen(c, legID, out)
}

// unseen refunds goods that nobody looked at: inside the automatic limit and
// without a flag, counting every refund that waits for the return.
func (b *Rulebook) unseen(c *Case, legID string, out Silence) Silence {
	why := b.obstacle(c, b.riskNow(c), out.Rule)
	if why != nil && !aboutWindow(why.Code) { // the return itself was granted
		out.Outcome, out.Explanation = SilenceAgent, why
		return out
	}
	var waiting []Remedy
	for i := range c.Legs {
		if m := c.Legs[i].Money; m != nil && c.Legs[i].After == legID && c.Legs[i].State == MoneyRequired {
			waiting = append(waiting, Remedy{Type: RemedyReturnRefund, Amount: &m.Amount})
		}
	}
	for i := range c.Legs {
		if l := &c.Legs[i]; l.Replacement != nil && l.After == legID && l.State == ReplacementRequired {
			waiting = append(waiting, Remedy{Type: RemedyExchange, Amount: &l.Replacement.Value})
		}
	}
	if len(waiting) == 0 {
		return out.escalate(SilenceAgent, CodeCannotPrice, map[string]string{"leg_id": legID})
	}
	total, _, err := totals(c, waiting)
	if err != nil || c.Currency != b.policy.Currency || total.Amount > b.limits(c).Automatic {
		return out.escalate(SilenceAgent, CodeAboveAutomatic, map[string]string{"total": total.String()})
	}
	out.Outcome = SilenceRefund
	return out
}

// aboutWindow says whether a code is about a window's date.
func aboutWindow(code string) bool {
	return code == CodeDeliveryDateUnknown || code == CodeAnchorUnknown || code == CodeOutsideWindow
}

// escalate gives the case to a person and says why.
func (s Silence) escalate(outcome, code string, detail map[string]string) Silence {
	s.Outcome, s.Remedies = outcome, nil
	s.Explanation = &Explanation{Code: code, Rule: s.Rule, Basis: s.Basis, Detail: detail}
	return s
}
