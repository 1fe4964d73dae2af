package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// ClaimMoney stores a claim to move money and returns it, status requested, if the
// claim is within what was captured. Claimed first and counted second, under the
// locks of payment and order lines: of claims at the same time, only as many pass as
// fit. The key's claim again returns the row as it is by now, whatever its status.
//
// Errors: CodeInvalid for a claim that does not add up or another amount under a known
// key; CodeExceedsCapture when it is more than what is left of a line or of the payment, or
// pays for units for which another case sends goods; CodeLimitExceeded when a compensation by
// rule passes what its order is given (Most); CodeNotFound for an unknown case.
func (s *Store) ClaimMoney(ctx context.Context, c dispute.MoneyClaim) (dispute.MoneyRow, error) {
	if err := checkClaim(c); err != nil {
		return dispute.MoneyRow{}, err
	}
	var out dispute.MoneyRow
	err := s.inTx(ctx, "claim "+c.Key, func(tx pgx.Tx) error {
		if c.Type == dispute.LegRefund {
			if err := lockRefunded(ctx, tx, c); err != nil {
				return err
			}
		}
		if c.Most > 0 {
			if err := lockCompensated(ctx, tx, c); err != nil {
				return err
			}
		}
		inserted, err := insertClaim(ctx, tx, c)
		if err != nil {
			return err
		}
		m, table, err := knownMoney(ctx, tx, c.Key)
		if err != nil {
			return err
		}
		if m.Amount != c.Amount || table != tableOf(c) {
			return dispute.Errorf(dispute.CodeInvalid, "%s was claimed before with %s, not %s", c.Key, m.Amount, c.Amount)
		}
		out = m
		if inserted && c.Most > 0 {
			return countCompensated(ctx, tx, c)
		}
		if !inserted || c.Type != dispute.LegRefund {
			return nil
		}
		if err := countRefunds(ctx, tx, c); err != nil {
			return err
		}
		return countUnits(ctx, tx, c)
	})
	if err != nil {
		return dispute.MoneyRow{}, err
	}
	return out, nil
}

func tableOf(c dispute.MoneyClaim) string {
	switch {
	case c.Type == dispute.LegRefund:
		return "refunds"
	case c.Form.Credited():
		return "credits"
	}
	return "payouts"
}

// checkClaim refuses claims that no count could judge.
func checkClaim(c dispute.MoneyClaim) error {
	switch {
	case c.Key == "" || c.CaseID == "":
		return dispute.Invalid("a claim of money names its key and case")
	case c.Amount.Amount < 0, c.Amount.Amount == 0 && c.Returns == nil:
		return dispute.Invalid("a claim of money is for a positive amount")
	case c.Most > 0 && (c.Type != dispute.LegCompensation || c.Form.Credited() || c.OrderID == ""):
		return dispute.Invalid("only a payout has a most, and names its order")
	case c.Type == dispute.LegCompensation:
		return nil
	case c.Type != dispute.LegRefund:
		return dispute.Errorf(dispute.CodeInvalid, "a %s moves no money", c.Type)
	case c.PaymentID == "" || c.OrderID == "":
		return dispute.Invalid("a refund names its order and payment")
	}
	// Money of no line, or more of the lines than is refunded, would escape the count.
	rest := c.Amount.Amount
	for i, l := range c.Lines {
		if l.Amount < 0 || l.Amount > rest {
			return dispute.Errorf(dispute.CodeInvalid, "the lines of %s do not sum to %s", c.Key, c.Amount)
		}
		if slices.ContainsFunc(c.Lines[:i], func(o dispute.LineAmount) bool { return o.LineID == l.LineID }) {
			return dispute.Errorf(dispute.CodeInvalid, "%s names the line %s twice", c.Key, l.LineID)
		}
		rest -= l.Amount
	}
	if rest != 0 {
		return dispute.Errorf(dispute.CodeInvalid, "the lines of %s do not sum to %s", c.Key, c.Amount)
	}
	return nil
}

// lockRefunded locks the payment, then the order lines, making the rows that are new.
func lockRefunded(ctx context.Context, tx pgx.Tx, c dispute.MoneyClaim) error {
	var currency string
	var q pgx.Batch
	q.Queue("INSERT INTO payments (payment_id, currency) VALUES ($1, $2) ON CONFLICT DO NOTHING", c.PaymentID, c.Amount.Currency)
	q.Queue("SELECT currency FROM payments WHERE payment_id = $1 FOR NO KEY UPDATE", c.PaymentID).
		QueryRow(func(r pgx.Row) error { return r.Scan(&currency) })
	queueLineLocks(&q, c.OrderID, lineIDs(c.Lines), map[string]int{})
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return err
	}
	if currency != c.Amount.Currency {
		return dispute.Errorf(dispute.CodeInvalid, "payment %s was made in %s, not %s", c.PaymentID, currency, c.Amount.Currency)
	}
	return nil
}

