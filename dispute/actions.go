package dispute

import "time"

// Action is something that a caller may do now. DueAt is set where a clock waits
// for it; Target is the offer, approval or leg id, or the refund key, that it is about.
type Action struct {
	Action string     `json:"action"`
	DueAt  *time.Time `json:"due_at,omitempty"`
	Target string     `json:"target,omitempty"`
}

// The actions of allowed_actions.
const (
	ActionEvidence       = "evidence"
	ActionOffer          = "offer"
	ActionRespond        = "respond"
	ActionDecide         = "decide"
	ActionApprove        = "approve"
	ActionResolveRefund  = "resolve_refund"
	ActionResolveLeg     = "resolve_leg"
	ActionEscalate       = "escalate"
	ActionWithdraw       = "withdraw"
	ActionReturnShipment = "return_shipment"
	ActionNote           = "note"
	ActionAssign         = "assign"
	ActionSuspend        = "suspend"
	ActionResume         = "resume"
	ActionExtend         = "extend"
	ActionAppeal         = "appeal"
	ActionReopen         = "reopen"
	ActionSurvey         = "survey"
	ActionRequest        = "request_evidence"
	ActionReissueLabel   = "reissue_label"
	ActionAnswerQuote    = "answer_quote"
	ActionAskMediation   = "ask_mediation"
	ActionMediate        = "mediate"
	ActionReviewRisk     = "review_risk"
	ActionSecondOpinion  = "second_opinion"
)

// actionRule is one row of the table of actions.
type actionRule struct {
	action string
	roles  []Role // an agent's row serves supervisors too
	// targets lists what the action may be about now; nil for actions on the case.
	targets func(*Case) []string
	// known says whether a target exists at all, in whatever state.
	known func(c *Case, target string) bool
	// refuse says why the action is not legal now, "" if it is.
	refuse func(*Case, Actor) string
	// clock is the one that waits for the action, with the leg it belongs to.
	clock func(c *Case, a Actor, target string) *Clock
}

// actionRules is the one table of who may do what, when.
var actionRules = []actionRule{
	{action: ActionEvidence, roles: []Role{RoleCustomer, RoleAgent}, clock: evidenceClock},
	{action: ActionOffer, roles: []Role{RoleAgent}, refuse: refuseAny(inStages(StageNegotiation), noPendingDecision, noMediation, offersLeft),
		clock: on(ClockAgentDecision)},
	{action: ActionRespond, roles: []Role{RoleCustomer, RoleAgent}, targets: openOffers, known: hasOffer,
		refuse: refuseAny(inStages(StageNegotiation), mayRespond), clock: responseClock},
	{action: ActionDecide, roles: []Role{RoleAgent}, refuse: refuseAny(mayDecide, noPendingDecision, noMediation), clock: decisionClock},
	{action: ActionApprove, roles: []Role{RoleSupervisor, RoleFinance}, targets: pendingApprovals, known: hasApproval,
		refuse: inStages(StageNegotiation, StageAdjudication), clock: on(ClockSupervisorDecision)},
	{action: ActionResolveRefund, roles: []Role{RoleSupervisor, RoleFinance}, targets: unsettledKeys, known: hasKey, clock: keyClock},
	{action: ActionResolveLeg, roles: []Role{RoleSupervisor}, targets: openGoods, known: hasGoods, clock: legClock},
	{action: ActionEscalate, roles: []Role{RoleCustomer, RoleAgent}, refuse: mayEscalate, clock: customersClock(ClockEscalationWindow)},
	{action: ActionWithdraw, roles: []Role{RoleCustomer, RoleAgent}, refuse: mayWithdraw},
	{action: ActionReturnShipment, roles: []Role{RoleCustomer, RoleAgent}, targets: unshippedReturns, known: hasReturn, clock: legClock},
	{action: ActionReissueLabel, roles: []Role{RoleCustomer, RoleAgent}, targets: relabelReturns, known: hasReturn, clock: legClock},
	{action: ActionNote, roles: []Role{RoleCustomer, RoleAgent}}, // a customer's is a message to the shop
	{action: ActionAssign, roles: []Role{RoleAgent}},
	{action: ActionSuspend, roles: []Role{RoleAgent}, refuse: refuseAny(beforeFollowUp, notSuspended)},
	{action: ActionResume, roles: []Role{RoleAgent}, refuse: suspended, clock: on(ClockSuspension)},
	{action: ActionExtend, roles: []Role{RoleAgent}, refuse: hasOpenClock},
	{action: ActionAppeal, roles: []Role{RoleCustomer, RoleAgent}, refuse: refuseAny(inStages(StageAppeal), clockOpen(ClockAppealWindow), mayAppeal),
		clock: on(ClockAppealWindow)},
	{action: ActionReopen, roles: []Role{RoleCustomer, RoleAgent}, refuse: refuseAny(inStages(StageFollowUp), clockOpen(ClockReopenWindow)),
		clock: on(ClockReopenWindow)},
	{action: ActionSurvey, roles: []Role{RoleCustomer}, refuse: refuseAny(inStages(StageFollowUp), surveyOpen), clock: askedSurvey},
	{action: ActionAnswerQuote, roles: []Role{RoleCustomer}, targets: openQuotes, known: hasRepair, clock: legClock},
	{action: ActionRequest, roles: []Role{RoleAgent}, refuse: inStages(StageInvestigation, StageNegotiation, StageAdjudication)},
	{action: ActionAskMediation, roles: []Role{RoleCustomer, RoleAgent}, refuse: refuseAny(inStages(StageNegotiation), noPendingDecision, mayAskMediation)},
	{action: ActionReviewRisk, roles: []Role{RoleAgent}, refuse: unreviewedRisk},
	{action: ActionSecondOpinion, roles: []Role{RoleSupervisor}, refuse: refuseAny(inStages(StageFollowUp), opinionAwaited), clock: on(ClockSupervisorDecision)},
	{action: ActionMediate, roles: []Role{RoleAgent}, refuse: refuseAny(inStages(StageNegotiation), mediatorAwaited), clock: on(ClockSupervisorDecision)},
}

