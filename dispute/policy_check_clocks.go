package dispute

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"time"
)

// clockOutcomes is the one table of clocks in use, and of what silence may bring
// at each; a policy must set every one of them.
var clockOutcomes = map[ClockName][]string{
	ClockFirstResponse:       {SilenceBreach},
	ClockCustomerInfo:        {SilenceCloseExpired},
	ClockResolution:          {SilenceExtend},
	ClockAgentDecision:       {SilenceForCustomer, SilenceEscalate},
	ClockSupervisorDecision:  {SilenceNextLevel},
	ClockCustomerResponse:    {SilenceLapse},
	ClockEscalationWindow:    {SilenceCloseRejected},
	ClockReturnShipment:      {SilenceExpireReturn},
	ClockReturnTransit:       {SilenceTrace, SilenceAgent},
	ClockReceiptConfirmation: {SilenceRefund, SilenceAgent},
	ClockInspection:          {SilenceRemind, SilenceAgent},
	ClockRefundSettlement:    {SilenceReconcile, SilenceAgent},
	ClockReopenWindow:        {SilenceClose},
	ClockEvidenceSupplement:  {SilenceJudge},
	ClockAppealWindow:        {SilenceFinal},
	ClockSurvey:              {SilenceAsk, SilenceUnanswered},
	ClockSuspension:          {SilenceResume},
	ClockNextReply:           {SilenceBreach},
	ClockReplacementDispatch: {SilenceRemind, SilenceAgent},
	ClockReplacementDelivery: {SilenceTrace, SilenceAgent},
	ClockRepairDiagnosis:     {SilenceRemind, SilenceAgent},
	ClockRepairQuote:         {SilenceDecline, SilenceAgent},
	ClockRepairWork:          {SilenceExchange, SilenceAgent},
	ClockAmendment:           {SilenceAgent},
	ClockRecoveryAnswer:      {SilenceRemind, SilenceAgent},
}

// clockOwners is the one table of whose act each clock waits for. The workflow
// gives evidence_supplement to whoever has the burden of proof.
var clockOwners = map[ClockName]WaitingOn{
	ClockFirstResponse: WaitingAgent, ClockCustomerInfo: WaitingCustomer, ClockResolution: WaitingAgent,
	ClockAgentDecision: WaitingAgent, ClockSupervisorDecision: WaitingSupervisor,
	ClockCustomerResponse: WaitingCustomer, ClockEscalationWindow: WaitingCustomer,
	ClockReturnShipment: WaitingCustomer, ClockReturnTransit: WaitingCarrier,
	ClockReceiptConfirmation: WaitingWarehouse, ClockInspection: WaitingWarehouse,
	ClockRefundSettlement: WaitingPayment, ClockReopenWindow: WaitingCustomer,
	ClockEvidenceSupplement: WaitingAgent, ClockAppealWindow: WaitingCustomer,
	ClockSurvey: WaitingCustomer, ClockSuspension: WaitingSupervisor,
	ClockNextReply: WaitingAgent, ClockReplacementDispatch: WaitingWarehouse, ClockReplacementDelivery: WaitingCarrier,
	ClockRepairDiagnosis: WaitingWarehouse, ClockRepairQuote: WaitingCustomer, ClockRepairWork: WaitingWarehouse,
	ClockAmendment: WaitingWarehouse, ClockRecoveryAnswer: WaitingCarrier,
}

// laterClocks are those that came after format 1, by the format that brought them; a
// policy of an earlier format does not have them.
var laterClocks = map[ClockName]int{
	ClockEvidenceSupplement: 2, ClockAppealWindow: 2, ClockSurvey: 2, ClockSuspension: 2,
	ClockNextReply: 3, ClockReplacementDispatch: 3, ClockReplacementDelivery: 3, ClockRepairDiagnosis: 3, ClockRepairQuote: 3,
	ClockRepairWork: 3, ClockAmendment: 3, ClockRecoveryAnswer: 3,
}

// repeats names the clocks that start again after silence and so need a later budget.
var repeats = []ClockName{ClockResolution, ClockSupervisorDecision, ClockInspection, ClockRefundSettlement, ClockSurvey,
	ClockReplacementDispatch, ClockRepairDiagnosis, ClockRecoveryAnswer}

// clockNames are the clocks that a policy of a format has, in order.
func clockNames(format int) []ClockName {
	names := make([]ClockName, 0, len(clockOutcomes))
	for name := range clockOutcomes {
		if format >= laterClocks[name] {
			names = append(names, name)
		}
	}
	sort.Slice(names, func(i, j int) bool { return names[i] < names[j] })
	return names
}

