package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// linksThere says whether cases can be linked: a process runs before its migration too.
func (s *Store) linksThere(ctx context.Context) (bool, error) {
	if s.links.Load() {
		return true, nil
	}
	var there bool
	if err := s.pool.QueryRow(ctx, "SELECT to_regclass('defect_batches') IS NOT NULL").Scan(&there); err != nil {
		return false, mapError("tables of batches", err)
	}
	s.links.Store(there)
	return there, nil
}

// queueLink links a case whose order has become known, and has the department told of a
// batch that is found with it.
func queueLink(q *pgx.Batch, caseID string, w *dispute.BatchWatch) {
	q.Queue("SELECT redress_link($1, $2, $3, $4, $5)", caseID, w.Window, w.Cases, w.Reasons, w.Tell)
	q.Queue("SELECT pg_notify($1, '')", ChannelOutbox)
}

// AddressHistory counts the cases of the last 90 days about other orders to the order's
// address.
func (s *Store) AddressHistory(ctx context.Context, o *dispute.OrderFacts) (dispute.AddressFacts, error) {
	var a dispute.AddressFacts
	if there, err := s.linksThere(ctx); err != nil || !there {
		return a, err
	}
	err := s.pool.QueryRow(ctx, `
		SELECT count(*), count(DISTINCT customer_id) FILTER (WHERE customer_id <> $3), count(*) FILTER (WHERE reason = $4)
		FROM case_addresses WHERE address_key = $1 AND order_id <> $2 AND opened_at > $5`,
		o.AddressKey, o.OrderID, o.CustomerID, dispute.ReasonNotReceived, time.Now().AddDate(0, 0, -90)).
		Scan(&a.Cases90Days, &a.Customers90Days, &a.NotReceived90Days)
	return a, mapError("history of an address", err)
}

// A batch names 20 of its cases; the list of cases, filtered by it, has them all.
const batchColumns = `b.id, b.sku, b.lot, b.told, b.found_at, b.last_at,
	(SELECT count(*) FROM defect_batch_cases m WHERE m.batch_id = b.id),
	(SELECT count(DISTINCT c.customer_id) FROM defect_batch_cases m JOIN cases c ON c.id = m.case_id WHERE m.batch_id = b.id),
	(SELECT min(c.opened_at) FROM defect_batch_cases m JOIN cases c ON c.id = m.case_id WHERE m.batch_id = b.id),
	ARRAY (SELECT c.id FROM defect_batch_cases m JOIN cases c ON c.id = m.case_id WHERE m.batch_id = b.id
		ORDER BY c.opened_at DESC, c.id DESC LIMIT 20)`

func scanBatch(r pgx.CollectableRow) (b dispute.DefectBatch, err error) {
	var first *time.Time
	err = r.Scan(&b.ID, &b.SKU, &b.Lot, &b.Told, &b.FoundAt, &b.LastAt, &b.Cases, &b.Customers, &first, &b.CaseIDs)
	b.FoundAt, b.LastAt = b.FoundAt.UTC(), b.LastAt.UTC()
	if first != nil {
		b.FirstAt = first.UTC()
	}
	return b, err
}

// ListBatches returns batches, the newest first, of a product where one is named, after
// the one with the id. CodeInvalid for a limit out of range.
func (s *Store) ListBatches(ctx context.Context, sku, after string, limit int) ([]dispute.DefectBatch, error) {
	if limit < 0 || limit > maxPage+1 {
		return nil, dispute.Invalid("the limit is out of range", dispute.Field{Pointer: "/limit", Detail: fmt.Sprintf("1 to %d", maxPage)})
	}
	rows, err := s.pool.Query(ctx, `SELECT `+batchColumns+` FROM defect_batches b
		WHERE ($1 = '' OR b.sku = $1) AND ($2 = '' OR (b.found_at, b.id) < (SELECT found_at, id FROM defect_batches WHERE id = $2))
		ORDER BY b.found_at DESC, b.id DESC LIMIT $3`, sku, after, limit)
	if err != nil {
		return nil, mapError("batches", err)
	}
	out, err := pgx.CollectRows(rows, scanBatch)
	return out, mapError("batches", err)
}

// BatchesOf returns the batches that a case is one of.
func (s *Store) BatchesOf(ctx context.Context, caseID string) ([]dispute.DefectBatch, error) {
	if there, err := s.linksThere(ctx); err != nil || !there {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, `SELECT `+batchColumns+` FROM defect_batches b
		JOIN defect_batch_cases own ON own.batch_id = b.id WHERE own.case_id = $1 ORDER BY b.found_at, b.id`, caseID)
	if err != nil {
		return nil, mapError("batches of "+caseID, err)
	}
	out, err := pgx.CollectRows(rows, scanBatch)
	return out, mapError("batches of "+caseID, err)
}
