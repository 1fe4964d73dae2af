package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/workflows"
)

// replays runs the workflow's code of now over the history of a case, as a worker does
// that takes the case over.
func (s *stack) replays(t *testing.T, id string) {
	t.Helper()
	replayer, err := sdkworker.NewWorkflowReplayerWithOptions(sdkworker.WorkflowReplayerOptions{})
	require.NoError(t, err)
	replayer.RegisterWorkflowWithOptions(workflows.Case, workflow.RegisterOptions{Name: workflows.CaseWorkflow})
	history := &historypb.History{Events: s.historyOf(t, id, "")}
	started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
	require.NoError(t, replayer.ReplayWorkflowHistoryWithOptions(quiet{}, history, sdkworker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()},
	}))
}

// A new version of a policy never breaks an open case: published while the case is under
// way, with the worker restarted, its history replays, and it goes on to its good end
// under the version that it was opened under. New cases go by the new one.
func TestANewVersionBreaksNoOpenCase(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "shop"})
	first := story.with(sets{"name": "shop"})
	admin := s.admin(t)
	admin.publishPolicy(filesOf(t, "default@3", first))

	c, early := waitingForEvidence(t, s)
	d, late := labelIssued(t, s)
	require.Equal(t, "shop@1", c.get(early).PolicyVersion)

	// The next version is stricter at every step that the cases still have before them.
	admin.publishPolicy(filesOf(t, "default@3", first.with(sets{
		"version": 2, "clocks.customer_info": "1d", "clocks.return_shipment": "1d", "clocks.return_transit": "2d",
		"limits.automatic": 1, "reasons.damaged_in_transit.evidence": []string{"photo", "statement", "video"},
	})))
	s.stopWorker()
	for _, id := range []string{early, late} {
		s.replays(t, id)
	}
	require.NoError(t, s.startWorker(t.Context()))

	fromEvidence(t, s, c, early)
	fromLabel(t, s, d, late)
	for _, id := range []string{early, late} {
		require.Equal(t, "shop@1", s.agent(t).get(id).PolicyVersion)
		require.Zero(t, s.count(t, id, dispute.EventPolicyBound))
		s.replays(t, id)
	}
	next := s.customer(t)
	opened := next.open(returnOf(s.order(t, next.id), dispute.ReasonDamagedInTransit))
	require.Equal(t, "shop@2", opened.PolicyVersion)
	k := opened.Running(dispute.ClockCustomerInfo, "")
	require.NotNil(t, k)
	require.EqualValues(t, 1, k.Budget)
	require.Len(t, opened.Completeness.Items, 3)
}

// A policy that does not check is published neither by the API nor by the command line,
// and the answer says every mistake with its place; a published version stays as it is.
func TestAWrongPolicyIsPublishedByNobody(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story", noWorker: true})
	shop := sets{"name": "shop", "version": 1}
	wrong := filesOf(t, "default@3", shop.with(sets{"clocks.customer_info": "48 hours", "calendar": "atlantis"}))
	for _, path := range []string{"/v1/policies", "/v1/policies/check"} {
		r := s.admin(t).do(http.MethodPost, path, map[string]any{"files": wrong})
		require.Equal(t, http.StatusUnprocessableEntity, r.status, "%s", r.body)
		var problem struct{ Errors []dispute.Mistake }
		r.decode(t, &problem)
		require.Len(t, problem.Errors, 2)
		for _, m := range problem.Errors {
			require.Regexp(t, `^/files/(policy|clocks)\.yaml$`, m.Pointer)
			require.Positive(t, m.Line)
			require.Positive(t, m.Column)
		}
	}
	dir := t.TempDir()
	publish := func(files map[string]string) (string, error) {
		for name, text := range files {
			require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
		}
		return s.run(t, binary(t), "policy", "publish", dir)
	}
	said, err := publish(wrong)
	require.Error(t, err)
	require.Contains(t, said, "48 hours")
	require.Contains(t, said, "^")

	said, err = publish(filesOf(t, "default@3", shop))
	require.NoError(t, err, said)
	require.Contains(t, said, "published shop@1 as revision ")
	said, err = publish(filesOf(t, "default@3", shop))
	require.NoError(t, err, said)
	require.Contains(t, said, "shop@1 is published already")
	said, err = publish(filesOf(t, "default@3", shop.with(sets{"clocks.customer_info": "8d"})))
	require.Error(t, err)
	require.Contains(t, said, "shop@1 is published with other content; copy it under the next number")
	said, err = s.run(t, binary(t), "policy", "list")
	require.NoError(t, err, said)
	require.Regexp(t, `shop@1 +2026-01-01 +\d+ `, said)
	said, err = s.run(t, binary(t), "policy", "diff", "default@3", "shop@1")
	require.NoError(t, err, said)
	require.Contains(t, said, "the name goes from default to shop")
}

// Where a policy says that the newest version binds (`binds: newest`), its publication
// moves the open cases over, each with an entry; other policies' cases stay.
func TestTheNewestVersionBindsOpenCases(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "modern"})
	modern := func(version int) map[string]string {
		return filesOf(t, "default@3", sets{"name": "modern", "version": version, "effective_from": "2020-01-01", "binds": "newest"})
	}
	admin := s.admin(t)
	admin.publishPolicy(modern(1))
	_, id := waitingForEvidence(t, s)
	require.Equal(t, "modern@1", s.agent(t).get(id).PolicyVersion)
	admin.publishPolicy(modern(2))
	s.agent(t).await(id, "goes by the new version", func(v view) bool { return v.PolicyVersion == "modern@2" })
	require.Equal(t, 1, s.count(t, id, dispute.EventPolicyBound))
	require.Equal(t, 1, s.toldOfRules(t, id))
	s.replays(t, id)
}
