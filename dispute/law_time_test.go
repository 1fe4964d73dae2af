package dispute

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// timeRows are about how much time people have, when it stands still, and for how
// long a record is kept.
func timeRows() []lawRow {
	return []lawRow{
		{"WeChat", "the first response is due in 48 h", damagedReturn(), due(ClockFirstResponse),
			lawOutcome{"2026-09-24T02:00:00Z breach", "", "first_response", "WeChat"}},
		{"WeChat", "nobody decides for 48 h: for the customer", damagedReturn(), due(ClockAgentDecision),
			lawOutcome{"2026-09-24T02:00:00Z decide_for_customer", "", "agent_decision", "WeChat; JD-2 art. 16"}},
		{"JD-2 art. 16", "the audit of 48 h, then the platform decides", damagedReturn(), silent(ClockAgentDecision),
			lawOutcome{"decide_for_customer return_refund 129.00 CNY", "", "default@3/clocks/agent_decision", "WeChat; JD-2 art. 16"}},
		{"WeChat", "seven days to ask for intervention", damagedReturn(), due(ClockEscalationWindow),
			lawOutcome{"2026-09-29T02:00:00Z close_rejected", "", "escalation_window", "WeChat"}},
		{"WeChat", "receipt is confirmed by silence after ten days", damagedReturn(), due(ClockReceiptConfirmation),
			lawOutcome{"2026-10-02T02:00:00Z refund", "", "receipt_confirmation", "WeChat"}},
		{"Taobao art. 43", "seven days to send the goods, then the return closes", damagedReturn(), due(ClockReturnShipment),
			lawOutcome{"2026-09-29T02:00:00Z expire_return", "", "return_shipment", "WeChat; Taobao art. 43"}},

		{"JD art. 9(2)", "the platform's four business hours, noted at 10:00", damagedReturn(), platformHours("2026-10-01T10:00:00+08:00"),
			lawOutcome{"2026-10-01T14:00:00+08:00", "", "hours.platform", "JD art. 9(2)"}},
		{"JD art. 9(2)", "noted at 14:01, on a holiday: the next day", damagedReturn(), platformHours("2026-10-01T14:01:00+08:00"),
			lawOutcome{"2026-10-02T09:01:00+08:00", "", "hours.platform", "JD art. 9(2)"}},

		{"Taobao art. 83", "an agreed pause lasts thirty days at most", damagedReturn(), standing(SuspendAgreedPause, ClockResolution),
			lawOutcome{"30d moves resolution by 30 d", "", "agreed_pause", "Taobao art. 83; JD art. 6"}},
		{"JD art. 6", "an agreed pause stands still for the customer too", damagedReturn(), standing(SuspendAgreedPause, ClockCustomerResponse),
			lawOutcome{"30d moves customer_response by 30 d", "", "agreed_pause", "Taobao art. 83; JD art. 6"}},
		{"Taobao art. 83", "court or police: six months", damagedReturn(), standing(SuspendCourtOrPolice, ClockAgentDecision),
			lawOutcome{"180d moves agent_decision by 180 d", "", "court_or_police", "Taobao art. 83"}},
		{"Complaint Measures art. 21", "the time of an appraisal is not counted", damagedReturn(), standing(SuspendAppraisal, ClockAgentDecision),
			lawOutcome{"60d moves agent_decision by 60 d", "", "appraisal", "Complaint Measures art. 21"}},
		{"Complaint Measures art. 21", "it does not stop the sending of goods", damagedReturn(), standing(SuspendAppraisal, ClockReturnShipment),
			lawOutcome{"60d", "", "appraisal", "Complaint Measures art. 21"}},

		{"E-commerce Law art. 31", "three years after completion, leap days and all", damagedReturn(), kept,
			lawOutcome{"2029-11-23 texts 2029-11-23", "", "retention", "E-commerce Law art. 31; Online Trading Measures art. 31"}},
		{"Online Trading Measures art. 31", "never less than three years", damagedReturn(), kept,
			lawOutcome{"2029-11-23 texts 2029-11-23", "", "retention", "E-commerce Law art. 31; Online Trading Measures art. 31"}},

		{"JD art. 54", "the rule at the time of the act: the opening", damagedReturn(), bound,
			lawOutcome{"default@3", "", "opening_time", "JD art. 54"}},
	}
}

