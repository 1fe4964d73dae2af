package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMonthsWindow(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("CST", 8*3600)
	for _, row := range []struct {
		from   string
		months int
		last   string
	}{
		{"2026-01-31T12:00:00+08:00", 1, "2026-02-28"},
		{"2027-12-31T12:00:00+08:00", 2, "2028-02-29"},
		{"2026-03-15T00:00:00+08:00", 12, "2027-03-15"},
		{"2026-08-31T23:59:00+08:00", 6, "2027-02-28"},
		{"2026-11-30T16:30:00Z", 3, "2027-03-01"}, // 1 December in China
	} {
		w := NewMonthsWindow(utc(row.from), row.months, zone)
		require.Equal(t, row.last, w.LastDay, row.from)
		last, err := time.ParseInLocation(time.DateOnly, row.last, zone)
		require.NoError(t, err)
		require.False(t, w.Over(last.AddDate(0, 0, 1).Add(-time.Second)), row.from)
		require.True(t, w.Over(last.AddDate(0, 0, 1)), row.from)
	}
}

// Each anchor counts from its own day, and a window without its day never fails open.
func TestWindowAnchors(t *testing.T) {
	t.Parallel()
	day := utc("2026-09-10T04:00:00Z")
	rows := []struct {
		anchor string
		known  func(*Case)
	}{
		{AnchorSigning, func(c *Case) { c.Facts.Order.DeliveredAt = &day }},
		{AnchorOrder, func(c *Case) { c.Facts.Order.PlacedAt = day }},
		{AnchorPromised, func(c *Case) { c.Facts.Order.PromisedBy = &day }},
		{AnchorInstall, func(c *Case) { c.Facts.Order.InstalledAt = &day }},
		{AnchorInstall, func(c *Case) { c.Facts.Order.DeliveredAt = &day }},
	}
	for _, row := range rows {
		for _, unknown := range []string{"", UnknownPerson, UnknownRefuse} {
			b := reasoned(t, ReasonChangedMind, func(r *ReasonRule) {
				r.Window = &WindowRule{Anchor: row.anchor, Days: 7, Unknown: unknown, Basis: "a law"}
			})
			dateless := func() *Case {
				c := withdrawal()
				c.Facts.Order.DeliveredAt, c.Facts.Trace = nil, nil
				return c
			}
			inside, over := dateless(), dateless()
			row.known(inside)
			row.known(over)
			inside.OpenedAt, over.OpenedAt = utc("2026-09-17T15:59:59Z"), utc("2026-09-17T16:00:00Z")
			require.True(t, b.Admit(inside).Admissible, row.anchor)
			require.Equal(t, RouteDecide, b.Assess(inside, inside.OpenedAt).Route)
			refused := b.Admit(over)
			require.False(t, refused.Admissible, row.anchor)
			require.Equal(t, CodeOutsideWindow, refused.Explanation.Code)
			require.Equal(t, "2026-09-17", refused.Explanation.LastDay)
			require.Equal(t, "a law", refused.Explanation.Basis)
			if row.anchor != AnchorSigning {
				require.Equal(t, row.anchor, refused.Explanation.Detail["anchor"])
				require.Equal(t, "2026-09-10", refused.Explanation.Detail["anchor_on"])
			}

			code := CodeAnchorUnknown
			if row.anchor == AnchorSigning {
				code = CodeDeliveryDateUnknown
			}
			c := dateless()
			admitted := b.Admit(c)
			require.Equal(t, unknown != UnknownRefuse, admitted.Admissible, row.anchor)
			if unknown == UnknownRefuse {
				require.Equal(t, code, admitted.Explanation.Code)
				require.Equal(t, "a law", admitted.Explanation.Basis)
			}
			a := b.Assess(c, c.OpenedAt)
			require.Equal(t, RoutePerson, a.Route)
			require.Equal(t, code, a.Explanation.Code)
			require.Empty(t, a.Remedies)

			// While the carrier is still asked, nobody is refused for want of a date.
			c.Facts.Sources = []SourceState{{Source: FactTrace, State: SourcePending}}
			require.True(t, b.Admit(c).Admissible)
		}
	}
}
