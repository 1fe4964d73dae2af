package worker

import (
	"context"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// page is a record with one page of a walk.
type page struct {
	cases []dispute.Case
	told  []string
}

func (p *page) WorkRules(ctx context.Context, _ int64, judge dispute.RuleJudge) (bool, error) {
	for i := range p.cases {
		touched, err := judge(ctx, dispute.RuleRevision{Revision: 7, Kind: dispute.RuleCalendar, Name: "cn"}, &p.cases[i])
		if err != nil {
			return false, err
		}
		if touched {
			p.told = append(p.told, p.cases[i].ID)
		}
	}
	return true, nil
}

func (p *page) WaitForWork(context.Context, string) {}

// A case whose policy this process does not know is told rather than passed over.
func TestAWalkerPassesNobodyOver(t *testing.T) {
	t.Parallel()
	library, err := dispute.Embedded()
	require.NoError(t, err)
	p := &page{cases: []dispute.Case{{ID: "known", PolicyVersion: "default@1"}, {ID: "unknown", PolicyVersion: "mine@7"}}}
	w := &Walker{Record: p, Books: activities.FixedBooks(library), Log: slog.New(slog.DiscardHandler)}
	worked, err := w.Step(t.Context(), 0)
	require.NoError(t, err)
	require.True(t, worked)
	require.Equal(t, []string{"unknown"}, p.told)
}
