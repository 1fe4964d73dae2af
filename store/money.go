package store

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// moneyTables are where a claim may stand; a key is in at most one.
var moneyTables = []string{"refunds", "payouts", "credits"}

const moneyColumns = "key, status, provider_ref, amount, currency, sent_at"

func scanMoney(r pgx.CollectableRow) (dispute.MoneyRow, error) {
	var m dispute.MoneyRow
	err := r.Scan(&m.Key, &m.Status, &m.ProviderRef, &m.Amount.Amount, &m.Amount.Currency, &m.SentAt)
	if m.SentAt != nil {
		at := m.SentAt.UTC()
		m.SentAt = &at
	}
	return m, err
}

// findMoney locks and returns the claim with the key and the table it stands in, nil
// if there is none.
func findMoney(ctx context.Context, tx pgx.Tx, key string) (*dispute.MoneyRow, string, error) {
	for _, table := range moneyTables {
		rows, err := tx.Query(ctx, "SELECT "+moneyColumns+" FROM "+table+" WHERE key = $1 FOR NO KEY UPDATE", key)
		if err != nil {
			return nil, "", err
		}
		m, err := pgx.CollectExactlyOneRow(rows, scanMoney)
		if errors.Is(err, pgx.ErrNoRows) {
			continue
		}
		return &m, table, err
	}
	return nil, "", nil
}

// knownMoney is findMoney for keys that must exist: CodeNotFound.
func knownMoney(ctx context.Context, tx pgx.Tx, key string) (dispute.MoneyRow, string, error) {
	m, table, err := findMoney(ctx, tx, key)
	if err != nil {
		return dispute.MoneyRow{}, "", err
	}
	if m == nil {
		return dispute.MoneyRow{}, "", dispute.Errorf(dispute.CodeNotFound, "there is no claim of money under %s", key)
	}
	return *m, table, nil
}

// MarkMoneySent notes that the provider is about to be called for the first time:
// from here on the money may have moved. Repeating it changes nothing. CodeNotFound
// without a claim.
func (s *Store) MarkMoneySent(ctx context.Context, key string) error {
	return s.inTx(ctx, "money "+key, func(tx pgx.Tx) error {
		m, table, err := knownMoney(ctx, tx, key)
		if err != nil || m.SentAt != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE "+table+" SET sent_at = now(), updated_at = now() WHERE key = $1", key)
		return err
	})
}

// RecordMoney moves a claim to a status and returns it as it then is. A move that is
// illegal or none changes nothing, so that late and repeated news is harmless: a final
// status stays, except that what was given up may turn out to be paid. A reference of
// the provider is kept once known. CodeNotFound without a claim.
func (s *Store) RecordMoney(ctx context.Context, key string, status dispute.LegState, providerRef string) (dispute.MoneyRow, error) {
	var out dispute.MoneyRow
	err := s.inTx(ctx, "money "+key, func(tx pgx.Tx) error {
		m, table, err := knownMoney(ctx, tx, key)
		if err != nil {
			return err
		}
		out, err = moveMoney(ctx, tx, table, m, status, providerRef)
		return err
	})
	if err != nil {
		return dispute.MoneyRow{}, err
	}
	return out, nil
}

// moveMoney moves a locked claim by the table of legal moves; see RecordMoney.
func moveMoney(ctx context.Context, tx pgx.Tx, table string, m dispute.MoneyRow, status dispute.LegState, providerRef string) (dispute.MoneyRow, error) {
	moves := m.Status.CanBecome(status)
	learns := m.ProviderRef == "" && providerRef != "" && (moves || m.Status == status)
	if !moves && !learns {
		return m, nil
	}
	if !moves {
		status = m.Status
	}
	if providerRef == "" {
		providerRef = m.ProviderRef
	}
	rows, err := tx.Query(ctx, "UPDATE "+table+` SET status = $2, provider_ref = $3, updated_at = now(),
		settled_at = CASE WHEN $4 THEN coalesce(settled_at, now()) END WHERE key = $1 RETURNING `+moneyColumns,
		m.Key, status, providerRef, status.Final())
	if err != nil {
		return dispute.MoneyRow{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scanMoney)
}

// settleLate brings a payment's end to its claim when the case has ended before it:
// money that failed blocks no other case, and money that moved is not forgotten.
func settleLate(ctx context.Context, tx pgx.Tx, e dispute.InboxEvent) error {
	var u dispute.PaymentUpdate
	if e.Signal != dispute.SignalPaymentUpdate || json.Unmarshal(e.Payload, &u) != nil || !u.Status.Final() ||
		!strings.HasPrefix(u.RefundKey, e.CaseID+"/") {
		return nil
	}
	m, table, err := findMoney(ctx, tx, u.RefundKey)
	if err != nil || m == nil || (u.Amount.Amount != 0 && u.Amount != m.Amount) {
		return err
	}
	_, err = moveMoney(ctx, tx, table, *m, endOf(u.Status), u.ProviderRef)
	return err
}

// endOf is a provider's final word as a claim takes it: what it gave up, nobody was paid.
func endOf(s dispute.LegState) dispute.LegState {
	if s == dispute.MoneyCancelled {
		return dispute.MoneyFailed
	}
	return s
}
