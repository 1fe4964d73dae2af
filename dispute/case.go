package dispute

import "time"

// Case is one complaint, return or claim, as everybody reads it. It holds ids,
// codes, dates and amounts only; what people wrote lies in the case's texts.
type Case struct {
	ID             string `json:"id"`
	ShopID         string `json:"shop_id"`
	Version        int64  `json:"version"` // rises with every record
	PolicyVersion  string `json:"policy_version"`
	PreviousCaseID string `json:"previous_case_id,omitempty"`

	Kind            Kind         `json:"kind"`
	Reason          Reason       `json:"reason"`
	Channel         Channel      `json:"channel"`
	OrderID         string       `json:"order_id"`
	Lines           []Line       `json:"lines"`
	CustomerID      string       `json:"customer_id"`
	Currency        string       `json:"currency"`
	RequestedRemedy []RemedyType `json:"requested_remedy"`
	OpenedBy        Actor        `json:"opened_by"`
	Language        Language     `json:"language,omitempty"` // that the customer chose; "" is the policy's
	Assignee        string       `json:"assignee,omitempty"`
	Team            string       `json:"team,omitempty"`
	// Class is what triage made of it: inquiry, complaint or other. Cases of policies
	// without triage have none unless whoever opened them said so.
	Class CaseClass `json:"class,omitempty"`
	// OccurredAt is when the problem came up, as whoever reports it says.
	OccurredAt *time.Time `json:"occurred_at,omitempty"`
	// ArticleSession is the session in which the customer had looked for help before.
	ArticleSession string `json:"article_session,omitempty"`

	Stage     Stage     `json:"stage"`
	WaitingOn WaitingOn `json:"waiting_on"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	// Explanation says why the case ended as it did, or why a person must decide.
	Explanation *Explanation `json:"explanation,omitempty"`

	OpenedAt   time.Time  `json:"opened_at"`
	AcceptedAt *time.Time `json:"accepted_at,omitempty"`
	ResolvedAt *time.Time `json:"resolved_at,omitempty"`
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	Breached   bool       `json:"breached"` // some clock of the shop was breached

	// Amendment is what an order change shall change, as the opening says it.
	Amendment *AmendmentAsk `json:"amendment,omitempty"`

	Completeness *CompletenessNotice `json:"completeness,omitempty"`
	Evidence     []Evidence          `json:"evidence"`
	Facts        Facts               `json:"facts"`
	Risk         Risk                `json:"risk"`
	Liability    []Share             `json:"liability"`
	Offers       []Offer             `json:"offers"`
	Decisions    []Decision          `json:"decisions"`
	Approvals    []Approval          `json:"approvals"`
	Remedies     []Remedy            `json:"remedies"` // decided
	Clocks       []Clock             `json:"clocks"`
	Legs         []Leg               `json:"legs"`

	// Suspended is set while the case stands still.
	Suspended *CaseSuspension `json:"suspended,omitempty"`
	// Proof is who had to prove what, in the order in which the burden moved.
	Proof []ProofStep `json:"proof,omitempty"`
	// Survey is the customer's answer after the case was settled.
	Survey *SurveyAnswer `json:"survey,omitempty"`
	// SecondOpinion is the look of another person at a case that got a bad mark.
	SecondOpinion *SecondOpinion `json:"second_opinion,omitempty"`
	// Appeals are the rejections that were contested, in order; the last may wait for a ruling.
	Appeals []Appeal `json:"appeals,omitempty"`
	// Reopened counts how often the settled case was taken up again.
	Reopened int `json:"reopened,omitempty"`
	// Negotiation is how the policy bounds bargaining, and Mediations what mediators tried.
	Negotiation *Negotiation `json:"negotiation,omitempty"`
	Mediations  []Mediation  `json:"mediations,omitempty"`
}

// CaseSuspension is why and since when a case stands still, by whom it was ordered.
type CaseSuspension struct {
	Reason SuspensionReason `json:"reason"`
	At     time.Time        `json:"at"`
	By     Actor            `json:"by"`
	Clocks []ClockName      `json:"clocks"` // those that the policy has stand still
}

// ProofState is where a burden of proof stands.
type ProofState string

// The states of a burden of proof.
const (
	ProofOpen   ProofState = "open"
	ProofMet    ProofState = "met"    // everything asked for came
	ProofFailed ProofState = "failed" // the clock ran out: judged on what is there
)

// ProofStep is one burden of proof: who has to show what, and how it went.
type ProofStep struct {
	Party   Party          `json:"party"` // customer or merchant
	Types   []EvidenceType `json:"types"`
	State   ProofState     `json:"state"`
	AskedAt time.Time      `json:"asked_at"`
	AskedBy Actor          `json:"asked_by"`
	EndedAt *time.Time     `json:"ended_at,omitempty"`
	Rule    string         `json:"rule,omitempty"`
	Basis   string         `json:"basis,omitempty"` // law article or platform rule
	// Had is how many items of evidence the case held when it was asked: only later ones answer.
	Had    int    `json:"had,omitempty"`
	NoteID string `json:"note_id,omitempty"` // what staff wrote with the request
}

// SurveyAnswer is what the customer thought of it.
type SurveyAnswer struct {
	Score  int       `json:"score"` // 1 to 5
	At     time.Time `json:"at"`
	NoteID string    `json:"note_id,omitempty"`
}

// Explanation is the account of one outcome: the rule and the facts it used.
// The dates are set by the rule of the return window (calendar dates, YYYY-MM-DD).
type Explanation struct {
	Code     string            `json:"code"` // e.g. outside_window, order_unknown
	Rule     string            `json:"rule,omitempty"`
	Basis    string            `json:"basis,omitempty"` // law article or platform rule that the policy cites
	SignedOn string            `json:"signed_on,omitempty"`
	FirstDay string            `json:"first_day,omitempty"`
	LastDay  string            `json:"last_day,omitempty"`
	Zone     string            `json:"zone,omitempty"`
	Detail   map[string]string `json:"detail,omitempty"`
}

// OpenOffer returns the offer that the customer may answer now, or nil.
func (c *Case) OpenOffer() *Offer {
	for i := range c.Offers {
		if c.Offers[i].State == OfferOpen {
			return &c.Offers[i]
		}
	}
	return nil
}

// Offer returns the offer with the id, or nil.
func (c *Case) Offer(id string) *Offer {
	for i := range c.Offers {
		if c.Offers[i].ID == id {
			return &c.Offers[i]
		}
	}
	return nil
}

// Leg returns the leg with the id, or nil.
func (c *Case) Leg(id string) *Leg {
	for i := range c.Legs {
		if c.Legs[i].ID == id {
			return &c.Legs[i]
		}
	}
	return nil
}

// PendingApproval returns the approval that waits for a supervisor, or nil.
func (c *Case) PendingApproval() *Approval {
	for i := range c.Approvals {
		if c.Approvals[i].State == ApprovalPending {
			return &c.Approvals[i]
		}
	}
	return nil
}

// Decision returns the decision with the id, or nil.
func (c *Case) Decision(id string) *Decision {
	for i := range c.Decisions {
		if c.Decisions[i].ID == id {
			return &c.Decisions[i]
		}
	}
	return nil
}

// Family is the cause family of the case's reason.
func (c *Case) Family() Family { return c.Reason.Family() }