func (c policyCheck) clocks() {
	names := clockNames(c.policy.Format)
	for _, name := range names {
		if rule, ok := c.policy.Clocks[name]; ok {
			c.clock(name, rule)
		} else {
			c.problem("$.clocks."+string(name), "expected this clock: no wait without a clock")
		}
	}
	for name := range c.policy.Clocks {
		if !slices.Contains(names, name) {
			c.problem("$.clocks."+string(name), "expected one of the clocks %v%s", names, nearestHint(string(name), texts(names)))
		}
	}
}

func (c policyCheck) clock(name ClockName, rule ClockRule) {
	path := "$.clocks." + string(name)
	c.span(path+".budget", rule.Budget)
	if rule.Owner != clockOwners[name] {
		c.problem(path+".owner", "expected %s, found %q", clockOwners[name], rule.Owner)
	}
	if !slices.Contains(clockOutcomes[name], rule.OnExpiry) {
		c.problem(path+".on_expiry", "expected one of %v, found %q: no clock without an outcome", clockOutcomes[name], rule.OnExpiry)
	}
	if rule.Then != "" && !slices.Contains(clockOutcomes[name], rule.Then) {
		c.problem(path+".then", "expected one of %v, found %q", clockOutcomes[name], rule.Then)
	}
	if name == ClockSurvey && (rule.OnExpiry != SilenceAsk || rule.Then != SilenceUnanswered) {
		c.problem(path+".then", "expected on_expiry %s and then %s: the customer is asked, and may stay silent", SilenceAsk, SilenceUnanswered)
	}
	if len(rule.Levels) > maxLevels {
		c.problem(path+".levels", "expected at most %d levels, found %d", maxLevels, len(rule.Levels))
	}
	for i, level := range rule.Levels {
		c.span(element(path+".levels", i), level)
	}
	switch {
	case rule.Again != "":
		c.span(path+".again", rule.Again)
	case slices.Contains(repeats, name):
		c.problem(path+".again", "expected the budget of every later round")
	}
	if len(rule.Levels) > 0 && name != ClockSupervisorDecision {
		c.problem(path+".levels", "expected levels at %s only", ClockSupervisorDecision)
	}
	c.countFrom(path, rule.CountFrom)
	c.hoursOf(path, rule.Hours, rule.Hours != "", append([]string{rule.Budget, rule.Again}, rule.Levels...))
	c.reaches(path, rule)
	c.reminders(path, rule)
	for i, v := range rule.Variants {
		c.clockVariant(element(path+".variants", i), name, rule, v)
	}
}

// clockVariant checks what a variant says together with what it leaves.
func (c policyCheck) clockVariant(path string, name ClockName, rule ClockRule, v ClockVariant) {
	c.variant(path, v.When, v.Budget == "" && v.Hours == "" && v.CountFrom == "" && v.Remind == nil && v.OnExpiry == "")
	if v.Budget != "" {
		c.span(path+".budget", v.Budget)
		rule.Budget, rule.Levels = v.Budget, nil
	}
	if v.OnExpiry != "" && !slices.Contains(clockOutcomes[name], v.OnExpiry) {
		c.problem(path+".on_expiry", "expected one of %v, found %q", clockOutcomes[name], v.OnExpiry)
	}
	c.countFrom(path, v.CountFrom)
	replace(&rule.Hours, v.Hours)
	if v.Remind != nil {
		rule.Remind = v.Remind
	}
	c.hoursOf(path, rule.Hours, v.Hours != "", append([]string{rule.Budget, rule.Again}, rule.Levels...))
	replace(&rule.CountFrom, v.CountFrom)
	c.reaches(path, rule)
	c.reminders(path, rule)
}

// reaches checks that every budget in opening hours ends, within half the time that a
// clock can be counted over, also in years of which no calendar is known: a clock that
// cannot be worked out would leave its case waiting without one.
func (c policyCheck) reaches(path string, rule ClockRule) {
	hours, err := ParseHours(c.policy.Hours[rule.Hours])
	calendar, ok := c.calendars[c.policy.Calendar]
	if err != nil || !ok {
		return // told where it stands
	}
	for _, text := range append([]string{rule.Budget, rule.Again}, rule.Levels...) {
		span, err := ParseSpan(text)
		if err != nil || !span.Unit.business() {
			continue
		}
		for _, year := range []int{2026, maxCalendarYear + 1} {
			at := time.Date(year, 1, 1, 0, 0, 0, 0, calendar.Zone())
			n, err := count(Clock{Budget: span.N, Unit: span.Unit, CountFrom: rule.CountFrom, Started: at}, calendar, hours)
			if err != nil || n.due.Sub(at) > maxWalkDays/2*fullDay {
				c.problem(path+".budget", "expected a budget that ends within ten years in the opening hours %s, found %s", rule.Hours, text)
				return
			}
		}
	}
}

