package workflows_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

var finance = dispute.Actor{Role: dispute.RoleFinance, ID: "finance-1"}

// recoveryRig is a recovery workflow in skipped time, with the real rules, a record in
// memory, and a carrier whose answers a test sets.
type recoveryRig struct {
	t   *testing.T
	env *testsuite.TestWorkflowEnvironment

	mu      sync.Mutex
	kept    dispute.Recovery
	notices []string // "<instant since the start> <role> <what>"
	entries []dispute.Entry
	calls   []string
	file    func(activities.ClaimRequest) (activities.ClaimAnswer, error)
	find    func(key string) (activities.ClaimAnswer, error)
	onOpen  func() // called before the recovery is read
	onLast  func() // called while the step that closes the recovery is written
}

const claimKey1 = "recovery/case_1/carrier-1/claim-1"

func newRecoveryRig(t *testing.T) *recoveryRig {
	t.Helper()
	library, err := dispute.Embedded()
	require.NoError(t, err)
	book, err := library.Book("default@3")
	require.NoError(t, err)
	c := dispute.Case{ID: "case_1", Currency: "CNY", Stage: dispute.StageFollowUp, PolicyVersion: "default@3", Kind: dispute.KindReturn,
		Reason: dispute.ReasonDamagedInTransit, Liability: []dispute.Share{{Party: dispute.PartyCarrier, Percent: 100}},
		Legs: []dispute.Leg{{ID: "refund-1", Type: dispute.LegRefund, State: dispute.MoneySucceeded, Money: &dispute.MoneyLeg{Amount: dispute.CNY(9000)}}}}
	all := book.Recoveries(&c).New(&c, opened, func(string) bool { return false }, func(dispute.Party) int { return 1 })
	require.Len(t, all, 1)
	r := &recoveryRig{t: t, kept: all[0]}
	r.file = func(q activities.ClaimRequest) (activities.ClaimAnswer, error) {
		return activities.ClaimAnswer{Key: q.Key, Status: dispute.ClaimFiled, Amount: dispute.CNY(0), Ref: "ref", Sequence: 1}, nil
	}
	r.find = func(key string) (activities.ClaimAnswer, error) {
		return activities.ClaimAnswer{Key: key, Status: dispute.ClaimFiled, Amount: dispute.CNY(0), Ref: "ref", Sequence: 1}, nil
	}
	suite := testsuite.WorkflowTestSuite{}
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	r.env = suite.NewTestWorkflowEnvironment()
	r.env.SetStartTime(opened)
	r.env.SetTestTimeout(30 * time.Second)
	r.env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: r.kept.WorkflowID(), TaskQueue: workflows.QueueMain})
	r.env.RegisterWorkflowWithOptions(workflows.Recovery, workflow.RegisterOptions{Name: workflows.RecoveryWorkflow})
	steps := &activities.Recoveries{Keeper: recoveryKeeper{r, c}, Rules: &activities.Rules{Books: activities.FixedBooks(library), Policy: "default"},
		Parties: map[dispute.Party]activities.Claims{dispute.PartyCarrier: carrierClaims{r}}}
	for name, step := range map[string]any{
		activities.NameOpenRecovery: steps.OpenRecovery, activities.NameRecordRecovery: steps.RecordRecovery,
		activities.NameFileClaim: steps.FileClaim, activities.NameFindClaim: steps.FindClaim,
	} {
		r.env.RegisterActivityWithOptions(step, activity.RegisterOptions{Name: name})
	}
	return r
}

type carrierClaims struct{ r *recoveryRig }

func (c carrierClaims) FileClaim(_ context.Context, q activities.ClaimRequest) (activities.ClaimAnswer, error) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	c.r.calls = append(c.r.calls, fmt.Sprintf("file %s %d", q.Key, q.Amount.Amount))
	return c.r.file(q)
}

func (c carrierClaims) FindClaim(_ context.Context, key string) (activities.ClaimAnswer, error) {
	c.r.mu.Lock()
	defer c.r.mu.Unlock()
	c.r.calls = append(c.r.calls, "ask "+key)
	return c.r.find(key)
}

type recoveryKeeper struct {
	r *recoveryRig
	c dispute.Case
}

