package workflows

import (
	"slices"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// plan works out the legs of remedies; in a stage that does not lead to execution
// it is refused.
func (r *caseRun) plan(remedies []dispute.Remedy) dispute.LegPlan {
	if s := r.Case.Stage; !dispute.CanMove(s, dispute.StageExecution) {
		return dispute.LegPlan{Refused: dispute.Errorf(dispute.CodeNotAllowedNow, "nothing is carried out in %s", s)}
	}
	return ruling[dispute.LegPlan](r.world, activities.NamePlan, &r.Case, remedies)
}

// execute sets decided remedies in motion: their legs run side by side.
func (r *caseRun) execute(remedies []dispute.Remedy, plan dispute.LegPlan, by dispute.Actor) {
	question := r.question()
	if !r.toExecution() {
		return // a plan is refused before it comes to this
	}
	r.meetClock(dispute.ClockFirstResponse, "")
	r.settledBy(plan, question)
	r.Case.Remedies = append(r.Case.Remedies, remedies...)
	r.log(dispute.EventExecution, by, plan.Rule, kv{"remedies": remedies})
	r.supersede(plan)
	r.startLegs(plan.Legs, plan.Rule)
	r.returnHeld(dispute.System, dispute.WhyDecided)
	r.askAboutRest()
}

// progress lets follow what follows from the state alone, in the turn that made it so.
func (r *caseRun) progress() {
	if r.Engine.Ending != "" || r.Case.Stage == dispute.StageClosed {
		return
	}
	for i := range r.Case.Legs {
		switch l := &r.Case.Legs[i]; l.Type {
		case dispute.LegRefund, dispute.LegCompensation:
			r.progressMoney(l)
		case dispute.LegApology:
			r.progressApology(l)
		case dispute.LegReplacement:
			r.progressReplacement(l)
		case dispute.LegRepair:
			r.progressRepair(l)
		case dispute.LegAmendment:
			r.progressAmendment(l)
		}
	}
	if r.Case.Stage != dispute.StageExecution {
		return
	}
	succeeded, expired := 0, false
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		if !l.State.Final() || needsPerson(l) {
			return
		}
		switch {
		case l.Done():
			succeeded++
		case l.State == dispute.ReturnExpired:
			expired = true
		}
	}
	switch {
	case succeeded > 0:
		r.followUp()
	case r.declinedRepairs():
		r.afterDecline()
	case expired:
		r.end(dispute.OutcomeExpired)
	default:
		r.askAgent(&dispute.Explanation{Code: dispute.ProblemNothingCarriedOut}, "")
	}
}

// supersede gives up what an earlier decision asked for and a new one decides
// anew: payments and goods for the same lines that have not begun, and returns that
// nobody waits for any more. A repair decides its units like money or new goods do.
// Other legs run on, and so does what waits for units of a line of which the plan
// decides only others.
func (r *caseRun) supersede(plan dispute.LegPlan) {
	var lines []dispute.Line
	for _, leg := range plan.Legs {
		if leg.Money != nil {
			for _, part := range leg.Money.Lines {
				lines = append(lines, dispute.Line{LineID: part.LineID})
			}
		}
		if leg.Replacement != nil {
			lines = append(lines, leg.Replacement.Lines()...)
		}
		if leg.Repair != nil {
			lines = append(lines, leg.Repair.Lines...)
		}
	}
	lines = decidedAnew(lines, plan)
	r.supersedeGoods(lines)
	r.supersedeRepairs(plan)
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		if l.Money == nil || l.State != dispute.MoneyRequired || !refundsAny(l, lines) {
			continue
		}
		r.setLeg(l, dispute.MoneyCancelled, dispute.System, dispute.WhyDecidedAnew)
		if ret := r.Case.Leg(l.After); ret != nil && !ret.State.Final() {
			r.meetLegClocks(ret.ID)
			r.setLeg(ret, dispute.ReturnCancelled, dispute.System, dispute.WhyDecidedAnew)
		}
	}
}

// decidedAnew leaves out the lines beside whose waiting units a plan decides.
func decidedAnew(lines []dispute.Line, plan dispute.LegPlan) []dispute.Line {
	return slices.DeleteFunc(lines, func(l dispute.Line) bool { return slices.Contains(plan.Beside, l.LineID) })
}

// resumeExecution takes the case back from the desk, because what it waited for
// has come after all.
func (r *caseRun) resumeExecution() {
	if r.Engine.Ending != "" {
		return
	}
	if r.Case.Stage != dispute.StageNegotiation && r.Case.Stage != dispute.StageAdjudication {
		return
	}
	for i := range r.Case.Legs {
		if needsPerson(&r.Case.Legs[i]) {
			return // a person is still needed for another leg
		}
	}
	r.toExecution()
}

