package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestCaseStateReadsAndTakesNothingOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	batch := next(c, 2, 1)
	batch.Engine = []byte(`{"batch": 2}`)
	_, err := b.Record(t.Context(), batch)
	require.NoError(t, err)

	got, engine, err := b.CaseState(t.Context(), c.ID)
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Version)
	require.JSONEq(t, `{"batch": 2}`, string(engine))
	record, err := b.GetCase(t.Context(), c.ID)
	require.NoError(t, err)
	require.Equal(t, "run_1", record.RunID, "the run still owns the case")
	require.EqualValues(t, 2, record.Case.Version)

	_, _, err = b.CaseState(t.Context(), "case_never")
	requireCode(t, dispute.CodeNotFound, err)
}
