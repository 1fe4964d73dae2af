package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/redresshq/redress/dispute"
)

// queueCaseInsert writes the row of a new case, and what goes with it. It fails
// with errRaced when the row is there already.
func queueCaseInsert(q *pgx.Batch, b dispute.Batch, gate dispute.Gate, doc []byte, head chainHead) {
	c := b.Case
	q.Queue(`INSERT INTO cases (id, shop_id, previous_case_id, policy_version, kind, reason, family, channel, order_id,
			customer_id, opened_at, assignee, team, stage, waiting_on, outcome, breached, due_at, closed_at,
			doc, engine, version, run_id, gate, timeline_seq, timeline_hash)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, 1, $22, $23, $24, $25)
		ON CONFLICT (id) DO NOTHING`,
		c.ID, c.ShopID, c.PreviousCaseID, c.PolicyVersion, c.Kind, c.Reason, c.Family(), c.Channel, c.OrderID,
		c.CustomerID, c.OpenedAt, c.Assignee, c.Team, c.Stage, waiting(c), c.Outcome, c.Breached, due(c), c.ClosedAt,
		doc, nullJSON(b.Engine), b.RunID, gate, head.seq, head.hash).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() == 0 {
			return errRaced
		}
		return nil
	})
	q.Queue("INSERT INTO case_watch (case_id) VALUES ($1)", c.ID)
	for _, l := range unitsByLine(c.Lines) {
		q.Queue("INSERT INTO case_claims (case_id, order_id, line_id, family, quantity) VALUES ($1, $2, $3, $4, $5)",
			c.ID, c.OrderID, l.LineID, c.Family(), l.Quantity)
	}
}

// queueCaseUpdate rewrites the row. Whoever records is alive: no longer orphaned.
func queueCaseUpdate(q *pgx.Batch, b dispute.Batch, gate dispute.Gate, doc []byte, head chainHead) {
	c := b.Case
	q.Queue(`UPDATE cases SET shop_id = $2, policy_version = $3, kind = $4, reason = $5, family = $6, assignee = $7,
			team = $8, stage = $9, waiting_on = $10, outcome = $11, breached = $12, due_at = $13, closed_at = $14,
			doc = $15, engine = coalesce($16, engine), version = version + 1, run_id = $17, gate = $18,
			timeline_seq = $19, timeline_hash = $20, orphaned = false, updated_at = now()
		WHERE id = $1`,
		c.ID, c.ShopID, c.PolicyVersion, c.Kind, c.Reason, c.Family(), c.Assignee,
		c.Team, c.Stage, waiting(c), c.Outcome, c.Breached, due(c), c.ClosedAt,
		doc, nullJSON(b.Engine), b.RunID, gate, head.seq, head.hash)
}

func queueNotices(q *pgx.Batch, b dispute.Batch) {
	if len(b.Withdrawn) > 0 { // before the new ones: those stand
		q.Queue("UPDATE outbox SET state = 'void', settled_at = now() WHERE case_id = $1 AND milestone = ANY ($2) AND state = 'pending'",
			b.CaseID, b.Withdrawn)
	}
	for _, n := range b.Notices {
		if n.NotBefore != nil {
			q.Queue(`INSERT INTO outbox (case_id, milestone, number, to_role, data, policy_version, language, not_before, next_at, held_until)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $8) ON CONFLICT (case_id, milestone, number) DO NOTHING`, b.CaseID, n.Milestone,
				n.Number, n.To, nullJSON(n.Data), b.Case.PolicyVersion, b.Case.Language, *n.NotBefore)
			continue
		}
		q.Queue(`INSERT INTO outbox (case_id, milestone, number, to_role, data, policy_version, language) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (case_id, milestone, number) DO NOTHING`, b.CaseID, n.Milestone, n.Number, n.To, nullJSON(n.Data),
			b.Case.PolicyVersion, b.Case.Language)
	}
	if len(b.Notices) > 0 {
		q.Queue("SELECT pg_notify($1, '')", ChannelOutbox)
	}
}

