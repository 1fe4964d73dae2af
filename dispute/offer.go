package dispute

import "time"

// OfferState is where an offer stands.
type OfferState string

// The states of an offer.
const (
	OfferPendingApproval OfferState = "pending_approval" // above the author's limit
	OfferOpen            OfferState = "open"             // the customer may answer
	OfferAccepted        OfferState = "accepted"
	OfferDeclined        OfferState = "declined"
	OfferCountered       OfferState = "countered"
	OfferLapsed          OfferState = "lapsed" // the customer did not answer in time
	OfferRefused         OfferState = "refused"
	OfferReplaced        OfferState = "replaced" // by a later one
)

// Offer is a proposal to the customer.
type Offer struct {
	ID        string     `json:"id"`
	State     OfferState `json:"state"`
	Author    Actor      `json:"author"`
	Liability []Share    `json:"liability,omitempty"`
	Remedies  []Remedy   `json:"remedies"`
	NoteID    string     `json:"note_id,omitempty"` // personal text
	Rule      string     `json:"rule,omitempty"`    // what made it, for an automatic offer
	MadeAt    time.Time  `json:"made_at"`
	// PresentedAt is when the customer was told; an offer that never was is the shop's own.
	PresentedAt *time.Time  `json:"presented_at,omitempty"`
	AnsweredAt  *time.Time  `json:"answered_at,omitempty"`
	Counter     *CounterAsk `json:"counter,omitempty"`
	ApprovalID  string      `json:"approval_id,omitempty"`
	// Replaces is the offer that this one revises, and Changes what it says otherwise.
	Replaces string        `json:"replaces,omitempty"`
	Changes  []OfferChange `json:"changes,omitempty"`
	// Consent makes the offer a mediator's proposal: both sides have to accept it.
	Consent *Consent `json:"consent,omitempty"`
}

// CounterAsk is what the customer asks for instead.
type CounterAsk struct {
	Remedies []Remedy `json:"remedies"`
	NoteID   string   `json:"note_id,omitempty"`
}

// Decision is binding: remedies to carry out, or a rejection.
type Decision struct {
	ID         string     `json:"id"`
	Author     Actor      `json:"author"`
	State      string     `json:"state"` // one of the Decision constants
	Remedies   []Remedy   `json:"remedies,omitempty"`
	Liability  []Share    `json:"liability,omitempty"`
	Reject     *Rejection `json:"reject,omitempty"`
	NoteID     string     `json:"note_id,omitempty"`
	Rule       string     `json:"rule,omitempty"`
	MadeAt     time.Time  `json:"made_at"`
	ApprovalID string     `json:"approval_id,omitempty"`
	// Cites are the rules or law articles that a ruling stands on (Rulebook.Citable).
	Cites []string `json:"cites,omitempty"`
}

// The states of a decision.
const (
	DecisionPendingApproval = "pending_approval"
	DecisionInForce         = "in_force"
	DecisionRefused         = "refused"
	DecisionContestable     = "contestable" // a granting ruling: carried out once the merchant's appeal window is over
	DecisionContested       = "contested"   // by the merchant; another supervisor rules
)

// Rejection is a refusal with its code.
type Rejection struct {
	Code   string `json:"code"`
	NoteID string `json:"note_id,omitempty"`
}

// Approval is the leave of one person for what somebody wrote above their limit. Where
// the policy wants several, each has an approval of its own, one after another.
type Approval struct {
	ID       string     `json:"id"`
	For      string     `json:"for"` // offer or decision id
	Author   Actor      `json:"author"`
	Amount   Money      `json:"amount"`
	State    string     `json:"state"` // pending | approved | refused
	By       *Actor     `json:"by,omitempty"`
	NoteID   string     `json:"note_id,omitempty"`
	AskedAt  time.Time  `json:"asked_at"`
	AnswerAt *time.Time `json:"answered_at,omitempty"`
	Role     Role       `json:"role,omitempty"` // who is asked: supervisor where it is empty, or finance
	Step     int        `json:"step,omitempty"` // of a chain, from 1
	Then     []Role     `json:"then,omitempty"` // who is asked after this one
}

// asked is the role whose leave it is.
func (a *Approval) asked() Role {
	if a.Role == "" {
		return RoleSupervisor
	}
	return a.Role
}

// The states of an approval.
const (
	ApprovalPending  = "pending"
	ApprovalApproved = "approved"
	ApprovalRefused  = "refused"
)
