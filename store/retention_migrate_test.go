package store_test

import (
	"database/sql"
	"os"
	"regexp"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
)

// Cases that closed before retention was known are kept for ever, and those that close
// afterwards as their policy says.
func TestRetentionComesToAFullDatabase(t *testing.T) {
	t.Parallel()
	b, db := migratedTo(t, 10)
	before := newCase("case_before")
	_, err := b.Record(t.Context(), opening(before))
	require.NoError(t, err)
	b.closeCase(t, before, 2)
	open := newCase("case_open")
	_, err = b.Record(t.Context(), opening(open))
	require.NoError(t, err)
	exec(t, db, `INSERT INTO case_texts VALUES ('t1', 'case_open', 'statement', 'system', '', 'words', false, now()), ('t2', 'case_before', 'statement', 'system', '', 'words', false, now())`)
	_, err = b.GetCase(t.Context(), "case_open")
	requireCode(t, dispute.CodeUnavailable, err) // not migrated yet

	require.NoError(t, store.Migrate(t.Context(), b.url))
	b.shut(t, open, 2, &kept)
	record, err := b.GetCase(t.Context(), "case_before")
	require.NoError(t, err)
	require.Nil(t, record.Retention)
	require.Equal(t, []string{"case_open"}, b.due(t, textsUntil))
	erased, err := b.EraseTexts(t.Context(), "case_open", textsUntil, newFiles(t).Remove)
	require.NoError(t, err)
	require.True(t, erased)
	texts, err := b.Texts(t.Context(), "case_before")
	require.NoError(t, err)
	require.Equal(t, "words", texts[0].Body)
}

func exec(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	_, err := db.ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

var operationsSQL = regexp.MustCompile("(?s)```sql\n(BEGIN;.*?COMMIT;)\n```")

// The statements by which an owner may remove old records name every table, and leave
// the other cases and the timeline's guard as they were.
func TestOwnersMayRemoveOldRecords(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/operations/retention.md")
	require.NoError(t, err)
	statements := operationsSQL.FindSubmatch(page)
	require.NotNil(t, statements)
	b, files := setup(t), newFiles(t)
	for _, id := range []string{"case_gone", "case_due", "case_open"} {
		c := b.shelve(t, files, id, "")
		if id != "case_open" {
			b.shut(t, c, 2, &kept)
		}
	}
	for _, id := range []string{"case_gone"} {
		erased, err := b.EraseTexts(t.Context(), id, textsUntil, files.Remove)
		require.NoError(t, err)
		require.True(t, erased)
	}
	conn := b.super(t)
	_, err = conn.Exec(t.Context(), "UPDATE cases SET texts_until = '2020-01-01', record_until = '2021-01-01' WHERE record_until IS NOT NULL")
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), string(statements[1]))
	require.NoError(t, err)
	for id, there := range map[string]bool{"case_gone": false, "case_due": true, "case_open": true} {
		_, err := b.VerifyChain(t.Context(), id)
		require.Equal(t, there, err == nil, "%s: %v", id, err)
	}
	_, err = conn.Exec(t.Context(), "DELETE FROM timeline")
	require.ErrorContains(t, err, "append-only")

	rows, err := conn.Query(t.Context(), `SELECT DISTINCT c.table_name::text FROM information_schema.columns c
		JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name IN ('case_id', 'duplicate_of')`)
	require.NoError(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.NotEmpty(t, tables)
	for _, table := range tables {
		require.Contains(t, string(statements[1]), "DELETE FROM "+table+" ")
	}
}
