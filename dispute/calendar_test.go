package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
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
		_, err := book(t, "default@1").Clock(nil, bad, at) // which has no survey
		require.Equal(t, CodeInvalid, CodeOf(err))
	}
}
