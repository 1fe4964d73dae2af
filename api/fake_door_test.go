package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/redresshq/redress/dispute"
)

// fakeBlobs keeps bytes in memory.
type fakeBlobs struct {
	mu    sync.Mutex
	bytes map[string][]byte
	err   error
}

func (f *fakeBlobs) Put(_ context.Context, caseID string, r io.Reader, limit int64) (string, int64, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return "", 0, fmt.Errorf("blob: write: %w", err)
	}
	if int64(len(b)) > limit {
		return "", 0, wrapped(dispute.Errorf(dispute.CodeTooLarge, "more than %d bytes", limit))
	}
	if f.err != nil {
		return "", 0, wrapped(f.err)
	}
	sum := sha256.Sum256(b)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bytes[caseID+"/"+hex.EncodeToString(sum[:])] = b
	return hex.EncodeToString(sum[:]), int64(len(b)), nil
}

func (f *fakeBlobs) Open(_ context.Context, caseID, sum string) (io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b, ok := f.bytes[caseID+"/"+sum]
	if !ok {
		return nil, wrapped(dispute.Errorf(dispute.CodeNotFound, "no such bytes"))
	}
	return io.NopCloser(strings.NewReader(string(b))), nil
}

// fakeDoor plays the engine: it records the command and raises the version.
type fakeDoor struct {
	mu       sync.Mutex
	store    *fakeStore
	commands []any
	opened   []dispute.Opening
	err      error  // refuses every call
	hang     bool   // never answers
	hook     func() // before the work
}

func (f *fakeDoor) do(ctx context.Context, caseID string, command any) (dispute.CommandResult, error) {
	if f.hook != nil {
		f.hook()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return dispute.CommandResult{}, fmt.Errorf("workflows: update: %w", f.err)
	}
	if f.hang {
		<-ctx.Done()
		return dispute.CommandResult{}, fmt.Errorf("workflows: update: %w", ctx.Err())
	}
	f.commands = append(f.commands, command)
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	r, ok := f.store.cases[caseID]
	if !ok {
		return dispute.CommandResult{}, wrapped(dispute.Errorf(dispute.CodeNotFound, "no such case"))
	}
	r.Case.Version++
	f.store.cases[caseID] = r
	return dispute.CommandResult{CaseID: caseID, Version: r.Case.Version}, nil
}

func (f *fakeDoor) Open(ctx context.Context, o dispute.Opening, updateID string) (dispute.CommandResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.opened = append(f.opened, o)
	if f.err != nil {
		return dispute.CommandResult{}, fmt.Errorf("workflows: open: %w", f.err)
	}
	if f.hang {
		<-ctx.Done()
		return dispute.CommandResult{}, fmt.Errorf("workflows: open %s: %w", updateID, ctx.Err())
	}
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	if _, ok := f.store.cases[o.CaseID]; !ok {
		f.store.cases[o.CaseID] = dispute.CaseRecord{Gate: dispute.GateOpen, Case: dispute.Case{ID: o.CaseID, ShopID: o.ShopID, Version: 1,
			PolicyVersion: "default@1", Kind: o.Kind, Reason: o.Reason, Channel: o.Channel, OrderID: o.OrderID, Lines: o.Lines,
			CustomerID: o.CustomerID, Currency: "CNY", RequestedRemedy: o.RequestedRemedy, OpenedBy: o.OpenedBy,
			Stage: dispute.StageIntake, WaitingOn: dispute.WaitingNone, OpenedAt: o.OpenedAt}}
	}
	return dispute.CommandResult{CaseID: o.CaseID, Version: 1}, nil
}

func (f *fakeDoor) Offer(ctx context.Context, id string, c dispute.OfferCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Respond(ctx context.Context, id string, c dispute.RespondCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Decide(ctx context.Context, id string, c dispute.DecideCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Approve(ctx context.Context, id string, c dispute.ApproveCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Resolve(ctx context.Context, id string, c dispute.ResolveCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Escalate(ctx context.Context, id string, c dispute.EscalateCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Withdraw(ctx context.Context, id string, c dispute.WithdrawCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Note(ctx context.Context, id string, c dispute.NoteCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Assign(ctx context.Context, id string, c dispute.AssignCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Suspend(ctx context.Context, id string, c dispute.SuspendCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Resume(ctx context.Context, id string, c dispute.ResumeCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Extend(ctx context.Context, id string, c dispute.ExtendCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Appeal(ctx context.Context, id string, c dispute.AppealCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Reopen(ctx context.Context, id string, c dispute.ReopenCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) AnswerSurvey(ctx context.Context, id string, c dispute.SurveyCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) Mediate(ctx context.Context, id string, c dispute.MediateCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) AnswerQuote(ctx context.Context, id string, c dispute.QuoteCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
func (f *fakeDoor) RequestEvidence(ctx context.Context, id string, c dispute.RequestEvidenceCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}

func (f *fakeDoor) Relabel(ctx context.Context, id string, c dispute.RelabelCommand) (dispute.CommandResult, error) {
	return f.do(ctx, id, c)
}
