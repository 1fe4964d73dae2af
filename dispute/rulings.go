package dispute

import "time"

// The rulings: what a Rulebook answers. Each is small, since it is recorded in
// the history of the case's workflow, and each says its rule.

// Intake is the ruling on a claim as it came in.
type Intake struct {
	PolicyVersion   string         `json:"policy_version"`
	Currency        string         `json:"currency"`
	RequestedRemedy []RemedyType   `json:"requested_remedy"`
	Missing         []EvidenceType `json:"missing,omitempty"`
	Clocks          []Clock        `json:"clocks"`  // first_response, and customer_info if anything is missing
	Sources         []SourceLimit  `json:"sources"` // whom to ask, and how long each has
	Team            string         `json:"team,omitempty"`
	Class           CaseClass      `json:"class,omitempty"`
	// Foresees lists the clocks among appeal_window and survey that the policy has:
	// without them a ruling is final at once, and nobody is asked.
	Foresees    []ClockName  `json:"foresees,omitempty"`
	Negotiation *Negotiation `json:"negotiation,omitempty"` // format 3
}

// SourceLimit is how long one fact source has to answer.
type SourceLimit struct {
	Source FactSource    `json:"source"`
	Limit  time.Duration `json:"limit"` // nanoseconds
}

// Admission is the ruling on whether the case may proceed, made once the order
// is known (or is known not to be had).
type Admission struct {
	Admissible bool `json:"admissible"`
	// Explanation is always set when not admissible, and gives the dates of a
	// return window that was kept.
	Explanation *Explanation `json:"explanation,omitempty"`
}

// The ways to go on after the facts.
const (
	RouteOffer  = "offer"  // an automatic offer to the customer
	RouteDecide = "decide" // carried out at once by rule
	RoutePerson = "person" // an agent decides; Explanation says why
)

// Assessment is the ruling on the facts.
type Assessment struct {
	Route       string       `json:"route"`
	Liability   []Share      `json:"liability,omitempty"`
	Risk        Risk         `json:"risk"`
	Remedies    []Remedy     `json:"remedies,omitempty"` // priced; offered or decided by rule
	Rule        string       `json:"rule"`
	Basis       string       `json:"basis,omitempty"` // law article or platform rule behind Rule
	Explanation *Explanation `json:"explanation,omitempty"`
	Proof       *ProofAsk    `json:"proof,omitempty"` // Route prove: who has to show what first
}

// Authority is the ruling on remedies that somebody wants to offer or decide.
type Authority struct {
	Remedies      []Remedy `json:"remedies"` // priced: every money remedy has its amount
	Total         Money    `json:"total"`
	NeedsApproval bool     `json:"needs_approval"` // above the author's limit
	// Approvers are asked one after another, where the policy has chains (format 3).
	Approvers []Role `json:"approvers,omitempty"`
	Rule      string `json:"rule"`
	// Refused is set when no approval can help (above what was captured, a line
	// that is not in the case, a remedy that the policy does not know ...).
	Refused *Error `json:"refused,omitempty"`

	counted int64 // what the case has given, with these remedies
}

// LegPlan is the ruling on how decided remedies are carried out.
type LegPlan struct {
	Legs []Leg  `json:"legs"`
	Rule string `json:"rule"`
	// Beside are lines of which only units are decided that nothing waits for (format 3):
	// what an earlier decision laid down for these lines runs on.
	Beside  []string `json:"beside,omitempty"`
	Refused *Error   `json:"refused,omitempty"`
}

// InspectionFinding is the ruling on an inspection.
type InspectionFinding struct {
	// Accepted says that what came is what was declared, in an acceptable state:
	// the refund may go out as decided.
	Accepted    bool               `json:"accepted"`
	Differences []ReturnDifference `json:"differences,omitempty"`
	Rule        string             `json:"rule"`
	// Risk is set where the goods that came raise new flags (format 3): a person decides.
	Risk *Risk `json:"risk,omitempty"`
	// Part is the refund of what came when the rest did not, or of the rest that came
	// after all: it does not wait for anybody.
	Part []Leg `json:"part,omitempty"`
}

// The outcomes of silence: what follows when a clock runs out (`on_expiry`).
const (
	SilenceBreach        = "breach"              // first_response: supervisor told
	SilenceCloseExpired  = "close_expired"       // customer_info
	SilenceExtend        = "breach_and_extend"   // resolution: supervisor told, customer given a new date
	SilenceForCustomer   = "decide_for_customer" // agent_decision, inside the automatic limit and without risk
	SilenceEscalate      = "escalate"            // agent_decision otherwise
	SilenceNextLevel     = "next_level"          // supervisor_decision
	SilenceLapse         = "lapse"               // customer_response: offer lapses, escalation_window starts
	SilenceCloseRejected = "close_rejected"      // escalation_window
	SilenceExpireReturn  = "expire_return"       // return_shipment
	SilenceTrace         = "trace"               // return_transit: ask the carrier
	SilenceRefund        = "refund"              // receipt_confirmation, inside the automatic limit
	SilenceAgent         = "agent"               // a person decides
	SilenceRemind        = "remind"              // inspection: second notice, then agent_decision
	SilenceReconcile     = "reconcile"           // refund_settlement
	SilenceClose         = "close"               // reopen_window
	SilenceJudge         = "judge"               // evidence_supplement: judged on what is there
	SilenceFinal         = "ruling_final"        // appeal_window: the ruling stands
	SilenceAsk           = "ask"                 // survey, first round: the customer is asked
	SilenceUnanswered    = "unanswered"          // survey, once it was asked: it ends without an answer
	SilenceResume        = "resume"              // suspension: the clocks run on
	SilenceDecline       = "decline"             // repair_quote: the goods go back as they are
	SilenceOfferRefund   = "offer_refund"        // goods that cannot be had: money is offered instead
	SilenceExchange      = "exchange"            // repair_work: too late, an exchange is owed
)

// Silence is the ruling on an expired clock whose outcome depends on the case.
type Silence struct {
	Outcome     string       `json:"outcome"` // one of the constants above
	Remedies    []Remedy     `json:"remedies,omitempty"`
	Rule        string       `json:"rule"`
	Basis       string       `json:"basis,omitempty"` // law article or platform rule behind Rule
	Explanation *Explanation `json:"explanation,omitempty"`
}

// ClockRequest asks for a clock to start.
type ClockRequest struct {
	Name  ClockName `json:"name"`
	LegID string    `json:"leg_id,omitempty"`
	Round int       `json:"round,omitempty"` // 0 at first; reminders and levels count up
	Owner WaitingOn `json:"owner,omitempty"` // instead of the policy's: evidence_supplement is on whoever has to prove
	// Notice is the number that the question of a survey has, should it be laid ready.
	Notice int `json:"notice,omitempty"`
}
