package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// CaseNotices returns the notices of a case in order after an id (0 for the first page),
// at most limit, each with its deliveries to the shop's own systems. A customer's are those
// to customers, and not before their time.
func (s *Store) CaseNotices(ctx context.Context, caseID string, customer bool, after int64, limit int) ([]dispute.NoticeRecord, error) {
	var out []dispute.NoticeRecord
	err := s.inTx(ctx, "list notices", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT `+outboxColumns+`, i.state, i.channel, i.subject, i.body, i.wording, i.held_until, i.settled_at, i.problem, i.created_at
			FROM outbox i JOIN cases c ON c.id = i.case_id
			WHERE i.case_id = $1 AND i.id > $2 AND (NOT $3 OR i.to_role = 'customer' AND i.state <> 'void'
				AND (i.not_before IS NULL OR i.not_before <= clock_timestamp())) ORDER BY i.id LIMIT $4`,
			caseID, after, customer, atMost(limit, maxPage))
		if err != nil {
			return err
		}
		if out, err = pgx.CollectRows(rows, scanNotice); err != nil || customer || len(out) == 0 {
			return err
		}
		at := map[int64]*dispute.NoticeRecord{}
		ids := make([]int64, len(out))
		for i := range out {
			at[out[i].ID], ids[i] = &out[i], out[i].ID
		}
		rows, err = tx.Query(ctx, `SELECT d.outbox_id, `+deliveryColumns+` FROM webhook_deliveries d LEFT JOIN outbox i ON i.id = d.outbox_id
			WHERE d.outbox_id = ANY ($1) ORDER BY d.seq`, ids)
		if err != nil {
			return err
		}
		_, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (struct{}, error) {
			var id int64
			d, err := scanDelivery(r, &id)
			if n := at[id]; n != nil {
				n.Webhooks = append(n.Webhooks, d)
			}
			return struct{}{}, err
		})
		return err
	})
	return out, err
}

func scanNotice(r pgx.CollectableRow) (dispute.NoticeRecord, error) {
	var n dispute.NoticeRecord
	var data []byte
	targets := append(outboxTargets(&n.Notice, &data), &n.State, &n.Channel, &n.Letter.Subject, &n.Letter.Text,
		&n.Letter.Source, &n.HeldUntil, &n.SettledAt, &n.Problem, &n.Notice.CreatedAt)
	err := r.Scan(targets...)
	finishOutbox(&n.Notice, data)
	n.ID, n.Letter.Language = n.Notice.ID, n.Notice.Language
	return n, err
}

// outboxColumns are what a notice is made of; i is outbox, c its case. What the notice
// does not say of its words is the case's.
const outboxColumns = `i.id, i.case_id, c.customer_id, i.milestone, i.number, i.to_role, i.data, i.attempts,
	coalesce(i.not_before, i.created_at), coalesce(nullif(i.policy_version, ''), c.policy_version), coalesce(nullif(i.language, ''), c.doc->>'language', ''),
	c.order_id, c.kind, c.reason`

func outboxTargets(n *dispute.OutboxNotice, data *[]byte) []any {
	return []any{&n.ID, &n.CaseID, &n.CustomerID, &n.Notice.Milestone, &n.Notice.Number, &n.Notice.To, data, &n.Attempts,
		&n.CreatedAt, &n.PolicyVersion, &n.Language, &n.OrderID, &n.Kind, &n.Reason}
}

func finishOutbox(n *dispute.OutboxNotice, data []byte) {
	n.Notice.Data, n.CreatedAt = data, n.CreatedAt.UTC()
}
