package dispute

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func chinaCalendar(t testing.TB) Calendar {
	t.Helper()
	cal, ok := calendars(t)["cn"]
	require.True(t, ok)
	return cal
}

func shanghai(t testing.TB) *time.Location {
	t.Helper()
	zone, err := loadZone("Asia/Shanghai")
	require.NoError(t, err)
	return zone
}

func TestWorkingDaysGolden(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, from string
		n          int
		want, why  string
	}{
		{"plain week", "2026-03-02T10:00:00+08:00", 1, "2026-03-03T10:00:00+08:00", "1 working day from Mon 2026-03-02 10:00 (Asia/Shanghai)"},
		{"over a weekend", "2026-03-06T10:00:00+08:00", 1, "2026-03-09T10:00:00+08:00", "1 working day from Fri"},
		{"from a Saturday", "2026-03-07T10:00:00+08:00", 1, "2026-03-09T10:00:00+08:00", "1 working day from Sat"},
		{"seven plain days", "2026-03-02T23:59:00+08:00", 7, "2026-03-11T23:59:00+08:00", ""},
		{"New Year and its make-up Sunday", "2025-12-31T09:00:00+08:00", 1, "2026-01-04T09:00:00+08:00", "2026-01-01..03 New Year holiday, 2026-01-04 worked for New Year"},
		{"Spring Festival", "2026-02-13T10:00:00+08:00", 2, "2026-02-24T10:00:00+08:00",
			"2026-02-14 worked for Spring Festival, 2026-02-15..23 Spring Festival holiday"},
		{"make-up Saturday after Spring Festival", "2026-02-27T10:00:00+08:00", 1, "2026-02-28T10:00:00+08:00", "worked for Spring Festival"},
		{"Qingming", "2026-04-03T10:00:00+08:00", 1, "2026-04-07T10:00:00+08:00", "2026-04-04..06 Qingming holiday"},
		{"Labour Day and its make-up Saturday", "2026-04-30T10:00:00+08:00", 4, "2026-05-09T10:00:00+08:00",
			"2026-05-01..05 Labour Day holiday, 2026-05-09 worked for Labour Day"},
		{"Dragon Boat", "2026-06-18T10:00:00+08:00", 1, "2026-06-22T10:00:00+08:00", "2026-06-19..21 Dragon Boat holiday"},
		{"seven over Mid-autumn and National Day", "2026-09-24T10:00:00+08:00", 7, "2026-10-12T10:00:00+08:00",
			"7 working days from Thu 2026-09-24 10:00 (Asia/Shanghai): 2026-09-25..27 Mid-autumn holiday, 2026-10-01..07 National Day holiday, 2026-10-10 worked for National Day"},
		{"make-up Sunday before National Day", "2026-09-18T10:00:00+08:00", 1, "2026-09-20T10:00:00+08:00", "2026-09-20 worked for National Day"},
		{"late evening UTC is the next day in China", "2026-03-02T17:00:00Z", 1, "2026-03-04T01:00:00+08:00", "from Tue 2026-03-03 01:00"},
	}
	cal := chinaCalendar(t)
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p, err := cal.AddWorkingDays(utc(row.from), row.n)
			require.NoError(t, err)
			require.Equal(t, utc(row.want), p.At)
			require.Contains(t, p.Why, row.why)
			require.LessOrEqual(t, len(p.Why), 200)
			require.False(t, p.Provisional)
		})
	}
}

// A year without a notice is never used silently.
func TestUnpublishedYearIsProvisional(t *testing.T) {
	t.Parallel()
	cal := chinaCalendar(t)
	p, err := cal.AddWorkingDays(utc("2026-12-31T10:00:00+08:00"), 1)
	require.NoError(t, err)
	require.True(t, p.Provisional)
	require.Equal(t, utc("2027-01-01T10:00:00+08:00"), p.At)
	require.Contains(t, p.Why, "2027 not published, Mon-Fri assumed")

	k, err := book(t, "default").Clock(nil, ClockRequest{Name: ClockResolution}, utc("2026-12-30T10:00:00+08:00"))
	require.NoError(t, err)
	require.True(t, k.Provisional)

	// A budget that ends in a published year does not become provisional.
	k, err = book(t, "default").Clock(nil, ClockRequest{Name: ClockResolution}, utc("2026-12-18T10:00:00+08:00"))
	require.NoError(t, err)
	require.False(t, k.Provisional)
}

