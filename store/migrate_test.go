package store_test

import (
	"context"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/storetest"
)

func TestMigrateByManyAtOnceAppliesOnce(t *testing.T) {
	t.Parallel()
	databaseURL := storetest.Empty(t, false)
	s, err := store.Open(t.Context(), databaseURL)
	require.NoError(t, err)
	defer s.Close()
	requireCode(t, dispute.CodeUnavailable, s.Ping(t.Context())) // not migrated yet
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := store.Migrate(t.Context(), databaseURL); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.NoError(t, s.Ping(t.Context()))
	conn, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	var versions, distinct int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*), count(DISTINCT version_id) FROM goose_db_version").Scan(&versions, &distinct))
	require.Equal(t, distinct, versions)
	require.NoError(t, conn.Close(t.Context()))
}

// An owner that is no superuser migrates, and the service that logs in as the owner,
// or as a member of the group, is restricted; with a login of neither kind it is
// what the administrator made it.
func TestMigrateAsAnOrdinaryOwner(t *testing.T) {
	t.Parallel()
	databaseURL := storetest.Empty(t, false)
	u, err := url.Parse(databaseURL)
	require.NoError(t, err)
	admin, err := pgx.Connect(t.Context(), databaseURL)
	require.NoError(t, err)
	suffix := u.Path[len(u.Path)-12:]
	owner, service := "owner_"+suffix, "service_"+suffix
	exec := func(ctx context.Context, sql string) {
		_, err := admin.Exec(ctx, sql)
		require.NoError(t, err, sql)
	}
	exec(t.Context(), `DO $$ BEGIN CREATE ROLE redress_app NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`)
	exec(t.Context(), `CREATE ROLE "`+owner+`" LOGIN PASSWORD 'x'`)
	exec(t.Context(), `CREATE ROLE "`+service+`" LOGIN PASSWORD 'x' IN ROLE redress_app`)
	exec(t.Context(), `GRANT redress_app TO "`+owner+`"`)
	exec(t.Context(), `ALTER DATABASE "`+u.Path[1:]+`" OWNER TO "`+owner+`"`)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		exec(ctx, `REASSIGN OWNED BY "`+owner+`" TO CURRENT_USER`)
		exec(ctx, `DROP OWNED BY "`+owner+`"`)
		exec(ctx, `DROP ROLE "`+owner+`"`)
		exec(ctx, `DROP ROLE "`+service+`"`)
		require.NoError(t, admin.Close(ctx))
	})
	for _, login := range []string{owner, service} {
		u.User = url.UserPassword(login, "x")
		if login == owner {
			require.NoError(t, store.Migrate(t.Context(), u.String()))
		}
		s, err := store.Open(t.Context(), u.String())
		require.NoError(t, err)
		role, statements, locks, err := s.Limits(t.Context())
		require.NoError(t, err)
		require.Equal(t, "redress_app", role)
		require.Equal(t, "15s", statements)
		require.Equal(t, "5s", locks)
		c := newCase("case_" + login)
		_, err = s.Record(t.Context(), opening(c))
		require.NoError(t, err, "the service's rights are enough")
		s.Close()
	}
}

// The lists of the schema are those of the rules.
func TestTheSchemaKnowsTheRulesValues(t *testing.T) {
	t.Parallel()
	b := setup(t)
	n := int64(0)
	try := func(change func(*dispute.Case)) {
		n++
		c := newCase("case_" + time.Duration(n).String())
		change(&c)
		batch := opening(c)
		_, err := b.Record(t.Context(), batch)
		require.NoError(t, err)
	}
	for _, k := range []dispute.Kind{dispute.KindReturn, dispute.KindExchange, dispute.KindRepair, dispute.KindClaim,
		dispute.KindComplaint, dispute.KindOrderChange} {
		for _, r := range dispute.LegalReasons(k) {
			try(func(c *dispute.Case) { c.Kind, c.Reason = k, r })
		}
	}
	for _, s := range dispute.Stages() {
		try(func(c *dispute.Case) {
			if c.Stage = s; s == dispute.StageClosed {
				c.Outcome = dispute.OutcomeResolved
			}
		})
	}
	for _, w := range []dispute.WaitingOn{dispute.WaitingCustomer, dispute.WaitingAgent, dispute.WaitingSupervisor, dispute.WaitingBoth,
		dispute.WaitingWarehouse, dispute.WaitingCarrier, dispute.WaitingPayment, dispute.WaitingNone, ""} {
		try(func(c *dispute.Case) { c.WaitingOn = w })
	}
	for _, o := range []dispute.Outcome{dispute.OutcomeResolved, dispute.OutcomeRejected, dispute.OutcomeWithdrawn, dispute.OutcomeExpired,
		dispute.OutcomeInadmissible, dispute.OutcomeSuperseded, dispute.OutcomeCancelled} {
		try(func(c *dispute.Case) { c.Outcome = o })
	}
	for _, ch := range []dispute.Channel{dispute.ChannelInApp, dispute.ChannelEmail, dispute.ChannelChat, dispute.ChannelPhone,
		dispute.ChannelAppeal, dispute.Channel12315} {
		try(func(c *dispute.Case) { c.Channel = ch })
	}
	bad := newCase("case_bad")
	bad.Stage = "limbo"
	_, err := b.Record(t.Context(), opening(bad))
	requireCode(t, dispute.CodeInvalid, err)
}

func TestADatabaseThatIsAwayIsUnavailable(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := l.Addr().String()
	require.NoError(t, l.Close())
	s, err := store.Open(t.Context(), "postgres://x:y@"+addr+"/z?sslmode=disable")
	require.NoError(t, err, "opening does not connect")
	defer s.Close()
	c := newCase("case_1")
	_, err = s.Record(t.Context(), opening(c))
	requireCode(t, dispute.CodeUnavailable, err)
	_, err = s.GetCase(t.Context(), "case_1")
	requireCode(t, dispute.CodeUnavailable, err)
	requireCode(t, dispute.CodeUnavailable, s.Ping(t.Context()))
	_, err = s.RelayInbox(t.Context(), 1, nil)
	requireCode(t, dispute.CodeUnavailable, err)
	_, err = store.Open(t.Context(), "postgres://%zz")
	require.Error(t, err)
}

// A connection that breaks under us, and a lock that is held for too long.
func TestFaultsOfTheDatabaseAreUnavailable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	conn := b.super(t)
	tx, err := conn.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), "SELECT FROM cases FOR UPDATE")
	require.NoError(t, err)
	blocked := make(chan error, 1)
	go func() {
		_, err := b.Record(t.Context(), next(c, 2, 1))
		blocked <- err
	}()
	require.Eventually(t, func() bool {
		var killed bool
		err := tx.QueryRow(t.Context(), `SELECT coalesce(bool_or(pg_terminate_backend(pid)), false) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&killed)
		return err == nil && killed
	}, 20*time.Second, 10*time.Millisecond)
	requireCode(t, dispute.CodeUnavailable, <-blocked)
	require.NoError(t, tx.Rollback(t.Context()))
	r, err := b.Record(t.Context(), next(c, 2, 1))
	require.NoError(t, err, "and later it goes on")
	require.EqualValues(t, 2, r.Version)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = b.Record(ctx, next(c, 3, 1))
	require.ErrorIs(t, err, context.Canceled)
}
