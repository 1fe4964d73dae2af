package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/store/storetest"
	"github.com/redresshq/redress/workflows"
)

// What operators do: the Temporal CLI and the redress binary, as they are.

// settings are what the commands of operators need to find the stack.
func (s *stack) settings() []string {
	return append(os.Environ(), "DATABASE_URL="+s.database, "TEMPORAL_ADDRESS="+temporalServer.FrontendHostPort(),
		"TEMPORAL_NAMESPACE="+s.namespace, "REDRESS_LOG_LEVEL=error", "REDRESS_DATA_KEYS="+storetest.Key)
}

// run runs a program against the stack and returns what it said.
func (s *stack) run(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = s.settings()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// temporal runs the Temporal CLI against the stack's namespace.
func (s *stack) temporal(t *testing.T, args ...string) string {
	t.Helper()
	bin, err := temporalBinary()
	require.NoError(t, err)
	out, err := s.run(t, bin, append(args, "--address", temporalServer.FrontendHostPort(), "--namespace", s.namespace)...)
	require.NoError(t, err, "temporal %v: %s", args, out)
	return out
}

// reset takes a case's workflow back to its first task.
func (s *stack) reset(t *testing.T, id string, flags ...string) {
	t.Helper()
	s.temporal(t, append([]string{"workflow", "reset", "--workflow-id", workflows.CaseID(id), "--type", "FirstWorkflowTask",
		"--reason", "a test of operations"}, flags...)...)
}

// terminate ends a case's workflow without asking it.
func (s *stack) terminate(t *testing.T, id string) {
	t.Helper()
	s.temporal(t, "workflow", "terminate", "--workflow-id", workflows.CaseID(id), "--reason", "a test of operations")
}

// restart starts the workflow of an orphaned case again.
func (s *stack) restart(t *testing.T, id string) {
	t.Helper()
	out, err := s.run(t, binary(t), "case", "restart", id)
	require.NoError(t, err, out)
}

// sweep runs the sweep now instead of at the next minute.
func (s *stack) sweep(t *testing.T) activities.SweepReport {
	t.Helper()
	run, err := s.engine.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		ID: "sweep-" + uuid.NewString(), TaskQueue: workflows.QueueMain, WorkflowExecutionTimeout: patience,
	}, workflows.SweepWorkflow)
	require.NoError(t, err)
	var report activities.SweepReport
	require.NoError(t, run.Get(t.Context(), &report))
	return report
}

// orphaned says whether the case is shown as orphaned to staff.
func (s *stack) orphaned(t *testing.T, id string) bool {
	t.Helper()
	r := s.agent(t).do(http.MethodGet, "/v1/cases/"+id, nil)
	require.Equal(t, http.StatusOK, r.status, "%s", r.body)
	var v struct {
		Orphaned *bool `json:"orphaned"`
	}
	r.decode(t, &v)
	require.NotNil(t, v.Orphaned, "staff see whether a case is orphaned")
	return *v.Orphaned
}

// ran waits for the end of the case's workflow and insists on how it ended.
func (s *stack) ran(t *testing.T, id string, want enumspb.WorkflowExecutionStatus) {
	t.Helper()
	var got enumspb.WorkflowExecutionStatus
	until(t, patience, "the workflow of case "+id+" ends as "+want.String(), func() bool {
		d, err := s.engine.DescribeWorkflowExecution(t.Context(), workflows.CaseID(id), "")
		require.NoError(t, err)
		got = d.GetWorkflowExecutionInfo().GetStatus()
		return got != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	})
	require.Equal(t, want, got, "the workflow of case %s", id)
}

// count counts the entries of a type.
func (s *stack) count(t *testing.T, id string, kind dispute.EventType) int {
	t.Helper()
	n := 0
	for _, e := range s.agent(t).timeline(id) {
		if e.Type == kind {
			n++
		}
	}
	return n
}

// point is a place in a story where an operator steps in.
type point struct {
	name string
	// reach plays a new case to the point; goOn plays it from there to its good end.
	reach func(t *testing.T, s *stack) (caller, string)
	goOn  func(t *testing.T, s *stack, c caller, id string)
	// paid is what the good end has paid. cancelled and ended are the parcels of the
	// case after a cancellation and at the good end: returns announced and cancelled,
	// labels issued and voided.
	paid             int64
	cancelled, ended [4]int
}