func TestWorkingDaysBounds(t *testing.T) {
	t.Parallel()
	for _, n := range []int{-1, 0, MaxWorkingDays + 1} {
		_, err := chinaCalendar(t).AddWorkingDays(utc("2026-03-02T10:00:00Z"), n)
		require.Equal(t, CodeInvalid, CodeOf(err))
	}
	p, err := chinaCalendar(t).AddWorkingDays(utc("2026-03-02T10:00:00Z"), MaxWorkingDays)
	require.NoError(t, err)
	require.LessOrEqual(t, len(p.Why), 200)
	require.True(t, p.Provisional)
}

// oracleFreeDays is written out day by day, apart from the calendar's file.
const oracleFreeDays = `01-01 01-02 01-03 02-15 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23 04-04 04-05 04-06
05-01 05-02 05-03 05-04 05-05 06-19 06-20 06-21 09-25 09-26 09-27 10-01 10-02 10-03 10-04 10-05 10-06 10-07`

// oracleMakeUpDays are the weekend days that were worked.
const oracleMakeUpDays = `01-04 02-14 02-28 05-09 09-20 10-10`

func oracleWorks(day time.Time) bool {
	key := day.Format("01-02")
	if strings.Contains(oracleMakeUpDays, key) {
		return true
	}
	weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
	return !weekend && !strings.Contains(oracleFreeDays, key)
}

func TestCalendarAgreesWithOracle(t *testing.T) {
	t.Parallel()
	cal, zone := chinaCalendar(t), shanghai(t)
	for day := time.Date(2026, 1, 1, 12, 0, 0, 0, zone); day.Year() == 2026; day = day.AddDate(0, 0, 1) {
		works, known := cal.Working(day)
		require.True(t, known)
		require.Equal(t, oracleWorks(day), works, day)
	}
	rapid.Check(t, func(rt *rapid.T) {
		from := time.Date(2026, 1, 1, 0, 0, rapid.IntRange(0, 300*86400).Draw(rt, "second"), 0, zone)
		n := rapid.IntRange(1, 30).Draw(rt, "days")
		want := from
		for left := n; left > 0; {
			if want = want.AddDate(0, 0, 1); oracleWorks(want) {
				left--
			}
		}
		p, err := cal.AddWorkingDays(from, n)
		require.NoError(rt, err)
		require.True(rt, want.Equal(p.At), "want %s, have %s", want, p.At)
		require.False(rt, p.Provisional)
	})
}

