package dispute

import "time"

// wall is a local wall-clock reading, held as the same reading in UTC so that it
// can be reckoned with: every civil day has 24 hours.
type wall struct{ time.Time }

// fullDay is a civil day on the wall clock.
const fullDay = 24 * time.Hour

// wallOf reads the wall clock at an instant. In the hour that a clock set back
// repeats, it stays at what it had reached, so that it never runs backwards.
func wallOf(t time.Time, zone *time.Location) wall {
	t = t.In(zone)
	w := reading(t)
	if start, _ := t.ZoneBounds(); !start.IsZero() {
		_, offset := start.Add(-1).Zone()
		if reached := start.UTC().Add(time.Duration(offset) * time.Second); reached.After(w.Time) {
			return wall{reached}
		}
	}
	return w
}

// reading is what the wall clock shows at an instant, also the second time.
func reading(t time.Time) wall {
	_, offset := t.Zone()
	return wall{t.UTC().Add(time.Duration(offset) * time.Second)}
}

// midnight is the beginning of the wall clock's day.
func (w wall) midnight() wall {
	y, m, d := w.Date()
	return wall{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

func (w wall) plus(d time.Duration) wall { return wall{w.Add(d)} }

// instant is when the wall clock shows w: the first time where it shows it twice,
// the first instant after the gap where it never does.
func (w wall) instant(zone *time.Location) time.Time {
	_, before := w.Add(-2 * fullDay).In(zone).Zone()
	_, after := w.Add(2 * fullDay).In(zone).Zone()
	early := w.Add(-time.Duration(max(before, after)) * time.Second)
	late := w.Add(-time.Duration(min(before, after)) * time.Second)
	for _, t := range []time.Time{early, late} {
		if reading(t.In(zone)).Equal(w.Time) {
			return t
		}
	}
	start, _ := late.In(zone).ZoneBounds() // the clock was set forward over w
	return start.UTC()
}

// civilAxis counts local wall-clock time: 24 hours on every civil day, however
// long the day was.
type civilAxis struct{ zone *time.Location }

func (a civilAxis) counted(from, to time.Time) (time.Duration, error) {
	return max(wallOf(to, a.zone).Sub(wallOf(from, a.zone).Time), 0), nil
}

func (a civilAxis) after(from time.Time, length time.Duration) (time.Time, error) {
	return wallOf(from, a.zone).plus(length).instant(a.zone), nil
}

func (a civilAxis) open(from time.Time, length time.Duration) (time.Time, error) {
	return a.after(from, length)
}

func (civilAxis) account(*journal, time.Time, time.Time) error { return nil }
