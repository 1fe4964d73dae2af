package dispute

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What was decided before anybody looked at a flag counts, whether decided or offered and
// accepted; what was flagged later, or looked at before, does not.
func TestWhatIsDecidedOverAFlag(t *testing.T) {
	t.Parallel()
	at := func(h int) time.Time { return time.Date(2026, 9, 1, h, 0, 0, 0, time.UTC) }
	entry := func(e EventType, reason string, h int, flags ...string) Entry {
		raw, err := json.Marshal(map[string]any{"flags": flags})
		require.NoError(t, err)
		return Entry{Type: e, Reason: reason, At: at(h), Data: raw}
	}
	raised := entry(EventRiskFlagged, "rule", 2, "a")
	decided := func(h int) *Case {
		return &Case{Risk: Risk{Flags: []string{"a"}}, Decisions: []Decision{{State: DecisionInForce, MadeAt: at(h)}}}
	}
	answered := at(3)
	accepted := &Case{Risk: Risk{Flags: []string{"a"}}, Offers: []Offer{{State: OfferAccepted, AnsweredAt: &answered}}}
	hour := int64(3600)
	for name, row := range map[string]struct {
		c       *Case
		entries []Entry
		over    []string
		seconds *int64
	}{
		"decided, nobody looked":      {decided(3), []Entry{raised}, []string{"a"}, nil},
		"accepted, nobody looked":     {accepted, []Entry{raised}, []string{"a"}, nil},
		"looked at in time":           {decided(4), []Entry{raised, entry(EventRiskReviewed, "cleared", 3, "a")}, nil, &hour},
		"accepted, looked at later":   {accepted, []Entry{raised, entry(EventRiskReviewed, "cleared", 5, "a")}, []string{"a"}, ptr(3 * hour)},
		"decided before the flag":     {decided(1), []Entry{raised}, nil, nil},
		"undecided":                   {&Case{Risk: Risk{Flags: []string{"a"}}}, []Entry{raised}, nil, nil},
		"flagged by an older release": {decided(3), []Entry{entry(EventPersonNeeded, CodeRiskFlagged, 2)}, []string{"a"}, nil},
		"another flag was looked at":  {decided(4), []Entry{raised, entry(EventRiskReviewed, "cleared", 3, "b")}, []string{"a"}, nil},
	} {
		var f CaseFacts
		f.Take(row.entries)
		f.Judge(row.c)
		require.Equal(t, row.over, f.Risk.DecidedOver, name)
		require.Equal(t, row.seconds, f.Risk.Flags["a"].Seconds, name)
		again := f
		again.Judge(row.c)
		require.Equal(t, f, again, name)
	}
	var f CaseFacts
	f.Take([]Entry{{Type: EventPersonNeeded, Reason: CodeChargeback}})
	f.Judge(&Case{})
	require.Nil(t, f.Risk, "most cases are never flagged")
}
