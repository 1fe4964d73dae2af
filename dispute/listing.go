package dispute

import "time"

// CaseFilter selects cases for a list; zero fields do not filter.
type CaseFilter struct {
	Stage      Stage
	WaitingOn  WaitingOn
	Kind       Kind
	Reason     Reason
	OrderID    string
	CustomerID string
	Assignee   string
	Team       string
	Class      CaseClass
	Batch      string // id of a defect batch
	Breached   *bool
	DueBefore  *time.Time
	SortByDue  bool // soonest due first; else newest first
	Cursor     string
	Limit      int // 1 to 200, 50 if 0
}

// CasePage is one page of a list; Next is "" on the last.
type CasePage struct {
	Cases []CaseRecord
	Next  string
}

// CaseRecord is a case as stored, with what the row knows beside it.
type CaseRecord struct {
	Case     Case
	Gate     Gate
	Orphaned bool // open, but its workflow is gone
	RunID    string
	// Retention is set once the case is closed, where its policy knows an end.
	Retention *Retention
}

// Text is one piece of what a person wrote: personal data, kept out of workflows.
type Text struct {
	ID        string    `json:"id"`
	CaseID    string    `json:"case_id"`
	Kind      string    `json:"kind"` // statement, contact, symptom, steps_tried, message, note, file_name
	Author    Actor     `json:"author"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
	Internal  bool      `json:"internal"` // staff only
	// ErasedAt is when the body went, as the policy's retention says.
	ErasedAt *time.Time `json:"erased_at,omitempty"`
}
