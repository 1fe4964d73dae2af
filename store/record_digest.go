package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// digests identify a batch and its entries by what they say, not by when.
type digests struct {
	batch   string
	entries []string
}

func digestsOf(b dispute.Batch) (digests, error) {
	d := digests{entries: make([]string, 0, len(b.Entries))}
	for _, e := range b.Entries {
		one, err := entryDigest(e)
		if err != nil {
			return digests{}, fmt.Errorf("case %s: %w", b.CaseID, err)
		}
		d.entries = append(d.entries, one)
	}
	var err error
	d.batch, err = digest(struct {
		Gate       dispute.Gate
		Entries    []string
		Notices    []dispute.Notice
		References []dispute.Reference
	}{b.Gate, d.entries, b.Notices, b.References})
	return d, err
}

func entryDigest(e dispute.Entry) (string, error) {
	e.At = time.Time{}
	return digest(e)
}

func digest(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// newEntries leaves out the entries that stand in the timeline already, because
// the run wrote them under this number or a later one before its workflow task
// died and ran anew.
func newEntries(ctx context.Context, tx pgx.Tx, b dispute.Batch, d digests) ([]dispute.Entry, error) {
	rows, err := tx.Query(ctx, `SELECT unnest(entries) FROM case_batches WHERE case_id = $1 AND run_id = $2 AND number >= $3`,
		b.CaseID, b.RunID, b.Number)
	if err != nil {
		return nil, err
	}
	written, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, w := range written {
		count[w]++
	}
	var fresh []dispute.Entry
	for i, e := range b.Entries {
		if count[d.entries[i]] > 0 {
			count[d.entries[i]]--
			continue
		}
		fresh = append(fresh, e)
	}
	return fresh, nil
}
