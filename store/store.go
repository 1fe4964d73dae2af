package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/redresshq/redress/store/seal"
)

// Store is the record in one PostgreSQL database. It is safe for concurrent use
// and holds no state of its own but connections.
type Store struct {
	pool     *pgxpool.Pool
	listener *listener
	keys     *seal.Keys
	reports  atomic.Bool // the reports' tables are known to be there
	links    atomic.Bool // so are those of addresses, batches and customers
}

// Option is a choice of Open.
type Option func(*Store)

// WithKeys has what people write encrypted before it is kept, and opened as it is read.
func WithKeys(k *seal.Keys) Option { return func(s *Store) { s.keys = k } }

// Limits on every connection. A record that waits longer for a lock or a statement
// fails with CodeUnavailable and is tried again by its caller.
const (
	connectTimeout   = 3 * time.Second
	statementTimeout = "15s"
	lockTimeout      = "5s"
	idleInTxTimeout  = "60s"
	maxConnections   = 20 // unless the URL says pool_max_conns
)

// onConnect sets a connection's limits and, where the login role may, acts as the
// restricted role of the service from there on.
const onConnect = `
SELECT set_config('statement_timeout', $1, false), set_config('lock_timeout', $2, false),
       set_config('idle_in_transaction_session_timeout', $3, false),
       CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = 'redress_app' AND pg_has_role(oid, 'MEMBER'))
            THEN set_config('role', 'redress_app', false) END`

// Open makes a Store on the database at the URL. It does not connect yet: a
// database that is away makes the methods fail with CodeUnavailable, and Ping tells.
// Whoever logs in acts as the role redress_app, provided that it is a member.
func Open(ctx context.Context, databaseURL string, options ...Option) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	if !strings.Contains(databaseURL, "pool_max_conns=") {
		cfg.MaxConns = maxConnections
	}
	cfg.MaxConnLifetime = time.Hour
	cfg.MaxConnLifetimeJitter = 5 * time.Minute
	cfg.MaxConnIdleTime = 5 * time.Minute
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = connectTimeout
	}
	cfg.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, onConnect, statementTimeout, lockTimeout, idleInTxTimeout)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("database pool: %w", err)
	}
	s := &Store{pool: pool, listener: newListener(cfg.ConnConfig)}
	for _, choose := range options {
		choose(s)
	}
	return s, nil
}

// Close ends the connections, waiting for those in use.
func (s *Store) Close() {
	s.listener.close()
	s.pool.Close()
}

// Ping says whether the database answers and is migrated; CodeUnavailable if not.
func (s *Store) Ping(ctx context.Context) error {
	var n int
	err := s.pool.QueryRow(ctx, "SELECT count(*) FROM (SELECT FROM operations LIMIT 1) AS one").Scan(&n)
	return mapError("ping", err)
}

// inTx runs f in one transaction; it is committed if f returns nil.
func (s *Store) inTx(ctx context.Context, what string, f func(pgx.Tx) error) error {
	tx, err := s.pool.Begin(ctx)
	if err != nil {
		return mapError(what, err)
	}
	if err := f(tx); err != nil {
		return mapError(what, errors.Join(err, rollback(tx)))
	}
	return mapError(what, tx.Commit(ctx))
}

// rollback ends the transaction although its context may be over. A connection
// that is gone needs no rollback.
func rollback(tx pgx.Tx) error {
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	if err := tx.Rollback(ctx); err != nil && !errors.Is(err, pgx.ErrTxClosed) && !isUnreachable(err) {
		return fmt.Errorf("roll back: %w", err)
	}
	return nil
}
