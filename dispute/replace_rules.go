package dispute

import (
	"fmt"
	"slices"
	"strings"
)

// ExchangeRule is how goods are exchanged and sent again (format 3).
type ExchangeRule struct {
	// Ship is when the new goods are sent: one of the Ship constants; "" is after_inspection.
	Ship string `yaml:"ship"`
	// Unavailable is what follows where the new goods cannot be had, or were lost on their
	// way: offer_refund (inside the automatic limit; "" too) or agent.
	Unavailable string `yaml:"unavailable"`
	Basis       string `yaml:"basis"`
}

// When the goods of an exchange are sent.
const (
	ShipAfterInspection = "after_inspection" // once the return is accepted
	ShipAfterShipment   = "after_shipment"   // once the customer has sent the goods
	ShipAtOnce          = "at_once"
)

var shipChoices = []string{ShipAfterInspection, ShipAfterShipment, ShipAtOnce}

func (c policyCheck) exchange() {
	rule := c.policy.Exchange
	if c.has("$.exchange.ship") && !slices.Contains(shipChoices, rule.Ship) {
		c.problem("$.exchange.ship", "expected one of %v, found %q%s", shipChoices, rule.Ship, nearestHint(rule.Ship, shipChoices))
	}
	if c.has("$.exchange.unavailable") && rule.Unavailable != SilenceOfferRefund && rule.Unavailable != SilenceAgent {
		c.problem("$.exchange.unavailable", "expected %s or %s, found %q", SilenceOfferRefund, SilenceAgent, rule.Unavailable)
	}
}

// addReplacement adds the leg that sends goods. After is the leg that it waits for.
func (p *planner) addReplacement(remedy pricedRemedy, returnLeg, ship string) {
	id := p.id(LegReplacement)
	leg := Leg{ID: id, Type: LegReplacement, State: ReplacementRequired, Replacement: &ReplacementLeg{
		ReplacementID: p.name("RPL", LegReplacement), Items: remedy.Items, Parts: remedy.replaced,
		Value: Money{Amount: remedy.value, Currency: p.c.Currency}, ReturnLegID: returnLeg, Ship: ship}}
	if ship != ShipAtOnce {
		leg.After = returnLeg
	}
	p.legs = append(p.legs, leg)
}

// name is a partner's name for the leg that was numbered last.
func (p *planner) name(prefix string, t LegType) string {
	return fmt.Sprintf("%s-%s-%d", prefix, strings.TrimPrefix(p.c.ID, "case_"), p.next[t])
}

// replace plans an exchange (the return first) or a reship (at once).
func (p *planner) replace(b *Rulebook, remedy pricedRemedy) {
	if remedy.Type == RemedyReship {
		p.addReplacement(remedy, "", ShipAtOnce)
		return
	}
	if p.goodsHere(remedy.Lines) { // they came in to be repaired
		p.addReplacement(remedy, "", ShipAtOnce)
		return
	}
	ship := b.policy.Exchange.Ship
	if ship == "" {
		ship = ShipAfterInspection
	}
	p.addReplacement(remedy, p.addReturn(remedy.Lines, b.freightPayer(p.c, p.c.Liability)), ship)
}

// amend plans a change of the order.
func (p *planner) amend(remedy pricedRemedy) {
	change := amendments[p.c.Reason]
	id := p.id(LegAmendment)
	a := &AmendmentLeg{AmendmentID: p.name("AMD", LegAmendment), What: change.what, Items: remedy.Items}
	if change.what != AmendItem {
		a.TextID = p.c.amendmentText(change.given)
	}
	p.legs = append(p.legs, Leg{ID: id, Type: LegAmendment, State: AmendmentRequired, Amendment: a})
}

// replacementSilent rules on goods that cannot be had, or were lost on their way: what was
// paid for them is offered, inside the automatic limit and where nothing speaks for a
// person. It is an offer and no payment: the customer may want the goods.
func (b *Rulebook) replacementSilent(c *Case, legID string, out Silence) Silence {
	leg := c.Leg(legID)
	if leg == nil || leg.Replacement == nil || (leg.State != ReplacementFailed && leg.State != ReplacementLost) {
		return out
	}
	detail := map[string]string{"leg_id": legID}
	if b.policy.Exchange.Unavailable == SilenceAgent || leg.Problem == ProblemReturnedToSender || leg.Problem == ProblemGivenElsewhere {
		return out.escalate(SilenceAgent, leg.Problem, detail)
	}
	if why := b.obstacle(c, b.riskNow(c), out.Rule); why != nil && !aboutWindow(why.Code) {
		out.Outcome, out.Explanation = SilenceAgent, why
		return out
	}
	if back := c.Leg(leg.Replacement.ReturnLegID); back != nil && back.State != ReturnAccepted {
		return out.escalate(SilenceAgent, leg.Problem, detail) // the customer has the old goods, or they are on their way
	}
	if c.promisedBeside(leg) {
		return out.escalate(SilenceAgent, leg.Problem, detail) // money for this would take the place of what waits
	}
	granted := b.Authorize(c, System, []Remedy{{Type: RemedyRefund, Lines: leg.Replacement.Lines()}})
	if granted.Refused != nil || granted.NeedsApproval {
		return out.escalate(SilenceAgent, leg.Problem, detail)
	}
	out.Outcome, out.Remedies = SilenceOfferRefund, granted.Remedies
	return out
}

// promisedBeside says whether something else waits for units of the lines of a replacement.
func (c *Case) promisedBeside(leg *Leg) bool {
	lines := map[string]bool{}
	for _, line := range leg.Replacement.Lines() {
		lines[line.LineID] = true
	}
	for i := range c.Legs {
		switch l := &c.Legs[i]; {
		case l.ID == leg.ID:
		case l.Money != nil && l.State == MoneyRequired && l.Money.concerns(lines),
			l.live() && l.State != ReplacementShipped && l.Replacement.concerns(lines):
			return true
		}
	}
	return false
}
