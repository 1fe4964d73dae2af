package store

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// How the relays work.
const (
	relayWorkers = 4                      // rows under way at once, each with a connection
	handTimeout  = 20 * time.Second       // for one delivery or sending
	firstBackOff = 200 * time.Millisecond // doubled after every failure
	lastBackOff  = 60 * time.Second
)

// backOff is how long a row rests after its nth failure, n from 1.
func backOff(n int) time.Duration {
	d := firstBackOff
	for i := 1; i < n && d < lastBackOff; i++ {
		d *= 2
	}
	return min(d, lastBackOff)
}

// relay lets several workers handle rows, at most limit in all, until none is due.
// step handles one row in a transaction of its own and says whether it found one
// and whether that is done with. It returns how many are done with.
func (s *Store) relay(ctx context.Context, limit int, step func(context.Context) (found, done bool, err error)) (int, error) {
	return s.relayWith(ctx, relayWorkers, limit, step)
}

// relayWith is relay with so many workers.
func (s *Store) relayWith(ctx context.Context, workers, limit int, step func(context.Context) (found, done bool, err error)) (int, error) {
	var started, finished atomic.Int64
	errs := make([]error, min(workers, max(limit, 1)))
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for ctx.Err() == nil && started.Add(1) <= int64(limit) {
				found, done, err := step(ctx)
				if done {
					finished.Add(1)
				}
				if err != nil || !found {
					errs[i] = err
					return
				}
			}
		})
	}
	wg.Wait()
	return int(finished.Load()), errors.Join(errs...)
}

// hand calls f for a row with a time limit of its own.
func hand[R, A any](ctx context.Context, row R, f func(context.Context, R) (A, error)) (A, error) {
	ctx, cancel := context.WithTimeout(ctx, handTimeout)
	defer cancel()
	return f(ctx, row)
}

// postpone notes a failure and lets the row, and with it the rest of its case, rest.
func postpone(ctx context.Context, tx pgx.Tx, table string, id int64, attempts int, problem string) error {
	_, err := tx.Exec(ctx, "UPDATE "+table+` SET attempts = attempts + 1, next_at = clock_timestamp() + $2::interval, problem = $3
		WHERE id = $1`, id, backOff(attempts+1), problem)
	return err
}

// shortText keeps a problem's text short and acceptable to the database.
func shortText(err error) string {
	text := []rune(err.Error())
	return string(text[:min(len(text), 500)])
}
