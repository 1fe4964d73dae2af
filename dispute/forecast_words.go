package dispute

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Write tells the forecast as a table for people: when, what runs out, what
// follows, and by which rule. Instants are written in the layout and the zone.
func (f Forecast) Write(out io.Writer, layout string, zone *time.Location) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(w, "  "+strings.Join(cells, "\t")) }
	when := func(t time.Time) string { return t.In(zone).Format(layout) }
	row("WHEN", "WHAT", "THEN", "RULE")
	for _, s := range f.Steps {
		row(when(s.At), s.what(), s.then(), s.Rule)
		if s.Again > 0 {
			again := "once more, " + when(*s.Until)
			if s.Again > 1 {
				again = fmt.Sprintf("the same again %d times, the last %s", s.Again, when(*s.Until))
			}
			row("", again, "", "")
		}
	}
	for _, r := range f.Repeats {
		row("and so on", fmt.Sprintf("%s every %s, next %s", named(r.Clock, r.LegID), r.Every, when(r.Next)), "until somebody acts", "")
	}
	switch {
	case f.Cut:
		row("and more", fmt.Sprintf("a forecast ends after %d steps or %d years", MaxForecastSteps, MaxForecastYears), "", "")
	case len(f.Steps) == 0:
		row("never", "nothing happens by itself", "", "")
	}
	return w.Flush()
}

// what says what brings the step about.
func (s ForecastStep) what() string {
	switch {
	case s.Clock == "" && slices.Contains(s.Events, EventOpened):
		return "the claim is made"
	case s.Clock == "":
		return "partners accept, or do not answer"
	case s.Reminder:
		return fmt.Sprintf("%s is reminded of %s", s.Owner, named(s.Clock, s.LegID))
	}
	return fmt.Sprintf("%s of %s runs out", named(s.Clock, s.LegID), s.Owner)
}

// then says what follows.
func (s ForecastStep) then() string {
	text := string(s.Stage)
	if s.Outcome != "" {
		text += " " + string(s.Outcome)
	}
	if s.WaitingOn != WaitingNone && s.WaitingOn != "" {
		text += ", waiting for " + string(s.WaitingOn)
	}
	if s.OnExpiry != "" && !s.Reminder {
		text = s.OnExpiry + ": " + text
	}
	if s.Provisional {
		text += " (provisional date)"
	}
	return text
}

func named(clock ClockName, legID string) string {
	if legID == "" {
		return string(clock)
	}
	return string(clock) + " (" + legID + ")"
}
