package dispute

import "strconv"

// Policy is one version of the rules as data. Policies are read by ParsePolicy
// and never change afterwards; a case keeps the version that it was opened under.
type Policy struct {
	Name     string `yaml:"name"`
	Version  int    `yaml:"version"`
	Zone     string `yaml:"zone"`     // IANA zone of windows and explanations
	Currency string `yaml:"currency"` // of all limits, and of cases that name none
	Calendar string `yaml:"calendar"` // id of the calendar of working days
	Team     string `yaml:"team"`     // who gets new cases

	Limits  Limits                           `yaml:"limits"`
	Risk    []RiskRule                       `yaml:"risk"`
	Freight map[Party]FreightPayer           `yaml:"freight"` // return freight, by the party with the largest share
	Sources map[Family]map[FactSource]string `yaml:"sources"` // whom to ask, and the span each has
	Clocks  map[ClockName]ClockRule          `yaml:"clocks"`
	Kinds   map[Kind]KindRule                `yaml:"kinds"`
	Reasons map[Reason]ReasonRule            `yaml:"reasons"`
}

// Limits are amounts in minor units of the policy's currency.
type Limits struct {
	Automatic       int64 `yaml:"automatic"`        // the most that a rule gives without a person
	Agent           int64 `yaml:"agent"`            // above it an agent needs an approval
	Compensation    int64 `yaml:"compensation"`     // new money above it always needs an approval
	CompensationCap int64 `yaml:"compensation_cap"` // new money above it is refused, whoever asks
}

// RiskRule raises a flag when a fact of the customer's history reaches a number.
type RiskRule struct {
	Flag    string `yaml:"flag"`
	Fact    string `yaml:"fact"` // one of the names of riskFacts
	AtLeast int    `yaml:"at_least"`
	Score   int    `yaml:"score"` // 1 to 100, added up
}

// ClockRule is one clock: its budget, whose act it waits for, what silence brings.
type ClockRule struct {
	Budget   string    `yaml:"budget"`
	Owner    WaitingOn `yaml:"owner"`
	OnExpiry string    `yaml:"on_expiry"` // one of the Silence constants
	// Levels are budgets of the first rounds, in place of Budget (supervisor levels).
	Levels []string `yaml:"levels"`
	// Again is the budget of every later round.
	Again string `yaml:"again"`
	// Then is what silence brings in every later round; OnExpiry where it is empty.
	Then string `yaml:"then"`
}

// KindRule is what holds for all cases of a kind.
type KindRule struct {
	Requested []RemedyType `yaml:"requested"` // where the customer asks for nothing in particular
	Offer     []RemedyType `yaml:"offer"`     // what may be offered by rule; none: a person decides
}

// ReasonRule is what holds for all cases of a reason.
type ReasonRule struct {
	Route        string          `yaml:"route"`     // one of the Approach constants
	Window       *WindowRule     `yaml:"window"`    // within which the case must be opened; nil: none
	Evidence     []EvidenceType  `yaml:"evidence"`  // required
	Requested    []RemedyType    `yaml:"requested"` // before the kind's
	Remedies     []RemedyType    `yaml:"remedies"`  // that may be offered or decided
	Conditions   []Condition     `yaml:"conditions"`
	FreightPayer FreightPayer    `yaml:"freight_payer"` // while no liability is found
	Liability    []LiabilityRule `yaml:"liability"`     // the first whose fact holds
}

// The approaches to a reason once the facts are in.
const (
	ApproachRight    = "right"    // a right of the customer: carried out at once
	ApproachOffer    = "offer"    // offered by rule inside the automatic limit
	ApproachTrace    = "trace"    // as the carrier's word on the outbound parcel is
	ApproachDispatch = "dispatch" // as the warehouse's outbound record is
	ApproachPerson   = "person"   // a person decides
)

// WindowRule is a number of days from the day after an anchor.
type WindowRule struct {
	Anchor string `yaml:"anchor"` // signing
	Days   int    `yaml:"days"`
}

// AnchorSigning counts from the day on which the parcel was signed for.
const AnchorSigning = "signing"

// LiabilityRule gives shares when a named fact holds; an empty When always holds.
type LiabilityRule struct {
	When   string        `yaml:"when"`
	Shares map[Party]int `yaml:"shares"`
}

// ID is the policy's name and version, e.g. "default@1".
func (p *Policy) ID() string { return p.Name + "@" + strconv.Itoa(p.Version) }

// rule makes the id of one rule, e.g. "default@1/window/changed_mind".
func (p *Policy) rule(parts ...string) string {
	id := p.ID()
	for _, s := range parts {
		id += "/" + s
	}
	return id
}