// AllowedActions lists what the caller may do now, one entry a target.
func AllowedActions(c *Case, a Actor) []Action {
	actions := []Action{}
	for _, rule := range actionRules {
		targets := []string{""}
		if rule.targets != nil {
			targets = rule.targets(c)
		}
		for _, target := range targets {
			if Allowed(c, a, rule.action, target) != nil {
				continue
			}
			next := Action{Action: rule.action, Target: target}
			if rule.clock != nil {
				if k := rule.clock(c, a, target); k != nil {
					due := k.DueAt
					next.DueAt = &due
				}
			}
			actions = append(actions, next)
		}
	}
	return actions
}

// Allowed says whether the caller may do the action now, nil if so. Target is the
// offer, approval or leg id, or the refund key; "" where the action has none. It
// fails with CodeNotFound (no such case for this customer, no such target),
// CodeForbidden (role), CodeCaseClosed, CodeSameAuthor or CodeNotAllowedNow.
func Allowed(c *Case, a Actor, action, target string) *Error {
	rule := ruleOf(action)
	if rule == nil {
		return Errorf(CodeNotFound, "there is no action %q", action)
	}
	if a.Role == RoleCustomer && a.ID != c.CustomerID {
		return Errorf(CodeNotFound, "no such case")
	}
	if !rule.serves(a) {
		return Errorf(CodeForbidden, "a %s may not %s", a.Role, action)
	}
	if c.Stage == StageClosed {
		return Errorf(CodeCaseClosed, "the case is closed")
	}
	if rule.targets != nil {
		if !rule.known(c, target) {
			return Errorf(CodeNotFound, "the case has no %q to %s", target, action)
		}
		if !contains(rule.targets(c), target) {
			return Errorf(CodeNotAllowedNow, "%q is not open for %s in its state", target, action)
		}
	}
	if rule.refuse != nil {
		if why := rule.refuse(c, a); why != "" {
			return Errorf(CodeNotAllowedNow, "%s is not possible now: %s", action, why)
		}
	}
	return barred(c, a, action, target)
}

func ruleOf(action string) *actionRule {
	for i := range actionRules {
		if actionRules[i].action == action {
			return &actionRules[i]
		}
	}
	return nil
}

func (r *actionRule) serves(a Actor) bool {
	for _, role := range r.roles {
		if a.Is(role) {
			return true
		}
	}
	return false
}

func contains(all []string, one string) bool {
	for _, s := range all {
		if s == one {
			return true
		}
	}
	return false
}
