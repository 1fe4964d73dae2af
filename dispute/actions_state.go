package dispute

import "slices"

// The conditions of the table of actions: each says why not, "" if nothing
// stands against it.

func refuseAny(refusals ...func(*Case, Actor) string) func(*Case, Actor) string {
	return func(c *Case, a Actor) string {
		for _, refuse := range refusals {
			if why := refuse(c, a); why != "" {
				return why
			}
		}
		return ""
	}
}

func inStages(stages ...Stage) func(*Case, Actor) string {
	return func(c *Case, _ Actor) string {
		if slices.Contains(stages, c.Stage) {
			return ""
		}
		return "the case is in " + string(c.Stage)
	}
}

// noPendingDecision keeps a second decision from overtaking one that waits for an
// approval. An offer that waits for one may be revised: the new one replaces it.
func noPendingDecision(c *Case, _ Actor) string {
	for _, d := range c.Decisions {
		if d.State == DecisionPendingApproval {
			return "decision " + d.ID + " waits for approval " + d.ApprovalID
		}
	}
	return ""
}

func mayDecide(c *Case, a Actor) string {
	if c.Stage == StageAdjudication && a.Role != RoleSupervisor {
		return "a supervisor decides"
	}
	return inStages(StageNegotiation, StageAdjudication)(c, a)
}

func mayEscalate(c *Case, a Actor) string {
	if c.OpenMediation() != nil && c.Negotiation.Mediation == MediationRequired {
		return "a mediator tries first"
	}
	if a.Role == RoleCustomer {
		return inStages(StageNegotiation)(c, a)
	}
	return inStages(StageInvestigation, StageNegotiation)(c, a)
}

func mayWithdraw(c *Case, a Actor) string {
	for _, leg := range c.Legs {
		if leg.moving() {
			return "money of leg " + leg.ID + " is on its way"
		}
		if leg.State == ReplacementShipped && leg.Replacement != nil {
			return "the goods of leg " + leg.ID + " are on their way"
		}
		if leg.State == ReplacementSigned && leg.Replacement != nil {
			return "the goods of leg " + leg.ID + " have arrived"
		}
	}
	return inStages(StageIntake, StageInvestigation, StageNegotiation, StageAdjudication, StageAppeal, StageExecution)(c, a)
}

// What an action may be about now, and whether its target exists at all.

func openOffers(c *Case) []string {
	if o := c.OpenOffer(); o != nil {
		return []string{o.ID}
	}
	return nil
}

func hasOffer(c *Case, id string) bool { return c.Offer(id) != nil }

func pendingApprovals(c *Case) []string {
	var ids []string
	for _, p := range c.Approvals {
		if p.State == ApprovalPending {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

func hasApproval(c *Case, id string) bool { return c.approval(id) != nil }

// approval returns the approval with the id, or nil.
func (c *Case) approval(id string) *Approval {
	for i := range c.Approvals {
		if c.Approvals[i].ID == id {
			return &c.Approvals[i]
		}
	}
	return nil
}

func (c *Case) legByKey(key string) *Leg {
	for i := range c.Legs {
		if c.Legs[i].Money != nil && c.Legs[i].Money.Key == key {
			return &c.Legs[i]
		}
	}
	return nil
}

// unsettledKeys are the refunds and payouts that a person may settle: sent and not
// settled, or failed and not tried anew. While a call is under way (`requested`)
// nobody may, since the money could move twice.
func unsettledKeys(c *Case) []string {
	var keys []string
	for _, leg := range c.Legs {
		if leg.Money == nil {
			continue
		}
		switch leg.State {
		case MoneyPending, MoneyRequiresAction, MoneyUnknown:
			keys = append(keys, leg.Money.Key)
		case MoneyFailed:
			if leg.Problem != "" {
				keys = append(keys, leg.Money.Key)
			}
		}
	}
	return keys
}

func hasKey(c *Case, key string) bool { return key != "" && c.legByKey(key) != nil }

// openGoods are the legs about goods and orders that are not at their end, and those
// that failed and wait for a person. A return that failed is decided anew.
func openGoods(c *Case) []string {
	var ids []string
	for _, l := range c.Legs {
		if l.Money == nil && (!l.State.Final() || l.Return == nil && l.Problem != "" && !l.Done()) {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

func hasGoods(c *Case, id string) bool {
	leg := c.Leg(id)
	return leg != nil && leg.Money == nil
}

// openQuotes are the repairs whose price the customer was told.
func openQuotes(c *Case) []string {
	var ids []string
	for i := range c.Legs {
		if c.Legs[i].QuoteOpen() {
			ids = append(ids, c.Legs[i].ID)
		}
	}
	return ids
}

func hasRepair(c *Case, id string) bool {
	leg := c.Leg(id)
	return leg != nil && leg.Repair != nil
}

// unshippedReturns still want a tracking number.
func unshippedReturns(c *Case) []string {
	return c.returns(func(l Leg) bool {
		switch l.State {
		case ReturnAuthorized, ReturnLabelIssued, ReturnAwaitingShipment:
			return true
		case ReturnInTransit:
			return l.Return.TrackingNumber == ""
		}
		return false
	})
}

func (c *Case) returns(match func(Leg) bool) []string {
	var ids []string
	for _, leg := range c.Legs {
		if leg.Return != nil && match(leg) {
			ids = append(ids, leg.ID)
		}
	}
	return ids
}

func hasReturn(c *Case, id string) bool {
	leg := c.Leg(id)
	return leg != nil && leg.Return != nil
}

// The clocks that wait for an action.

func on(name ClockName) func(*Case, Actor, string) *Clock {
	return func(c *Case, _ Actor, _ string) *Clock { return c.Running(name, "") }
}

// customersClock waits for the customer only.
func customersClock(name ClockName) func(*Case, Actor, string) *Clock {
	return func(c *Case, a Actor, _ string) *Clock {
		if a.Role != RoleCustomer {
			return nil
		}
		return c.Running(name, "")
	}
}

func decisionClock(c *Case, a Actor, _ string) *Clock {
	if k := c.Running(ClockSupervisorDecision, ""); k != nil && a.Role == RoleSupervisor {
		return k
	}
	return c.Running(ClockAgentDecision, "")
}

func keyClock(c *Case, _ Actor, key string) *Clock {
	if leg := c.legByKey(key); leg != nil {
		return legClock(c, Actor{}, leg.ID)
	}
	return nil
}

// legClock is the earliest running clock of a leg.
func legClock(c *Case, _ Actor, legID string) *Clock {
	var next *Clock
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if k.LegID == legID && k.State == ClockRunning && (next == nil || k.DueAt.Before(next.DueAt)) {
			next = k
		}
	}
	return next
}

// relabelReturns are the returns that wait for goods to be sent with the merchant's label.
func relabelReturns(c *Case) []string {
	return c.returns(func(l Leg) bool {
		waits := l.State == ReturnLabelIssued || l.State == ReturnAwaitingShipment
		return waits && l.Return.Instructions.FreightPayer == FreightMerchant && l.Return.Relabel == ""
	})
}
