package dispute

import (
	"encoding/json"
	"maps"
	"slices"
)

// factKind is what a placeholder holds.
type factKind string

// The kinds of placeholders.
const (
	factText     factKind = "text"     // a number or name as it is
	factCode     factKind = "code"     // for {{word}}, and for {{if eq}}
	factCodes    factKind = "codes"    // for {{words}} and {{list}}
	factDate     factKind = "date"     // an instant, for {{date}} and {{day}}
	factDay      factKind = "day"      // a calendar date, for {{day}}
	factMoney    factKind = "money"    // for {{money}}
	factNumber   factKind = "number"   // 0 where it is not known
	factSpan     factKind = "span"     // for {{span}}
	factRemedies factKind = "remedies" // for {{remedies}}
	factItems    factKind = "items"    // for {{items}}
	factFlag     factKind = "flag"     // for {{if}}
)

// commonPlaceholders are those of every notice. The dates are those of the case's
// clocks as the notice was made; empty where the clock does not run.
var commonPlaceholders = map[string]factKind{
	"case_id": factText, "order_id": factText, "kind": factCode, "reason": factCode, "stands_still": factCode,
	"bank_days": factNumber, "settle_by": factDate, "reopen_by": factDate, "escalate_by": factDate, "appeal_by": factDate,
	"survey_by": factDate,
}

// placeholders are those of single notices, besides the common ones.
var placeholders = map[Milestone]map[string]factKind{
	NoticeAccepted: {"resolve_by": factDate, "reopened": factNumber},
	NoticeMissing:  {"items": factCodes, "due_at": factDate},
	NoticeOffer: {"offer_id": factText, "remedies": factRemedies, "answer_by": factDate, "send_back": factFlag, "pays": factFlag,
		"freight_payer": factCode, "ship_within": factSpan},
	NoticeDecision: {"decision_id": factText, "remedies": factRemedies, "outcome": factCode, "code": factCode, "last_day": factDay,
		"send_back": factFlag, "pays": factFlag, "freight_payer": factCode, "ship_within": factSpan},
	NoticeInstructions: {"rma_id": factText, "address": factText, "label_url": factText, "carrier": factText, "ship_by": factDate,
		"items": factItems, "with": factCodes, "freight_payer": factCode},
	NoticeReceived:      {"rma_id": factText, "inspect_by": factDate},
	NoticeInspected:     {"accepted": factFlag, "differences": factCodes},
	NoticeDelay:         {"reason_code": factCode, "new_date": factDate, "old_date": factDate, "clock": factCode},
	NoticeRefunded:      {"amount": factMoney, "form": factCode},
	NoticeClosed:        {"outcome": factCode, "code": factCode},
	NoticeBreach:        {"clock": factCode, "due_at": factDate, "owner": factCode, "round": factNumber},
	NoticeTask:          {"what": factCode, "why": factCode, "due_at": factDate, "level": factNumber, "state": factCode, "refund_key": factText},
	NoticeInspectNow:    {"rma_id": factText, "round": factNumber},
	NoticeReminder:      {"clock": factCode, "due_at": factDate, "then": factCode},
	NoticeEvidence:      {"what": factCode, "types": factCodes, "due_at": factDate, "basis": factText},
	NoticeSuspended:     {"reason_code": factCode, "until": factDate},
	NoticeResumed:       {"reason_code": factCode},
	NoticeSurvey:        {"outcome": factCode},
	NoticeReplacement:   {"state": factCode, "carrier": factText, "tracking_number": factText},
	NoticeAmendment:     {"what": factCode, "result": factCode},
	NoticeDispatchNow:   {"replacement_id": factText, "round": factNumber, "due_at": factDate},
	NoticeRecovery:      {"what": factCode, "recovery_id": factText, "party": factCode, "claim_key": factText, "amount": factMoney},
	NoticeRepair:        {"status": factCode, "ready_by": factDate, "carrier": factText, "tracking_number": factText},
	NoticeRepairQuote:   {"quote": factMoney, "ready_by": factDate, "answer_by": factDate, "not_covered": factFlag},
	NoticeRepairNow:     {"repair_id": factText, "round": factNumber},
	NoticeCredited:      {"form": factCode, "amount": factMoney, "gift": factText, "credit_kind": factCode, "points": factNumber},
	NoticeApology:       {},
	NoticeParcelBack:    {"rma_id": factText, "ship_by": factDate, "new_label": factFlag},
	NoticeSecondOpinion: {"verdict": factCode},
	NoticeBatch:         {"batch_id": factText, "sku": factText, "lot": factText, "cases": factNumber},
	NoticeWrongAddress:  {"rma_id": factText, "warehouse_id": factText, "expected": factText},
}

// placeholdersOf are all placeholders of a notice.
func placeholdersOf(m Milestone) map[string]factKind {
	all := maps.Clone(commonPlaceholders)
	maps.Copy(all, placeholders[m])
	return all
}

