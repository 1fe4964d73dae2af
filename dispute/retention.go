package dispute

import "time"

// Retention is until when what belongs to a closed case is kept, as the policy that
// the case closed under says. It is worked out once, when the case closes.
type Retention struct {
	// TextsUntil is when personal data goes: what people wrote and sent in.
	TextsUntil time.Time `json:"texts_until"`
	// RecordUntil is when the record itself may go; Redress removes no record.
	RecordUntil   time.Time  `json:"record_until"`
	TextsErasedAt *time.Time `json:"texts_erased_at,omitempty"`
	Rule          string     `json:"rule"`            // e.g. default@3/retention
	Basis         string     `json:"basis,omitempty"` // law article or platform rule
}

// Erased says whether the personal data of a case is gone; nil: nothing ever goes.
func (r *Retention) Erased() bool { return r != nil && r.TextsErasedAt != nil }

// Over says whether the personal data of a case is gone, or has to go at the instant.
func (r *Retention) Over(at time.Time) bool {
	return r != nil && (r.TextsErasedAt != nil || !at.Before(r.TextsUntil))
}

// DueTexts is a closed case whose personal data has to go. The zero value comes
// before all others.
type DueTexts struct {
	CaseID string
	Until  time.Time
}

// Retention says until when a case is kept that closed at an instant: whole days of
// the policy's zone from the day after. ok is false where the policy says nothing, as
// those of format 1: then nothing is ever erased.
func (b *Rulebook) Retention(c *Case, closedAt time.Time) (r Retention, ok bool) {
	rule := b.policy.Retention
	for _, v := range rule.Variants {
		if !b.varies(v.When, c) {
			continue
		}
		replace(&rule.Record, v.Record)
		replace(&rule.Texts, v.Texts)
		replace(&rule.Basis, v.Basis)
		break
	}
	record, errRecord := ParseSpan(rule.Record)
	texts, errTexts := ParseSpan(rule.Texts)
	if errRecord != nil || errTexts != nil {
		return Retention{}, false
	}
	y, m, d := closedAt.In(b.zone()).Date()
	after := func(days int64) time.Time { return time.Date(y, m, d+1+int(days), 0, 0, 0, 0, b.zone()).UTC() }
	return Retention{TextsUntil: after(texts.N), RecordUntil: after(record.N), Rule: b.rule("retention"), Basis: rule.Basis}, true
}
