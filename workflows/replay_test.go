package workflows_test

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/workflows"
)

// replayed are the histories that each release left behind, a folder a release: those
// of an earlier one are never recorded anew, since cases that it opened may be open
// still. TestRecordReplayFixtures in e2e records those of the release under way.
var replayed = map[string][]string{
	"1": {"return", "inadmissible", "complaint", "inspection-differs", "silence", "cancelled", "reset", "restarted", "continued", "record-away"},
	"2": {"return", "inadmissible", "complaint", "inspection-differs", "silence", "cancelled", "reset", "restarted", "continued", "record-away",
		"standing"},
	"3": {"return", "inadmissible", "complaint", "inspection-differs", "silence", "cancelled", "reset", "restarted", "continued", "record-away",
		"standing", "every-remedy", "irreparable", "amended", "bargained", "ruled", "recovered"},
}

const fixtures = "testdata/replay"

// TestReplay runs the case workflow over histories of earlier code: a change that
// makes another step of what was recorded would wedge every case that is open.
func TestReplay(t *testing.T) {
	t.Parallel()
	for release, names := range replayed {
		for _, name := range names {
			t.Run(release+"/"+name, func(t *testing.T) {
				t.Parallel()
				require.NoError(t, replay(t, readFixture(t, release, name), workflows.Case))
			})
		}
	}
}

// Nothing lies beside them that nobody replays.
func TestReplayKnowsEveryFixture(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir(fixtures)
	require.NoError(t, err)
	require.Len(t, folders, len(replayed))
	for release, replayed := range replayed {
		files, err := os.ReadDir(filepath.Join(fixtures, release))
		require.NoError(t, err)
		var names []string
		for _, f := range files {
			names = append(names, strings.TrimSuffix(f.Name(), ".json.gz"))
		}
		require.ElementsMatch(t, replayed, names, release)
	}
}

// The proof that a replay would notice: a workflow that does something else fails it.
func TestReplayNoticesAnotherWorkflow(t *testing.T) {
	t.Parallel()
	for name, other := range map[string]any{
		"one that ends at once": func(workflow.Context, workflows.Start) (workflows.Result, error) { return workflows.Result{}, nil },
		"one that waits a moment first": func(ctx workflow.Context, start workflows.Start) (workflows.Result, error) {
			if err := workflow.Sleep(ctx, 1); err != nil {
				return workflows.Result{}, err
			}
			return workflows.Case(ctx, start)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Error(t, replay(t, readFixture(t, "1", "return"), other))
		})
	}
}

func replay(t *testing.T, history *historypb.History, code any) error {
	t.Helper()
	replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{})
	require.NoError(t, err)
	replayer.RegisterWorkflowWithOptions(code, workflow.RegisterOptions{Name: workflows.CaseWorkflow})
	replayer.RegisterWorkflowWithOptions(workflows.Recovery, workflow.RegisterOptions{Name: workflows.RecoveryWorkflow})
	started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
	return replayer.ReplayWorkflowHistoryWithOptions(silent{}, history, worker.ReplayWorkflowHistoryOptions{
		OriginalExecution: workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()},
	})
}

func readFixture(t *testing.T, release, name string) *historypb.History {
	t.Helper()
	f, err := os.Open(filepath.Join(fixtures, release, name+".json.gz"))
	require.NoError(t, err, "record the fixtures: REDRESS_RECORD_REPLAY=1 go test -count=1 ./e2e -run TestRecordReplayFixtures")
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	history, err := client.HistoryFromJSON(z, client.HistoryJSONOptions{})
	require.NoError(t, err)
	require.Greater(t, len(history.GetEvents()), 5)
	return history
}

// silent is a logger that says nothing.
type silent struct{}

func (silent) Debug(string, ...any) {}
func (silent) Info(string, ...any)  {}
func (silent) Warn(string, ...any)  {}
func (silent) Error(string, ...any) {}