// points are the places. The stack's settlement is by hand, so that a refund stays
// pending until goOn settles it. A label that the carrier has scanned is used: it
// cannot be given back any more, and a supervisor hears of it.
func points() []point {
	return []point{
		{"waiting for evidence", waitingForEvidence, fromEvidence, 5000, [4]int{0, 0, 0, 0}, [4]int{1, 0, 1, 0}},
		{"label issued", labelIssued, fromLabel, 5000, [4]int{1, 1, 1, 1}, [4]int{1, 0, 1, 0}},
		{"goods in transit", goodsInTransit, fromTransit, 5000, [4]int{1, 1, 1, 0}, [4]int{1, 0, 1, 0}},
		{"refund pending", refundPending, fromRefund, 8000, [4]int{0, 0, 0, 0}, [4]int{0, 0, 0, 0}},
	}
}

// parcelsAre is parcels for one of a point's numbers.
func (s *stack) parcelsAre(t *testing.T, id string, n [4]int) {
	t.Helper()
	s.parcels(t, id, n[0], n[1], n[2], n[3])
}

func operated(t *testing.T) *stack {
	t.Helper()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	return s
}

func waitingForEvidence(t *testing.T, s *stack) (caller, string) {
	c := s.customer(t)
	opened := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit))
	require.Equal(t, dispute.WaitingCustomer, opened.WaitingOn)
	return c, opened.ID
}

func fromEvidence(t *testing.T, s *stack, c caller, id string) {
	c.supply(id)
	c.accept(id)
	fromLabel(t, s, c, id)
}

func labelIssued(t *testing.T, s *stack) (caller, string) {
	c, id := waitingForEvidence(t, s)
	c.supply(id)
	c.accept(id)
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment)
	return c, id
}

func fromLabel(t *testing.T, s *stack, c caller, id string) {
	s.pickedUp(t, c, id)
	fromTransit(t, s, c, id)
}

// pickedUp is the carrier's first scan.
func (s *stack) pickedUp(t *testing.T, c caller, id string) {
	t.Helper()
	leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnAwaitingShipment).Return
	require.NoError(t, s.box.Scan(t.Context(), leg.Carrier, leg.TrackingNumber, dispute.ParcelInTransit))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit)
}

func goodsInTransit(t *testing.T, s *stack) (caller, string) {
	c, id := labelIssued(t, s)
	s.pickedUp(t, c, id)
	return c, id
}

func fromTransit(t *testing.T, s *stack, c caller, id string) {
	leg := c.awaitLeg(id, dispute.LegReturn, dispute.ReturnInTransit).Return
	require.NoError(t, s.box.Scan(t.Context(), leg.Carrier, leg.TrackingNumber, dispute.ParcelDelivered))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnDelivered)
	require.NoError(t, s.box.Receive(t.Context(), leg.RMAID, partners.ReceiveReport{}))
	c.awaitLeg(id, dispute.LegReturn, dispute.ReturnReceived)
	require.NoError(t, s.box.Inspect(t.Context(), leg.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	fromRefund(t, s, c, id)
}

func refundPending(t *testing.T, s *stack) (caller, string) {
	c, id := s.refunding(t)
	c.awaitMoney(id, "refund-1", dispute.MoneyPending)
	return c, id
}

func fromRefund(t *testing.T, s *stack, c caller, id string) {
	key := c.awaitMoney(id, "refund-1", dispute.MoneyPending).Money.Key
	require.NoError(t, s.box.SettleRefund(t.Context(), key, partners.Settle{Status: dispute.MoneySucceeded}))
	c.awaitClosed(id, dispute.OutcomeResolved)
}

// events counts the timeline entries of a case by type.
func (s *stack) events(t *testing.T, id string) map[dispute.EventType]int {
	t.Helper()
	n := map[dispute.EventType]int{}
	for _, e := range s.agent(t).timeline(id) {
		n[e.Type]++
	}
	return n
}

// exited says with which code a program ended.
func exited(err error) int {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode()
	}
	return -1
}

// query asks the workflow itself.
func (s *stack) query(t *testing.T, id string) dispute.Case {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	answer, err := s.engine.QueryWorkflow(ctx, workflows.CaseID(id), "", workflows.QueryCase)
	require.NoError(t, err)
	var raw json.RawMessage
	require.NoError(t, answer.Get(&raw))
	var c dispute.Case
	require.NoError(t, json.Unmarshal(raw, &c))
	return c
}
