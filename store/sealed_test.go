package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/seal"
	"github.com/redresshq/redress/store/storetest"
)

// with opens the same database with other keys, or none.
func (b *bundle) with(t *testing.T, texts ...string) *store.Store {
	t.Helper()
	keys, err := seal.Parse(texts)
	require.NoError(t, err)
	s, err := store.Open(t.Context(), b.url, store.WithKeys(keys))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// A missing key and a wrong one are told apart, from each other and from a database that
// holds nothing sealed.
func TestKeysThatDoNotFitAreNoticed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	other, err := seal.NewKey()
	require.NoError(t, err)
	bare, wrong, both := b.with(t), b.with(t, other), b.with(t, other, storetest.Key)
	for _, s := range []*store.Store{b.Store, bare, wrong, both} {
		require.NoError(t, s.CheckKeys(t.Context()), "there is nothing yet")
	}
	row, err := bare.BeginOperation(t.Context(), operation("case_0", "h"))
	require.NoError(t, err)
	require.NoError(t, bare.FinishOperation(t.Context(), row, 201, "", []byte(`{"text":"age-encryption.org/v1:QUJD"}`)))
	for _, s := range []*store.Store{b.Store, bare, wrong} {
		require.NoError(t, s.CheckKeys(t.Context()), "what was kept before there was a key, and words that look like a seal")
	}

	require.NoError(t, b.FinishOperation(t.Context(), b.begun(t, "k"), 200, "", []byte(`{}`)))
	check := func() {
		t.Helper()
		require.NoError(t, b.CheckKeys(t.Context()))
		require.NoError(t, both.CheckKeys(t.Context()))
		require.ErrorIs(t, bare.CheckKeys(t.Context()), store.ErrSealedNoKey)
		require.ErrorIs(t, wrong.CheckKeys(t.Context()), store.ErrSealedOtherKey)
	}
	check()
	// Far behind what was kept before there was a key.
	_, err = b.super(t).Exec(t.Context(), `INSERT INTO operations (subject, operation, key, body_hash, update_id, lease_until, status, response, finished_at)
		SELECT 's', 'o', 'early' || n, 'h', 'u' || n, now(), 200, convert_to('{"a":"' || repeat(md5(n::text), 20) || '"}', 'UTF8'), now() FROM generate_series(1, 5000) n`)
	require.NoError(t, err)
	require.NoError(t, b.FinishOperation(t.Context(), b.begun(t, "late"), 200, "", []byte(`{}`)))
	_, err = b.super(t).Exec(t.Context(), "DELETE FROM operations WHERE key = 'k'")
	require.NoError(t, err)
	check()
	_, err = b.super(t).Exec(t.Context(), "DELETE FROM operations WHERE key = 'late'")
	require.NoError(t, err)
	require.NoError(t, bare.CheckKeys(t.Context()))
	b.endpoint(t, "shop")
	_, err = b.super(t).Exec(t.Context(), "DELETE FROM operations WHERE key = 'create shop'")
	require.NoError(t, err)
	check()

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	err = bare.CheckKeys(gone)
	require.Error(t, err)
	require.NotErrorIs(t, err, store.ErrSealedNoKey)
}
