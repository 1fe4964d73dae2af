package dispute

// The conditions of the actions that concern clocks: standing still, more time,
// and the windows after a ruling or a settlement. What a policy does not foresee
// at all is refused by the case itself, which asks its policy.

func beforeFollowUp(c *Case, a Actor) string {
	return inStages(StageIntake, StageInvestigation, StageNegotiation, StageAdjudication, StageAppeal, StageExecution)(c, a)
}

func notSuspended(c *Case, _ Actor) string {
	if c.Suspended != nil {
		return "the case stands still already, for " + string(c.Suspended.Reason)
	}
	return ""
}

func suspended(c *Case, _ Actor) string {
	if c.Suspended == nil {
		return "the case does not stand still"
	}
	return ""
}

func hasOpenClock(c *Case, _ Actor) string {
	for _, k := range c.Clocks {
		if k.Open() && k.Name != ClockSuspension {
			return ""
		}
	}
	return "no clock runs"
}

func clockOpen(name ClockName) func(*Case, Actor) string {
	return func(c *Case, _ Actor) string {
		if c.Counting(name, "") == nil {
			return "its window is over"
		}
		return ""
	}
}

func surveyOpen(c *Case, _ Actor) string {
	switch {
	case c.Survey != nil:
		return "it was answered before"
	case c.Counting(ClockSurvey, "") == nil:
		return "nobody asks for it now"
	case c.Negotiation != nil && c.Counting(ClockSurvey, "").Round == 0:
		return "it has not been sent yet"
	}
	return ""
}

// askedSurvey is the clock of a survey that was sent; before that there is no date to keep.
func askedSurvey(c *Case, _ Actor, _ string) *Clock {
	if k := c.Counting(ClockSurvey, ""); k != nil && k.Round > 0 {
		return k
	}
	return nil
}

// contested says whether the actor gave the ruling that an open appeal is about, or,
// where both sides may appeal, any that was contested on the way to it.
func (c *Case) contested(a Actor) bool {
	p := c.OpenAppeal()
	if p == nil || c.Negotiation == nil {
		return p != nil && p.Against.ID == a.ID
	}
	for _, each := range c.Appeals {
		if each.Round == p.Round && each.Against.ID == a.ID {
			return true
		}
	}
	return false
}

// Open says whether the clock still counts, or will once it is resumed.
func (k Clock) Open() bool { return k.State == ClockRunning || k.State == ClockSuspended }

// Counting returns the clock of that name (and leg, "" for the case) that runs or
// stands still, or nil.
func (c *Case) Counting(name ClockName, legID string) *Clock {
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if k.Name == name && k.LegID == legID && k.Open() {
			return k
		}
	}
	return nil
}

// evidenceClock is the one that waits for evidence of the customer: the missing
// items, or a burden of proof.
func evidenceClock(c *Case, a Actor, target string) *Clock {
	if k := customersClock(ClockCustomerInfo)(c, a, target); k != nil || a.Role != RoleCustomer {
		return k
	}
	var next *Clock
	for i := range c.Clocks {
		k := &c.Clocks[i]
		if k.Name == ClockEvidenceSupplement && k.Owner == WaitingCustomer && k.State == ClockRunning && (next == nil || k.DueAt.Before(next.DueAt)) {
			next = k
		}
	}
	return next
}
