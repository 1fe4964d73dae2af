package activities

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// keeper remembers the last batch.
type keeper struct{ batch dispute.Batch }

func (k *keeper) Record(_ context.Context, b dispute.Batch) (dispute.Receipt, error) {
	k.batch = b
	return dispute.Receipt{Version: 1}, nil
}

func (k *keeper) Adopt(context.Context, string, string) (dispute.Case, json.RawMessage, error) {
	return dispute.Case{}, nil, nil
}

func (k *keeper) CustomerHistory(context.Context, string, string, time.Time) (dispute.HistoryFacts, error) {
	return dispute.HistoryFacts{}, nil
}

// The step that closes a case works out until when it is kept, and no other does. Where
// the policy is not known the step waits, or the case would be kept for ever.
func TestRecordKeepsTheRetentionOfAClosingCase(t *testing.T) {
	t.Parallel()
	library, err := dispute.Embedded()
	require.NoError(t, err)
	closed := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for _, row := range []struct {
		policy string
		gate   dispute.Gate
		until  string
		code   string
	}{
		{"default@3", dispute.GateClosed, "2029-11-22T16:00:00Z", ""},
		{"default@3", "", "", ""},
		{"default@1", dispute.GateClosed, "", ""},
		{"mine@7", "", "", ""},
		{"mine@7", dispute.GateClosed, "", "unavailable"},
	} {
		k := &keeper{}
		r := &Record{Keeper: k, Rules: &Rules{Books: FixedBooks(library)}}
		b := dispute.Batch{CaseID: "case_1", RunID: "run_1", Number: 2, At: closed.Add(time.Hour), Gate: row.gate,
			Case: dispute.Case{ID: "case_1", PolicyVersion: row.policy, ClosedAt: &closed}}
		_, err := r.Record(t.Context(), b)
		if row.code != "" {
			require.ErrorContains(t, err, row.code, row.policy)
			require.Empty(t, k.batch.CaseID, "nothing was written")
			continue
		}
		require.NoError(t, err)
		if row.until == "" {
			require.Nil(t, k.batch.Retention, "%v", row)
			continue
		}
		require.Equal(t, row.until, k.batch.Retention.TextsUntil.Format(time.RFC3339))
		require.Equal(t, row.policy+"/retention", k.batch.Retention.Rule)
	}
}
