package dispute

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// The oracle is a second calendar, made apart from the first: the free days are
// written out one by one, and every question is answered by walking minute by minute.

var oracleFreeDays = map[int]string{
	2024: `01-01 02-10 02-11 02-12 02-13 02-14 02-15 02-16 02-17 04-04 04-05 04-06 05-01 05-02 05-03 05-04 05-05
06-10 09-15 09-16 09-17 10-01 10-02 10-03 10-04 10-05 10-06 10-07`,
	2025: `01-01 01-28 01-29 01-30 01-31 02-01 02-02 02-03 02-04 04-04 04-05 04-06 05-01 05-02 05-03 05-04 05-05
05-31 06-01 06-02 10-01 10-02 10-03 10-04 10-05 10-06 10-07 10-08`,
	2026: `01-01 01-02 01-03 02-15 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23 04-04 04-05 04-06
05-01 05-02 05-03 05-04 05-05 06-19 06-20 06-21 09-25 09-26 09-27 10-01 10-02 10-03 10-04 10-05 10-06 10-07`,
}

// oracleMakeUpDays are the weekend days that were worked.
var oracleMakeUpDays = map[int]string{
	2024: `02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12`,
	2025: `01-26 02-08 04-27 09-28 10-11`,
	2026: `01-04 02-14 02-28 05-09 09-20 10-10`,
}

// chinaWorks says whether a day is worked in China; 2027 is Monday to Friday.
func chinaWorks(day time.Time) bool {
	key := day.Format("01-02")
	if strings.Contains(oracleMakeUpDays[day.Year()], key) {
		return true
	}
	return weekdayWorks(day) && !strings.Contains(oracleFreeDays[day.Year()], key)
}

func weekdayWorks(day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

// minutes is a run of real minutes in a zone, with the local reading of each.
type minutes struct {
	begin time.Time
	wall  []int64 // 202609241431
	work  []bool  // on a working day
	lunch []bool  // lunchDesk is open
	night []bool  // nightDesk is open
}

// minutesOf lays out every minute of the years 2024 to the middle of 2027, once.
func minutesOf(name string, works func(time.Time) bool) func() minutes {
	return sync.OnceValue(func() minutes { return layOut(name, works) })
}

var (
	chinaMinutes   = minutesOf("Asia/Shanghai", chinaWorks)
	berlinMinutes  = minutesOf("Europe/Berlin", weekdayWorks)
	newYorkMinutes = minutesOf("America/New_York", weekdayWorks)
)

func layOut(name string, works func(time.Time) bool) minutes {
	zone, err := loadZone(name)
	if err != nil {
		panic(err)
	}
	m := minutes{begin: time.Date(2024, 1, 1, 0, 0, 0, 0, zone)}
	end := time.Date(2027, 6, 1, 0, 0, 0, 0, zone)
	date, worked := int64(0), false
	for at := m.begin; at.Before(end); at = at.Add(time.Minute) {
		today := int64(at.Year()*10000 + int(at.Month())*100 + at.Day())
		if today != date {
			date, worked = today, works(at)
		}
		clock := int64(at.Hour()*100 + at.Minute())
		m.wall, m.work = append(m.wall, today*10000+clock), append(m.work, worked)
		m.lunch = append(m.lunch, worked && (clock >= 900 && clock < 1200 || clock >= 1300 && clock < 1800))
		day := at.Weekday()
		m.night = append(m.night, clock < 600 && day != time.Sunday || clock >= 2200 && day != time.Saturday)
	}
	return m
}

func (m minutes) index(at time.Time) int { return int(at.Sub(m.begin) / time.Minute) }
func (m minutes) at(index int) time.Time { return m.begin.Add(time.Duration(index) * time.Minute) }
func (m minutes) date(index int) int64   { return m.wall[index] / 10000 }

// sameTime is the first minute of the date of i that reads as late as another or later.
func (m minutes) sameTime(i, as int) int {
	for want := m.date(i)*10000 + m.wall[as]%10000; m.wall[i] < want; {
		i++
	}
	return i
}

// nextDate is the first minute of another date.
func (m minutes) nextDate(i int) int {
	for date := m.date(i); m.date(i) == date; {
		i++
	}
	return i
}

// days answers d: the same reading so many dates later.
func (m minutes) days(from, n int) int {
	i := from
	for ; n > 0; n-- {
		i = m.nextDate(i)
	}
	return m.sameTime(i, from)
}

// workingDays answers wd: the same reading on the n-th working date after this one.
func (m minutes) workingDays(from, n int) int {
	i := from
	for n > 0 {
		if i = m.nextDate(i); m.work[i] {
			n--
		}
	}
	return m.sameTime(i, from)
}

// endOfDays answers ed: the first minute of the date after the n-th one after this.
func (m minutes) endOfDays(i, n int) int {
	for ; n >= 0; n-- {
		i = m.nextDate(i)
	}
	return i
}

// open answers bh: so many open minutes later.
func open(i, n int, is func(i int) bool) int {
	for ; n > 0; i++ {
		if is(i) {
			n--
		}
	}
	return i
}

// lunchDesk is open on working days from 9 to 12 and from 13 to 18.
var lunchDesk = HoursRule{Days: "working", Open: []string{"09:00-12:00", "13:00-18:00"}}

// nightDesk is open every day from 22 to 6, and never in the night after a Saturday.
var nightDesk = HoursRule{Days: "every", Open: []string{"22:00-06:00"}, Weekdays: map[string][]string{"saturday": {}}}

func is(list []bool) func(int) bool { return func(i int) bool { return list[i] } }

// oracleZones are calendars with the oracle of each.
func oracleZones(t *testing.T) map[string]oraclePair {
	t.Helper()
	return map[string]oraclePair{
		"China":    {chinaCalendar(t), chinaMinutes()},
		"Berlin":   {plainCalendar(t, "Europe/Berlin"), berlinMinutes()},
		"New York": {plainCalendar(t, "America/New_York"), newYorkMinutes()},
	}
}

type oraclePair struct {
	calendar Calendar
	oracle   minutes
}

// Every date of the loaded years, in every unit, at several times of day.
func TestEveryDateAgreesWithOracle(t *testing.T) {
	t.Parallel()
	lunch, night := openingHours(t, lunchDesk), openingHours(t, nightDesk)
	for name, pair := range oracleZones(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, m := pair.calendar, pair.oracle
			isLunch, isNight := is(m.lunch), is(m.night)
			for date := m.begin; date.Year() <= 2026; date = date.AddDate(0, 0, 1) {
				works, known := c.Working(date)
				require.True(t, known)
				require.Equal(t, m.work[m.index(date)], works, date)
				for _, offset := range []int{0, 90, 150, 11*60 + 7, 14*60 + 31, 23*60 + 59} { // minutes since midnight
					from := date.Add(time.Duration(offset) * time.Minute)
					i := m.index(from)
					for _, row := range []struct {
						span  Span
						hours *Hours
						want  int
					}{
						{Span{1, UnitDays}, nil, m.days(i, 1)}, {Span{7, UnitDays}, nil, m.days(i, 7)},
						{Span{7, UnitEndOfDays}, nil, m.endOfDays(i, 7)},
						{Span{1, UnitWorkingDays}, nil, m.workingDays(i, 1)}, {Span{7, UnitWorkingDays}, nil, m.workingDays(i, 7)},
						{Span{4, UnitBusinessHours}, lunch, open(i, 240, isLunch)},
						{Span{100, UnitBusinessMinutes}, night, open(i, 100, isNight)},
						{Span{20, UnitBusinessHours}, night, open(i, 1200, isNight)},
					} {
						p, err := ExplainDue(c, row.hours, from, row.span, CountAtOnce)
						if err != nil || !p.At.Equal(m.at(row.want)) {
							require.NoError(t, err)
							require.Equal(t, m.at(row.want), p.At.In(date.Location()), "%s from %s", row.span, from)
						}
						if len(p.Why) > whyLimit {
							require.LessOrEqual(t, len(p.Why), whyLimit, p.Why)
						}
					}
				}
			}
		})
	}
}

