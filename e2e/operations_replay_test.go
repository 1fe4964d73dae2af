package e2e_test

import (
	"compress/gzip"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/storetest"
	"github.com/redresshq/redress/workflows"
)

// envRecord makes TestRecordReplayFixtures write what workflows/replay_test.go replays.
const envRecord = "REDRESS_RECORD_REPLAY"

// release is the one under way: what it records lies beside what earlier ones left, in
// a folder of its own. It rises with the first change after a release.
const release = "3"

// TestRecordReplayFixtures plays the stories whose histories the release under way will
// leave behind, one fixture each. Those of earlier releases are never recorded anew:
//
//	REDRESS_RECORD_REPLAY=1 go test -count=1 ./e2e -run TestRecordReplayFixtures
func TestRecordReplayFixtures(t *testing.T) {
	if os.Getenv(envRecord) == "" {
		t.Skip("set " + envRecord + "=1 to record the fixtures of the replay tests")
	}
	plain := newStack(t, options{policy: "story"})
	for name, tell := range map[string]func(t *testing.T) (s *stack, caseID, runID string){
		"return": func(t *testing.T) (*stack, string, string) { return plain, tellStory1(t, plain), "" },
		"inadmissible": func(t *testing.T) (*stack, string, string) {
			c := plain.customer(t)
			o, _ := plain.signed(t, c.id, 8, 0)
			id := c.open(returnOf(o, dispute.ReasonChangedMind)).ID
			c.awaitClosed(id, dispute.OutcomeInadmissible)
			return plain, id, ""
		},
		"complaint":          func(t *testing.T) (*stack, string, string) { return plain, tellStory3(t, plain), "" },
		"inspection-differs": func(t *testing.T) (*stack, string, string) { return plain, tellStory5(t, plain, differences[2]), "" },
		"silence": func(t *testing.T) (*stack, string, string) {
			s := demo(t)
			c := s.customer(t)
			id := c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
			c.supply(id)
			c.awaitClosed(id, dispute.OutcomeRejected)
			return s, id, ""
		},
		"cancelled": func(t *testing.T) (*stack, string, string) {
			c, id := labelIssued(t, plain)
			plain.cancelled(t, c, id)
			return plain, id, ""
		},
		"standing": func(t *testing.T) (*stack, string, string) {
			s := newStack(t, options{policy: "fast", library: fastLibrary(t)})
			return s, tellSuspensionAndAppeal(t, s), ""
		},
		"every-remedy": func(t *testing.T) (*stack, string, string) { return plain, tellEveryRemedy(t, plain), "" },
		"irreparable":  func(t *testing.T) (*stack, string, string) { return plain, tellIrreparable(t, plain), "" },
		"amended":      func(t *testing.T) (*stack, string, string) { return plain, tellAddressChanged(t, plain), "" },
		"bargained":    func(t *testing.T) (*stack, string, string) { s, id := tellBargain(t); return s, id, "" },
		"ruled":        func(t *testing.T) (*stack, string, string) { s, id := tellRuling(t); return s, id, "" },
		"reset":        recordReset,
		"restarted":    recordRestart,
		"continued":    recordContinued,
		"record-away":  recordAway,
	} {
		t.Run(name, func(t *testing.T) {
			s, id, run := tell(t)
			writeFixture(t, name, &historypb.History{Events: s.historyOf(t, id, run)})
		})
	}
	t.Run("recovered", func(t *testing.T) { // of a workflow of its own
		id := tellRecovery(t, plain)
		writeFixture(t, "recovered", &historypb.History{Events: plain.historyOfWorkflow(t, dispute.RecoveryWorkflowID(id, dispute.PartyCarrier, 1), "")})
	})
}

func recordReset(t *testing.T) (*stack, string, string) {
	s := operated(t)
	c, id := goodsInTransit(t, s)
	s.reset(t, id)
	until(t, patience, "the record is taken over", func() bool { return s.count(t, id, dispute.EventAdopted) == 1 })
	fromTransit(t, s, c, id)
	return s, id, ""
}

func recordRestart(t *testing.T) (*stack, string, string) {
	s := operated(t)
	c, id := goodsInTransit(t, s)
	s.terminate(t, id)
	s.restart(t, id)
	fromTransit(t, s, c, id)
	return s, id, ""
}

// recordContinued keeps a run from the middle of a case, which began from a state
// and handed one over.
func recordContinued(t *testing.T) (*stack, string, string) {
	s := newStack(t, options{policy: "story", continueEvery: 6})
	id := tellStory1(t, s)
	last, err := s.engine.DescribeWorkflowExecution(t.Context(), workflows.CaseID(id), "")
	require.NoError(t, err)
	events := s.historyOf(t, id, last.GetWorkflowExecutionInfo().GetExecution().GetRunId())
	middle := events[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
	require.NotEmpty(t, middle)
	return s, id, middle
}

// recordAway takes the record away for longer than its first try lasts.
func recordAway(t *testing.T) (*stack, string, string) {
	database, wired := wireTo(t, storetest.Empty(t, true))
	s := newStack(t, options{policy: "story", databaseURL: wired})
	c, id := waitingForEvidence(t, s)
	database.cut()
	require.NoError(t, s.engine.SignalWorkflow(t.Context(), workflows.CaseID(id), "", string(dispute.SignalReproject), map[string]string{"event_id": "while-away"}))
	until(t, patience, "the record is tried as an ordinary activity", func() bool {
		d, err := s.engine.DescribeWorkflowExecution(t.Context(), workflows.CaseID(id), "")
		return err == nil && len(d.GetPendingActivities()) > 0
	})
	database.mend()
	until(t, patience, "the record is back", func() bool {
		r, err := c.try(http.MethodGet, "/v1/cases/"+id, nil)
		return err == nil && r.status == http.StatusOK && s.count(t, id, dispute.EventReprojected) == 1
	})
	c.withdraw(id)
	c.awaitClosed(id, dispute.OutcomeWithdrawn)
	return s, id, ""
}

func writeFixture(t *testing.T, name string, history *historypb.History) {
	t.Helper()
	raw, err := protojson.Marshal(history)
	require.NoError(t, err)
	dir := filepath.Join("..", "workflows", "testdata", "replay", release)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	f, err := os.Create(filepath.Join(dir, name+".json.gz"))
	require.NoError(t, err)
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	require.NoError(t, err)
	_, err = z.Write(raw)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	require.NoError(t, f.Close())
	t.Logf("%s: %d events, %d bytes", name, len(history.GetEvents()), len(raw))
}
