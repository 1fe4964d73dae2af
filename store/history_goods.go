package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// goodsHistoryLimit bounds what a case carries of earlier repairs, exchanges and
// compensations, which travels in payloads; the newest count.
const goodsHistoryLimit = 40

// goodsHistory adds what was repaired, exchanged and compensated for the customer in cases
// other than one, as far as it had begun by an instant, the newest first.
func (s *Store) goodsHistory(ctx context.Context, customerID, exceptCaseID string, at time.Time, h *dispute.HistoryFacts) error {
	rows, err := s.pool.Query(ctx, `
		SELECT c.id, c.order_id, leg.doc, coalesce(before.doc -> 'return' ->> 'shipped_at', before.doc -> 'return' ->> 'received_at')
		FROM cases c
		CROSS JOIN LATERAL jsonb_array_elements(CASE jsonb_typeof(c.doc -> 'legs') WHEN 'array' THEN c.doc -> 'legs' ELSE '[]' END)
			AS leg (doc)
		LEFT JOIN LATERAL (
			SELECT other AS doc FROM jsonb_array_elements(c.doc -> 'legs') AS other
			WHERE leg.doc ->> 'after' <> '' AND other ->> 'id' = leg.doc ->> 'after' LIMIT 1) AS before ON true
		WHERE c.customer_id = $1 AND c.id <> $2 AND c.opened_at <= $3
			AND (leg.doc ->> 'type' = 'repair' AND leg.doc -> 'repair' ? 'received_at'
				OR leg.doc ->> 'type' = 'replacement' AND leg.doc -> 'replacement' ? 'signed_at'
				OR leg.doc ->> 'type' = 'compensation' AND NOT leg.doc -> 'money' ? 'returns'
					AND leg.doc ->> 'state' NOT IN ('failed', 'cancelled'))
		ORDER BY c.opened_at DESC, c.id DESC, leg.doc ->> 'id' LIMIT $4`, customerID, exceptCaseID, at, goodsHistoryLimit)
	if err != nil {
		return err
	}
	var caseID, orderID string
	var handedOver *string
	var leg dispute.Leg
	_, err = pgx.ForEachRow(rows, []any{&caseID, &orderID, &leg, &handedOver}, func() error {
		h.AddLeg(caseID, orderID, &leg, instant(handedOver))
		leg, handedOver = dispute.Leg{}, nil
		return nil
	})
	return err
}

// instant reads a time of a case's document, nil where there is none.
func instant(text *string) *time.Time {
	if text == nil {
		return nil
	}
	at, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return nil
	}
	return &at
}
