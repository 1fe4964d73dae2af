package dispute

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// warrantyCase is a claim under warranty for both mugs of its line, delivered on a day.
func warrantyCase(delivered, opened string) *Case {
	c := damagedReturn().because(KindRepair, ReasonWarrantyFailure, RemedyRepair)
	c.OpenedAt = utc(opened)
	c.Facts.Order.DeliveredAt, c.Facts.Trace = ptr(utc(delivered)), nil
	return c
}

func (c *Case) repairedBefore(units int, from, to string) *Case {
	p := PastRepair{CaseID: "case_past", LegID: "repair-1", OrderID: c.OrderID, Lines: []Line{{"l1", units}}, State: RepairReturned, From: ptr(utc(from))}
	if to != "" {
		p.To = ptr(utc(to))
	}
	c.Facts.History.Repairs = append(c.Facts.History.Repairs, p)
	return c
}

func (c *Case) exchangedBefore(units int, signed string) *Case {
	c.Facts.History.Exchanges = append(c.Facts.History.Exchanges, PastExchange{CaseID: "case_swap", LegID: "replacement-1", OrderID: c.OrderID,
		Lines: []Line{{"l1", units}}, SignedAt: ptr(utc(signed))})
	return c
}

// Golden vectors: when the twelve months end, and why then.
func TestWarrantyGoldenVectors(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	const opened = "2026-09-22T02:00:00Z"
	rows := []struct {
		name   string
		c      *Case
		last   string
		anchor string // and its day
		days   string // in repair
		code   string
	}{
		{"from delivery", warrantyCase("2025-09-22T04:00:00Z", opened), "2026-09-22", "signing 2025-09-22", "", CodeInsideWindow},
		{"delivered late in the evening, by the shop's day", warrantyCase("2025-09-21T16:00:00Z", opened), "2026-09-22", "signing 2025-09-22", "", CodeInsideWindow},
		{"a day too late", warrantyCase("2025-09-21T04:00:00Z", opened), "2026-09-21", "signing 2025-09-21", "", CodeOutsideWindow},
		{"delivered on 29 February", warrantyCase("2024-02-29T04:00:00Z", "2025-02-28T15:59:59Z"), "2025-02-28", "signing 2024-02-29", "", CodeInsideWindow},
		{"from installation", of(warrantyCase("2025-08-01T04:00:00Z", opened), func(c *Case) {
			c.Facts.Order.InstalledAt = ptr(utc("2025-09-30T04:00:00Z"))
		}), "2026-09-30", "install 2025-09-30", "", CodeInsideWindow},
		{"five days in repair", warrantyCase("2025-09-17T04:00:00Z", opened).repairedBefore(2, "2026-03-10T01:00:00Z", "2026-03-15T15:00:00Z"),
			"2026-09-22", "signing 2025-09-17", "5", CodeInsideWindow},
		{"the evening of the last day is the next day there", warrantyCase("2025-09-16T04:00:00Z", opened).repairedBefore(2, "2026-03-10T01:00:00Z", "2026-03-15T16:00:00Z"),
			"2026-09-22", "signing 2025-09-16", "6", CodeInsideWindow},
		{"handed in and back on one day adds nothing", warrantyCase("2025-09-21T04:00:00Z", opened).repairedBefore(2, "2026-03-10T01:00:00Z", "2026-03-10T10:00:00Z"),
			"2026-09-21", "signing 2025-09-21", "", CodeOutsideWindow},
		{"two repairs at once count once", warrantyCase("2025-09-12T04:00:00Z", opened).
			repairedBefore(2, "2026-03-10T01:00:00Z", "2026-03-15T01:00:00Z").repairedBefore(2, "2026-03-12T01:00:00Z", "2026-03-20T01:00:00Z"),
			"2026-09-22", "signing 2025-09-12", "10", CodeInsideWindow},
		{"a repair inside the days that another added", warrantyCase("2025-09-10T04:00:00Z", opened).
			repairedBefore(2, "2026-09-01T01:00:00Z", "2026-09-06T01:00:00Z").repairedBefore(2, "2026-09-14T01:00:00Z", "2026-09-21T01:00:00Z"),
			"2026-09-22", "signing 2025-09-10", "12", CodeInsideWindow},
		{"a paid repair after the end adds nothing", warrantyCase("2025-08-01T04:00:00Z", opened).repairedBefore(2, "2026-08-02T01:00:00Z", "2026-09-20T01:00:00Z"),
			"2026-08-01", "signing 2025-08-01", "", CodeOutsideWindow},
		{"not back yet: until the claim", warrantyCase("2025-09-20T04:00:00Z", opened).repairedBefore(2, "2026-09-20T01:00:00Z", ""),
			"2026-09-22", "signing 2025-09-20", "2", CodeInsideWindow},
		{"an exchange begins it anew", warrantyCase("2025-01-05T04:00:00Z", opened).exchangedBefore(2, "2025-10-01T04:00:00Z"),
			"2026-10-01", "exchange 2025-10-01", "", CodeInsideWindow},
		{"the last exchange counts", warrantyCase("2025-01-05T04:00:00Z", opened).exchangedBefore(2, "2025-10-01T04:00:00Z").exchangedBefore(2, "2025-05-01T04:00:00Z"),
			"2026-10-01", "exchange 2025-10-01", "", CodeInsideWindow},
		{"repairs before the exchange are of other goods", warrantyCase("2025-01-05T04:00:00Z", opened).
			repairedBefore(2, "2025-03-01T04:00:00Z", "2025-06-01T04:00:00Z").exchangedBefore(2, "2025-10-01T04:00:00Z"),
			"2026-10-01", "exchange 2025-10-01", "", CodeInsideWindow},
		{"one of two exchanged: which one is it?", warrantyCase("2025-01-05T04:00:00Z", opened).exchangedBefore(1, "2025-10-01T04:00:00Z"),
			"2026-01-05", "signing 2025-01-05", "", CodeWarrantyUnits},
		{"one of two exchanged, and inside in any case", warrantyCase("2025-10-05T04:00:00Z", opened).exchangedBefore(1, "2025-12-01T04:00:00Z"),
			"2026-10-05", "signing 2025-10-05", "", CodeInsideWindow},
		{"one of two repaired: days that may be theirs", warrantyCase("2025-09-20T04:00:00Z", opened).repairedBefore(1, "2026-03-10T01:00:00Z", "2026-03-15T01:00:00Z"),
			"2026-09-20", "signing 2025-09-20", "", CodeWarrantyUnits},
		{"of another order", of(warrantyCase("2025-01-05T04:00:00Z", opened).exchangedBefore(2, "2025-10-01T04:00:00Z"), func(c *Case) {
			c.Facts.History.Exchanges[0].OrderID = "order-2"
		}), "2026-01-05", "signing 2025-01-05", "", CodeOutsideWindow},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e, inside := b.warranted(row.c)
			require.NotNil(t, e)
			require.Equal(t, row.code, e.Code)
			require.Equal(t, row.code == CodeInsideWindow, inside)
			require.Equal(t, row.last, e.LastDay)
			require.Equal(t, row.anchor, e.Detail["anchor"]+" "+e.Detail["anchor_on"])
			require.Equal(t, row.days, e.Detail["days_in_repair"])
			require.Equal(t, "CPL Regulations art. 18", e.Basis)
			require.Equal(t, "default@3/warranty/warranty_failure", e.Rule)
		})
	}
}