func (k recoveryKeeper) OpenRecovery(context.Context, string, string) (dispute.Recovery, error) {
	if k.r.onOpen != nil {
		k.r.onOpen()
	}
	k.r.mu.Lock()
	defer k.r.mu.Unlock()
	return k.r.kept, nil
}

func (k recoveryKeeper) GetRecovery(context.Context, string) (dispute.RecoveryRecord, error) {
	k.r.mu.Lock()
	defer k.r.mu.Unlock()
	return dispute.RecoveryRecord{Recovery: k.r.kept}, nil
}

func (k recoveryKeeper) GetCase(context.Context, string) (dispute.CaseRecord, error) {
	return dispute.CaseRecord{Case: k.c}, nil
}

func (k recoveryKeeper) RecordRecovery(_ context.Context, b dispute.RecoveryBatch) (dispute.RecoveryReceipt, error) {
	raw, err := json.Marshal(b) // a batch is a document: what is kept is a copy
	if err != nil {
		return dispute.RecoveryReceipt{}, err
	}
	var kept dispute.RecoveryBatch
	if err := json.Unmarshal(raw, &kept); err != nil {
		return dispute.RecoveryReceipt{}, err
	}
	k.r.mu.Lock()
	defer k.r.mu.Unlock()
	if last := k.r.onLast; last != nil && kept.Recovery.State.Final() {
		k.r.onLast = nil
		last()
	}
	kept.Recovery.Version++
	k.r.kept = kept.Recovery
	k.r.entries = append(k.r.entries, kept.Entries...)
	for _, n := range kept.Notices {
		var d struct {
			What string `json:"what"`
		}
		if err := json.Unmarshal(n.Data, &d); err != nil {
			return dispute.RecoveryReceipt{}, err
		}
		k.r.notices = append(k.r.notices, fmt.Sprintf("%s %s %s", kept.At.Sub(opened).Round(time.Second), n.To, d.What))
	}
	return dispute.RecoveryReceipt{Version: kept.Recovery.Version, Clock: kept.Recovery.Clock}, nil
}

func (r *recoveryRig) after(d time.Duration, do func()) { r.env.RegisterDelayedCallback(do, d) }

func (r *recoveryRig) says(at time.Duration, u dispute.ClaimUpdate) {
	if u.ClaimKey == "" {
		u.ClaimKey = claimKey1
	}
	u.EventID = fmt.Sprintf("evt-%s-%s", u.Status, at)
	r.after(at, func() { r.env.SignalWorkflow(string(dispute.SignalClaimUpdate), u) })
}

func (r *recoveryRig) send(at time.Duration, name dispute.UpdateName, arg any, want dispute.Code) {
	r.after(at, func() {
		r.env.UpdateWorkflow(string(name), fmt.Sprintf("%s-%s", name, at), &testsuite.TestUpdateCallback{
			OnAccept: func() {}, OnReject: func(err error) { require.Equal(r.t, want, activities.Code(err)) },
			OnComplete: func(_ any, err error) { require.Equal(r.t, want, activities.Code(err), "%v", err) },
		}, arg)
	})
}

func (r *recoveryRig) run() dispute.Recovery {
	r.t.Helper()
	r.env.ExecuteWorkflow(workflows.RecoveryWorkflow, workflows.RecoveryStart{RecoveryID: r.kept.ID})
	require.True(r.t, r.env.IsWorkflowCompleted())
	require.NoError(r.t, r.env.GetWorkflowError())
	require.True(r.t, r.kept.State.Final())
	require.Equal(r.t, r.kept.Claimed, r.kept.Recovered+r.kept.WrittenOff)
	return r.kept
}

func onBehalf(a dispute.Actor) dispute.RecoveryCommand {
	return dispute.RecoveryCommand{Command: dispute.Command{Actor: a}}
}

func (r *recoveryRig) writtenOffBy(at time.Duration, a dispute.Actor) {
	r.send(at, dispute.UpdateWriteOff, dispute.WriteOffCommand{RecoveryCommand: onBehalf(a), ID: "w-" + at.String(), Reason: "no_use"}, "")
}

