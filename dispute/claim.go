package dispute

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Claim is a case that somebody thinks up, to see what a policy makes of it: the
// opening, what the fact sources would answer, and what the parties show.
type Claim struct {
	// Policy is the policy to go by: a name (the version in force at the opening)
	// or an exact version.
	Policy  string  `yaml:"policy"`
	Opening Opening `yaml:"opening"`
	Facts   Facts   `yaml:"facts"`
	// Evidence is what each party shows once it is asked, or before; what comes
	// with the claim itself stands in the opening.
	Evidence map[Party][]EvidenceType `yaml:"evidence"`
}

// The ids of a claim that names none.
const (
	claimCase     = "case_claim"
	claimShop     = "shop-1"
	claimOrder    = "order-1"
	claimCustomer = "cust-1"
)

// ParseClaim reads a claim.yaml. Its keys are those of Claim; those of `opening`
// and `facts` are the keys of the API's cases:
//
//	policy: default
//	opening:
//	  kind: return
//	  reason: damaged_in_transit
//	  lines: [{line_id: l1, quantity: 1}]
//	  requested_remedy: [return_refund]      # left out: what the policy says
//	  evidence: [photo, statement]           # what comes with the claim
//	  opened_at: 2026-10-01T09:00:00+08:00   # left out: now
//	facts:                                   # a source that is left out does not answer
//	  order:
//	    currency: CNY
//	    placed_at: 2026-09-20T10:00:00+08:00
//	    delivered_at: 2026-09-24T15:00:00+08:00
//	    lines: [{line_id: l1, sku: mug, quantity: 2, paid: 12900}]
//	    payments: [{payment_id: pay-1, captured: 12900}]
//	  trace: {status: delivered, damage_reported: true}
//	evidence:
//	  merchant: [report]
//
// Instead of paid the lines may have list_price, with the order's reductions. Ids, and
// the channel (in_app), may be left out. OpenedAt stays zero where it is
// left out: the caller sets it. All errors are a *FileError.
func ParseClaim(file string, data []byte) (Claim, error) {
	var claim Claim
	f, err := readYAML(file, data, &claim)
	if err != nil {
		return Claim{}, err
	}
	claim.defaults()
	claim.check(f)
	if f.err() == nil {
		claim.price(f)
	}
	if err := f.err(); err != nil {
		return Claim{}, err
	}
	return claim, nil
}

// price works out what was paid for each line of the order, as for an order system
// that gives list prices and reductions: where no line says it.
func (c *Claim) price(f *yamlFile) {
	order := c.Facts.Order
	if order == nil {
		return
	}
	given := 0
	for i := range order.Lines {
		if f.has(element("$.facts.order.lines", i) + ".paid") {
			given++
		}
	}
	if given > 0 && given < len(order.Lines) {
		f.problem("$.facts.order.lines", "expected paid on every line, or on none, with list_price instead")
		return
	}
	priced, err := PriceOrder(*order, given > 0)
	if err == nil {
		c.Facts.Order = &priced
		return
	}
	var wrong *Error
	if !errors.As(err, &wrong) || len(wrong.Fields) == 0 {
		f.problem("$.facts.order", "%s", err)
		return
	}
	for _, field := range wrong.Fields {
		f.problem("$.facts.order"+pointerPath(field.Pointer), "%s", field.Detail)
	}
}

// defaults fills in what a claim need not say.
func (c *Claim) defaults() {
	o := &c.Opening
	replaceEmpty(&o.CaseID, claimCase)
	replaceEmpty(&o.ShopID, claimShop)
	replaceEmpty(&o.OrderID, claimOrder)
	replaceEmpty(&o.CustomerID, claimCustomer)
	replaceEmpty(&o.Channel, ChannelInApp)
	replaceEmpty(&o.OpenedBy.Role, RoleCustomer)
	if o.OpenedBy.ID == "" && o.OpenedBy.Role == RoleCustomer {
		o.OpenedBy.ID = o.CustomerID
	}
	if order := c.Facts.Order; order != nil {
		replaceEmpty(&order.OrderID, o.OrderID)
		replaceEmpty(&order.CustomerID, o.CustomerID)
	}
	if len(c.Facts.Sources) > 0 {
		return
	}
	answered := map[FactSource]bool{
		FactOrder: c.Facts.Order != nil, FactDispatch: c.Facts.Dispatch != nil, FactTrace: c.Facts.Trace != nil,
		FactPayment: c.Facts.Payment != nil, FactHistory: c.Facts.History != nil,
	}
	for _, source := range FactSources() {
		state := SourceNotAnswered
		if answered[source] {
			state = SourceAnswered
		}
		c.Facts.Sources = append(c.Facts.Sources, SourceState{Source: source, State: state})
	}
}

