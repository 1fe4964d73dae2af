package dispute

import (
	"strconv"
	"time"
)

// words says how much of a budget is used, in its own units: "2wd 5h", "3bh 20m".
func (u Unit) words(d time.Duration) string {
	big, bigUnit := time.Hour, "h"
	switch u {
	case UnitDays, UnitEndOfDays:
		big, bigUnit = fullDay, "d"
	case UnitWorkingDays:
		big, bigUnit = fullDay, "wd"
	case UnitBusinessHours, UnitBusinessMinutes:
		bigUnit = "bh"
	}
	text := ""
	for _, part := range []struct {
		unit   time.Duration
		letter string
	}{{big, bigUnit}, {time.Hour, "h"}, {time.Minute, "m"}, {time.Second, "s"}} {
		if n := d / part.unit; n > 0 && (part.unit != time.Second || d < time.Minute && text == "") {
			text += " " + strconv.FormatInt(int64(n), 10) + part.letter
			d -= n * part.unit
		}
	}
	if text == "" {
		return "0" + string(u)
	}
	return text[1:]
}
