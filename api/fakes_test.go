package api

import (
	"context"
	"fmt"
	"sort"
	"sync"
	"time"

	"github.com/redresshq/redress/dispute"
)

// wrapped makes an error look as it comes from the real parts: with a story around it.
func wrapped(err error) error { return fmt.Errorf("store: do the thing: %w", err) }

// fakeStore keeps the record in memory, with the answers of the real one.
type fakeStore struct {
	mu         sync.Mutex
	now        func() time.Time
	down       bool
	cases      map[string]dispute.CaseRecord
	operations map[string]dispute.OperationRow
	texts      map[string]dispute.Text
	evidence   map[string][]dispute.Evidence
	names      map[string]string
	inbox      []dispute.InboxEvent
	issued     map[string]string // case by the number of a label
	refused    map[string]dispute.RefusedOpening
	entries    []dispute.RecordedEntry
	rules      []dispute.PublishedRule
	filter     dispute.CaseFilter // of the last list
	finishErr  error
	recoveries []dispute.RecoveryRecord
	figures    fakeReports // of reports and dossiers
	fakeArticles
}

func newFakeStore(now func() time.Time) *fakeStore {
	return &fakeStore{now: now, cases: map[string]dispute.CaseRecord{}, operations: map[string]dispute.OperationRow{},
		texts: map[string]dispute.Text{}, evidence: map[string][]dispute.Evidence{}, names: map[string]string{}}
}

// enter takes the lock, and fails while the database is down.
func (f *fakeStore) enter() (func(), error) {
	f.mu.Lock()
	if f.down {
		f.mu.Unlock()
		return func() {}, wrapped(dispute.Errorf(dispute.CodeUnavailable, "the record cannot be reached"))
	}
	return f.mu.Unlock, nil
}

func (f *fakeStore) BeginOperation(_ context.Context, c dispute.OperationClaim) (dispute.OperationRow, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.OperationRow{}, err
	}
	id := c.UpdateID()
	row, ok := f.operations[id]
	switch {
	case !ok:
		row = dispute.OperationRow{Subject: c.Subject, Operation: c.Operation, Key: c.Key, BodyHash: c.BodyHash, CaseID: c.CaseID,
			UpdateID: id, State: dispute.OperationNew}
		for _, t := range c.Texts {
			t.CaseID = row.CaseID
			f.texts[t.ID] = t
		}
	case row.BodyHash != c.BodyHash:
		row.State = dispute.OperationConflict
		return row, nil
	case row.Status != 0:
		row.State = dispute.OperationFinished
		return row, nil
	case f.now().Before(row.LeaseUntil):
		row.State = dispute.OperationInFlight
		return row, nil
	default:
		row.State = dispute.OperationRetry
	}
	row.LeaseUntil = f.now().Add(c.Lease)
	f.operations[id] = row
	return row, nil
}

func (f *fakeStore) FinishOperation(_ context.Context, row dispute.OperationRow, status int, location string, response []byte) error {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return err
	}
	if f.finishErr != nil {
		return wrapped(f.finishErr)
	}
	row.Status, row.Location, row.Response = status, location, append([]byte(nil), response...)
	f.operations[row.UpdateID] = row
	return nil
}

func (f *fakeStore) ReleaseOperation(_ context.Context, row dispute.OperationRow) error {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return err
	}
	row.LeaseUntil = time.Time{}
	f.operations[row.UpdateID] = row
	return nil
}

func (f *fakeStore) GetCase(_ context.Context, id string) (dispute.CaseRecord, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.CaseRecord{}, err
	}
	r, ok := f.cases[id]
	if !ok {
		return r, wrapped(dispute.Errorf(dispute.CodeNotFound, "no such case"))
	}
	return r, nil
}

func (f *fakeStore) ListCases(_ context.Context, filter dispute.CaseFilter) (dispute.CasePage, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.CasePage{}, err
	}
	f.filter = filter
	if filter.Cursor == "bad" {
		return dispute.CasePage{}, wrapped(dispute.Invalid("the cursor is not one of ours", dispute.Field{Pointer: "cursor", Detail: "unknown"}))
	}
	var page dispute.CasePage
	for _, r := range f.cases {
		if filter.CustomerID == "" || r.Case.CustomerID == filter.CustomerID {
			page.Cases = append(page.Cases, r)
		}
	}
	sort.Slice(page.Cases, func(i, j int) bool { return page.Cases[i].Case.ID < page.Cases[j].Case.ID })
	return page, nil
}