// Any start, any budget, any pauses: the walk without the minutes that stood still.
func TestPausesAgreeWithOracle(t *testing.T) {
	t.Parallel()
	for name, pair := range oracleZones(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := pair.oracle
			rapid.Check(t, func(rt *rapid.T) {
				hours, opens := lunchDesk, m.lunch
				if rapid.Bool().Draw(rt, "night") {
					hours, opens = nightDesk, m.night
				}
				n := rapid.IntRange(1, 3000).Draw(rt, "minutes")
				b := rulesFor(pair.calendar, ClockRule{Budget: Span{int64(n), UnitBusinessMinutes}.String()}, hours)
				from := rapid.IntRange(0, 1000*1440).Draw(rt, "from")
				k := started(rt, b, m.at(from).Format(time.RFC3339))
				stood := map[int]bool{}
				for at := from; len(k.Suspensions) < 3; {
					at += rapid.IntRange(0, 4000).Draw(rt, "runs")
					if !m.at(at).Before(k.DueAt) {
						break
					}
					length := rapid.IntRange(0, 4000).Draw(rt, "stands")
					k = paused(rt, b, k, m.at(at), m.at(at+length))
					for i := at; i < at+length; i++ {
						stood[i] = true
					}
					at += length
				}
				want := open(from, n, func(i int) bool { return !stood[i] && opens[i] })
				require.Equal(rt, m.at(want).UTC(), k.DueAt)
			})
		})
	}
}

// Working days stand still by working time: the due instant is the first working
// minute at which as much of it has passed as the budget had.
func TestPausedWorkingDaysAgreeWithOracle(t *testing.T) {
	t.Parallel()
	m := chinaMinutes()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 9).Draw(rt, "days")
		b := rulesFor(chinaCalendar(t), ClockRule{Budget: Span{int64(n), UnitWorkingDays}.String()}, lunchDesk)
		from := rapid.IntRange(0, 1000*1440).Draw(rt, "from")
		k := started(rt, b, m.at(from).Format(time.RFC3339))
		due := m.workingDays(from, n)
		budget := 0
		for i := from; i < due; i++ {
			if m.work[i] {
				budget++
			}
		}
		begin := from + rapid.IntRange(0, due-from-1).Draw(rt, "runs")
		end := begin + rapid.IntRange(0, 20000).Draw(rt, "stands")
		k = paused(rt, b, k, m.at(begin), m.at(end))
		want := from
		counts := func(i int) bool { return m.work[i] && (i < begin || i >= end) }
		for left := budget; left > 0 || !counts(want); want++ {
			if counts(want) {
				left--
			}
		}
		require.Equal(rt, m.at(want).UTC(), k.DueAt)
	})
}
