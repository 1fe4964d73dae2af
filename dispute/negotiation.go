package dispute

import (
	"fmt"
	"time"
)

// Negotiation is what the policy of a case says of bargaining: how often each side may
// come back, whether a mediator proposes before anybody rules, and whether the merchant
// may contest a ruling. A case whose policy is older than format 3 has none.
type Negotiation struct {
	Rounds         int    `json:"rounds"`    // counter-offers of the customer
	Offers         int    `json:"offers"`    // offers and revisions of the desk
	Mediation      string `json:"mediation"` // one of the Mediation constants
	MerchantAppeal bool   `json:"merchant_appeal"`
	// SecondOpinionAt is the mark of the survey at or below which another person looks at
	// the case; 0: none does.
	SecondOpinionAt int `json:"second_opinion_at,omitempty"`
}

// How a policy wants a mediator.
const (
	MediationOff      = "off"      // what fails goes to a supervisor who rules
	MediationOffered  = "offered"  // either side may ask for one
	MediationRequired = "required" // nobody rules before one has tried
)

// MediationState is where a mediation stands.
type MediationState string

// The states of a mediation.
const (
	MediationAsked    MediationState = "asked"    // a mediator is awaited
	MediationProposed MediationState = "proposed" // both sides are asked, or an approval is awaited first
	MediationAgreed   MediationState = "agreed"
	MediationFailed   MediationState = "failed"
)

// Mediation is one attempt of somebody who wrote none of the offers to bring both sides
// together. Its proposal is an offer of the case that both sides have to accept.
type Mediation struct {
	State   MediationState `json:"state"`
	Why     string         `json:"why"` // asked_for, declined or escalated
	AskedBy Actor          `json:"asked_by"`
	AskedAt time.Time      `json:"asked_at"`
	NoteID  string         `json:"note_id,omitempty"`

	Mediator *Actor     `json:"mediator,omitempty"`
	OfferID  string     `json:"offer_id,omitempty"` // the proposal
	EndedAt  *time.Time `json:"ended_at,omitempty"`
	// Failed says how it failed: declined_by_customer, declined_by_merchant,
	// customer_silent, merchant_silent, no_mediator, left, or overtaken by a decision.
	Failed string `json:"failed,omitempty"`
}

// Why a mediation began, and how it fails.
const (
	MediationAskedFor  = "asked_for"
	MediationDeclined  = "declined"
	MediationEscalated = "escalated"

	FailedByCustomer     = "declined_by_customer"
	FailedByMerchant     = "declined_by_merchant"
	FailedCustomerSilent = "customer_silent"
	FailedMerchantSilent = "merchant_silent"
	FailedNoMediator     = "no_mediator"
	FailedLeft           = "left"
	FailedOvertaken      = "overtaken"
)

// Consent is what each side answered to a mediator's proposal.
type Consent struct {
	Customer *Answer `json:"customer,omitempty"`
	Merchant *Answer `json:"merchant,omitempty"`
}

// Answer is one side's answer.
type Answer struct {
	Action ResponseAction `json:"action"` // accept or decline
	By     Actor          `json:"by"`
	At     time.Time      `json:"at"`
}

// OpenMediation returns the mediation under way, or nil.
func (c *Case) OpenMediation() *Mediation {
	if n := len(c.Mediations); n > 0 {
		if m := &c.Mediations[n-1]; m.State == MediationAsked || m.State == MediationProposed {
			return m
		}
	}
	return nil
}

// Mediates says whether the case's policy knows mediators and none has tried yet.
func (c *Case) Mediates() bool {
	return c.Negotiation != nil && c.Negotiation.Mediation != MediationOff && len(c.Mediations) == 0
}

// MediatesFirst says whether a mediator has to try before anybody rules: something was
// offered or refused, so that there is something to bring together.
func (c *Case) MediatesFirst() bool {
	return c.Mediates() && c.Negotiation.Mediation == MediationRequired && c.Stage == StageNegotiation && c.answered()
}

// CountersLeft is how often the customer may still counter; ok is false where nothing bounds it.
func (c *Case) CountersLeft() (left int, ok bool) {
	if c.Negotiation == nil {
		return 0, false
	}
	left = c.Negotiation.Rounds
	for _, o := range c.Offers {
		if o.Counter != nil {
			left--
		}
	}
	return max(left, 0), true
}

// OffersLeft is how many offers the desk may still make; ok is false where only the
// bound of every case counts. What the rules offered, what an approval refused and what
// a mediator proposed are no offers of the desk.
func (c *Case) OffersLeft() (left int, ok bool) {
	if c.Negotiation == nil {
		return 0, false
	}
	left = c.Negotiation.Offers
	for _, o := range c.Offers {
		if o.Author.Role != RoleSystem && o.State != OfferRefused && o.Consent == nil {
			left--
		}
	}
	return max(left, 0), true
}

// CheckRoundsLeft fails with CodeNotAllowedNow when the customer has countered as often
// as the policy lets them.
func CheckRoundsLeft(c *Case) *Error {
	if left, bounded := c.CountersLeft(); !bounded || left > 0 {
		return nil
	}
	next := "accept or decline it, or take the case to a supervisor"
	if c.Mediates() {
		next = "accept or decline it, ask for a mediator, or take the case to a supervisor"
	}
	return Errorf(CodeNotAllowedNow, "all %d counter-offers are used up: %s", c.Negotiation.Rounds, next)
}

// wrote says whether somebody wrote an offer or a decision of the case: they do not
// mediate between it and the customer.
func (c *Case) wrote(a Actor) bool {
	for _, o := range c.Offers {
		if o.Author.ID == a.ID && o.Author.Role != RoleSystem && o.Consent == nil {
			return true
		}
	}
	for _, d := range c.Decisions {
		if d.Author.ID == a.ID && d.Author.Role != RoleSystem {
			return true
		}
	}
	return false
}

// OfferChange is one difference between an offer and the one that it replaces.
type OfferChange struct {
	Type   RemedyType `json:"type"`
	Change string     `json:"change"` // added, removed, amount or lines
	Was    *Money     `json:"was,omitempty"`
	Now    *Money     `json:"now,omitempty"`
}

// The kinds of a change.
const (
	ChangeAdded   = "added"
	ChangeRemoved = "removed"
	ChangeAmount  = "amount"
	ChangeLines   = "lines"
)

// ChangesOf says what a revision changes: remedies of one type are compared in their order.
func ChangesOf(was, now []Remedy) []OfferChange {
	var changes []OfferChange
	rest := map[RemedyType][]Remedy{}
	for _, r := range was {
		rest[r.Type] = append(rest[r.Type], r)
	}
	for _, r := range now {
		if len(rest[r.Type]) == 0 {
			changes = append(changes, OfferChange{Type: r.Type, Change: ChangeAdded, Now: r.Amount})
			continue
		}
		old := rest[r.Type][0]
		rest[r.Type] = rest[r.Type][1:]
		if !sameMoney(old.Amount, r.Amount) {
			changes = append(changes, OfferChange{Type: r.Type, Change: ChangeAmount, Was: old.Amount, Now: r.Amount})
		}
		if fmt.Sprint(old.Lines) != fmt.Sprint(r.Lines) {
			changes = append(changes, OfferChange{Type: r.Type, Change: ChangeLines})
		}
	}
	for _, r := range was {
		for _, gone := range rest[r.Type] {
			changes = append(changes, OfferChange{Type: r.Type, Change: ChangeRemoved, Was: gone.Amount})
		}
		delete(rest, r.Type)
	}
	return changes
}

func sameMoney(a, b *Money) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