// queueOrder keeps how many units the order's lines have.
func queueOrder(q *pgx.Batch, caseID, orderID string, o *dispute.OrderFacts) {
	lines := make([]dispute.Line, 0, len(o.Lines)+1)
	for _, l := range o.Lines {
		if l.Quantity > 0 && l.LineID != "" {
			lines = append(lines, dispute.Line{LineID: l.LineID, Quantity: l.Quantity})
		}
	}
	if !slices.ContainsFunc(lines, func(l dispute.Line) bool { return l.LineID == dispute.ShippingLine }) {
		lines = append(lines, dispute.Line{LineID: dispute.ShippingLine, Quantity: 1})
	}
	for _, l := range unitsByLine(lines) {
		q.Queue(`INSERT INTO order_lines (order_id, line_id, quantity) VALUES ($1, $2, $3)
			ON CONFLICT (order_id, line_id) DO UPDATE SET quantity = excluded.quantity
			WHERE order_lines.quantity IS DISTINCT FROM excluded.quantity`, orderID, l.LineID, l.Quantity)
	}
	q.Queue("UPDATE cases SET order_known = true WHERE id = $1", caseID)
}

// queueReferences keeps the names by which partners know the case, and wakes the
// events that waited for one. The advisory lock is shared with AddInbox: an event
// is either seen here or sees the reference.
func queueReferences(q *pgx.Batch, b dispute.Batch) {
	refs := slices.Clone(b.References)
	slices.SortFunc(refs, func(x, y dispute.Reference) int { return strings.Compare(refName(x), refName(y)) })
	for _, r := range refs {
		q.Queue(lockReference, refName(r))
		q.Queue(`INSERT INTO case_references (kind, value, case_id, leg_id, issued) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT DO NOTHING`, r.Kind, r.Value, b.CaseID, r.LegID, r.Issued)
		if r.Issued {
			q.Queue("UPDATE case_references SET issued = true WHERE kind = $1 AND value = $2 AND case_id = $3 AND NOT issued",
				r.Kind, r.Value, b.CaseID)
		}
		q.Queue(`WITH woken AS (
				UPDATE inbox SET state = 'pending', case_id = $3, reference_leg = $4, next_at = now()
				WHERE state = 'unmatched' AND reference_kind = $1 AND reference_value = $2 RETURNING 1)
			SELECT pg_notify($5, '') FROM woken LIMIT 1`, r.Kind, r.Value, b.CaseID, r.LegID, ChannelInbox)
	}
}

const lockReference = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7205759))"

func refName(r dispute.Reference) string { return fmt.Sprintf("%s %s", r.Kind, r.Value) }

// queueMoney brings the end of a movement of money that the case knows (from a
// webhook, or from a person) to its claim; a claim that failed counts no more. A
// claim that has ended stays as it is, unless it was paid after all.
func queueMoney(q *pgx.Batch, c dispute.Case) {
	for _, l := range c.Legs {
		if l.Money == nil || !l.State.Final() {
			continue
		}
		table := "refunds"
		switch {
		case l.Money.Form.Credited():
			table = "credits"
		case l.Type == dispute.LegCompensation:
			table = "payouts"
		}
		q.Queue("UPDATE "+table+` SET status = $2, provider_ref = coalesce(nullif($3, ''), provider_ref),
				settled_at = now(), updated_at = now()
			WHERE key = $1 AND status <> 'succeeded' AND (status NOT IN ('failed', 'cancelled') OR $2 = 'succeeded')`,
			l.Money.Key, l.State, l.Money.ProviderRef)
	}
}

// due is when the earliest running clock expires; infinity when none runs.
func due(c dispute.Case) pgtype.Timestamptz {
	if k := c.NextDue(); k != nil {
		return pgtype.Timestamptz{Time: k.DueAt, Valid: true}
	}
	return pgtype.Timestamptz{InfinityModifier: pgtype.Infinity, Valid: true}
}

// waiting is whom the case waits for; a case that does not say waits for nobody.
func waiting(c dispute.Case) dispute.WaitingOn {
	if c.WaitingOn == "" {
		return dispute.WaitingNone
	}
	return c.WaitingOn
}

// nullJSON makes an empty document NULL.
func nullJSON(raw json.RawMessage) any {
	if len(raw) == 0 {
		return nil
	}
	return []byte(raw)
}

// utc drops what PostgreSQL does not keep: zone and nanoseconds.
func utc(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
