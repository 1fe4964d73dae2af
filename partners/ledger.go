package partners

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// EntryType tells what a ledger entry is about.
type EntryType string

// The types of entries.
const (
	EntryCall    EntryType = "call"    // a call of the contract arrived, whatever became of it
	EntryEffect  EntryType = "effect"  // something happened: a refund was made, a label issued ...
	EntryWebhook EntryType = "webhook" // one try to deliver a webhook
	EntryAnswer  EntryType = "answer"  // a write succeeded that changed nothing
)

// Entry is one line of a partner's ledger. Nothing ever changes or removes one.
type Entry struct {
	Seq     int64           `json:"seq"` // from 1, per partner
	At      time.Time       `json:"at"`
	Partner Kind            `json:"partner"`
	Type    EntryType       `json:"type"`
	Kind    string          `json:"kind"`          // operation, effect (e.g. refund.made) or webhook type
	Key     string          `json:"key,omitempty"` // idempotency key, money key or event id
	CaseID  string          `json:"case_id,omitempty"`
	OrderID string          `json:"order_id,omitempty"`
	Ref     string          `json:"ref,omitempty"`    // what it is about: RMA, label, tracking number, payment, provider reference
	Fault   string          `json:"fault,omitempty"`  // the switch that applied
	Status  int             `json:"status,omitempty"` // webhooks: what was answered, 0 for nothing
	Data    json.RawMessage `json:"data,omitempty"`
	// Answer is what the write was answered, for repeats of its key.
	Answer *Answer `json:"answer,omitempty"`
}

// Answer is the remembered answer to a write.
type Answer struct {
	Operation string          `json:"operation"`
	Hash      string          `json:"hash"` // of operation, path and body
	Status    int             `json:"status"`
	Body      json.RawMessage `json:"body"`
}

// Filter selects entries; empty fields select all.
type Filter struct {
	Type    EntryType // "" means effects, "all" means every type
	CaseID  string
	OrderID string
	Kind    string
	Key     string
	Ref     string
	After   int64 // only entries with a greater Seq
}

func (f Filter) match(e Entry) bool {
	kind := f.Type
	if kind == "" {
		kind = EntryEffect
	}
	return (kind == "all" || kind == e.Type) && e.Seq > f.After &&
		(f.CaseID == "" || f.CaseID == e.CaseID) && (f.OrderID == "" || f.OrderID == e.OrderID) &&
		(f.Kind == "" || f.Kind == e.Kind) && (f.Key == "" || f.Key == e.Key) && (f.Ref == "" || f.Ref == e.Ref)
}

// keep takes an effect of a family ("repair.") into what a partner knows by its name;
// false where the effect is of another family.
func keep[T any](e Entry, family string, all map[string]T, name func(T) string) (bool, error) {
	if !strings.HasPrefix(e.Kind, family) {
		return false, nil
	}
	var one T
	if err := json.Unmarshal(e.Data, &one); err != nil {
		return true, fmt.Errorf("decode %s: %w", e.Kind, err)
	}
	all[name(one)] = one
	return true, nil
}

// ledger holds the entries of one partner, in memory and in a file if it has one.
// The partner's lock guards it.
type ledger struct {
	entries []Entry
	file    *os.File
}

// openLedger reads the file back. A last line that was cut off by a crash is
// dropped; any other damage is an error.
func openLedger(path string) (*ledger, error) {
	l := &ledger{}
	if path == "" {
		return l, nil
	}
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return l, fmt.Errorf("read ledger: %w", err)
	}
	whole := bytes.LastIndexByte(content, '\n') + 1
	for number, line := range bytes.Split(bytes.TrimSuffix(content[:whole], []byte("\n")), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var e Entry
		if err := json.Unmarshal(line, &e); err != nil {
			return l, fmt.Errorf("ledger %s, line %d: %w", path, number+1, err)
		}
		l.entries = append(l.entries, e)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return l, fmt.Errorf("open ledger: %w", err)
	}
	l.file = file
	if err := file.Truncate(int64(whole)); err != nil {
		return l, fmt.Errorf("cut ledger: %w", err)
	}
	if _, err := file.Seek(int64(whole), 0); err != nil {
		return l, fmt.Errorf("position ledger: %w", err)
	}
	return l, nil
}

// append gives the entry its place, writes it and remembers it.
func (l *ledger) append(e Entry) (Entry, error) {
	e.Seq = int64(len(l.entries)) + 1
	e.At = time.Now().UTC()
	if l.file != nil {
		line, err := json.Marshal(e)
		if err != nil {
			return e, fmt.Errorf("encode ledger entry: %w", err)
		}
		if _, err := l.file.Write(append(line, '\n')); err != nil {
			return e, fmt.Errorf("write ledger: %w", err)
		}
	}
	l.entries = append(l.entries, e)
	return e, nil
}

func (l *ledger) find(f Filter) []Entry {
	out := []Entry{}
	for _, e := range l.entries {
		if f.match(e) {
			out = append(out, e)
		}
	}
	return out
}

func (l *ledger) close() error {
	if l == nil || l.file == nil {
		return nil
	}
	file := l.file
	l.file = nil
	if err := file.Close(); err != nil {
		return fmt.Errorf("close ledger: %w", err)
	}
	return nil
}
