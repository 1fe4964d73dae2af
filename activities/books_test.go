package activities_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// growing are books that know more once they are refreshed.
type growing struct {
	now, later *dispute.Library
	refreshed  int
	err        error
}

func (g *growing) Library(context.Context, int64) (*dispute.Library, error) { return g.now, nil }

func (g *growing) Refresh(context.Context) (*dispute.Library, error) {
	g.refreshed++
	if g.err == nil {
		g.now = g.later
	}
	return g.now, g.err
}

// A version that this process has not heard of is asked for once; a case that needs one
// that is nowhere waits, and one that needs a known version asks nobody.
func TestAnUnknownVersionIsAskedFor(t *testing.T) {
	t.Parallel()
	later, err := dispute.Embedded()
	require.NoError(t, err)
	var none *dispute.Library
	before, err := none.With(nil, later.Calendars())
	require.NoError(t, err)
	books := &growing{now: before, later: later}
	rules := &activities.Rules{Books: books, Policy: "default"}
	c := &dispute.Case{PolicyVersion: "demo@1", Reason: dispute.ReasonDefective, Kind: dispute.KindReturn, Currency: "CNY"}
	plan := func() error { _, err := rules.Plan(t.Context(), c, nil); return err }

	require.NoError(t, plan())
	require.NoError(t, plan())
	require.Equal(t, 1, books.refreshed)

	c.PolicyVersion = "demo@99"
	require.Equal(t, dispute.CodeNotFound, activities.Code(plan()))
	require.Equal(t, 2, books.refreshed)
	books.err = dispute.Errorf(dispute.CodeUnavailable, "the record is away")
	require.Equal(t, dispute.CodeUnavailable, activities.Code(plan()), "then nobody knows")
}