// due is when a clock that starts at the opening runs out, and what follows.
func due(name ClockName) func(*Rulebook, *Case) lawOutcome {
	return func(b *Rulebook, c *Case) lawOutcome {
		k, err := b.Clock(c, ClockRequest{Name: name}, c.OpenedAt)
		if err != nil {
			return lawOutcome{outcome: err.Error()}
		}
		rule, _ := b.clockRule(c, name)
		return lawOutcome{outcome: k.DueAt.Format(time.RFC3339) + " " + k.OnExpiry, rule: string(k.Name), basis: rule.Basis}
	}
}

// silent is what follows when a clock runs out.
func silent(name ClockName) func(*Rulebook, *Case) lawOutcome {
	return func(b *Rulebook, c *Case) lawOutcome {
		s := b.Silence(c, Clock{Name: name})
		out := lawOutcome{outcome: s.Outcome, rule: s.Rule, basis: s.Basis}
		for _, r := range s.Remedies {
			out.outcome += fmt.Sprintf(" %s %s", r.Type, r.Amount)
		}
		return out
	}
}

// platformHours is when four business hours of the platform end.
func platformHours(from string) func(*Rulebook, *Case) lawOutcome {
	return func(b *Rulebook, _ *Case) lawOutcome {
		hours, err := ParseHours(b.policy.Hours["platform"])
		if err != nil {
			return lawOutcome{outcome: err.Error()}
		}
		p, err := ExplainDue(b.calendar, hours, utc(from), Span{N: 4, Unit: UnitBusinessHours}, CountAtOnce)
		if err != nil {
			return lawOutcome{outcome: err.Error()}
		}
		return lawOutcome{outcome: p.At.In(b.zone()).Format(time.RFC3339), rule: "hours.platform", basis: b.policy.Basis["hours.platform"]}
	}
}

// standing is for how long a reason has clocks stand still, and what that does to
// one of them.
func standing(reason SuspensionReason, name ClockName) func(*Rulebook, *Case) lawOutcome {
	return func(b *Rulebook, c *Case) lawOutcome {
		rule := b.policy.Suspension[reason]
		out := lawOutcome{outcome: rule.Limit, rule: string(reason), basis: rule.Basis}
		if !slices.Contains(rule.Moves, name) {
			return out
		}
		limit, err := ParseSpan(rule.Limit)
		if err != nil {
			return lawOutcome{outcome: err.Error()}
		}
		k := Clock{Name: name, Budget: 72, Unit: UnitHours, State: ClockRunning, Started: c.OpenedAt}
		before, err := projectClock(k, b.calendar, nil)
		if err != nil {
			return lawOutcome{outcome: err.Error()}
		}
		from := c.OpenedAt.Add(time.Hour)
		to := from.Add(time.Duration(limit.N) * 24 * time.Hour)
		k.Suspensions = []Suspension{{From: from, To: &to, Reason: reason}}
		after, err := projectClock(k, b.calendar, nil)
		if err != nil {
			return lawOutcome{outcome: err.Error()}
		}
		out.outcome += fmt.Sprintf(" moves %s by %d d", name, int(after.At.Sub(before.At)/(24*time.Hour)))
		return out
	}
}

// kept is until when a case that closes on 2026-11-22 is kept: three years are 1096
// days where one of them is a leap year, as 2028 is.
func kept(b *Rulebook, c *Case) lawOutcome {
	r, ok := b.Retention(c, utc("2026-11-22T15:59:59Z")) // a minute before midnight in Shanghai
	if !ok {
		return lawOutcome{outcome: "for ever"}
	}
	day := func(t time.Time) string { return t.In(b.zone()).Format(time.DateOnly) }
	_, rule, _ := strings.Cut(r.Rule, "/")
	return lawOutcome{outcome: strings.Join([]string{day(r.RecordUntil), "texts", day(r.TextsUntil)}, " "), rule: rule, basis: r.Basis}
}

// bound is the version by which an open case goes when the order is older and a
// newer version is in force already.
func bound(b *Rulebook, c *Case) lawOutcome {
	older, newer := *b.policy, *b.policy
	older.Version, older.EffectiveFrom = 7, "2025-01-01"
	newer.Version, newer.EffectiveFrom = 8, "2026-09-23"
	var none *Library
	l, err := none.With([]*Policy{&older, b.policy, &newer}, map[string]Calendar{b.policy.Calendar: b.calendar})
	if err != nil {
		return lawOutcome{outcome: err.Error()}
	}
	c.PolicyVersion, c.Facts.Order.PlacedAt = b.Version(), utc("2025-06-01T00:00:00Z")
	version, err := l.Bound(c, utc("2026-12-01T00:00:00Z"))
	if err != nil {
		return lawOutcome{outcome: err.Error()}
	}
	return lawOutcome{outcome: version, rule: b.policy.Binds, basis: b.policy.Basis["binds"]}
}