// recoverySilences are what silence brings to each wait of a recovery.
var recoverySilences = []scenario{
	{"no answer: asked, a second notice after 15 days, then a person, told again, at last a supervisor", func(t *testing.T, _ *rig) {
		r := newRecoveryRig(t)
		r.writtenOffBy(61*day, supervisor)
		got := r.run()
		require.Equal(t, dispute.RecoveryWrittenOff, got.State)
		require.Equal(t, []string{"360h0m0s carrier second_notice", "720h0m0s agent no_answer", "1080h0m0s agent no_answer", "1440h0m0s supervisor no_answer"}, r.notices)
		require.Equal(t, []string{"file " + claimKey1 + " 9000", "ask " + claimKey1, "ask " + claimKey1}, r.calls)
	}},
	{"a lost webhook: the party is asked before its silence counts", func(t *testing.T, _ *rig) {
		r := newRecoveryRig(t)
		r.find = func(key string) (activities.ClaimAnswer, error) {
			return activities.ClaimAnswer{Key: key, Status: dispute.ClaimPaid, Amount: dispute.CNY(9000), Sequence: 3}, nil
		}
		require.Equal(t, dispute.RecoveryRecovered, r.run().State)
		require.Empty(t, r.notices)
	}},
	{"accepted and not paid: a second notice, then a person; the money may still come", func(t *testing.T, _ *rig) {
		r := newRecoveryRig(t)
		r.says(day, dispute.ClaimUpdate{Status: dispute.ClaimAccepted, Sequence: 2})
		r.says(40*day, dispute.ClaimUpdate{Status: dispute.ClaimPaid, Amount: dispute.CNY(9000), Sequence: 3})
		require.Equal(t, dispute.RecoveryRecovered, r.run().State)
		require.Equal(t, []string{"384h0m0s carrier second_notice", "744h0m0s agent no_answer"}, r.notices)
	}},
	{"the party cannot be reached: a person is told, and again, and puts the answer by hand", func(t *testing.T, _ *rig) {
		r := newRecoveryRig(t)
		r.file = func(activities.ClaimRequest) (activities.ClaimAnswer, error) {
			return activities.ClaimAnswer{}, &activities.PartnerError{Partner: "carrier", Operation: "file claim"}
		}
		r.send(20*day, dispute.UpdateSettle, dispute.SettleCommand{RecoveryCommand: onBehalf(finance), Result: dispute.ClaimPaid}, "")
		require.Equal(t, dispute.RecoveryRecovered, r.run().State)
		require.NotEmpty(t, r.notices)
		for _, n := range r.notices {
			require.Contains(t, n, "agent claim_not_filed")
		}
	}},
	{"an approval is reminded of", func(t *testing.T, _ *rig) {
		r := newRecoveryRig(t)
		r.says(day, dispute.ClaimUpdate{Status: dispute.ClaimDenied, Reason: "packaging", Sequence: 2})
		r.writtenOffBy(2*day, agent)
		r.send(20*day, dispute.UpdateApprove, dispute.ApproveWriteOffCommand{RecoveryCommand: onBehalf(supervisor), Approve: true}, "")
		require.Equal(t, dispute.RecoveryWrittenOff, r.run().State)
		require.Equal(t, []string{"24h0m0s agent claim_denied", "48h0m0s supervisor approve_write_off", "408h0m0s supervisor approve_write_off"}, r.notices)
	}},
}

func init() { silences[dispute.ClockRecoveryAnswer] = recoverySilences }

func TestRecoveryDeniedContestedAndWrittenOffByTwo(t *testing.T) {
	t.Parallel()
	r := newRecoveryRig(t)
	r.says(day, dispute.ClaimUpdate{Status: dispute.ClaimDenied, Reason: "packaging", Sequence: 2})
	r.send(2*day, dispute.UpdateContest, dispute.ContestCommand{RecoveryCommand: onBehalf(agent), Evidence: []dispute.ClaimEvidence{{EvidenceID: "ev_2"}}}, "")
	r.says(3*day, dispute.ClaimUpdate{ClaimKey: "recovery/case_1/carrier-1/claim-2", Status: dispute.ClaimDenied, Sequence: 2})
	r.send(4*day, dispute.UpdateContest, dispute.ContestCommand{RecoveryCommand: onBehalf(agent)}, dispute.CodeNotAllowedNow)
	r.writtenOffBy(5*day, agent)
	r.send(6*day, dispute.UpdateApprove, dispute.ApproveWriteOffCommand{RecoveryCommand: onBehalf(dispute.Actor{Role: dispute.RoleSupervisor, ID: agent.ID}), Approve: true}, dispute.CodeSameAuthor)
	r.send(7*day, dispute.UpdateApprove, dispute.ApproveWriteOffCommand{RecoveryCommand: onBehalf(supervisor), Approve: true}, "")
	require.Equal(t, dispute.RecoveryWrittenOff, r.run().State)
	require.Equal(t, []string{"file " + claimKey1 + " 9000", "file recovery/case_1/carrier-1/claim-2 9000"}, r.calls)
}

