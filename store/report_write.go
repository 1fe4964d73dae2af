package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// reported is what the reports know of a case before a batch.
type reported struct {
	on    bool // the reports' tables are there (migration 20)
	found bool
	fold  dispute.CaseFacts
	parts string
}

// reportsThere says whether the reports' tables have been made: a process runs before
// its migration too. Once they are there they stay.
func (s *Store) reportsThere(ctx context.Context) (bool, error) {
	if s.reports.Load() {
		return true, nil
	}
	var there bool
	if err := s.pool.QueryRow(ctx, "SELECT to_regclass('report_cases') IS NOT NULL").Scan(&there); err != nil {
		return false, mapError("tables of the reports", err)
	}
	s.reports.Store(there)
	return there, nil
}

// queueReported reads what the reports know of the case.
func queueReported(q *pgx.Batch, caseID string, was *reported) {
	q.Queue("SELECT fold, parts FROM report_cases WHERE case_id = $1", caseID).QueryRow(func(r pgx.Row) error {
		err := r.Scan(&was.fold, &was.parts)
		was.found = err == nil
		return ignoreNoRows(err)
	})
}

// catchUp folds the timeline of a case that was there before the reports.
func catchUp(ctx context.Context, tx pgx.Tx, caseID string, was *reported, q *pgx.Batch, c dispute.Case) error {
	rows, err := tx.Query(ctx, `SELECT `+entryColumns+` FROM timeline WHERE case_id = $1 ORDER BY seq`, caseID)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return err
	}
	// The rows of its breaches need the case's row first.
	queueReportCase(q, c, was.fold, "")
	queueBreaches(q, c, was.fold.Take(plain(entries)))
	return nil
}

func plain(entries []dispute.RecordedEntry) []dispute.Entry {
	out := make([]dispute.Entry, len(entries))
	for i, e := range entries {
		out[i] = e.Entry
	}
	return out
}

// queueReport brings what the reports know of the case up to date with a batch.
func queueReport(q *pgx.Batch, c dispute.Case, was reported, entries []dispute.RecordedEntry) error {
	breaches := was.fold.Take(plain(entries))
	was.fold.Judge(&c)
	parts := partsOf(c)
	digest, err := parts.digest()
	if err != nil {
		return err
	}
	queueReportCase(q, c, was.fold, digest)
	queueBreaches(q, c, breaches)
	if digest != was.parts {
		parts.queue(q, c)
	}
	return nil
}

func queueReportCase(q *pgx.Batch, c dispute.Case, f dispute.CaseFacts, parts string) {
	decided, by := c.Decided()
	var carrier, warehouse string
	if o := c.Facts.Order; o != nil {
		carrier, warehouse = o.Carrier, o.WarehouseID
	}
	var score *int
	if c.Survey != nil {
		score = &c.Survey.Score
	}
	flags := c.Risk.Flags
	if flags == nil {
		flags = []string{}
	}
	paid := paidOf(c)
	q.Queue(`INSERT INTO report_cases (case_id, shop_id, team, assignee, channel, kind, reason, policy, customer_id, order_id,
			currency, carrier, warehouse, opened_at, resolved_at, closed_at, outcome, reopened, reply_state, reply_seconds,
			resolution_state, resolution_seconds, risk_score, risk_flags, decided, decided_by, survey_asked_at, survey_score, fold, parts,
			refunded, freight, paid_out, credits, mixed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
			$26, $27, $28, $29, $30, $31, $32, $33, $34, $35)
		ON CONFLICT (case_id) DO UPDATE SET shop_id = excluded.shop_id, team = excluded.team, assignee = excluded.assignee,
			kind = excluded.kind, reason = excluded.reason, policy = excluded.policy, currency = excluded.currency,
			carrier = excluded.carrier, warehouse = excluded.warehouse, resolved_at = excluded.resolved_at,
			closed_at = excluded.closed_at, outcome = excluded.outcome, reopened = excluded.reopened,
			reply_state = excluded.reply_state, reply_seconds = excluded.reply_seconds,
			resolution_state = excluded.resolution_state, resolution_seconds = excluded.resolution_seconds,
			risk_score = excluded.risk_score, risk_flags = excluded.risk_flags, decided = excluded.decided,
			decided_by = excluded.decided_by, survey_asked_at = excluded.survey_asked_at, survey_score = excluded.survey_score,
			fold = excluded.fold, parts = excluded.parts, refunded = excluded.refunded, freight = excluded.freight,
			paid_out = excluded.paid_out, credits = excluded.credits, mixed = excluded.mixed`,
		c.ID, c.ShopID, c.Team, c.Assignee, c.Channel, c.Kind, c.Reason, c.PolicyVersion, c.CustomerID, c.OrderID,
		c.Currency, carrier, warehouse, c.OpenedAt, c.ResolvedAt, c.ClosedAt, c.Outcome, c.Reopened, f.Reply.State, f.Reply.Seconds(),
		f.Resolution.State, f.Resolution.Seconds(), c.Risk.Score, flags, decided, by, f.SurveyAsked, score, f, parts,
		paid.refunded, paid.freight, paid.paidOut, paid.credits, paid.mixed)
}