// A warranty never fails open: without a date a person decides; and of several lines the
// one that ends first counts.
func TestWarrantyWithoutDateAndOfSeveralLines(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	c := warrantyCase("2026-09-20T04:00:00Z", "2026-09-22T02:00:00Z")
	c.Facts.Order.DeliveredAt = nil
	e, inside := b.warranted(c)
	require.Nil(t, e)
	require.False(t, inside)
	a := b.Assess(c, c.OpenedAt)
	require.Equal(t, RoutePerson, a.Route)
	require.Equal(t, CodeAnchorUnknown, a.Explanation.Code)

	c = warrantyCase("2025-09-20T04:00:00Z", "2026-09-22T02:00:00Z").exchangedBefore(2, "2026-01-01T04:00:00Z")
	_, inside = b.warranted(c)
	require.True(t, inside)
	c.Lines = append(c.Lines, Line{"l2", 1})
	e, inside = b.warranted(c)
	require.False(t, inside)
	require.Equal(t, "l2", e.Detail["line_id"])
}

// Properties: an exchange and a repair never take anything from the customer; a longer
// repair never ends the warranty earlier; the days excluded are the union of the days
// away, counted the slow way.
func TestWarrantyProperties(t *testing.T) {
	t.Parallel()
	b := book(t, "default@3")
	rule := *b.reason(ReasonWarrantyFailure).Warranty
	rapid.Check(t, func(rt *rapid.T) {
		start := utc("2025-01-10T04:00:00Z")
		c := warrantyCase("2025-01-10T04:00:00Z", "2027-06-01T00:00:00Z")
		line := Line{"l1", 2}
		end := func() time.Time {
			sure, kind, ok := b.WarrantyOf(c, rule, "w", line)
			require.True(rt, ok)
			require.False(rt, kind.end.Before(sure.end), "what one unit may have is no less than what all have")
			return sure.end
		}
		plain := end()
		for range rapid.IntRange(0, 4).Draw(rt, "repairs") {
			from := start.Add(time.Duration(rapid.IntRange(0, 600*24).Draw(rt, "from")) * time.Hour)
			to := from.Add(time.Duration(rapid.IntRange(0, 60*24).Draw(rt, "for")) * time.Hour)
			before := end()
			c.Facts.History.Repairs = append(c.Facts.History.Repairs, PastRepair{CaseID: "case_p", LegID: "repair-1", OrderID: c.OrderID,
				Lines: []Line{line}, State: RepairReturned, From: &from, To: &to})
			require.False(rt, end().Before(before), "a repair takes nothing away")
		}
		require.Equal(rt, slowEnd(b, c, plain), end())
		signed := start.Add(time.Duration(rapid.IntRange(1, 300*24).Draw(rt, "exchange")) * time.Hour)
		c.Facts.History.Exchanges = []PastExchange{{CaseID: "case_x", OrderID: c.OrderID, Lines: []Line{line}, SignedAt: &signed}}
		sure, _, _ := b.WarrantyOf(c, rule, "w", line)
		require.False(rt, sure.end.Before(plain), "an exchange takes nothing of the first warranty away")
		require.Equal(rt, "case_x", sure.RestartedBy)
	})
}

// slowEnd goes from day to day: a day on which the goods were away adds one to the end, as
// long as the repair began inside the warranty.
func slowEnd(b *Rulebook, c *Case, end time.Time) time.Time {
	zone := b.zone()
	repairs := slices.Clone(c.Facts.History.Repairs)
	slices.SortStableFunc(repairs, func(a, z PastRepair) int {
		if n := a.From.Compare(*z.From); n != 0 {
			return n
		}
		return a.To.Compare(*z.To)
	})
	counted := map[string]bool{}
	for _, p := range repairs {
		if !p.From.Before(end) || p.From.After(c.OpenedAt) {
			continue
		}
		for day := midnight(*p.From, zone); day.Before(midnight(*p.To, zone)); day = day.AddDate(0, 0, 1) {
			if name := day.Format(time.DateOnly); !counted[name] {
				counted[name] = true
				end = end.AddDate(0, 0, 1)
			}
		}
	}
	return end
}
