package dispute

import "time"

// ForecastAssumption is what every forecast takes for granted; it stands in the answer.
const ForecastAssumption = "Nobody acts. The programs of partners accept what is sent to them and report nothing of themselves; " +
	"a source of facts that was asked and has not answered does not answer within its limit."

// SimulationAssumption is ForecastAssumption for a claim that was never made.
const SimulationAssumption = "Nobody acts after the claim. Its facts answer at once, and a source of which it gives no facts does not answer within its limit. " +
	"The programs of partners accept what is sent to them and report nothing of themselves."

// Forecast says what becomes of a case if nobody acts: at which instant what
// happens, by which rule. It is worked out by the code that the case itself runs.
type Forecast struct {
	CaseID        string         `json:"case_id"`
	PolicyVersion string         `json:"policy_version"`
	At            time.Time      `json:"at"` // the instant that it looks ahead from
	Assumption    string         `json:"assumption"`
	Steps         []ForecastStep `json:"steps"`
	// Outcome is how the case ends, and EndsAt when; neither is set where it goes on.
	Outcome Outcome    `json:"outcome,omitempty"`
	EndsAt  *time.Time `json:"ends_at,omitempty"`
	// Repeats are what goes on after the last step without an end, until somebody acts.
	Repeats []ForecastRepeat `json:"repeats,omitempty"`
	// Cut says that there is more: the forecast stopped at its bounds (100 steps, two years).
	Cut bool `json:"cut,omitempty"`
}

// The bounds of a forecast.
const (
	MaxForecastSteps = 100
	MaxForecastYears = 2
)

// ForecastStep is what happens at one instant because one clock runs out. A step
// without a clock is what partners answer, or fail to answer.
type ForecastStep struct {
	At       time.Time `json:"at"`
	Clock    ClockName `json:"clock,omitempty"`
	LegID    string    `json:"leg_id,omitempty"`
	Owner    WaitingOn `json:"owner,omitempty"`     // who was waited for
	OnExpiry string    `json:"on_expiry,omitempty"` // what silence brings, in the policy's words
	// Reminder marks a step in which the owner of the clock is only reminded.
	Reminder bool `json:"reminder,omitempty"`
	// Rule is the rule that sets the clock and its outcome, e.g. default@3/clocks/agent_decision.
	Rule string `json:"rule"`
	// Why is how the instant came about.
	Why string `json:"why"`
	// Provisional: a calendar year that the instant needs is not published yet.
	Provisional bool      `json:"provisional,omitempty"`
	Stage       Stage     `json:"stage"` // after the step, as the rest
	WaitingOn   WaitingOn `json:"waiting_on"`
	Outcome     Outcome   `json:"outcome,omitempty"`
	// Events is what the timeline will say, in order.
	Events  []EventType      `json:"events"`
	Notices []ForecastNotice `json:"notices,omitempty"`
	// Explanation says why a person is needed, or why the case ended so.
	Explanation *Explanation `json:"explanation,omitempty"`
	// Again counts how often the same happens after this step, each time the clock
	// that starts anew runs out, the last time at Until.
	Again int        `json:"again,omitempty"`
	Until *time.Time `json:"until,omitempty"`
}

// ForecastNotice is a message that will be sent.
type ForecastNotice struct {
	Milestone Milestone `json:"milestone"`
	To        Role      `json:"to"`
}

// ForecastRepeat is a clock that starts anew each time it runs out, and changes nothing else.
type ForecastRepeat struct {
	Clock ClockName `json:"clock"`
	LegID string    `json:"leg_id,omitempty"`
	Every string    `json:"every"` // its budget as a span, e.g. "2wd"
	Next  time.Time `json:"next"`
}
