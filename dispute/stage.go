package dispute

// Stage is where a case stands in its life.
type Stage string

// The stages (design: The case).
const (
	StageIntake        Stage = "intake"        // checking that the claim is complete
	StageInvestigation Stage = "investigation" // gathering facts
	StageNegotiation   Stage = "negotiation"   // offering, countering, deciding
	StageAdjudication  Stage = "adjudication"  // a supervisor rules
	StageAppeal        Stage = "appeal"        // a ruling is contested on new facts
	StageExecution     Stage = "execution"     // legs of the remedy run
	StageFollowUp      Stage = "follow_up"     // money or parcel arrived
	StageClosed        Stage = "closed"        // the workflow has completed
)

// moves is the one table of legal moves between stages. Every stage may close.
var moves = map[Stage][]Stage{
	StageIntake:        {StageInvestigation, StageClosed},
	StageInvestigation: {StageNegotiation, StageAdjudication, StageExecution, StageClosed},
	StageNegotiation:   {StageAdjudication, StageExecution, StageClosed},
	StageAdjudication:  {StageAppeal, StageExecution, StageNegotiation, StageClosed},
	StageAppeal:        {StageAdjudication, StageExecution, StageClosed}, // back: another supervisor rules on the appeal
	StageExecution:     {StageNegotiation, StageAdjudication, StageFollowUp, StageClosed},
	StageFollowUp:      {StageInvestigation, StageClosed},
	StageClosed:        {},
}

// CanMove says whether a case may go from one stage to another. Staying is not a move.
func CanMove(from, to Stage) bool {
	for _, s := range moves[from] {
		if s == to {
			return true
		}
	}
	return false
}

// Stages lists all stages in their natural order.
func Stages() []Stage {
	return []Stage{StageIntake, StageInvestigation, StageNegotiation, StageAdjudication, StageAppeal,
		StageExecution, StageFollowUp, StageClosed}
}

// WaitingOn is whose act is awaited, derived from the running clocks.
type WaitingOn string

// Whom a case may wait for.
const (
	WaitingCustomer   WaitingOn = "customer"
	WaitingAgent      WaitingOn = "agent"
	WaitingSupervisor WaitingOn = "supervisor"
	WaitingBoth       WaitingOn = "both"
	WaitingWarehouse  WaitingOn = "warehouse"
	WaitingCarrier    WaitingOn = "carrier"
	WaitingPayment    WaitingOn = "payment"
	WaitingNone       WaitingOn = "none"
)

// Waits lists whom a case may wait for.
func Waits() []WaitingOn {
	return []WaitingOn{WaitingCustomer, WaitingAgent, WaitingSupervisor, WaitingBoth, WaitingWarehouse, WaitingCarrier,
		WaitingPayment, WaitingNone}
}

// Outcome is how a case ended; it is empty while the case is open.
type Outcome string

// The outcomes.
const (
	OutcomeResolved     Outcome = "resolved"     // a remedy was carried out
	OutcomeRejected     Outcome = "rejected"     // refused, and left at that
	OutcomeWithdrawn    Outcome = "withdrawn"    // by the customer
	OutcomeExpired      Outcome = "expired"      // the customer did not answer or did not ship
	OutcomeInadmissible Outcome = "inadmissible" // outside window, unknown order, not the buyer's
	OutcomeSuperseded   Outcome = "superseded"   // another case took over
	OutcomeCancelled    Outcome = "cancelled"    // by operations
)
