package dispute

import "time"

// OpinionVerdict is what the second opinion comes to.
type OpinionVerdict string

// The verdicts.
const (
	OpinionUpheld   OpinionVerdict = "upheld"   // what was given stands
	OpinionReopened OpinionVerdict = "reopened" // the case is taken up again
)

// OpinionAwaited is the state of a second opinion that nobody has given yet.
const OpinionAwaited OpinionVerdict = "awaited"

// SecondOpinion is the look of a supervisor who did not decide the case, after the
// customer gave it a bad mark. It is never given by silence.
type SecondOpinion struct {
	Verdict    OpinionVerdict `json:"verdict"` // awaited, upheld or reopened
	Mark       int            `json:"mark"`
	AskedAt    time.Time      `json:"asked_at"`
	By         *Actor         `json:"by,omitempty"`
	AnsweredAt *time.Time     `json:"answered_at,omitempty"`
	NoteID     string         `json:"note_id,omitempty"`
}

// OpenOpinion returns the second opinion that is awaited, or nil.
func (c *Case) OpenOpinion() *SecondOpinion {
	if o := c.SecondOpinion; o != nil && o.Verdict == OpinionAwaited {
		return o
	}
	return nil
}

// WantsOpinion says whether a mark of the survey gets a second opinion.
func (c *Case) WantsOpinion(mark int) bool {
	return c.Negotiation != nil && mark <= c.Negotiation.SecondOpinionAt && c.SecondOpinion == nil
}

// decided says whether the actor wrote or approved anything that the case was given.
func (c *Case) decided(a Actor) bool {
	for _, p := range c.Approvals {
		if p.By != nil && p.By.ID == a.ID {
			return true
		}
	}
	return c.wrote(a)
}

func opinionAwaited(c *Case, _ Actor) string {
	if c.OpenOpinion() == nil {
		return "no second opinion is awaited"
	}
	return ""
}

func unreviewedRisk(c *Case, _ Actor) string {
	if !c.Risk.Unreviewed() {
		return "the case has no flag that nobody has looked at"
	}
	return ""
}

// SurveyRule is what follows an answer to the survey.
type SurveyRule struct {
	SecondOpinionAt int    `yaml:"second_opinion_at"` // this mark and worse ones: another person looks at the case
	Basis           string `yaml:"basis"`
}

// survey checks what follows an answer to the survey.
func (c policyCheck) survey() {
	rule := c.policy.Survey
	if rule == nil {
		return
	}
	if rule.SecondOpinionAt < 1 || rule.SecondOpinionAt > 4 {
		c.problem("$.survey.second_opinion_at", "expected a mark from 1 to 4, found %d", rule.SecondOpinionAt)
	}
	for _, needed := range []ClockName{ClockSurvey, ClockSupervisorDecision} {
		if _, ok := c.policy.Clocks[needed]; !ok {
			c.problem("$.survey", "expected the clock %s, without which there is no answer and nobody to look", needed)
		}
	}
}
