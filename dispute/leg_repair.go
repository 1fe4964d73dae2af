package dispute

import (
	"slices"
	"time"
)

// The states of a repair leg (domain: Repair leg). The goods come in by a return leg
// before it.
const (
	RepairRequired             = MoneyRequired  // waits for the goods
	RepairReceived             = ReturnReceived // the workshop has them
	RepairDiagnosed   LegState = "diagnosed"
	RepairQuoted      LegState = "quoted" // outside warranty: the customer answers
	RepairRepairing   LegState = "repairing"
	RepairSendingBack LegState = "sending_back"     // given up: the workshop sends the goods back as they are
	RepairShipped              = ReplacementShipped // on the way back
	RepairReturned    LegState = "returned"         // signed for: done
	RepairIrreparable LegState = "irreparable"
	RepairFailed               = MoneyFailed
	RepairCancelled            = MoneyCancelled // given up before the goods came
)

// repairMoves is the table of legal moves of a repair. A report may skip forward; the
// goods of a repair that came to nothing may still be sent back.
var repairMoves = map[LegState][]LegState{
	RepairRequired: {RepairReceived, RepairSendingBack, RepairFailed, RepairCancelled},
	RepairReceived: {RepairDiagnosed, RepairQuoted, RepairRepairing, RepairSendingBack, RepairShipped, RepairReturned,
		RepairIrreparable, RepairFailed},
	RepairDiagnosed:   {RepairQuoted, RepairRepairing, RepairSendingBack, RepairShipped, RepairReturned, RepairIrreparable, RepairFailed},
	RepairQuoted:      {RepairRepairing, RepairSendingBack, RepairShipped, RepairReturned, RepairIrreparable, RepairFailed},
	RepairRepairing:   {RepairQuoted, RepairSendingBack, RepairShipped, RepairReturned, RepairIrreparable, RepairFailed},
	RepairSendingBack: {RepairShipped, RepairReturned, RepairFailed, RepairCancelled},
	RepairShipped:     {RepairReturned, RepairFailed},
	RepairIrreparable: {RepairSendingBack},
	RepairFailed:      {RepairSendingBack, RepairReturned}, // a lost parcel that arrives
}

// RepairLeg is goods that are mended and go back to the customer.
type RepairLeg struct {
	RepairID string `json:"repair_id"` // case, leg and number: the workshop's name for it and the idempotency key
	Lines    []Line `json:"lines"`
	// Free is whether the merchant bears it; FreeRule says why, e.g. the warranty.
	Free     bool   `json:"free"`
	FreeRule string `json:"free_rule,omitempty"`
	Attempt  int    `json:"attempt"` // 1 for the first repair of these goods
	// Announced is set once the workshop knows of it, CalledOff once it knows that the
	// repair is given up.
	Announced   bool       `json:"announced,omitempty"`
	CalledOff   bool       `json:"called_off,omitempty"`
	Remedied    bool       `json:"remedied,omitempty"` // something else was decided for its goods
	ReceivedAt  *time.Time `json:"received_at,omitempty"`
	Diagnosis   string     `json:"diagnosis,omitempty"` // a code of the workshop
	DiagnosedAt *time.Time `json:"diagnosed_at,omitempty"`
	// NotCovered is the workshop's finding that the warranty does not cover the fault.
	NotCovered bool       `json:"not_covered,omitempty"`
	Quote      *Money     `json:"quote,omitempty"`
	QuoteBy    *time.Time `json:"quote_by,omitempty"` // until when the customer may answer
	// AcceptedAt is when the customer took the quote; Approved that the workshop knows.
	AcceptedAt *time.Time `json:"accepted_at,omitempty"`
	Approved   bool       `json:"approved,omitempty"`
	Declined   bool       `json:"declined,omitempty"` // the goods go back as they are, or went
	ReadyBy    *time.Time `json:"ready_by,omitempty"` // when the workshop says that it will be done
	Carrier    string     `json:"carrier,omitempty"`

	TrackingNumber string       `json:"tracking_number,omitempty"`
	ParcelStatus   ParcelStatus `json:"parcel_status,omitempty"`
	Tracing        bool         `json:"tracing,omitempty"` // the carrier is being asked where the parcel is
	ShippedAt      *time.Time   `json:"shipped_at,omitempty"`
	ReturnedAt     *time.Time   `json:"returned_at,omitempty"`
	Sequence       int64        `json:"sequence,omitempty"` // of the workshop's last report
}

// Travels says whether the mended goods are in that parcel.
func (r *RepairLeg) Travels(carrier, number string) bool {
	return number != "" && r.Carrier == carrier && r.TrackingNumber == number
}

// WithShop says whether goods of the customer lie in the workshop, and are not about to
// be sent back.
func (l *Leg) WithShop() bool {
	r := l.Repair
	if r == nil || r.ReceivedAt == nil || r.ShippedAt != nil || r.ReturnedAt != nil {
		return false
	}
	return l.State != RepairSendingBack && l.State != RepairCancelled
}

// HoldsGoods says whether they lie there although the repair came to nothing: something
// else is owed for them, or they go back.
func (l *Leg) HoldsGoods() bool {
	return l.WithShop() && (l.State == RepairIrreparable || l.State == RepairFailed)
}

// GoodsHere says whether all of the lines lie with the shop already to be repaired: a
// remedy that needs the goods back need not ask for them, and ends the repair.
func (c *Case) GoodsHere(lines []Line) bool {
	for _, want := range lines {
		here := 0
		for i := range c.Legs {
			if c.Legs[i].WithShop() {
				here += unitsOf(c.Legs[i].Repair.Lines, want.LineID)
			}
		}
		if here < want.Quantity {
			return false
		}
	}
	return len(lines) > 0
}

