package store_test

import (
	"database/sql"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/storetest"
)

// migratedTo is a database of its own as it was after a migration, with later ones still to come,
// and the owner's way into it.
func migratedTo(t *testing.T, version int64) (*bundle, *sql.DB) {
	t.Helper()
	url := storetest.Empty(t, false)
	cfg, err := pgx.ParseConfig(url)
	require.NoError(t, err)
	db := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	provider, err := goose.NewProvider(goose.DialectPostgres, db, store.Migrations())
	require.NoError(t, err)
	_, err = provider.UpTo(t.Context(), version)
	require.NoError(t, err)
	s, err := store.Open(t.Context(), url)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return &bundle{Store: s, url: url}, db
}
