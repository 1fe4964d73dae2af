package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// chainHead is the last entry of a case's timeline; the zero head has none.
type chainHead struct {
	seq  int64
	hash string
}

// sealed is what an entry's hash covers, besides the hash before it. Its fields,
// their order and their encoding never change: old hashes must stay right.
type sealed struct {
	CaseID  string            `json:"case_id"`
	Seq     int64             `json:"seq"`
	Type    dispute.EventType `json:"type"`
	At      string            `json:"at"`
	Role    dispute.Role      `json:"role"`
	Actor   string            `json:"actor"`
	Stage   dispute.Stage     `json:"stage"`
	Reason  string            `json:"reason"`
	EventID string            `json:"event_id"`
	Data    string            `json:"data"` // the document as stored, byte for byte
}

// chained returns the hash of an entry: sha256 over the hash before it, a line feed,
// and the entry as canonical JSON.
func chained(e dispute.RecordedEntry) (string, error) {
	doc, err := sealedText(e)
	if err != nil {
		return "", fmt.Errorf("seal entry %d of %s: %w", e.Seq, e.CaseID, err)
	}
	h := sha256.New()
	h.Write([]byte(e.PrevHash + "\n"))
	h.Write(doc)
	return hex.EncodeToString(h.Sum(nil)), nil
}

// chain gives entries their places after the head and returns the new head. An
// entry without stage, time or actor gets the given ones and the system.
func chain(caseID string, head chainHead, stage dispute.Stage, at time.Time, entries []dispute.Entry) ([]dispute.RecordedEntry, chainHead, error) {
	out := make([]dispute.RecordedEntry, len(entries))
	for i, e := range entries {
		if e.Stage == "" {
			e.Stage = stage
		}
		if e.At.IsZero() {
			e.At = at
		}
		if e.Actor.Role == "" {
			e.Actor = dispute.System
		}
		e.At = utc(e.At)
		data, err := canonical(e.Data)
		if err != nil {
			return nil, head, dispute.Invalid("the data of a timeline entry is not JSON",
				dispute.Field{Pointer: fmt.Sprintf("/entries/%d/data", i), Detail: err.Error()})
		}
		e.Data = data
		r := dispute.RecordedEntry{Entry: e, CaseID: caseID, Seq: head.seq + 1, PrevHash: head.hash}
		if r.Hash, err = chained(r); err != nil {
			return nil, head, err
		}
		out[i], head = r, chainHead{seq: r.Seq, hash: r.Hash}
	}
	return out, head, nil
}

// canonical writes a document with sorted keys and no white space; empty stays empty.
func canonical(raw json.RawMessage) (json.RawMessage, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber() // amounts keep all their digits
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}

// queueEntries writes entries at consecutive positions from the first.
func queueEntries(q *pgx.Batch, entries []dispute.RecordedEntry, position int64) {
	for i, e := range entries {
		q.Queue(`INSERT INTO timeline (case_id, seq, position, type, at, actor_role, actor_id, stage, reason, event_id,
				data, prev_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			e.CaseID, e.Seq, position+int64(i), e.Type, e.At, e.Actor.Role, e.Actor.ID, e.Stage, e.Reason, e.EventID,
			nullJSON(e.Data), e.PrevHash, e.Hash)
	}
}
