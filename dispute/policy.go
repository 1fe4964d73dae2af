package dispute

import "strconv"

// Policy is one version of the rules as data. Policies are read by ParsePolicy
// and never change afterwards; a case keeps the version that it was opened under.
//
// Format 1 (no `format` key) is what the first release shipped and is read for
// the cases that it opened; everything from Hours on is format 2. Format 3 adds the
// clocks and sections of the remedies that release 3 carries out.
type Policy struct {
	Format   int    `yaml:"format"`
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

	// EffectiveFrom is the date (in Zone) from which the version is in force.
	EffectiveFrom string `yaml:"effective_from"`
	// Binds says which version an open case goes by: one of the Bind constants.
	Binds      string                              `yaml:"binds"`
	Hours      map[string]HoursRule                `yaml:"hours"` // named opening hours
	QuietHours *QuietHours                         `yaml:"quiet_hours"`
	Suspension map[SuspensionReason]SuspensionRule `yaml:"suspension"`
	Extension  ExtensionRule                       `yaml:"extension"`
	Exclusions []ExclusionRule                     `yaml:"exclusions"`
	Refund     RefundRule                          `yaml:"refund"`
	Notices    map[Milestone]bool                  `yaml:"notices"` // false: not sent
	Retention  RetentionRule                       `yaml:"retention"`
	Returns    ReturnsRule                         `yaml:"returns"`  // format 3
	Exchange   ExchangeRule                        `yaml:"exchange"` // format 3
	Repair     RepairRule                          `yaml:"repair"`   // format 3
	Credits    *CreditRule                         `yaml:"credits"`  // coupons and gifts
	// Compensation is what is given for deliveries that came late, or not, or damaged.
	Compensation *CompensationRule `yaml:"compensation"`
	// Triage and Routing say what comes in as what, and who gets it (format 3).
	Triage  *TriageSettings `yaml:"triage"`
	Routing []RoutingRule   `yaml:"routing"`
	// Negotiation and Approvals bound bargaining and say who agrees to large sums (format 3).
	Negotiation *NegotiationRule `yaml:"negotiation"`
	Approvals   []ApprovalRule   `yaml:"approvals"`
	// Survey says which marks get a second opinion, Batch which cases are one defect of a
	// batch (format 3).
	Survey *SurveyRule `yaml:"survey"`
	Batch  *BatchRule  `yaml:"batch"`
	// Recovery is what is claimed back from carrier and supplier; format 3.
	Recovery map[Party]RecoveryRule `yaml:"recovery"`

	// Delivery and Templates say how notices reach people, and in which words (format 3).
	Delivery  DeliveryRule         `yaml:"delivery"`
	Templates map[Language]Wording `yaml:"templates"`
	// Basis is where settings come from that have no basis of their own: a law
	// article or platform rule by the setting's path, e.g. limits.automatic.
	Basis map[string]string `yaml:"basis"`
}

// The versions by which an open case may go (domain.md: sources disagree).
const (
	BindOrderTime   = "order_time"   // the version in force when the order was placed
	BindOpeningTime = "opening_time" // the version in force when the case was opened
	BindNewest      = "newest"       // always the newest; the change stands in the timeline
)

// HoursRule is when a desk is open. Open are intervals HH:MM-HH:MM of local wall
// time; one that ends before it begins goes on past midnight.
type HoursRule struct {
	Days     string              `yaml:"days"` // working (the calendar's working days) or every
	Open     []string            `yaml:"open"`
	Weekdays map[string][]string `yaml:"weekdays"` // instead of Open on that weekday, e.g. friday
}

// QuietHours is when nobody is reminded, local wall time HH:MM.
type QuietHours struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
}

// SuspensionRule is what one reason of a suspension moves, and for how long at most.
type SuspensionRule struct {
	// Limit is a span, the budget of the clock suspension in place of its own. The
	// reason awaiting_customer has none: the customer's clocks bound it.
	Limit string      `yaml:"limit"`
	Moves []ClockName `yaml:"moves"`
	While []ClockName `yaml:"while"` // awaiting_customer only: stands still while one of these runs
	Basis string      `yaml:"basis"`
}

// ExtensionRule bounds extensions by people.
type ExtensionRule struct {
	Clocks []ClockName `yaml:"clocks"`
	Most   string      `yaml:"most"`  // one extension, a span
	Times  int         `yaml:"times"` // of one clock
}

// ExclusionRule keeps a claim out: the first whose When holds.
type ExclusionRule struct {
	Code    string   `yaml:"code"` // told to the customer
	Reasons []Reason `yaml:"reasons"`
	When    string   `yaml:"when"`
	Basis   string   `yaml:"basis"`
	// Person sends the case to a person instead of refusing it.
	Person bool `yaml:"person"`
}

// RetentionRule is for how long a closed case is kept.
type RetentionRule struct {
	Record   string             `yaml:"record"` // a span in days
	Texts    string             `yaml:"texts"`  // personal data; at most as long as the record
	Basis    string             `yaml:"basis"`
	Variants []RetentionVariant `yaml:"variants"`
}

// RetentionVariant replaces what it names where When holds as the case closes; the
// first that holds counts.
type RetentionVariant struct {
	When   string `yaml:"when"`
	Record string `yaml:"record"`
	Texts  string `yaml:"texts"`
	Basis  string `yaml:"basis"`
}

