package dispute

import (
	"strconv"
	"time"
)

// Appeal contests a ruling on facts that came after it: the customer a rejection, the
// merchant, where the policy lets them, what was granted. Another supervisor rules on
// it, and each side appeals once.
type Appeal struct {
	DecisionID string    `json:"decision_id"` // the ruling that is contested
	Against    Actor     `json:"against"`     // who gave it; they do not rule again (law 7)
	By         Actor     `json:"by"`
	At         time.Time `json:"at"`
	Evidence   []string  `json:"evidence,omitempty"` // ids; each came after the ruling
	NoteID     string    `json:"note_id,omitempty"`
	// RuledAt is when another supervisor ruled on it, or the case ended otherwise.
	RuledAt *time.Time `json:"ruled_at,omitempty"`
	Side    Party      `json:"side,omitempty"`  // customer where it is empty, or merchant
	Round   int        `json:"round,omitempty"` // how often the case had been taken up again
}

// SideOf is the side that an actor takes.
func SideOf(a Actor) Party {
	if a.Role == RoleCustomer {
		return PartyCustomer
	}
	return PartyMerchant
}

// Appealed says whether a side has had its appeal since the case was last taken up.
func (c *Case) Appealed(side Party) bool {
	for _, a := range c.Appeals {
		if a.Round == c.Reopened && (a.Side == side || a.Side == "" && side == PartyCustomer) {
			return true
		}
	}
	return false
}

// MaxAppealEvidence bounds the evidence that an appeal names.
const MaxAppealEvidence = 20

// OpenAppeal returns the appeal that waits for a ruling, or nil.
func (c *Case) OpenAppeal() *Appeal {
	if n := len(c.Appeals); n > 0 && c.Appeals[n-1].RuledAt == nil {
		return &c.Appeals[n-1]
	}
	return nil
}

// Ruling returns the ruling that may be contested: the last rejection that is in force,
// or what was granted and waits for the merchant; nil where there is none.
func (c *Case) Ruling() *Decision {
	for i := len(c.Decisions) - 1; i >= 0; i-- {
		d := &c.Decisions[i]
		if d.State == DecisionContestable {
			return d
		}
		if d.State == DecisionInForce {
			if d.Reject == nil {
				return nil
			}
			return d
		}
	}
	return nil
}

// CheckAppeal says whether the appeal stands on new facts: at least one piece of
// evidence, each of this case and received after the ruling. It fails with
// CodeInvalid and fields.
func CheckAppeal(c *Case, ruling *Decision, evidence []string) error {
	if len(evidence) == 0 || len(evidence) > MaxAppealEvidence {
		return Invalid("an appeal stands on new facts", Field{Pointer: "/evidence", Detail: "1 to 20 ids of evidence that came after the ruling"})
	}
	var wrong []Field
	for i, id := range evidence {
		at := "/evidence/" + strconv.Itoa(i)
		switch e := c.evidence(id); {
		case e == nil:
			wrong = append(wrong, Field{Pointer: at, Detail: "is not evidence of this case"})
		case !e.ReceivedAt.After(ruling.MadeAt):
			wrong = append(wrong, Field{Pointer: at, Detail: "was there before the ruling"})
		}
	}
	if len(wrong) > 0 {
		return Invalid("an appeal stands on new facts", wrong...)
	}
	return nil
}

// HasEvidence says whether the evidence has reached the case.
func (c *Case) HasEvidence(id string) bool { return c.evidence(id) != nil }

func (c *Case) evidence(id string) *Evidence {
	for i := range c.Evidence {
		if c.Evidence[i].ID == id {
			return &c.Evidence[i]
		}
	}
	return nil
}
