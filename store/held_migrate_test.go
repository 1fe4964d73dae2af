package store_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/storetest"
)

// A notice that was written before notices could be held goes out once they can, and its
// endpoints, which were told of it as it was written, are not told again.
func TestHeldNoticesComeToAFullDatabase(t *testing.T) {
	t.Parallel()
	url := storetest.Empty(t, false)
	cfg, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	db := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	provider, err := goose.NewProvider(goose.DialectPostgres, db, store.Migrations())
	require.NoError(t, err)
	_, err = provider.UpTo(t.Context(), 21)
	require.NoError(t, err)
	s, err := store.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	b := &bundle{Store: s, url: url}
	b.endpoint(t, "shop")
	b.withNotice(t, "case_1", dispute.NoticeAccepted)

	require.NoError(t, store.Migrate(t.Context(), url))
	keys, _ := b.send(t)
	require.Equal(t, []string{"case_1/accepted/1"}, keys)
	all := b.noticesOf(t, "case_1", false)
	require.Len(t, all, 1)
	require.Equal(t, "sent", all[0].State)
	require.Len(t, all[0].Webhooks, 1)
}
