package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// investigate asks every source that the policy names, all side by side; each
// has its own limit. Our own record is asked at once.
func (r *caseRun) investigate() {
	r.moveTo(dispute.StageInvestigation)
	var names []dispute.FactSource
	for _, s := range r.Engine.Sources {
		r.Case.Facts.Sources = append(r.Case.Facts.Sources, dispute.SourceState{Source: s.Source, State: dispute.SourcePending})
		names = append(names, s.Source)
	}
	r.log(dispute.EventInvestigation, dispute.System, "", kv{"sources": names})
	if r.pending(dispute.FactHistory) {
		found, err := ask(r.world, dispute.FactHistory, r.sourceLimit(dispute.FactHistory), &r.Case)
		r.learn(dispute.FactHistory, found, err)
	}
}

// advanceFacts asks the sources that are still pending.
func (r *caseRun) advanceFacts() {
	for _, s := range r.Case.Facts.Sources {
		if s.State != dispute.SourcePending {
			continue
		}
		src, limit, c := s.Source, r.sourceLimit(s.Source), r.Case
		r.effect("fact/"+string(src), func(w world) func() error {
			found, err := ask(w, src, limit, &c)
			return func() error { r.learn(src, found, err); return nil }
		})
	}
}

func (r *caseRun) sourceLimit(s dispute.FactSource) time.Duration {
	for _, l := range r.Engine.Sources {
		if l.Source == s {
			return l.Limit
		}
	}
	return time.Minute
}

// ask puts the question to one source; the answer is a Facts with that part set.
func ask(w world, s dispute.FactSource, limit time.Duration, c *dispute.Case) (dispute.Facts, error) {
	var f dispute.Facts
	var err error
	switch s {
	case dispute.FactOrder:
		var v dispute.OrderFacts
		v, err = call[dispute.OrderFacts](w, partnerOptions(QueueOrders, limit, "order "+c.OrderID), activities.NameGetOrder, c.OrderID)
		f.Order = &v
	case dispute.FactDispatch:
		var v dispute.DispatchFacts
		v, err = call[dispute.DispatchFacts](w, partnerOptions(QueueWarehouse, limit, "outbound record"), activities.NameGetDispatch, c.OrderID)
		f.Dispatch = &v
	case dispute.FactTrace:
		var v dispute.TraceFacts
		v, err = call[dispute.TraceFacts](w, partnerOptions(QueueCarrier, limit, "trace of the outbound parcel"),
			activities.NameTraceOrder, c.OrderID)
		f.Trace = &v
	case dispute.FactPayment:
		var v dispute.PaymentFacts
		v, err = call[dispute.PaymentFacts](w, partnerOptions(QueuePayment, limit, "refunds and chargebacks elsewhere"),
			activities.NamePaymentFacts, c.OrderID, c.ID)
		f.Payment = &v
	case dispute.FactHistory:
		var v dispute.HistoryFacts
		v, err = durableHistory(w, limit, c)
		f.History = &v
	}
	return f, err
}

// durableHistory reads our own record; it gives up at the source's limit.
func durableHistory(w world, limit time.Duration, c *dispute.Case) (dispute.HistoryFacts, error) {
	var h dispute.HistoryFacts
	local := recordLocalOptions()
	local.ScheduleToCloseTimeout = min(limit, local.ScheduleToCloseTimeout)
	err := w.local(local, &h, activities.NameHistory, c.CustomerID, c.ID, c.OpenedAt)
	return h, err
}

// learn takes one source's answer, or that there was none.
func (r *caseRun) learn(s dispute.FactSource, found dispute.Facts, err error) {
	state, detail := dispute.SourceAnswered, ""
	switch {
	case activities.Code(err) == dispute.CodeNotFound:
		state, detail = dispute.SourceUnknown, "the "+string(s)+" source has no record of it"
	case err != nil:
		state, detail = dispute.SourceNotAnswered, failureWord(err)
	case r.foreign(s, found):
		state = dispute.SourceWithheld
	default:
		r.mergeFacts(found)
	}
	r.setSource(s, state, detail)
	if !r.asking() || r.Engine.Ending != "" {
		return
	}
	if s == dispute.FactOrder && r.Case.Reopened == 0 { // a settled case was admitted once
		r.orderKnown(state)
	}
	if r.Case.Stage == dispute.StageInvestigation && r.Engine.Ending == "" && r.allAsked() {
		r.assess()
	}
}

// foreign says whether an answer tells of another customer's order: the order
// system's says so itself, and then whatever else was heard of it is forgotten.
func (r *caseRun) foreign(s dispute.FactSource, found dispute.Facts) bool {
	if found.Order != nil && found.Order.CustomerID != r.Case.CustomerID {
		have := &r.Case.Facts
		have.Order, have.Dispatch, have.Trace, have.Payment = nil, nil, nil, nil
		return true
	}
	return s != dispute.FactHistory && r.Case.ForeignOrder()
}

// asking says whether facts are being gathered: in the investigation, and on for
// a supervisor when the case was escalated out of it.
func (r *caseRun) asking() bool {
	return r.Case.Stage == dispute.StageInvestigation || r.Case.Stage == dispute.StageAdjudication
}

