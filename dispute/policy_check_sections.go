package dispute

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"
)

// laterKeys are the keys of format 2.
var laterKeys = regexp.MustCompile(`^\$\.(effective_from|binds|hours|quiet_hours|suspension|extension|exclusions|refund|notices|retention)$` +
	`|\.(basis|variants|count_from|remind|proof|routes|warranty|months|unknown)$|^\$\.clocks\.[^.]+\.hours$|^\$\.risk\[\d+\]\.when$`)

// newestFormat is what new policies are written in.
const newestFormat = 3

// latestKeys are the keys of format 3.
var latestKeys = regexp.MustCompile(`^\$\.(warranty|approvals|negotiation|credits|compensation|routing|triage|abuse|batch|recovery|templates|delivery|returns|exchange|repair|amendment|survey|reports)$`)

// earlier refuses, in a policy of format 2, what that release did not know.
func (c policyCheck) earlier() {
	for path := range c.places {
		if latestKeys.MatchString(path) {
			c.problem(path, "expected `format: 3` at the top of a policy with this key")
		}
	}
}

// released refuses, in a policy that says no format, what the first release did
// not know: it would have been refused then.
func (c policyCheck) released() {
	for path := range c.places {
		if laterKeys.MatchString(path) {
			c.problem(path, "expected `format: 2` at the top of a policy with this key")
		}
	}
}

// force checks from when the version is in force, and for which cases.
func (c policyCheck) force() {
	from, err := time.Parse(time.DateOnly, c.policy.EffectiveFrom)
	if err != nil || from.Year() < 1990 || from.Year() > 2200 {
		c.problem("$.effective_from", "expected the date from which this version is in force, such as 2026-10-01, found %s", shortened(c.policy.EffectiveFrom))
	}
	binds := []string{BindOrderTime, BindOpeningTime, BindNewest}
	if !slices.Contains(binds, c.policy.Binds) {
		c.problem("$.binds", "expected which version an open case goes by: one of %v, found %q", binds, c.policy.Binds)
	}
}

// hours checks opening hours and quiet hours.
func (c policyCheck) hours() {
	for name, rule := range c.policy.Hours {
		path := "$.hours." + name
		if !flagName.MatchString(name) {
			c.problem(path, "expected a name of lower-case letters, digits and _, found %q", name)
		}
		_, err := ParseHours(rule)
		var wrong *Error
		if errors.As(err, &wrong) {
			for _, field := range wrong.Fields {
				c.problem(path+pointerPath(field.Pointer), "%s", field.Detail)
			}
		}
	}
	if q := c.policy.QuietHours; q != nil {
		_, err := parseQuietHours(q)
		var wrong *Error
		if errors.As(err, &wrong) {
			c.problem("$.quiet_hours", "%s", strings.TrimPrefix(wrong.Message, "quiet hours: "))
		}
	}
}

var pointerIndex = regexp.MustCompile(`/(\d+)`)

// pointerPath turns "/open/1" into ".open[1]".
func pointerPath(pointer string) string {
	return strings.ReplaceAll(pointerIndex.ReplaceAllString(pointer, "[$1]"), "/", ".")
}

// suspensionReasons lists why a case may stand still.
var suspensionReasons = []SuspensionReason{SuspendAwaitingCustomer, SuspendAgreedPause, SuspendCourtOrPolice, SuspendAppraisal}

func (c policyCheck) suspension() {
	for reason, rule := range c.policy.Suspension {
		path := "$.suspension." + string(reason)
		if !slices.Contains(suspensionReasons, reason) {
			c.problem(path, "expected one of %v%s", suspensionReasons, nearestHint(string(reason), texts(suspensionReasons)))
			continue
		}
		if len(rule.Moves) == 0 {
			c.problem(path+".moves", "expected the clocks that stand still")
		}
		c.clockNames(path+".moves", rule.Moves)
		c.clockNames(path+".while", rule.While)
		if reason == SuspendAwaitingCustomer {
			if rule.Limit != "" {
				c.problem(path+".limit", "expected no limit: the customer's own clocks bound this suspension")
			}
			if len(rule.While) == 0 {
				c.problem(path+".while", "expected the customer's clocks during which the others stand still")
			}
			for i, name := range rule.While {
				if slices.Contains(rule.Moves, name) {
					c.problem(element(path+".while", i), "%s cannot stand still while it runs", name)
				}
			}
			continue
		}
		if len(rule.While) > 0 {
			c.problem(path+".while", "expected `while` at %s only", SuspendAwaitingCustomer)
		}
		if rule.Limit != "" { // else the budget of the clock suspension
			c.span(path+".limit", rule.Limit)
			c.limit(path+".limit", rule.Limit)
		}
	}
}

// limit checks a suspension's limit together with the clock suspension, which counts
// it in its own opening hours and with its own reminders.
func (c policyCheck) limit(path, text string) {
	span, err := ParseSpan(text)
	clock := c.policy.Clocks[ClockSuspension]
	if err != nil {
		return
	}
	if _, known := c.policy.Hours[clock.Hours]; span.Unit.business() && !known {
		c.problem(path, "expected a span in s, m, h, d or wd, or `hours` at the clock %s, found %q", ClockSuspension, text)
		return
	}
	for _, remind := range clock.Remind {
		if r, err := ParseSpan(remind); err == nil && !reminds(r, span) {
			c.problem(path, "expected a span in which the reminder %s of the clock %s can be counted, found %q", remind, ClockSuspension, text)
		}
	}
}