func (f *fakeStore) Timeline(_ context.Context, caseID string, after int64, limit int) ([]dispute.RecordedEntry, error) {
	leave, err := f.enter()
	defer leave()
	var out []dispute.RecordedEntry
	for _, e := range f.entries {
		if e.CaseID == caseID && e.Seq > after && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, err
}

func (f *fakeStore) Events(_ context.Context, after int64, limit int) ([]dispute.RecordedEntry, error) {
	leave, err := f.enter()
	defer leave()
	var out []dispute.RecordedEntry
	for _, e := range f.entries {
		if e.Position > after && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, err
}

func (f *fakeStore) Texts(_ context.Context, caseID string) ([]dispute.Text, error) {
	leave, err := f.enter()
	defer leave()
	var out []dispute.Text
	for _, t := range f.texts {
		if t.CaseID == caseID {
			out = append(out, t)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].ID < out[j].ID })
	return out, err
}

func (f *fakeStore) AddText(_ context.Context, t dispute.Text) error {
	leave, err := f.enter()
	defer leave()
	if _, ok := f.texts[t.ID]; !ok && err == nil {
		f.texts[t.ID] = t
	}
	return err
}

func (f *fakeStore) AddEvidence(_ context.Context, s dispute.EvidenceSubmission) (dispute.Evidence, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.Evidence{}, err
	}
	if f.cases[s.CaseID].Gate != dispute.GateOpen {
		return dispute.Evidence{}, wrapped(dispute.Errorf(dispute.CodeCaseClosed, "the case is closed"))
	}
	for _, e := range f.evidence[s.CaseID] {
		if e.SHA256 == s.Evidence.SHA256 {
			return e, nil
		}
	}
	if len(f.evidence[s.CaseID]) >= dispute.MaxEvidence {
		return dispute.Evidence{}, wrapped(dispute.Errorf(dispute.CodeLimitExceeded, "a case may hold 20 items"))
	}
	e := s.Evidence
	e.Stage, e.Source = f.cases[s.CaseID].Case.Stage, dispute.SourceVolunteer
	f.evidence[s.CaseID] = append(f.evidence[s.CaseID], e)
	f.names[e.ID] = s.FileName
	return e, nil
}

func (f *fakeStore) GetEvidence(_ context.Context, caseID, id string) (dispute.Evidence, string, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.Evidence{}, "", err
	}
	for _, e := range f.evidence[caseID] {
		if e.ID == id {
			return e, f.names[id], nil
		}
	}
	return dispute.Evidence{}, "", wrapped(dispute.Errorf(dispute.CodeNotFound, "no such evidence"))
}

func (f *fakeStore) AddInbox(_ context.Context, e dispute.InboxEvent) (dispute.InboxEvent, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return e, err
	}
	for _, k := range f.inbox {
		if k.Source != e.Source || k.EventID != e.EventID {
			continue
		}
		if string(k.Body) == string(e.Body) {
			return k, nil
		}
		e.State, e.Problem = dispute.InboxInvalid, "the event id was used before with another body"
	}
	if e.State != dispute.InboxInvalid && e.CaseID == "" {
		e.State = dispute.InboxUnmatched
		for id, r := range f.cases {
			for _, leg := range r.Case.Legs {
				if leg.Return != nil && e.Reference != nil && leg.Return.RMAID == e.Reference.Value {
					e.CaseID, e.State = id, dispute.InboxPending
				}
			}
		}
	}
	e.ID = int64(len(f.inbox) + 1)
	f.inbox = append(f.inbox, e)
	return e, nil
}

func (f *fakeStore) IssuedTo(_ context.Context, r dispute.Reference) (string, error) {
	leave, err := f.enter()
	defer leave()
	return f.issued[r.Value], err
}

func (f *fakeStore) RefusedOpening(_ context.Context, id string) (dispute.RefusedOpening, error) {
	leave, err := f.enter()
	defer leave()
	r, ok := f.refused[id]
	if err == nil && !ok {
		err = wrapped(dispute.Errorf(dispute.CodeNotFound, "no such case"))
	}
	return r, err
}

func (f *fakeStore) ListInbox(_ context.Context, state dispute.InboxState, cursor int64, limit int) ([]dispute.InboxEvent, error) {
	leave, err := f.enter()
	defer leave()
	var out []dispute.InboxEvent
	for _, e := range f.inbox {
		if e.State == state && e.ID > cursor && len(out) < limit {
			out = append(out, e)
		}
	}
	return out, err
}

func (f *fakeStore) GetInbox(_ context.Context, id int64) (dispute.InboxEvent, error) {
	return dispute.InboxEvent{ID: id}, nil
}

func (f *fakeStore) MatchInbox(_ context.Context, id int64, caseID, _ string) (dispute.InboxEvent, error) {
	leave, err := f.enter()
	defer leave()
	if err != nil {
		return dispute.InboxEvent{}, err
	}
	if _, ok := f.cases[caseID]; !ok || id < 1 || id > int64(len(f.inbox)) {
		return dispute.InboxEvent{}, wrapped(dispute.Errorf(dispute.CodeNotFound, "no such event or case"))
	}
	e := &f.inbox[id-1]
	e.CaseID, e.State = caseID, dispute.InboxPending
	return *e, nil
}
