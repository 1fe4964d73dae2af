package workflows

import (
	"slices"

	"github.com/redresshq/redress/dispute"
)

// question is the leg that the desk was asked about, or the only one that needs a person; ""
// where that is not known.
func (r *caseRun) question() string {
	if why := r.Case.Explanation; why != nil && why.Detail["leg_id"] != "" {
		return why.Detail["leg_id"]
	}
	only := ""
	for i := range r.Case.Legs {
		switch l := &r.Case.Legs[i]; {
		case !needsPerson(l):
		case only != "":
			return ""
		default:
			only = l.ID
		}
	}
	return only
}

// settledBy closes the book on the failed legs of which a plan speaks. One that speaks of
// none of them answers what the desk was asked, unless it is about other goods. Under formats
// 1 and 2 a plan settled all of them.
func (r *caseRun) settledBy(plan dispute.LegPlan, question string) {
	if r.Case.Negotiation == nil {
		r.settleProblems()
		return
	}
	answered := false
	for i := range r.Case.Legs {
		l := &r.Case.Legs[i]
		if !l.State.Final() {
			continue
		}
		if needsPerson(l) {
			if !speaksOf(plan, l) {
				continue
			}
			answered = true
		}
		l.Problem = ""
	}
	l := r.Case.Leg(question)
	if answered || l == nil || !l.State.Final() || len(goodsOf(l)) > 0 && slices.ContainsFunc(plan.Legs, concernsGoods) {
		return
	}
	l.Problem = ""
}

// askAboutRest asks the desk about a leg that still needs a person and for which no clock of
// its own runs.
func (r *caseRun) askAboutRest() {
	if r.Case.Negotiation == nil {
		return
	}
	for i := range r.Case.Legs {
		if l := &r.Case.Legs[i]; needsPerson(l) && (l.State.Final() || !r.hasClock(l.ID)) {
			r.askAboutLeg(l.Problem, l.ID)
			return
		}
	}
}

// speaksOf says whether a plan decides units of a leg's lines, or, where it has none, gives
// the same anew.
func speaksOf(plan dispute.LegPlan, l *dispute.Leg) bool {
	lines := linesOf(l)
	return slices.ContainsFunc(plan.Legs, func(p dispute.Leg) bool {
		if len(lines) > 0 {
			return overlap(linesOf(&p), lines)
		}
		return p.Type == l.Type && (p.Money == nil || l.Money == nil || p.Money.Form == l.Money.Form && len(p.Money.Lines) == 0)
	})
}

// linesOf are the order's lines that a leg is about; a coupon or an apology is about none.
func linesOf(l *dispute.Leg) []dispute.Line {
	switch {
	case l.Return != nil:
		return l.Return.Instructions.Items
	case l.Replacement != nil:
		return l.Replacement.Lines()
	case l.Repair != nil:
		return l.Repair.Lines
	case l.Money == nil:
		return nil
	}
	var lines []dispute.Line
	for _, part := range l.Money.Lines {
		lines = append(lines, dispute.Line{LineID: part.LineID, Quantity: part.Quantity})
	}
	return lines
}

// goodsOf are its lines without the shipping charge.
func goodsOf(l *dispute.Leg) []dispute.Line {
	return slices.DeleteFunc(slices.Clone(linesOf(l)), func(line dispute.Line) bool { return line.LineID == dispute.ShippingLine })
}

func concernsGoods(l dispute.Leg) bool { return len(goodsOf(&l)) > 0 }