// toExecution takes the case off the desk: nobody is waited for there, what was
// proposed is withdrawn, and the clock of the resolution runs.
func (r *caseRun) toExecution() bool {
	if !r.moveTo(dispute.StageExecution) {
		return false
	}
	r.withdrawProposals()
	r.meetClocks(dispute.ClockAgentDecision, dispute.ClockCustomerResponse, dispute.ClockSupervisorDecision, dispute.ClockEscalationWindow)
	r.dropProof()
	r.ruledOnAppeal()
	if r.Case.Counting(dispute.ClockResolution, "") == nil { // met by a refusal that did not stand
		r.start(dispute.ClockResolution, "")
	}
	r.Case.Explanation = nil
	return true
}

// onTheirWay lists the returns that were granted and go on by themselves, being
// prepared or with a clock that waits for their next step, and the money on its way
// that waited for one. What a person is asked about is not among them.
func (r *caseRun) onTheirWay() []string {
	asked := ""
	if why := r.Case.Explanation; why != nil {
		asked = why.Detail["leg_id"]
	}
	var ids []string
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		switch {
		case l.State.Final(), l.Problem != "", l.ID == asked:
		case l.Return != nil && (l.State == dispute.ReturnAuthorized || r.hasClock(l.ID)),
			l.Money != nil && l.After != "" && r.hasClock(l.ID),
			l.Replacement != nil, l.Amendment != nil, l.Repair != nil:
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// advance starts the effects that the state asks for and that are not under way.
func (r *caseRun) advance() {
	if r.ended || r.duplicate != "" {
		return
	}
	if r.gathering() {
		r.advanceFacts()
	}
	for i := range r.Case.Legs {
		leg := &r.Case.Legs[i]
		switch leg.Type {
		case dispute.LegReturn:
			r.advanceReturn(leg)
		case dispute.LegRefund, dispute.LegCompensation:
			r.advanceMoney(leg)
		case dispute.LegReplacement:
			r.advanceReplacement(leg)
		case dispute.LegRepair:
			r.advanceRepair(leg)
		case dispute.LegAmendment:
			r.advanceAmendment(leg)
		}
	}
}

// setLeg moves a leg by its table of legal moves; an illegal move is recorded
// and changes nothing.
func (r *caseRun) setLeg(leg *dispute.Leg, to dispute.LegState, by dispute.Actor, reason string) bool {
	if leg.State == to {
		return true
	}
	if !leg.CanBecome(to) {
		r.log(dispute.EventIgnored, by, dispute.IgnoredIllegalMove, kv{"leg_id": leg.ID, "from": leg.State, "to": to})
		return false
	}
	r.log(dispute.EventLegChanged, by, reason, kv{"leg_id": leg.ID, "from": leg.State, "to": to})
	leg.State = to
	return true
}

// failLeg takes a leg that cannot go on back to a person; the others run on.
func (r *caseRun) failLeg(leg *dispute.Leg, problem string) {
	leg.Problem = problem
	r.meetLegClocks(leg.ID)
	r.cancelAfter(leg.ID, problem)
	switch {
	case r.Engine.Ending == "":
		r.askAboutLeg(problem, leg.ID)
	case leg.Money != nil && r.Engine.Ending != dispute.OutcomeCancelled:
		// What was promised before the case ended did not arrive: that ends in no silence.
		r.notify(dispute.NoticeTask, dispute.RoleSupervisor, kv{"what": problem, "leg_id": leg.ID, "refund_key": leg.Money.Key})
	}
}

// cancelAfter gives up the money that waits for a leg.
func (r *caseRun) cancelAfter(legID, why string) {
	for i := range r.Case.Legs {
		if dep := &r.Case.Legs[i]; dep.After == legID && dep.State == dispute.MoneyRequired {
			r.setLeg(dep, dispute.MoneyCancelled, dispute.System, why)
		}
	}
}

// openLeg says whether a leg is not at its end.
func (r *caseRun) openLeg() bool {
	return r.legBy(func(l *dispute.Leg) bool { return !l.State.Final() }) != nil
}

// needsPerson says that the case waits for a person because of the leg. What a
// supervisor is only told of does not hold it up.
func needsPerson(l *dispute.Leg) bool {
	return l.Problem != "" && l.Problem != dispute.ProblemUndoFailed && l.Problem != dispute.ProblemPaidLate
}

// settleProblems closes the book on all failed legs: the claim is refused or taken up anew.
func (r *caseRun) settleProblems() {
	for i := range r.Case.Legs {
		if l := &r.Case.Legs[i]; l.State.Final() {
			l.Problem = ""
		}
	}
}

// moveTo changes the stage by the table of legal moves, and says whether the case
// now stands there.
func (r *caseRun) moveTo(s dispute.Stage) bool {
	if r.Case.Stage == s {
		return true
	}
	if !dispute.CanMove(r.Case.Stage, s) {
		r.world.logger().Error("illegal stage move refused", "from", r.Case.Stage, "to", s)
		return false
	}
	r.Case.Stage = s
	return true
}

// legBy returns the leg that a partner's name belongs to, or nil.
func (r *caseRun) legBy(match func(*dispute.Leg) bool) *dispute.Leg {
	for i := len(r.Case.Legs) - 1; i >= 0; i-- {
		if match(&r.Case.Legs[i]) {
			return &r.Case.Legs[i]
		}
	}
	return nil
}
