package dispute

import (
	"fmt"
	"time"
)

// Delivery is what became of an inbox event that was handed to its case.
type Delivery string

// The deliveries.
const (
	DeliveryDelivered Delivery = "delivered" // the workflow has it
	DeliveryLate      Delivery = "late"      // the workflow had completed; the timeline keeps it
)

// OutboxNotice is a notice on its way to a person.
type OutboxNotice struct {
	ID         int64     `json:"id"`
	CaseID     string    `json:"case_id"`
	CustomerID string    `json:"customer_id"`
	Notice     Notice    `json:"notice"`
	Contact    string    `json:"contact,omitempty"` // the newest `contact` text of the case: personal
	Attempts   int       `json:"attempts"`          // failed ones so far
	CreatedAt  time.Time `json:"created_at"`        // of one written ahead of its time: when it is due
	// What puts it into words: the policy and the language are those of the case when
	// the notice was made.
	PolicyVersion string   `json:"policy_version"`
	Language      Language `json:"language,omitempty"`
	OrderID       string   `json:"order_id"`
	Kind          Kind     `json:"kind"`
	Reason        Reason   `json:"reason"`
}

// Key is the notice's idempotency key: <case>/<milestone>/<number>.
func (n OutboxNotice) Key() string {
	return fmt.Sprintf("%s/%s/%d", n.CaseID, n.Notice.Milestone, n.Notice.Number)
}

// OpenRun is an open case and the run of its workflow that owns the record, for
// the sweep.
type OpenRun struct {
	CaseID    string    `json:"case_id"`
	RunID     string    `json:"run_id"`
	Gate      Gate      `json:"gate"` // open or closing
	Orphaned  bool      `json:"orphaned"`
	UpdatedAt time.Time `json:"updated_at"` // the last record
}

// ChainReport is the finding of a check of a case's timeline.
type ChainReport struct {
	CaseID  string `json:"case_id"`
	Entries int64  `json:"entries"` // how many were checked
	Intact  bool   `json:"intact"`
	// BrokenAt is the seq of the first entry that does not fit, 0 if intact;
	// Problem says in plain words what is wrong with it.
	BrokenAt int64  `json:"broken_at,omitempty"`
	Problem  string `json:"problem,omitempty"`
}