// gathering says whether sources that are still pending are asked: as asking, and
// while an agent works, who may need what changed meanwhile.
func (r *caseRun) gathering() bool {
	return r.Engine.Ending == "" && (r.asking() || r.Case.Stage == dispute.StageNegotiation)
}

// askAnew has a source asked again whose answer has proved out of date.
func (r *caseRun) askAnew(s dispute.FactSource) {
	for i := range r.Case.Facts.Sources {
		if src := &r.Case.Facts.Sources[i]; src.Source == s {
			src.State, src.Detail, src.At = dispute.SourcePending, "", nil
		}
	}
}

func (r *caseRun) setSource(s dispute.FactSource, state, detail string) {
	now := r.now()
	for i := range r.Case.Facts.Sources {
		if src := &r.Case.Facts.Sources[i]; src.Source == s {
			src.State, src.Detail, src.At = state, detail, &now
		}
	}
	r.log(dispute.EventFact, dispute.System, state, kv{"source": s})
}

func (r *caseRun) mergeFacts(f dispute.Facts) {
	have := &r.Case.Facts
	switch {
	case f.Order != nil:
		have.Order = f.Order
		r.Case.Currency = f.Order.Currency
	case f.Dispatch != nil:
		have.Dispatch = f.Dispatch
	case f.Trace != nil:
		have.Trace = f.Trace
	case f.Payment != nil:
		have.Payment = f.Payment
	case f.History != nil:
		have.History = f.History
	}
}

// orderKnown rules on admission once the order system has had its say. Where a
// supervisor has the case already, a window that is over is theirs to weigh.
func (r *caseRun) orderKnown(state string) {
	if state == dispute.SourceNotAnswered {
		r.accept(r.startNow(dispute.ClockRequest{Name: dispute.ClockResolution}))
		return
	}
	a := ruling[activities.Admitted](r.world, activities.NameAdmit, &r.Case, r.now())
	r.bind(a.PolicyVersion, a.Foresees, a.Negotiation)
	if a.Admissible {
		r.setClock(*a.Resolution)
		r.accept(*a.Resolution)
		return
	}
	r.Case.Explanation = a.Explanation
	if a.Explanation.Code == dispute.CodeOutsideWindow && r.Case.Stage == dispute.StageAdjudication {
		r.accept(r.startNow(dispute.ClockRequest{Name: dispute.ClockResolution}))
		return
	}
	r.log(dispute.EventInadmissible, dispute.System, a.Explanation.Code, kv{"explanation": a.Explanation})
	r.notify(dispute.NoticeDecision, dispute.RoleCustomer, kv{"outcome": dispute.OutcomeInadmissible, "explanation": a.Explanation})
	r.meetClock(dispute.ClockFirstResponse, "")
	r.end(dispute.OutcomeInadmissible)
}

func (r *caseRun) pending(s dispute.FactSource) bool {
	for _, src := range r.Case.Facts.Sources {
		if src.Source == s {
			return src.State == dispute.SourcePending
		}
	}
	return false
}

func (r *caseRun) allAsked() bool {
	for _, s := range r.Case.Facts.Sources {
		if s.State == dispute.SourcePending {
			return false
		}
	}
	return true
}

// assess rules on the facts, and goes the way that the ruling says.
func (r *caseRun) assess() {
	if r.Case.ProofOpen() != nil {
		return // ruled on once it is shown, or will not be
	}
	a := ruling[activities.Assessed](r.world, activities.NameAssess, &r.Case, r.now())
	r.assessed(a.Risk, a.Rule)
	r.Case.Liability = a.Liability
	if len(a.Liability) > 0 {
		r.log(dispute.EventLiability, dispute.System, a.Rule, kv{"liability": a.Liability})
	}
	if a.Route == dispute.RouteProve && a.Proof != nil && a.Clock != nil {
		r.askProof(dispute.ProofStep{Party: a.Proof.Party, Types: a.Proof.Types, AskedBy: dispute.System, Rule: a.Proof.Rule, Basis: a.Proof.Basis}, *a.Clock)
		return
	}
	if r.Case.Reopened > 0 && a.Route != dispute.RoutePerson { // no rule gives a second time what it gave once
		r.askAgent(&dispute.Explanation{Code: dispute.ProblemReopened, Rule: a.Rule}, a.Rule)
		return
	}
	if a.Clock != nil {
		r.setClock(*a.Clock)
	}
	switch a.Route {
	case dispute.RouteOffer:
		r.makeOffer(dispute.Offer{Author: dispute.System, Liability: a.Liability, Remedies: a.Remedies, Rule: a.Rule})
	case dispute.RouteDecide:
		r.decide(dispute.Decision{Author: dispute.System, Liability: a.Liability, Remedies: a.Remedies, Rule: a.Rule})
	default:
		r.askAgent(a.Explanation, a.Rule)
	}
}

// failureWord is a failure in a word for the record, without a partner's text.
func failureWord(err error) string {
	if temporal.IsTimeoutError(err) {
		return dispute.WhyNoAnswerInTime
	}
	if code := activities.Code(err); code != "" {
		return string(code)
	}
	return dispute.WhyFailed
}