// RefundRule is the arithmetic of refunds (docs/policy/refunds.md).
type RefundRule struct {
	// FreeShipping says what becomes of free shipping when what is kept no longer
	// earns it: keep (the shop bears it) or claw_back (the waived charge is taken off).
	FreeShipping string `yaml:"free_shipping"`
	// Gifts: return (a gift goes back with its goods, else its value is taken off) or keep.
	Gifts string `yaml:"gifts"`
	// OutboundFreight: merchant (the shipping charge is refunded with the whole order
	// where the customer is not at fault), customer (never by rule).
	OutboundFreight string          `yaml:"outbound_freight"`
	Variants        []RefundVariant `yaml:"variants"`
}

// RefundVariant replaces what it names where When holds; the first that holds counts.
type RefundVariant struct {
	When            string `yaml:"when"`
	FreeShipping    string `yaml:"free_shipping"`
	Gifts           string `yaml:"gifts"`
	OutboundFreight string `yaml:"outbound_freight"`
	Basis           string `yaml:"basis"`
}

// Limits are amounts in minor units of the policy's currency.
type Limits struct {
	Automatic       int64          `yaml:"automatic"`        // the most that a rule gives without a person
	Agent           int64          `yaml:"agent"`            // above it an agent needs an approval
	Compensation    int64          `yaml:"compensation"`     // new money above it always needs an approval
	CompensationCap int64          `yaml:"compensation_cap"` // new money above it is refused, whoever asks
	Variants        []LimitVariant `yaml:"variants"`
}

// LimitVariant replaces the limits that it names where When holds; the first that holds counts.
type LimitVariant struct {
	When            string `yaml:"when"`
	Automatic       *int64 `yaml:"automatic"`
	Agent           *int64 `yaml:"agent"`
	Compensation    *int64 `yaml:"compensation"`
	CompensationCap *int64 `yaml:"compensation_cap"`
	Basis           string `yaml:"basis"`
}

// RiskRule raises a flag when a fact of the customer's history reaches a number,
// or (format 2) when a condition holds.
type RiskRule struct {
	Flag    string `yaml:"flag"`
	Fact    string `yaml:"fact"` // one of the names of riskFacts
	AtLeast int    `yaml:"at_least"`
	When    string `yaml:"when"`  // instead of Fact and AtLeast
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

	Hours     string         `yaml:"hours"`      // for budgets in bh and bm
	CountFrom CountFrom      `yaml:"count_from"` // at_once where it is empty
	Remind    []string       `yaml:"remind"`     // spans before the due instant, in the clock's own time
	Basis     string         `yaml:"basis"`
	Variants  []ClockVariant `yaml:"variants"`
}

// ClockVariant replaces what it names where When holds; the first that holds counts.
type ClockVariant struct {
	When      string    `yaml:"when"`
	Budget    string    `yaml:"budget"`
	Hours     string    `yaml:"hours"`
	CountFrom CountFrom `yaml:"count_from"`
	Remind    []string  `yaml:"remind"`
	OnExpiry  string    `yaml:"on_expiry"`
	Basis     string    `yaml:"basis"`
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
	Liability    []LiabilityRule `yaml:"liability"`     // the first whose condition holds

	Basis string `yaml:"basis"` // law article or platform rule
	// Proof is who proves what after the customer's own evidence, in order; each
	// step is asked for when its When holds (always, where it is empty).
	Proof []ProofRule `yaml:"proof"`
	// Routes replace Route where their When holds; the first that holds counts.
	Routes []RouteVariant `yaml:"routes"`
	// Warranty is for how long a defect is the merchant's, by reason warranty_failure.
	Warranty *WindowRule `yaml:"warranty"`
}

// ProofRule moves the burden of proof to a party, on the clock evidence_supplement.
type ProofRule struct {
	Party    Party          `yaml:"party"` // customer or merchant
	Evidence []EvidenceType `yaml:"evidence"`
	When     string         `yaml:"when"`
	Basis    string         `yaml:"basis"`
}

// RouteVariant goes another way where a condition holds.
type RouteVariant struct {
	When  string `yaml:"when"`
	Route string `yaml:"route"`
	Basis string `yaml:"basis"`
}

// The approaches to a reason once the facts are in.
const (
	ApproachRight    = "right"    // a right of the customer: carried out at once
	ApproachOffer    = "offer"    // offered by rule inside the automatic limit
	ApproachTrace    = "trace"    // as the carrier's word on the outbound parcel is
	ApproachDispatch = "dispatch" // as the warehouse's outbound record is
	ApproachPerson   = "person"   // a person decides
)

// WindowRule is a number of days or months from the day after an anchor.
type WindowRule struct {
	Anchor string `yaml:"anchor"` // one of the Anchor constants
	Days   int    `yaml:"days"`
	Months int    `yaml:"months"` // instead of days
	Basis  string `yaml:"basis"`
	// Unknown says what happens where the anchor's date is not known: person
	// (also where it is empty) or refuse. A window never fails open.
	Unknown string `yaml:"unknown"`
}

// The anchors of windows.
const (
	AnchorSigning  = "signing"  // the day on which the parcel was signed for
	AnchorOrder    = "order"    // the day on which the order was placed
	AnchorPromised = "promised" // the day by which delivery was promised
	AnchorInstall  = "install"  // the day of installation, else of signing
)

// LiabilityRule gives shares when a condition holds; an empty When always holds.
type LiabilityRule struct {
	When   string        `yaml:"when"`
	Shares map[Party]int `yaml:"shares"`
	Basis  string        `yaml:"basis"`
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
