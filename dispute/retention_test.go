package dispute

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// retentionBook is a policy with a retention of its own.
func retentionBook(t *testing.T, name string, rule RetentionRule) *Rulebook {
	t.Helper()
	library, err := Embedded()
	require.NoError(t, err)
	base, err := library.Book(name)
	require.NoError(t, err)
	p := *base.policy
	p.Retention = rule
	return newRulebook(&p, base.calendars, nil)
}

func TestRetention(t *testing.T) {
	t.Parallel()
	rule := RetentionRule{Record: "1096d", Texts: "30d", Basis: "law", Variants: []RetentionVariant{
		{When: "claim.units > 2", Texts: "7d", Basis: "ours"}, {When: "claim.units > 1", Record: "2000d"}}}
	short := RetentionRule{Record: "2d", Texts: "1d"}
	for _, row := range []struct {
		name, policy  string
		rule          RetentionRule
		units         int
		closed        string
		texts, record string // local dates in Shanghai, at midnight; "" for ever
		basis         string
	}{
		{"whole days from the day after", "default@3", rule, 1, "2026-11-22T00:00:00Z", "2026-12-23", "2029-11-23", "law"},
		{"the last instant of a local day", "default@3", rule, 1, "2026-11-22T15:59:59Z", "2026-12-23", "2029-11-23", "law"},
		{"the first of the next", "default@3", rule, 1, "2026-11-22T16:00:00Z", "2026-12-24", "2029-11-24", "law"},
		{"before a leap day", "default@3", rule, 1, "2028-01-29T00:00:00Z", "2028-02-29", "2031-01-30", "law"},
		{"the first variant that holds", "default@3", rule, 3, "2026-11-22T00:00:00Z", "2026-11-30", "2029-11-23", "ours"},
		{"a variant leaves what it does not name", "default@3", rule, 2, "2026-11-22T00:00:00Z", "2026-12-23", "2032-05-15", "law"},
		{"one day: the whole next one", "default@3", short, 1, "2026-11-22T00:00:00Z", "2026-11-24", "2026-11-25", ""},
		{"format 1 keeps for ever", "default@1", RetentionRule{}, 1, "2026-11-22T00:00:00Z", "", "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := retentionBook(t, row.policy, row.rule)
			c := damagedReturn()
			c.Lines[0].Quantity = row.units
			r, ok := b.Retention(c, utc(row.closed))
			require.Equal(t, row.texts != "", ok)
			if !ok {
				require.Zero(t, r)
				return
			}
			for want, got := range map[string]time.Time{row.texts: r.TextsUntil, row.record: r.RecordUntil} {
				require.Equal(t, want+" 00:00:00", got.In(b.zone()).Format(time.DateTime))
			}
			require.Equal(t, row.policy+"/retention", r.Rule)
			require.Equal(t, row.basis, r.Basis)
			require.False(t, r.Over(r.TextsUntil.Add(-1)))
			require.True(t, r.Over(r.TextsUntil))
		})
	}
	var never *Retention
	require.False(t, never.Over(utc("2999-01-01T00:00:00Z")) || never.Erased())
}