// insertClaim stores the claim, and says whether it is new.
func insertClaim(ctx context.Context, tx pgx.Tx, c dispute.MoneyClaim) (bool, error) {
	if c.Form.Credited() {
		tag, err := tx.Exec(ctx, `INSERT INTO credits (key, case_id, leg_id, customer_id, form, gift, returned, amount, currency, status)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'requested') ON CONFLICT (key) DO NOTHING`,
			c.Key, c.CaseID, c.LegID, c.CustomerID, c.Form, c.Gift, c.Returns != nil, c.Amount.Amount, c.Amount.Currency)
		return tag.RowsAffected() == 1, err
	}
	if c.Type == dispute.LegCompensation {
		tag, err := tx.Exec(ctx, `INSERT INTO payouts (key, case_id, leg_id, customer_id, amount, currency, status)
			VALUES ($1, $2, $3, $4, $5, $6, 'requested') ON CONFLICT (key) DO NOTHING`,
			c.Key, c.CaseID, c.LegID, c.CustomerID, c.Amount.Amount, c.Amount.Currency)
		return tag.RowsAffected() == 1, err
	}
	tag, err := tx.Exec(ctx, `INSERT INTO refunds (key, case_id, leg_id, order_id, payment_id, amount, currency, status)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 'requested') ON CONFLICT (key) DO NOTHING`,
		c.Key, c.CaseID, c.LegID, c.OrderID, c.PaymentID, c.Amount.Amount, c.Amount.Currency)
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	var q pgx.Batch
	for _, l := range c.Lines {
		q.Queue("INSERT INTO refund_lines (key, order_id, line_id, quantity, amount) VALUES ($1, $2, $3, $4, $5)",
			c.Key, c.OrderID, l.LineID, l.Quantity, l.Amount)
	}
	return true, tx.SendBatch(ctx, &q).Close()
}

// countRefunds counts what is claimed by now, the new claim included, and fails with
// CodeExceedsCapture where it is too much. Failed and cancelled refunds do not count.
func countRefunds(ctx context.Context, tx pgx.Tx, c dispute.MoneyClaim) error {
	var ofPayment int64
	err := tx.QueryRow(ctx, `SELECT coalesce(sum(amount), 0)::bigint FROM refunds
		WHERE payment_id = $1 AND status NOT IN ('failed', 'cancelled')`, c.PaymentID).Scan(&ofPayment)
	if err != nil {
		return err
	}
	if ofPayment > c.Captured-c.Elsewhere {
		return dispute.Errorf(dispute.CodeExceedsCapture,
			"payment %s: captured %d, refunded or charged back elsewhere %d, claimed here %d, this one needs %d", c.PaymentID,
			c.Captured, c.Elsewhere, ofPayment-c.Amount.Amount, c.Amount.Amount)
	}
	rows, err := tx.Query(ctx, `SELECT l.line_id, sum(l.amount)::bigint FROM refund_lines l JOIN refunds r ON r.key = l.key
		WHERE l.order_id = $1 AND l.line_id = ANY($2) AND r.status NOT IN ('failed', 'cancelled') GROUP BY l.line_id`,
		c.OrderID, lineIDs(c.Lines))
	if err != nil {
		return err
	}
	claimed := map[string]int64{}
	var line string
	var sum int64
	if _, err := pgx.ForEachRow(rows, []any{&line, &sum}, func() error { claimed[line] = sum; return nil }); err != nil {
		return err
	}
	var over []string
	for _, l := range c.Lines {
		if most := capOf(c, l.LineID); claimed[l.LineID] > most {
			over = append(over, fmt.Sprintf("line %s: captured %d, claimed here %d, this one needs %d", l.LineID, most,
				claimed[l.LineID]-l.Amount, l.Amount))
		}
	}
	if len(over) > 0 {
		return dispute.Errorf(dispute.CodeExceedsCapture, "%s", strings.Join(over, "; "))
	}
	return nil
}

func lineIDs(lines []dispute.LineAmount) []string {
	ids := make([]string, len(lines))
	for i, l := range lines {
		ids[i] = l.LineID
	}
	return ids
}

// capOf is what was captured for a line; nothing for a line without a cap.
func capOf(c dispute.MoneyClaim, lineID string) int64 {
	for _, l := range c.LineCaps {
		if l.LineID == lineID {
			return l.Amount
		}
	}
	return 0
}