func TestParseCalendarErrors(t *testing.T) {
	t.Parallel()
	data, err := fs.ReadFile(ruleFiles, "calendars/cn-2026.yaml")
	require.NoError(t, err)
	rows := []struct{ from, to, want string }{
		{"year: 2026", "year: 26", "year: expected a year"},
		{"zone: Asia/Shanghai", "zone: Moon/Base", "zone: expected an IANA time zone"},
		{"weekend: [saturday", "weekend: [caturday", "weekend[0]: expected a day of the week"},
		{"first: 2026-06-19", "first: 2026-06-22", "holidays[4]: expected a name and first and last day"},
		{"last: 2026-10-07", "last: 2027-10-07", "holidays[6]: expected a name"},
		{"first: 2026-05-01", "first: 2026-04-06", "2026-04-06 stands twice"},
		{"day: 2026-10-10", "day: 2026-10-12", "working_days[5]: 2026-10-12 is not a free weekend day"},
		{"day: 2026-10-10", "day: someday", "working_days[5]: expected a name and a day"},
		{"source: 国", "origin: 国", `unknown field "origin"`},
		{"calendar: cn", "calendar: \"\"", "calendar: expected the id"},
	}
	for _, row := range rows {
		broken := strings.Replace(string(data), row.from, row.to, 1)
		require.NotEqual(t, string(data), broken, row.from)
		_, err := ParseCalendarYear("c.yaml", []byte(broken), nil)
		require.ErrorContains(t, err, row.want)
		require.Regexp(t, `^c\.yaml:\d+:\d+: `, err.Error())
	}
	cal, err := ParseCalendarYear("c.yaml", data, nil)
	require.NoError(t, err)
	_, err = ParseCalendarYear("c.yaml", data, cal)
	require.ErrorContains(t, err, "year 2026 is loaded already")
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Span{"48h": {48, UnitHours}, "7d": {7, UnitDays}, "7wd": {7, UnitWorkingDays},
		"3s": {3, UnitSeconds}, "90m": {90, UnitMinutes}} {
		got, err := ParseSpan(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, text, got.String())
	}
	for _, text := range []string{"", "h", "7", "0h", "-1h", "+1h", "1.5h", "7D", "7 d", "1y", "99999999999999999999s", "9000000000s",
		"4000d", "1001wd", "1h30m"} {
		_, err := ParseSpan(text)
		require.Equal(t, CodeInvalid, CodeOf(err), text)
	}
}

func TestClockDue(t *testing.T) {
	t.Parallel()
	at := utc("2026-09-24T02:00:00Z")
	rows := []struct {
		request  ClockRequest
		due, why string
		expiry   string
	}{
		{ClockRequest{Name: ClockFirstResponse}, "2026-09-26T02:00:00Z", "48 h from Thu 2026-09-24 10:00 (Asia/Shanghai)", SilenceBreach},
		{ClockRequest{Name: ClockCustomerInfo}, "2026-10-01T02:00:00Z", "7 calendar days from Thu 2026-09-24 10:00 (Asia/Shanghai)", SilenceCloseExpired},
		{ClockRequest{Name: ClockResolution}, "2026-10-12T02:00:00Z", "7 working days", SilenceExtend},
		{ClockRequest{Name: ClockResolution, Round: 3}, "2026-09-29T02:00:00Z", "2 working days", SilenceExtend},
		{ClockRequest{Name: ClockSupervisorDecision}, "2026-09-25T02:00:00Z", "24 h", SilenceNextLevel},
		{ClockRequest{Name: ClockSupervisorDecision, Round: 1}, "2026-09-25T02:00:00Z", "24 h", SilenceNextLevel},
		{ClockRequest{Name: ClockSupervisorDecision, Round: 2}, "2026-09-28T02:00:00Z", "1 working day", SilenceNextLevel},
		{ClockRequest{Name: ClockInspection}, "2026-09-26T02:00:00Z", "48 h", SilenceRemind},
		{ClockRequest{Name: ClockInspection, Round: 1}, "2026-09-26T02:00:00Z", "48 h", SilenceAgent},
		{ClockRequest{Name: ClockRefundSettlement}, "2026-09-30T02:00:00Z", "3 working days", SilenceReconcile},
		{ClockRequest{Name: ClockRefundSettlement, Round: 1}, "2026-09-28T02:00:00Z", "1 working day", SilenceAgent},
	}
	b := book(t, "default")
	for _, row := range rows {
		k, err := b.Clock(nil, row.request, at)
		require.NoError(t, err)
		require.Equal(t, utc(row.due), k.DueAt, row.request)
		require.Contains(t, k.Why, row.why)
		require.Equal(t, row.expiry, k.OnExpiry)
		require.Equal(t, "cn", k.Calendar)
		require.Equal(t, row.request.Round, k.Round)
	}
	for _, bad := range []ClockRequest{{Name: "tea_time"}, {Name: ClockSurvey}, {Name: ClockResolution, Round: -1}} {
		_, err := b.Clock(nil, bad, at)
		require.Equal(t, CodeInvalid, CodeOf(err))
	}
}