func replaceEmpty[T ~string](to *T, with T) {
	if *to == "" {
		*to = with
	}
}

// check notes what is wrong with a claim that decoded well.
func (c *Claim) check(f *yamlFile) {
	opening := c.Opening
	if opening.OpenedAt.IsZero() {
		opening.OpenedAt = time.Unix(0, 0) // the caller sets it
	}
	if err := ValidateOpening(opening); err != nil {
		for _, field := range err.Fields {
			f.problem("$.opening"+pointerPath(field.Pointer), "%s", field.Detail)
		}
	}
	if o := c.Facts.Order; o != nil {
		if !KnownCurrency(o.Currency) {
			f.problem("$.facts.order.currency", "expected an ISO 4217 currency such as CNY, found %q", o.Currency)
		}
		for i, line := range o.Lines {
			path := element("$.facts.order.lines", i)
			if line.LineID == "" || line.Quantity < 1 || line.Paid < 0 {
				f.problem(path, "expected line_id, a quantity from 1, and paid in minor units")
			}
		}
		for i, p := range o.Payments {
			if p.Captured < 0 {
				f.problem(element("$.facts.order.payments", i)+".captured", "expected an amount in minor units, 0 or more")
			}
		}
	}
	if t := c.Facts.Trace; t != nil && t.Status != "" && t.Status != ParcelUnknown && !t.Status.Valid() {
		f.problem("$.facts.trace.status", "expected what a carrier says of a parcel, found %q%s", t.Status,
			nearestHint(string(t.Status), policyFactNames["trace.status"].Values))
	}
	for party, types := range c.Evidence {
		if party != PartyCustomer && party != PartyMerchant {
			f.problem("$.evidence."+string(party), "expected %s or %s, found %q", PartyCustomer, PartyMerchant, party)
		}
		for i, t := range types {
			if !flagName.MatchString(string(t)) {
				f.problem(element("$.evidence."+string(party), i), "expected the name of a type of evidence, found %q", t)
			}
		}
	}
}

// Case is the case that the claim makes under a rulebook once the sources have
// answered, before anybody rules on it. It fails with CodeInvalid.
func (c Claim) Case(b *Rulebook) (*Case, error) {
	in, err := b.Intake(c.Opening)
	if err != nil {
		return nil, err
	}
	o := c.Opening
	made := &Case{
		ID: o.CaseID, ShopID: o.ShopID, PolicyVersion: b.Version(), PreviousCaseID: o.PreviousCaseID, Amendment: o.Amendment,
		Kind: o.Kind, Reason: o.Reason, Channel: o.Channel, OrderID: o.OrderID, Lines: slices.Clone(o.Lines),
		CustomerID: o.CustomerID, Currency: in.Currency, RequestedRemedy: in.RequestedRemedy, OpenedBy: o.OpenedBy,
		Team: in.Team, Stage: StageInvestigation, OpenedAt: o.OpenedAt, Facts: c.Facts, Clocks: in.Clocks,
	}
	for _, t := range o.Evidence {
		made.show(RoleCustomer, t, o.OpenedAt)
	}
	for _, t := range c.Evidence[PartyCustomer] {
		made.show(RoleCustomer, t, o.OpenedAt)
	}
	for _, t := range c.Evidence[PartyMerchant] {
		made.show(RoleAgent, t, o.OpenedAt)
	}
	return made, nil
}

// show adds a piece of evidence, each type of a party once.
func (c *Case) show(by Role, t EvidenceType, at time.Time) {
	for _, e := range c.Evidence {
		if e.Type == t && e.SubmittedBy.Role == by {
			return
		}
	}
	c.Evidence = append(c.Evidence, Evidence{ID: fmt.Sprintf("ev_%d", len(c.Evidence)+1), Type: t, Source: SourceVolunteer,
		SubmittedBy: Actor{Role: by}, Stage: c.Stage, ReceivedAt: at})
}
