// Package workflows tells the story of a case: what follows what, who is waited
// for, and what silence brings. Rules are in package dispute, the world is
// touched in package activities; nothing here reads a clock, a policy or a
// database of its own.
package workflows

// Every name that crosses the wire to Temporal, in one place (law 8). None may
// change; a new behaviour gets a new name or a GetVersion.
const (
	// CaseWorkflow is the workflow type of one case; its id is CaseID(case id).
	CaseWorkflow = "Case"
	// RecoveryWorkflow is the workflow type of one recovery; its id is
	// recovery/<case id>/<party>-<number> (dispute.RecoveryWorkflowID).
	RecoveryWorkflow = "Recovery"
	// QueryRecovery answers the recovery as its workflow holds it.
	QueryRecovery = "recovery"
	// SweepWorkflow looks for open cases whose workflow is gone, by a Schedule.
	SweepWorkflow = "Sweep"
	// SweepSchedule is the id of that schedule.
	SweepSchedule = "redress-sweep"
	// WeeklyWorkflow makes and sends the report of the last whole week.
	WeeklyWorkflow = "WeeklyReport"
	// WeeklySchedule is the id of the schedule that starts it, and of its workflows.
	WeeklySchedule = "redress-weekly-report"
	// QueryCase answers the case as the workflow holds it, for operations.
	QueryCase = "case"

	// QueueMain carries workflows and the record; each kind of partner has a
	// queue of its own, so that a hanging warehouse never delays a refund.
	QueueMain      = "redress"
	QueueOrders    = "redress-orders"
	QueueWarehouse = "redress-warehouse"
	QueueCarrier   = "redress-carrier"
	QueuePayment   = "redress-payment"
	QueueSupplier  = "redress-supplier"
)

// The search attributes; none holds personal data.
const (
	AttrStage     = "CaseStage"
	AttrKind      = "CaseKind"
	AttrReason    = "CaseReason"
	AttrWaitingOn = "CaseWaitingOn"
	AttrOutcome   = "CaseOutcome"
	AttrDueAt     = "CaseDueAt"    // Datetime
	AttrBreached  = "CaseBreached" // Bool
	AttrRisk      = "CaseRisk"     // Int
)

// CaseID is the workflow id of a case.
func CaseID(caseID string) string { return "case/" + caseID }