// noticeFacts is what fills a notice's placeholders: nothing but what the table names,
// each of its kind, so that no template can fail or say more than it should.
func noticeFacts(n OutboxNotice) map[string]any {
	data := decodeFacts(n.Notice.Data)
	if data == nil {
		data = map[string]any{}
	}
	flatten(data)
	data["case_id"], data["order_id"] = n.CaseID, n.OrderID
	data["kind"], data["reason"] = string(n.Kind), string(n.Reason)
	facts := map[string]any{}
	for name, kind := range placeholdersOf(n.Notice.Milestone) {
		facts[name] = kind.take(data[name])
	}
	return facts
}

// flatten lifts what stands deeper to where templates find it. The reason of a delay or
// a suspension stands apart from the reason of the case.
func flatten(data map[string]any) {
	data["reason_code"] = data["reason"]
	if why, ok := data["explanation"].(map[string]any); ok {
		for _, name := range []string{"code", "last_day"} {
			if _, there := data[name]; !there {
				data[name] = why[name]
			}
		}
	}
	if told, ok := data["instructions"].(map[string]any); ok {
		for name, v := range told {
			if _, there := data[name]; !there {
				data[name] = v
			}
		}
	}
	if found, ok := data["differences"].([]any); ok {
		codes := make([]any, 0, len(found))
		for _, one := range found {
			if fields, ok := one.(map[string]any); ok {
				codes = append(codes, fields["code"])
			}
		}
		data["differences"] = codes
	}
}

// take is the value as one of its kind, the zero value where it is another.
func (k factKind) take(v any) any {
	switch k {
	case factNumber:
		if n, ok := v.(int64); ok {
			return n
		}
		return int64(0)
	case factFlag:
		flag, ok := v.(bool)
		return ok && flag
	case factCodes, factRemedies, factItems:
		if list, ok := v.([]any); ok {
			return list
		}
		return []any{}
	case factMoney:
		if _, ok := moneyOf(v); ok {
			return v
		}
		return map[string]any{}
	case factDate:
		if _, ok := instantOf(v); ok {
			return v
		}
		return ""
	default:
		if text, ok := v.(string); ok {
			return text
		}
		return ""
	}
}

// Enlarged adds to the notices of a step what the people told need to know and the step
// did not say: dates of clocks that run, who pays for sending goods back, when a bank
// shows the money. Nothing that a notice says already is changed.
func (b *Rulebook) Enlarged(c *Case, all []Notice) []Notice {
	enlarged := make([]Notice, 0, len(all))
	for _, n := range all {
		if n.To == RoleCustomer {
			n.Data = b.enlarge(c, n)
		}
		enlarged = append(enlarged, n)
	}
	return enlarged
}

func (b *Rulebook) enlarge(c *Case, n Notice) json.RawMessage {
	data := map[string]json.RawMessage{}
	if len(n.Data) > 0 && json.Unmarshal(n.Data, &data) != nil {
		return n.Data
	}
	more := map[string]any{}
	for name, clock := range map[string]ClockName{"settle_by": ClockResolution, "reopen_by": ClockReopenWindow,
		"escalate_by": ClockEscalationWindow, "appeal_by": ClockAppealWindow, "survey_by": ClockSurvey} {
		if k := c.Running(clock, ""); k != nil {
			more[name] = k.DueAt
		}
	}
	if days := b.policy.Delivery.BankDays; days > 0 {
		more["bank_days"] = days
	}
	var told struct {
		Remedies []Remedy `json:"remedies"`
		LegID    string   `json:"leg_id"`
	}
	if json.Unmarshal(n.Data, &told) == nil {
		b.enlargeRemedies(c, told.Remedies, more)
		if k := c.Running(ClockInspection, told.LegID); k != nil && n.Milestone == NoticeReceived {
			more["inspect_by"] = k.DueAt
		}
	}
	if n.Milestone == NoticeClosed && c.Explanation != nil && c.Outcome == OutcomeInadmissible {
		more["code"] = c.Explanation.Code
	}
	for name, v := range more {
		if _, said := data[name]; said {
			continue
		}
		raw, err := json.Marshal(v)
		if err != nil {
			return n.Data
		}
		data[name] = raw
	}
	if len(data) == 0 {
		return n.Data
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return n.Data
	}
	return raw
}

// enlargeRemedies says what remedies ask of the customer.
func (b *Rulebook) enlargeRemedies(c *Case, remedies []Remedy, more map[string]any) {
	if slices.ContainsFunc(remedies, func(r Remedy) bool { return r.Type.Money() }) {
		more["pays"] = true
	}
	if !slices.ContainsFunc(remedies, func(r Remedy) bool { return r.Type.MovesGoods() }) {
		return
	}
	more["send_back"] = true
	more["freight_payer"] = b.freightPayer(c, c.Liability)
	if rule, ok := b.clockRule(c, ClockReturnShipment); ok {
		more["ship_within"] = rule.Budget
	}
}
