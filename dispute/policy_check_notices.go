package dispute

import (
	"slices"
	"strings"
)

// templates checks what people are told: in every language, for every notice, with
// nothing in it that could fail as it is filled in.
func (c policyCheck) templates() {
	if !c.has("$.templates") {
		return // then the words of the newest default policy are taken
	}
	languages := Languages()
	for language := range c.policy.Templates {
		if !language.Known() {
			c.problem("$.templates."+string(language), "expected one of the languages %v, found %q", languages, language)
		}
	}
	for _, language := range languages {
		path := "$.templates." + string(language)
		wording, ok := c.policy.Templates[language]
		if !ok {
			c.problem(path, "expected the notices in this language too")
			continue
		}
		c.wording(path, wording)
	}
}

func (c policyCheck) wording(path string, w Wording) {
	for _, m := range toldMilestones() {
		if _, ok := w.Notices[m]; !ok {
			c.problem(path+".notices."+string(m), "expected a subject and a text for this notice")
		}
	}
	for m, t := range w.Notices {
		at := path + ".notices." + string(m)
		if !slices.Contains(milestones, m) {
			c.problem(at, "expected one of %v%s", milestones, nearestHint(string(m), texts(milestones)))
			continue
		}
		c.template(at, t, placeholdersOf(m))
	}
	c.template(path+".other", w.Other, commonPlaceholders)
	c.filled(path+".greeting", w.Greeting, commonPlaceholders)
	c.filled(path+".closing", w.Closing, commonPlaceholders)
}

func (c policyCheck) template(path string, t NoticeTemplate, known map[string]factKind) {
	for _, part := range []struct{ key, text string }{{"subject", t.Subject}, {"text", t.Text}} {
		at := path + "." + part.key
		if strings.TrimSpace(part.text) == "" {
			c.problem(at, "expected a text")
			continue
		}
		c.filled(at, part.text, known)
	}
	if strings.ContainsRune(t.Subject, '\n') {
		c.problem(path+".subject", "expected one line")
	}
}

// filled checks one template, by its words and by filling it in: with nothing known,
// and with something of each kind.
func (c policyCheck) filled(path, text string, known map[string]factKind) {
	if fault := checkTemplate(text, known); fault != nil {
		c.problemInside(path, text, fault.line, fault.column, "%s", fault.message)
		return
	}
	zone, err := loadZone(c.policy.Zone)
	if err != nil {
		return // told elsewhere
	}
	for _, full := range []bool{false, true} {
		facts := map[string]any{}
		for name, kind := range known {
			facts[name] = kind.sample(full)
		}
		w := writer{language: LanguageChinese, zone: zone}
		if _, err := w.write(text, facts); err != nil {
			c.problem(path, "%v", err)
			return
		}
	}
}

// sample is a value of the kind: one that is not known, or one that is.
func (k factKind) sample(full bool) any {
	if !full {
		return k.take(nil)
	}
	switch k {
	case factDate:
		return "2026-11-25T10:00:00Z"
	case factDay:
		return "2026-11-25"
	case factMoney:
		return map[string]any{"amount": int64(12900), "currency": "CNY"}
	case factNumber:
		return int64(2)
	case factFlag:
		return true
	case factSpan:
		return "7d"
	case factCodes:
		return []any{"photo", "statement"}
	case factRemedies:
		return []any{map[string]any{"type": "return_refund", "amount": map[string]any{"amount": int64(12900), "currency": "CNY"}}}
	case factItems:
		return []any{map[string]any{"line_id": "line-1", "quantity": int64(1)}}
	}
	return "sample"
}

// delivery checks how notices reach people.
func (c policyCheck) delivery() {
	if !c.has("$.delivery") {
		return
	}
	d := c.policy.Delivery
	if !d.Language.Known() {
		c.problem("$.delivery.language", "expected one of the languages %v, found %q", Languages(), d.Language)
	}
	for i, m := range d.Urgent {
		if !slices.Contains(milestones, m) {
			c.problem(element("$.delivery.urgent", i), "expected one of %v%s", milestones, nearestHint(string(m), texts(milestones)))
		}
	}
	if d.BankDays < 0 || d.BankDays > 90 {
		c.problem("$.delivery.bank_days", "expected a number of working days from 0 to 90, found %d", d.BankDays)
	}
	if d.BankDays > 0 && d.Basis == "" {
		c.problem("$.delivery.basis", "expected where the number comes from")
	}
}

// toldMilestones lists the notices that every policy with templates has words for. A
// notice that came later has the words of the newest default policy where a policy has
// none: its texts were checked before there was such a notice.
func toldMilestones() []Milestone {
	return []Milestone{NoticeAccepted, NoticeMissing, NoticeOffer, NoticeDecision, NoticeInstructions, NoticeReceived,
		NoticeInspected, NoticeDelay, NoticeRefunded, NoticeClosed, NoticeBreach, NoticeTask, NoticeInspectNow, NoticeReminder,
		NoticeEvidence, NoticeSuspended, NoticeResumed, NoticeSurvey}
}
