package dispute

import (
	"slices"
	"time"
)

// BatchRule says when cases are one defect of a batch: so many about one product or lot,
// for one of the reasons, within a window.
type BatchRule struct {
	Window  string   `yaml:"window"`  // a span in days
	Cases   int      `yaml:"cases"`   // from so many on
	Reasons []Reason `yaml:"reasons"` // that speak of the goods themselves
	Tell    Role     `yaml:"tell"`    // the department that is told, once a batch
	Basis   string   `yaml:"basis"`
}

// The most that a policy may say of batches.
const (
	maxBatchCases  = 1000
	maxBatchWindow = 366 // days
)

// BatchWatch is what the record needs to know to link a case; it goes with a batch of the
// record whose case may be one of a defect.
type BatchWatch struct {
	Window  time.Duration `json:"window"`
	Cases   int           `json:"cases"`
	Reasons []Reason      `json:"reasons"`
	Tell    Role          `json:"tell"`
}

// DefectBatch is a product or lot that several cases are about.
type DefectBatch struct {
	ID        string    `json:"batch_id"`
	SKU       string    `json:"sku"`
	Lot       string    `json:"lot,omitempty"` // "": the product as such
	Cases     int       `json:"cases"`
	Customers int       `json:"customers"`
	FirstAt   time.Time `json:"first_at"` // when its first case was opened
	LastAt    time.Time `json:"last_at"`
	Told      Role      `json:"told"` // who was told when it was found
	FoundAt   time.Time `json:"found_at"`
	CaseIDs   []string  `json:"case_ids,omitempty"` // some of them, the newest first
}

// BatchWatch says how a case is linked; nil where the policy links none of its reason, or
// the order is not known.
func (b *Rulebook) BatchWatch(c *Case) *BatchWatch {
	rule := b.policy.Batch
	if rule == nil || c.Facts.Order == nil || c.ForeignOrder() || !slices.Contains(rule.Reasons, c.Reason) {
		return nil
	}
	span, err := ParseSpan(rule.Window)
	if err != nil {
		return nil
	}
	return &BatchWatch{Window: time.Duration(span.N) * 24 * time.Hour, Cases: rule.Cases, Reasons: rule.Reasons, Tell: rule.Tell}
}

// batch checks when cases are linked, and who is told.
func (c policyCheck) batch() {
	rule := c.policy.Batch
	if rule == nil {
		return
	}
	const path = "$.batch"
	if span, err := ParseSpan(rule.Window); err != nil || span.Unit != UnitDays || span.N < 1 || span.N > maxBatchWindow {
		c.problem(path+".window", "expected a span of 1d to %dd, found %q", maxBatchWindow, rule.Window)
	}
	if rule.Cases < 2 || rule.Cases > maxBatchCases {
		c.problem(path+".cases", "expected how many cases make a batch, 2 to %d, found %d", maxBatchCases, rule.Cases)
	}
	if len(rule.Reasons) == 0 {
		c.problem(path+".reasons", "expected the reasons that speak of the goods")
	}
	for i, reason := range rule.Reasons {
		if _, ok := families[reason]; !ok {
			c.problem(element(path+".reasons", i), "expected one of the reasons %s%s", list(families), nearestHint(string(reason), sortedNames(families)))
		}
	}
	if !flagName.MatchString(string(rule.Tell)) || rule.Tell == RoleCustomer {
		c.problem(path+".tell", "expected the department that is told, such as purchasing, found %q", rule.Tell)
	}
}
