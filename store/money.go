package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// moneyTables are where a claim may stand; a key is in at most one.
var moneyTables = []string{"refunds", "payouts"}

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
// status stays. A reference of the provider is kept once known. CodeNotFound without
// a claim.
func (s *Store) RecordMoney(ctx context.Context, key string, status dispute.LegState, providerRef string) (dispute.MoneyRow, error) {
	var out dispute.MoneyRow
	err := s.inTx(ctx, "money "+key, func(tx pgx.Tx) error {
		m, table, err := knownMoney(ctx, tx, key)
		if err != nil {
			return err
		}
		out = m
		moves := m.Status.CanBecome(status)
		learns := m.ProviderRef == "" && providerRef != "" && (moves || m.Status == status)
		if !moves && !learns {
			return nil
		}
		if !moves {
			status = m.Status
		}
		if providerRef == "" {
			providerRef = m.ProviderRef
		}
		rows, err := tx.Query(ctx, "UPDATE "+table+` SET status = $2, provider_ref = $3, updated_at = now(),
			settled_at = CASE WHEN $4 THEN coalesce(settled_at, now()) END WHERE key = $1 RETURNING `+moneyColumns,
			key, status, providerRef, status.Final())
		if err != nil {
			return err
		}
		out, err = pgx.CollectExactlyOneRow(rows, scanMoney)
		return err
	})
	if err != nil {
		return dispute.MoneyRow{}, err
	}
	return out, nil
}