// QuoteOpen says whether the customer may answer the leg's quote now.
func (l *Leg) QuoteOpen() bool {
	return l.Repair != nil && l.State == RepairQuoted && l.Repair.AcceptedAt == nil && !l.Repair.Declined
}

// waitsFor says whether the leg is a repair of goods that the other leg brings.
func (l *Leg) waitsFor(returnID string) bool {
	return l.Repair != nil && l.After == returnID && !slices.Contains([]LegState{RepairFailed, RepairCancelled}, l.State)
}

// RepairOf is the repair for which a return brings the goods, nil if there is none, or
// if it was given up.
func (c *Case) RepairOf(returnID string) *Leg {
	for i := range c.Legs {
		if c.Legs[i].waitsFor(returnID) {
			return &c.Legs[i]
		}
	}
	return nil
}

// The words of a workshop's report.
const (
	WorkshopReceived    = "received"
	WorkshopDiagnosed   = "diagnosed"
	WorkshopRepairing   = "repairing"
	WorkshopRepaired    = "repaired"
	WorkshopShipped     = "shipped"
	WorkshopReturned    = "returned"
	WorkshopIrreparable = "irreparable"
	WorkshopDelayed     = "delayed"
)

// The words by which the customer is told, beside those of the workshop, that the goods
// come back as they were.
const (
	RepairToldSendingBack = string(RepairSendingBack)
	RepairToldSentBack    = "sent_back"
)

// WorkshopStatuses lists them in the order in which they come.
func WorkshopStatuses() []string {
	return []string{WorkshopReceived, WorkshopDiagnosed, WorkshopRepairing, WorkshopRepaired, WorkshopShipped,
		WorkshopReturned, WorkshopIrreparable, WorkshopDelayed}
}

// PastRepair is a repair of the same customer's goods in another case.
type PastRepair struct {
	CaseID     string     `json:"case_id"`
	LegID      string     `json:"leg_id"`
	OrderID    string     `json:"order_id"`
	Lines      []Line     `json:"lines"`
	State      LegState   `json:"state"`
	Declined   bool       `json:"declined,omitempty"`
	NotCovered bool       `json:"not_covered,omitempty"`
	From       *time.Time `json:"from,omitempty"` // the customer handed the goods over, as far as known
	To         *time.Time `json:"to,omitempty"`   // and had them back
}

// PastExchange is goods that the same customer received in place of others.
type PastExchange struct {
	CaseID   string     `json:"case_id"`
	LegID    string     `json:"leg_id"`
	OrderID  string     `json:"order_id"`
	Lines    []Line     `json:"lines"`
	SignedAt *time.Time `json:"signed_at"`
}

// PastCompensation is new money that another case gave, or promised, to the same customer.
type PastCompensation struct {
	CaseID  string `json:"case_id"`
	LegID   string `json:"leg_id"`
	OrderID string `json:"order_id"`
	Amount  Money  `json:"amount"`
}

// AddLeg takes a repair, an exchange or a compensation of another case into the history;
// handedOver is when the customer sent the goods in, nil where that is not known.
func (h *HistoryFacts) AddLeg(caseID, orderID string, leg *Leg, handedOver *time.Time) {
	switch r, n := leg.Repair, leg.Replacement; {
	case leg.paysNew():
		h.Compensations = append(h.Compensations, PastCompensation{CaseID: caseID, LegID: leg.ID, OrderID: orderID, Amount: leg.Money.Amount})
	case r != nil:
		past := PastRepair{CaseID: caseID, LegID: leg.ID, OrderID: orderID, Lines: r.Lines, State: leg.State, Declined: r.Declined,
			NotCovered: r.NotCovered, From: handedOver, To: r.ReturnedAt}
		if past.From == nil {
			past.From = r.ReceivedAt
		}
		h.Repairs = append(h.Repairs, past)
	case n != nil && n.SignedAt != nil:
		h.Exchanges = append(h.Exchanges, PastExchange{CaseID: caseID, LegID: leg.ID, OrderID: orderID, Lines: n.Lines(), SignedAt: n.SignedAt})
	}
}

// tried says whether the repair was carried out and did not help, or could not.
func (p PastRepair) tried() bool {
	if p.Declined || p.NotCovered {
		return false
	}
	switch p.State {
	case RepairReturned, RepairIrreparable, RepairFailed:
		return p.From != nil
	}
	return false
}

// earlierRepairs counts how often goods of the lines were repaired in vain: in other
// cases of the order, and in this one.
func (c *Case) earlierRepairs(lines []Line) int {
	most := 0
	for _, want := range lines {
		n := 0
		has := func(lines []Line) bool {
			return slices.ContainsFunc(lines, func(l Line) bool { return l.LineID == want.LineID })
		}
		if h := c.Facts.History; h != nil {
			for _, p := range h.Repairs {
				if p.OrderID == c.OrderID && p.tried() && has(p.Lines) {
					n++
				}
			}
		}
		for i := range c.Legs {
			l := &c.Legs[i]
			if l.Repair != nil && !l.Repair.Declined && !l.Repair.NotCovered && l.Repair.ReceivedAt != nil && has(l.Repair.Lines) &&
				(l.State == RepairReturned || l.State == RepairIrreparable || l.State == RepairFailed) {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}
