package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// noReason is a return without reason, signed at an instant and opened at another.
func noReason(signed, opened string) *Case {
	return of(damagedReturn(), func(c *Case) {
		c.Reason = ReasonChangedMind
		c.OpenedAt = utc(opened)
		c.Facts.Order.DeliveredAt = ptr(utc(signed))
	})
}

func TestReturnWindow(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, signed, opened string
		open                 bool
		signedOn, last       string
	}{
		{"day of signing", "2026-09-10T12:00:00+08:00", "2026-09-10T13:00:00+08:00", true, "", ""},
		{"opened before the signing", "2026-09-10T12:00:00+08:00", "2026-09-09T13:00:00+08:00", true, "", ""},
		{"first day", "2026-09-10T12:00:00+08:00", "2026-09-11T00:00:00+08:00", true, "", ""},
		{"last second of the last day", "2026-09-10T12:00:00+08:00", "2026-09-17T23:59:59+08:00", true, "", ""},
		{"first second after", "2026-09-10T12:00:00+08:00", "2026-09-18T00:00:00+08:00", false, "2026-09-10", "2026-09-17"},
		{"signed at 23:59", "2026-09-10T23:59:00+08:00", "2026-09-18T00:00:00+08:00", false, "2026-09-10", "2026-09-17"},
		{"signed at 00:01 is a day later", "2026-09-11T00:01:00+08:00", "2026-09-18T00:00:00+08:00", true, "", ""},
		{"signed at 00:01, over", "2026-09-11T00:01:00+08:00", "2026-09-19T00:00:00+08:00", false, "2026-09-11", "2026-09-18"},
		{"UTC evening is the next day in China", "2026-09-10T16:30:00Z", "2026-09-18T15:59:59Z", true, "", ""},
		{"UTC evening, over", "2026-09-10T16:30:00Z", "2026-09-18T16:00:00Z", false, "2026-09-11", "2026-09-18"},
		{"over the end of a year", "2026-12-28T12:00:00+08:00", "2027-01-05T00:00:00+08:00", false, "2026-12-28", "2027-01-04"},
		{"holidays are days too", "2026-10-01T12:00:00+08:00", "2026-10-09T00:00:00+08:00", false, "2026-10-01", "2026-10-08"},
	}
	for _, b := range bothBooks(t) {
		for _, row := range rows {
			t.Run(b.Version()+" "+row.name, func(t *testing.T) {
				t.Parallel()
				ruling := b.Admit(noReason(row.signed, row.opened))
				require.Equal(t, row.open, ruling.Admissible)
				e := ruling.Explanation
				if row.open {
					require.Equal(t, CodeInsideWindow, e.Code)
					require.GreaterOrEqual(t, e.LastDay, e.Detail["opened_on"])
					return
				}
				require.Equal(t, CodeOutsideWindow, e.Code)
				require.Equal(t, b.Version()+"/window/changed_mind", e.Rule)
				require.Equal(t, "Asia/Shanghai", e.Zone)
				require.Equal(t, row.signedOn, e.SignedOn)
				require.Equal(t, row.last, e.LastDay)
				require.Greater(t, e.FirstDay, e.SignedOn)
			})
		}
	}
}

func TestAdmit(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		c    *Case
		code string // "" is admissible
	}{
		{"as it should be", damagedReturn(), ""},
		{"order unknown", of(damagedReturn(), func(c *Case) {
			c.Facts.Order = nil
			c.Facts.Sources = []SourceState{{Source: FactOrder, State: SourceUnknown}}
		}), CodeOrderUnknown},
		{"order did not answer", of(damagedReturn(), func(c *Case) {
			c.Facts.Order = nil
			c.Facts.Sources = []SourceState{{Source: FactOrder, State: SourceNotAnswered}}
		}), ""},
		{"another customer's order", of(damagedReturn(), func(c *Case) { c.CustomerID = "cust-2" }), CodeOrderNotYours},
		{"line not in the order", of(damagedReturn(), func(c *Case) { c.Lines = []Line{{"l9", 1}} }), CodeLineNotInOrder},
		{"more than ordered", of(damagedReturn(), func(c *Case) { c.Lines = []Line{{"l1", 3}} }), CodeLineNotInOrder},
		{"the shipping charge", of(damagedReturn(), func(c *Case) { c.Lines = []Line{{ShippingLine, 1}} }), ""},
		{"two shipping charges", of(damagedReturn(), func(c *Case) { c.Lines = []Line{{ShippingLine, 2}} }), CodeLineNotInOrder},
		{"no lines", of(damagedReturn(), func(c *Case) { c.Lines = nil }), ""},
		{"damage has no window", of(damagedReturn(), func(c *Case) { c.OpenedAt = utc("2026-12-01T00:00:00Z") }), ""},
		{"size has one", of(damagedReturn(), func(c *Case) {
			c.Reason, c.OpenedAt = ReasonSizeOrFit, utc("2026-12-01T00:00:00Z")
		}), CodeOutsideWindow},
		{"delivery date unknown", of(noReason("2026-09-10T00:00:00Z", "2026-12-01T00:00:00Z"), func(c *Case) {
			c.Facts.Order.DeliveredAt, c.Facts.Trace.DeliveredAt = nil, nil
		}), ""},
		{"the carrier's date stands in", of(noReason("2026-09-10T00:00:00Z", "2026-12-01T00:00:00Z"), func(c *Case) {
			c.Facts.Order.DeliveredAt = nil
		}), CodeOutsideWindow},
	}
	for _, b := range bothBooks(t) {
		for _, row := range rows {
			t.Run(b.Version()+" "+row.name, func(t *testing.T) {
				t.Parallel()
				ruling := b.Admit(row.c)
				require.Equal(t, row.code == "", ruling.Admissible)
				if row.code != "" {
					require.Equal(t, row.code, ruling.Explanation.Code)
					require.NotEmpty(t, ruling.Explanation.Rule)
				}
			})
		}
	}
}
