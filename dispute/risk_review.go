package dispute

import (
	"slices"
	"time"
)

// RiskVerdict is what a person made of a case's flags.
type RiskVerdict string

// The verdicts.
const (
	RiskCleared   RiskVerdict = "cleared"   // nothing was wrong: the flags are lifted
	RiskConfirmed RiskVerdict = "confirmed" // somebody abused the desk's goodwill
)

// RiskReview is a person's word on the flags. It decides nothing about the claim; flags
// that it clears keep no rule from deciding any more.
type RiskReview struct {
	Verdict RiskVerdict `json:"verdict"`
	By      Actor       `json:"by"`
	At      time.Time   `json:"at"`
	Flags   []string    `json:"flags"` // that it is about; what is raised later is not
	// Values are the numbers that the person saw, by flag: a higher one is something new.
	Values map[string]int `json:"values,omitempty"`
	NoteID string         `json:"note_id,omitempty"`
}

// RiskClearance is who lifted a flag, and when.
type RiskClearance struct {
	By Actor     `json:"by"`
	At time.Time `json:"at"`
}

// NewRiskReview is a person's word on all the flags of a risk as they stand.
func NewRiskReview(r Risk, verdict RiskVerdict, by Actor, at time.Time, noteID string) *RiskReview {
	v := &RiskReview{Verdict: verdict, By: by, At: at, Flags: slices.Clone(r.Flags), NoteID: noteID}
	for _, why := range r.Reasons {
		if why.Fact == "" {
			continue
		}
		if v.Values == nil {
			v.Values = map[string]int{}
		}
		v.Values[why.Flag] = max(v.Values[why.Flag], why.Value)
	}
	return v
}

// saw says whether the person looked at a flag as it was raised: the number has not
// grown since. A condition has no number, and neither had the flags of release 1.
func (v *RiskReview) saw(why RiskReason) bool {
	if v == nil || !slices.Contains(v.Flags, why.Flag) {
		return false
	}
	seen, known := v.Values[why.Flag]
	return !known || why.Value <= seen
}

// clears says whether the person lifted a flag as it was raised.
func (v *RiskReview) clears(why RiskReason) bool {
	return v.saw(why) && v.Verdict == RiskCleared
}

// Judged is the risk with a person's word on it, nil for none; each reason then says who
// lifted its flag.
func (r Risk) Judged(v *RiskReview) Risk {
	r.Review, r.Reasons = v, slices.Clone(r.Reasons)
	for i := range r.Reasons {
		r.Reasons[i].Cleared = nil
		if v.clears(r.Reasons[i]) {
			r.Reasons[i].Cleared = &RiskClearance{By: v.By, At: v.At}
		}
	}
	return r
}

// Unreviewed says whether the case has flags that no person has looked at.
func (r Risk) Unreviewed() bool {
	return slices.ContainsFunc(r.raised(), func(why RiskReason) bool { return !r.Review.saw(why) })
}

// Standing are the flags that send the case to a person: all that no person lifted.
func (r Risk) Standing() []string {
	var flags []string
	for _, why := range r.raised() {
		if !r.Review.clears(why) && !slices.Contains(flags, why.Flag) {
			flags = append(flags, why.Flag)
		}
	}
	return flags
}

// StandingScore is what the flags that stand add up to, at most the whole score, which it
// is while no person lifted any. Several rules may raise one flag, each with a score.
func (r Risk) StandingScore() int {
	if r.Review == nil || r.Review.Verdict != RiskCleared {
		return r.Score
	}
	score := 0
	for _, why := range r.raised() {
		switch {
		case r.Review.clears(why):
		case why.Rule == "":
			return r.Score // a flag without a reason: nobody knows what it added
		default:
			score += why.Score
		}
	}
	return min(score, r.Score)
}

// raised are the reasons, and the flags that came without one.
func (r Risk) raised() []RiskReason {
	all := slices.Clone(r.Reasons)
	for _, f := range r.Flags {
		if !slices.ContainsFunc(r.Reasons, func(why RiskReason) bool { return why.Flag == f }) {
			all = append(all, RiskReason{Flag: f})
		}
	}
	return all
}