// variant checks what all variants have in common: a condition, and something said.
func (c policyCheck) variant(path, when string, empty bool) {
	if when == "" {
		c.problem(path+".when", "expected the condition of this variant")
	}
	c.condition(path+".when", when)
	if empty {
		c.problem(path, "expected what changes where the condition holds")
	}
}

func (c policyCheck) countFrom(path string, from CountFrom) {
	known := []CountFrom{CountAtOnce, CountNextMinute, CountNextDay}
	if from != "" && !slices.Contains(known, from) {
		c.problem(path+".count_from", "expected one of %v, found %q", known, from)
	}
}

// hoursOf checks that opening hours are named where a budget counts them, and
// nowhere else.
func (c policyCheck) hoursOf(path, hours string, named bool, budgets []string) {
	business := ""
	for _, text := range budgets {
		if span, err := ParseSpan(text); err == nil && span.Unit.business() {
			business = text
		}
	}
	_, known := c.policy.Hours[hours]
	switch {
	case business != "" && hours == "":
		c.problem(path+".hours", "expected the opening hours in which %s counts: one of %s", business, orNone(c.policy.Hours))
	case business == "" && named:
		c.problem(path+".hours", "expected a budget in bh or bm beside it: no other unit counts opening hours")
	case hours != "" && !known && named:
		c.problem(path+".hours", "expected one of the opening hours %s, found %q", orNone(c.policy.Hours), hours)
	}
}

// What one clock and one reason may have at most: more is a slip, and every one costs
// each case an event.
const (
	maxReminders  = 10
	maxLevels     = 20
	maxProofSteps = 8
)

// reminders checks spans before the due instant: of a unit that the clock can be
// counted in, in every round, and shorter than the clock.
func (c policyCheck) reminders(path string, rule ClockRule) {
	whole, err := ParseSpan(rule.Budget)
	if len(rule.Remind) > maxReminders {
		c.problem(path+".remind", "expected at most %d reminders, found %d", maxReminders, len(rule.Remind))
		return
	}
	for i, text := range rule.Remind {
		at := element(path+".remind", i)
		span, wrong := ParseSpan(text)
		switch {
		case wrong != nil:
			c.problem(at, "expected a span such as 24h or 1bh, found %s", shortened(text))
		case err != nil: // told at the budget
		case !reminds(span, whole):
			c.problem(at, "expected a span in s, m, h, d or %s, as the budget is, found %q", whole.Unit, text)
		case span.counted() >= whole.counted():
			c.problem(at, "expected a span shorter than the budget %s, found %q", rule.Budget, text)
		default:
			for _, later := range append([]string{rule.Again}, rule.Levels...) {
				if round, err := ParseSpan(later); err == nil && !reminds(span, round) {
					c.problem(at, "expected a span in s, m, h or d, which every round can be counted in, found %q and a round of %s", text, later)
					break
				}
			}
		}
	}
}

// reminds says whether a clock in the unit of a budget can have such a reminder.
func reminds(span, budget Span) bool {
	return unitLengths[span.Unit] != 0 || slices.Contains(reminderUnits[budget.Unit], span.Unit)
}

func (c policyCheck) span(path, text string) {
	span, err := ParseSpan(text)
	switch {
	case err == nil && c.policy.Format < 2 && !slices.Contains(releasedUnits, span.Unit):
		c.problem(path, "expected a span such as 48h, 7d, 7wd or 3s, found %q: %s needs format: 2", text, span.Unit)
	case err != nil && text != "":
		c.problem(path, "expected a span such as 48h, 7d, 7wd, 4bh or 3s, found %s", reasonOf(text, err))
	case err != nil:
		c.problem(path, "expected a span such as 48h, 7d, 7wd, 4bh or 3s")
	}
}

// releasedUnits are those of format 1.
var releasedUnits = []Unit{UnitSeconds, UnitMinutes, UnitHours, UnitDays, UnitWorkingDays}

// reasonOf quotes a text, with what a parser says of it.
func reasonOf(text string, err error) string {
	var known *Error
	if errors.As(err, &known) {
		return fmt.Sprintf("%s (%s)", shortened(text), known.Message)
	}
	return shortened(text)
}

// orNone lists the keys of a table, or says that there are none.
func orNone[K ~string, V any](table map[K]V) string {
	if len(table) == 0 {
		return "(none is defined)"
	}
	return list(table)
}