// clockNames checks clocks that stand still: those of the case and its legs.
func (c policyCheck) clockNames(path string, names []ClockName) {
	for i, name := range names {
		if _, ok := clockOutcomes[name]; !ok || name == ClockSuspension {
			c.problem(element(path, i), "expected the name of a clock, found %q%s", name, nearestHint(string(name), texts(clockNames(newestFormat))))
		}
		if slices.Contains(names[:i], name) {
			c.problem(element(path, i), "%s stands twice", name)
		}
	}
}

func (c policyCheck) extension() {
	e := c.policy.Extension
	if !c.has("$.extension") {
		return
	}
	if len(e.Clocks) == 0 {
		c.problem("$.extension.clocks", "expected the clocks that people may extend")
	}
	c.clockNames("$.extension.clocks", e.Clocks)
	c.span("$.extension.most", e.Most)
	if e.Times < 1 || e.Times > 20 {
		c.problem("$.extension.times", "expected how often one clock may be extended, 1 to 20, found %d", e.Times)
	}
}

func (c policyCheck) exclusions() {
	for i, rule := range c.policy.Exclusions {
		path := element("$.exclusions", i)
		if !flagName.MatchString(rule.Code) {
			c.problem(path+".code", "expected a name of lower-case letters, digits and _, found %q", rule.Code)
		}
		for k, reason := range rule.Reasons {
			if reason.Family() == "" {
				c.problem(element(path+".reasons", k), "expected a reason, found %q%s", reason, nearestHint(string(reason), sortedNames(families)))
			}
		}
		if rule.When == "" {
			c.problem(path+".when", "expected the condition under which a claim is kept out")
		}
		c.condition(path+".when", rule.When)
		if rule.Basis == "" {
			c.problem(path+".basis", "expected the law or rule that keeps the claim out: it is told to the customer")
		}
	}
}

// refundChoices are what the refund arithmetic may be told.
var refundChoices = []struct {
	key    string
	values []string
	of     func(RefundRule) string
}{
	{"free_shipping", []string{FreeShippingKeep, FreeShippingClawBack}, func(r RefundRule) string { return r.FreeShipping }},
	{"gifts", []string{GiftsReturn, GiftsKeep}, func(r RefundRule) string { return r.Gifts }},
	{"outbound_freight", []string{OutboundMerchant, OutboundCustomer}, func(r RefundRule) string { return r.OutboundFreight }},
}

func (c policyCheck) refund() {
	c.refundValues("$.refund", c.policy.Refund, true)
	for i, v := range c.policy.Refund.Variants {
		path := element("$.refund.variants", i)
		c.variant(path, v.When, v.FreeShipping == "" && v.Gifts == "" && v.OutboundFreight == "")
		c.refundValues(path, RefundRule{FreeShipping: v.FreeShipping, Gifts: v.Gifts, OutboundFreight: v.OutboundFreight}, false)
	}
}

func (c policyCheck) refundValues(path string, rule RefundRule, needed bool) {
	for _, choice := range refundChoices {
		value := choice.of(rule)
		if (needed || value != "") && !slices.Contains(choice.values, value) {
			c.problem(path+"."+choice.key, "expected %s, found %q", strings.Join(choice.values, " or "), value)
		}
	}
}

// milestones lists the notices that a policy may leave out.
var milestones = []Milestone{NoticeAccepted, NoticeMissing, NoticeOffer, NoticeDecision, NoticeInstructions, NoticeReceived,
	NoticeInspected, NoticeDelay, NoticeRefunded, NoticeClosed, NoticeBreach, NoticeTask, NoticeInspectNow, NoticeReminder,
	NoticeEvidence, NoticeSuspended, NoticeResumed, NoticeSurvey, NoticeRecovery, NoticeReplacement, NoticeAmendment, NoticeDispatchNow,
	NoticeRepair, NoticeRepairQuote, NoticeRepairNow,
	NoticeCredited, NoticeApology, NoticeParcelBack, NoticeWrongAddress,
	NoticeSecondOpinion, NoticeBatch}

func (c policyCheck) notices() {
	for m := range c.policy.Notices {
		if !slices.Contains(milestones, m) {
			c.problem("$.notices."+string(m), "expected one of %v%s", milestones, nearestHint(string(m), texts(milestones)))
		}
	}
}

func (c policyCheck) retention() {
	rule := c.policy.Retention
	c.kept("$.retention", rule.Record, rule.Texts, true)
	for i, v := range rule.Variants {
		path := element("$.retention.variants", i)
		c.variant(path, v.When, v.Record == "" && v.Texts == "")
		record, texts := rule.Record, rule.Texts
		replace(&record, v.Record)
		replace(&texts, v.Texts)
		c.kept(path, record, texts, false)
	}
}

// kept checks both spans of a retention. One that stands elsewhere is looked at there.
func (c policyCheck) kept(path, record, texts string, needed bool) {
	days := map[string]int64{}
	for _, part := range []struct{ key, text string }{{"record", record}, {"texts", texts}} {
		span, err := ParseSpan(part.text)
		if err != nil || span.Unit != UnitDays {
			if needed || c.has(path+"."+part.key) {
				c.problem(path+"."+part.key, "expected a number of days such as 1095d, found %s", shortened(part.text))
			}
			continue
		}
		days[part.key] = span.N
	}
	if days["record"] > 0 && days["texts"] > days["record"] {
		at := path + ".texts"
		if !c.has(at) && !needed {
			at = path + ".record"
		}
		c.problem(at, "expected texts to be kept at most as long as the record, %s", record)
	}
}
