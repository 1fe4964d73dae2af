package dispute

import (
	"encoding/json"
	"slices"
	"time"
)

// RiskFacts is what the reports know of a case's flags beyond the case: when they were
// raised, what a person made of them and how long that took.
type RiskFacts struct {
	FlagFacts
	Flags map[string]FlagFacts `json:"flags,omitempty"`
	// DecidedOver are the flags that were there, and that no person had looked at, when the
	// last word on the claim was spoken.
	DecidedOver []string `json:"decided_over,omitempty"`
}

// FlagFacts is the same of one flag, or of the first of a case.
type FlagFacts struct {
	RaisedAt   *time.Time  `json:"raised_at,omitempty"`
	ReviewedAt *time.Time  `json:"reviewed_at,omitempty"` // first
	Verdict    RiskVerdict `json:"verdict,omitempty"`     // last; "" while nobody has looked
	// Seconds is from the raising to the first look, nil where one of them is not known.
	Seconds *int64 `json:"seconds,omitempty"`
}

func (f *FlagFacts) raised(at time.Time) {
	if f.RaisedAt == nil {
		f.RaisedAt = &at
	}
}

func (f *FlagFacts) reviewed(at time.Time, v RiskVerdict) {
	if f.Verdict = v; f.ReviewedAt == nil {
		f.ReviewedAt = &at
	}
}

func (f *FlagFacts) count() {
	f.Seconds = nil
	if f.RaisedAt != nil && f.ReviewedAt != nil && !f.ReviewedAt.Before(*f.RaisedAt) {
		n := int64(f.ReviewedAt.Sub(*f.RaisedAt) / time.Second)
		f.Seconds = &n
	}
}

// risk reads an entry about the flags. Releases 1 and 2 only wrote down that a person was
// needed for them.
func (f *CaseFacts) risk(e Entry) {
	if e.Type == EventPersonNeeded && e.Reason != CodeRiskFlagged {
		return
	}
	var about struct {
		Flags []string `json:"flags"`
	}
	if len(e.Data) > 0 && json.Unmarshal(e.Data, &about) != nil {
		return // the entry is not one that we wrote
	}
	if f.Risk == nil {
		f.Risk = &RiskFacts{}
	}
	change := func(of *FlagFacts) {
		if e.Type == EventRiskReviewed {
			of.reviewed(e.At, RiskVerdict(e.Reason))
			return
		}
		of.raised(e.At)
	}
	change(&f.Risk.FlagFacts)
	for _, flag := range about.Flags {
		if f.Risk.Flags == nil {
			f.Risk.Flags = map[string]FlagFacts{}
		}
		of := f.Risk.Flags[flag]
		change(&of)
		f.Risk.Flags[flag] = of
	}
}

// since is what is known of a flag. One that no entry named before a person looked at it was
// there since the case was flagged.
func (r *RiskFacts) since(flag string) FlagFacts {
	of := r.Flags[flag]
	if of.RaisedAt == nil || of.ReviewedAt != nil && of.RaisedAt.After(*of.ReviewedAt) {
		of.RaisedAt = r.RaisedAt
	}
	return of
}

// Judge works out what follows from the entries taken so far and from the case as it is now.
func (f *CaseFacts) Judge(c *Case) {
	if len(c.Risk.Flags) == 0 {
		return
	}
	if f.Risk == nil {
		f.Risk = &RiskFacts{}
	}
	f.Risk.count()
	f.Risk.DecidedOver = nil
	_, _, at := c.lastWord()
	for _, flag := range c.Risk.Flags {
		of := f.Risk.since(flag)
		of.count()
		there := at != nil && (of.RaisedAt == nil || !of.RaisedAt.After(*at))
		if there && (of.ReviewedAt == nil || of.ReviewedAt.After(*at)) && !slices.Contains(f.Risk.DecidedOver, flag) {
			f.Risk.DecidedOver = append(f.Risk.DecidedOver, flag)
		}
		if f.Risk.Flags == nil {
			f.Risk.Flags = map[string]FlagFacts{}
		}
		// What a later entry says of the raising is not forestalled.
		kept := f.Risk.Flags[flag]
		kept.Seconds = of.Seconds
		f.Risk.Flags[flag] = kept
	}
}
