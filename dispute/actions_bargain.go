package dispute

// The conditions of the actions that concern bargaining: offers and their answers,
// mediators, approvals one after another, and appeals of each side.

// noMediation keeps offers and decisions from overtaking a mediator.
func noMediation(c *Case, _ Actor) string {
	if m := c.OpenMediation(); m != nil {
		return "a mediation is " + string(m.State)
	}
	return ""
}

// offersLeft ends the desk's offers where the policy does. An offer that waits for an
// answer or an approval may be the last.
func offersLeft(c *Case, _ Actor) string {
	if left, bounded := c.OffersLeft(); bounded && left == 0 {
		if c.Mediates() {
			return "all offers are used up: ask for a mediator, decide, or hand the case to a supervisor"
		}
		return "all offers are used up: decide, or hand the case to a supervisor"
	}
	return ""
}

// mayRespond is the customer's word on an offer, and each side's on a mediator's proposal.
func mayRespond(c *Case, a Actor) string {
	o := c.OpenOffer()
	if o == nil || o.Consent == nil {
		return ""
	}
	if given := o.Consent.of(SideOf(a)); *given != nil {
		return "the " + string(SideOf(a)) + " has answered"
	}
	return ""
}

// of is where a side's answer stands.
func (c *Consent) of(side Party) **Answer {
	if side == PartyCustomer {
		return &c.Customer
	}
	return &c.Merchant
}

// Give takes a side's answer in.
func (c *Consent) Give(side Party, answer Answer) { *c.of(side) = &answer }

// Agreed says whether both sides have accepted.
func (c *Consent) Agreed() bool {
	return c.Customer != nil && c.Merchant != nil && c.Customer.Action == ResponseAccept && c.Merchant.Action == ResponseAccept
}

func mayAskMediation(c *Case, _ Actor) string {
	switch {
	case c.Negotiation == nil || c.Negotiation.Mediation == MediationOff:
		return "the policy knows no mediators"
	case len(c.Mediations) > 0:
		return "a mediator was asked for before"
	case !c.answered():
		return "nothing was offered or refused yet"
	}
	return ""
}

func mediatorAwaited(c *Case, _ Actor) string {
	if m := c.OpenMediation(); m == nil || m.State != MediationAsked {
		return "no mediator is awaited"
	}
	return ""
}

// mayAppeal says whether the ruling went against the customer who would contest it.
func mayAppeal(c *Case, a Actor) string {
	if ruled := c.Ruling(); ruled != nil && ruled.Reject == nil && a.Role == RoleCustomer {
		return "the ruling is the merchant's to contest"
	}
	return ""
}

// responseClock is the clock of the caller's own side.
func responseClock(c *Case, a Actor, _ string) *Clock {
	if a.Role == RoleCustomer {
		return c.Running(ClockCustomerResponse, "")
	}
	return c.Running(ClockAgentDecision, "")
}

// barred says who may not do what is otherwise possible: nobody approves, mediates or
// rules on what is their own, and each step of a chain is another person's.
func barred(c *Case, a Actor, action, target string) *Error {
	switch action {
	case ActionApprove:
		p := c.approval(target)
		if p.Author.ID == a.ID {
			return Errorf(CodeSameAuthor, "nobody approves what they wrote")
		}
		if !a.Is(p.asked()) {
			return Errorf(CodeForbidden, "%s answers %s", p.asked(), target)
		}
		for _, before := range c.Approvals {
			if before.For == p.For && before.By != nil && before.By.ID == a.ID {
				return Errorf(CodeSameAuthor, "each step is approved by another person")
			}
		}
	case ActionDecide:
		if c.contested(a) {
			return Errorf(CodeSameAuthor, "nobody decides on the appeal against their own ruling")
		}
	case ActionRespond:
		o := c.Offer(target)
		if a.Role == RoleCustomer {
			return nil
		}
		if o.Consent == nil {
			return Errorf(CodeForbidden, "the customer answers an offer")
		}
		if o.Author.ID == a.ID {
			return Errorf(CodeSameAuthor, "a mediator answers for neither side")
		}
	case ActionMediate:
		if c.wrote(a) {
			return Errorf(CodeSameAuthor, "a mediator is somebody who wrote no offer and no decision of the case")
		}
		if m := c.OpenMediation(); m.AskedBy.Role == RoleAgent && m.AskedBy.ID == a.ID {
			return Errorf(CodeSameAuthor, "a mediator is somebody else than the agent who asked for one")
		}
	case ActionSecondOpinion:
		if c.decided(a) {
			return Errorf(CodeSameAuthor, "a second opinion is another person's: this one wrote or approved what was given")
		}
	case ActionAppeal:
		ruled := c.Ruling()
		switch {
		case a.Role == RoleCustomer:
		case ruled == nil || ruled.Reject != nil:
			return Errorf(CodeForbidden, "the customer contests a rejection")
		case ruled.Author.ID == a.ID:
			return Errorf(CodeSameAuthor, "nobody contests their own ruling")
		}
	}
	return nil
}