func TestRecoveryIgnoresWhatMeansNothing(t *testing.T) {
	t.Parallel()
	r := newRecoveryRig(t)
	r.after(time.Hour, func() {
		r.env.SignalWorkflow(string(dispute.SignalClaimUpdate), "not a document")
		r.env.SignalWorkflow("no-such-signal", 1)
		for range 2 {
			r.env.SignalWorkflow(string(dispute.SignalClaimUpdate), dispute.ClaimUpdate{EventID: "e", ClaimKey: claimKey1, Status: dispute.ClaimPaid, Amount: dispute.CNY(4000), Sequence: 2})
		}
		r.env.SignalWorkflow(string(dispute.SignalClaimUpdate), dispute.ClaimUpdate{EventID: "e3", ClaimKey: claimKey1, Status: dispute.ClaimPaid, Amount: dispute.CNY(9001), Sequence: 3})
		r.env.SignalWorkflow(string(dispute.SignalClaimUpdate), dispute.ClaimUpdate{EventID: "e4", ClaimKey: "other", Status: dispute.ClaimPaid})
	})
	r.says(2*time.Hour, dispute.ClaimUpdate{Status: dispute.ClaimPaid, Amount: dispute.CNY(9000), Sequence: 4})
	require.Equal(t, dispute.RecoveryRecovered, r.run().State)
	why := map[string]int{}
	for _, e := range r.entries {
		if e.Type == dispute.EventRecoveryIgnored {
			why[e.Reason]++
		}
	}
	require.Equal(t, map[string]int{"malformed": 1, "unknown_signal": 1, "repeated": 1, "amount_exceeds_claim": 1, "unknown_claim_key": 1}, why)
	require.Contains(t, r.notices[0]+r.notices[1], "finance amount_exceeds_claim", "more money than was claimed is for a person")
}

func TestRecoveryRefusedByThePartyIsADenial(t *testing.T) {
	t.Parallel()
	r := newRecoveryRig(t)
	r.file = func(activities.ClaimRequest) (activities.ClaimAnswer, error) {
		return activities.ClaimAnswer{}, &activities.PartnerError{Partner: "carrier", Operation: "file claim", Status: http.StatusUnprocessableEntity, Code: "too_late"}
	}
	r.writtenOffBy(day, supervisor)
	got := r.run()
	require.Equal(t, "too_late", got.Claims[0].Reason)
	require.Equal(t, dispute.ClaimDenied, got.Claims[0].Status)
}

// What the party says while the last step is written is on record too: it was acknowledged.
func TestRecoveryHearsWhatComesAsItCloses(t *testing.T) {
	t.Parallel()
	r := newRecoveryRig(t)
	r.says(day, dispute.ClaimUpdate{Status: dispute.ClaimPaid, Amount: dispute.CNY(9000), Sequence: 2})
	r.onLast = func() {
		r.env.SignalWorkflow(string(dispute.SignalClaimUpdate),
			dispute.ClaimUpdate{EventID: "evt-late", ClaimKey: claimKey1, Status: dispute.ClaimPaid, Amount: dispute.CNY(9900), Sequence: 3})
	}
	require.Equal(t, dispute.RecoveryRecovered, r.run().State)
	last := r.entries[len(r.entries)-1]
	require.Equal(t, dispute.EventRecoveryIgnored, last.Type)
	require.Equal(t, "evt-late", last.EventID)
	require.Contains(t, r.notices, "24h0m0s finance amount_exceeds_claim")
}