// paid is what was really paid of a case, in its currency.
type paid struct {
	refunded, freight, paidOut, credits int64
	mixed                               bool
}

func paidOf(c dispute.Case) (p paid) {
	for i := range c.Legs {
		l := &c.Legs[i]
		if l.Money == nil || l.State != dispute.MoneySucceeded {
			continue
		}
		m := moneyOf(c, l)
		switch {
		case m.Type == "returned_credit":
		case m.Currency != c.Currency:
			p.mixed = true
		case m.Type == "credit":
			p.credits += m.Amount
		case m.Type == "payout":
			p.paidOut += m.Amount
		default:
			p.refunded, p.freight = p.refunded+m.Amount, p.freight+m.Freight
		}
	}
	return p
}

func queueBreaches(q *pgx.Batch, c dispute.Case, breaches []dispute.Breach) {
	for _, b := range breaches {
		q.Queue(`INSERT INTO report_breaches (case_id, clock, leg_id, breached_at, owner, due_at, on_expiry, stage, team, assignee)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			c.ID, b.Clock, b.LegID, b.At, b.Owner, b.DueAt, b.OnExpiry, b.Stage, c.Team, c.Assignee)
	}
}

// reportParts are the rows that belong to a case's row in the reports.
type reportParts struct {
	Lines  []reportLine
	Money  []reportMoney
	Shares []dispute.Share
}

type reportLine struct {
	LineID, SKU string
	Units       int
	Refunded    int64
	First       bool // of its product
}

type reportMoney struct {
	LegID, Type                     string
	State                           dispute.LegState
	Amount, Freight                 int64
	Currency                        string
	Decided, RequestedAt, SettledAt *time.Time
}

func partsOf(c dispute.Case) reportParts {
	var p reportParts
	sku, refunded := map[string]string{}, map[string]int64{}
	if o := c.Facts.Order; o != nil {
		for _, l := range o.Lines {
			sku[l.LineID] = l.SKU
		}
	}
	for i := range c.Legs {
		l := &c.Legs[i]
		if l.Money == nil {
			continue
		}
		m := moneyOf(c, l)
		p.Money = append(p.Money, m)
		for _, part := range l.Money.Lines {
			if m.Type == "refund" && l.State == dispute.MoneySucceeded {
				refunded[part.LineID] += part.Amount
			}
		}
	}
	counted := map[string]bool{}
	for _, l := range unitsByLine(c.Lines) {
		p.Lines = append(p.Lines, reportLine{LineID: l.LineID, SKU: sku[l.LineID], Units: l.Quantity, Refunded: refunded[l.LineID], First: !counted[sku[l.LineID]]})
		counted[sku[l.LineID]] = true
	}
	p.Shares = c.Liability
	return p
}

func moneyOf(c dispute.Case, l *dispute.Leg) reportMoney {
	m := reportMoney{LegID: l.ID, Type: "refund", State: l.State, Amount: l.Money.Amount.Amount, Currency: l.Money.Amount.Currency,
		RequestedAt: l.Money.RequestedAt, SettledAt: l.Money.SettledAt}
	switch {
	case l.Money.Returns != nil:
		m.Type = "returned_credit"
	case l.Money.Form.Credited():
		m.Type = "credit"
	case l.Type == dispute.LegCompensation:
		m.Type = "payout"
	}
	for _, part := range l.Money.Lines {
		if part.LineID == dispute.ShippingLine {
			m.Freight += part.Amount
		}
	}
	if l.Money.RequestedAt != nil {
		m.Decided = c.DecidedBefore(*l.Money.RequestedAt)
	}
	return m
}

func (p reportParts) digest() (string, error) {
	raw, err := json.Marshal(p)
	if err != nil {
		return "", fmt.Errorf("parts of a report: %w", err)
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8]), nil
}

func (p reportParts) queue(q *pgx.Batch, c dispute.Case) {
	for _, table := range []string{"report_lines", "report_money", "report_shares"} {
		q.Queue("DELETE FROM "+table+" WHERE case_id = $1", c.ID)
	}
	for _, l := range p.Lines {
		q.Queue(`INSERT INTO report_lines (case_id, line_id, order_id, customer_id, opened_at, sku, units, refunded, first)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, c.ID, l.LineID, c.OrderID, c.CustomerID, c.OpenedAt, l.SKU, l.Units, l.Refunded, l.First)
	}
	for _, m := range p.Money {
		q.Queue(`INSERT INTO report_money (case_id, leg_id, type, state, amount, freight, currency, decided_at, requested_at, settled_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			c.ID, m.LegID, m.Type, m.State, m.Amount, m.Freight, m.Currency, m.Decided, m.RequestedAt, m.SettledAt)
	}
	for _, s := range p.Shares {
		q.Queue("INSERT INTO report_shares (case_id, party, percent) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", c.ID, s.Party, s.Percent)
	}
}

// BackfillReports takes cases in that were there before the reports, at most limit,
// and returns how many: 0 when all are in. Several may do it at once.
func (s *Store) BackfillReports(ctx context.Context, limit int) (int, error) {
	if there, err := s.reportsThere(ctx); err != nil || !there {
		return 0, err
	}
	rows, err := s.pool.Query(ctx, "SELECT case_id FROM report_todo ORDER BY case_id LIMIT $1", atMost(limit, 500))
	if err != nil {
		return 0, mapError("cases that the reports lack", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return 0, mapError("cases that the reports lack", err)
	}
	for i, id := range ids {
		if err := s.inTx(ctx, "reports of "+id, func(tx pgx.Tx) error { return backfill(ctx, tx, id) }); err != nil {
			return i, err
		}
	}
	return len(ids), nil
}

func backfill(ctx context.Context, tx pgx.Tx, caseID string) error {
	var c dispute.Case
	err := tx.QueryRow(ctx, "SELECT doc FROM cases WHERE id = $1 FOR NO KEY UPDATE", caseID).Scan(&c)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	was := reported{on: true}
	var q pgx.Batch
	queueReported(&q, caseID, &was)
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return err
	}
	q = pgx.Batch{}
	if !was.found {
		if err := catchUp(ctx, tx, caseID, &was, &q, c); err != nil {
			return err
		}
		if err := queueReport(&q, c, was, nil); err != nil {
			return err
		}
	}
	q.Queue("DELETE FROM report_todo WHERE case_id = $1", caseID)
	return tx.SendBatch(ctx, &q).Close()
}
