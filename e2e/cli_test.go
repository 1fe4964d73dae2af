package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/workflows"
)

// Every line of docs/operations that is marked for a test is run as it stands there, by
// a shell, against a whole stack, and must do what the page says.

// handbook are the pages; their tested blocks begin with ```sh test=<name>.
const handbook = "../docs/operations/*.md"

var tested = regexp.MustCompile("(?ms)^```sh test=(\\S+)\n(.*?)^```$")

func TestHandbook(t *testing.T) {
	t.Parallel()
	s := operated(t)
	page := readHandbook(t)
	for name, block := range blocks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, id := block.reach(t, s)
			if strings.HasPrefix(name, "find-") || name == "count-waiting" {
				s.visible(t, id)
			}
			block.see(t, s, c, id, s.shell(t, page[name], c, id))
		})
	}
}

// A case that breached a clock of the shop can be found.
func TestHandbookBreached(t *testing.T) {
	t.Parallel()
	s := demo(t)
	c := s.customer(t)
	o := s.order(t, c.id, func(n *partners.NewOrder) { n.Lines[1].Paid = 30001 })
	id := c.open(claimOf(o, dispute.ReasonNotReceived, dispute.Line{LineID: "lamp", Quantity: 1})).ID
	s.agent(t).await(id, "was breached", func(v view) bool { return v.Breached })
	page := readHandbook(t)
	until(t, patience, "the search attribute says so", func() bool { return strings.Contains(s.shell(t, page["find-breached"], c, id), id) })
}

// A running case whose clock ran out long ago is one that nobody works on.
func TestHandbookStuck(t *testing.T) {
	t.Parallel()
	s := demo(t)
	c, id := waitingForEvidence(t, s)
	s.visible(t, id)
	s.stopWorker()
	block := readHandbook(t)["find-stuck"]
	require.NotContains(t, s.shell(t, block, c, id), id)
	until(t, patience, "the case is found", func() bool { return strings.Contains(s.shell(t, block, c, id), id) })
	require.NoError(t, s.startWorker(t.Context()))
	c.awaitClosed(id, dispute.OutcomeExpired)
}

// What the engine cannot settle has a door.
func TestHandbookResolve(t *testing.T) {
	t.Parallel()
	s := demo(t)
	require.NoError(t, s.box.SetSettlement(t.Context(), partners.Settlement{Mode: partners.SettleManual}))
	c, id := s.refunding(t)
	s.supervisor(t).await(id, "was given to a person", func(v view) bool {
		l := (&v).Leg("refund-1")
		return l != nil && l.Problem == "settlement_pending"
	})
	s.shell(t, readHandbook(t)["resolve"], c, id)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
}

// A payment that is paused rests, and goes out when it is unpaused.
func TestHandbookPause(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{policy: "story"})
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{Mode: partners.ModeDown, Operations: []string{"refund"}}))
	c, id := s.refunding(t)
	until(t, patience, "the refund is tried", func() bool { return s.sent(t, id) >= 1 })
	page := readHandbook(t)
	s.shell(t, page["pause"], c, id)
	until(t, patience, "the step rests", func() bool {
		d, err := s.engine.DescribeWorkflowExecution(t.Context(), workflows.CaseID(id), "")
		require.NoError(t, err)
		p := d.GetPendingActivities()
		return len(p) == 1 && p[0].GetPaused() && p[0].GetState() == enumspb.PENDING_ACTIVITY_STATE_PAUSED
	})
	require.NoError(t, s.box.Switch(t.Context(), partners.Payments, partners.Switches{}))
	s.paid(t, id)
	s.shell(t, page["unpause"], c, id)
	c.awaitClosed(id, dispute.OutcomeResolved)
	s.paid(t, id, moved{"refund.made", "refund-1/1", 8000})
}

// The alarms are about figures that there are.
func TestHandbookMetrics(t *testing.T) {
	t.Parallel()
	s := newStack(t, options{noWorker: true})
	door := startPart(t, "api", apiSettings(t, s.where()...)...)
	address := door.listens()
	w := s.workerPart(t, patience)
	pages := handbookText(t)
	s.fail(t, partners.ModeReset, 0)
	c, id := s.refunding(t)
	c.awaitClosed(id, dispute.OutcomeResolved)
	said := s.shellWith(t, readHandbook(t)["metrics"], "API="+address)
	for _, m := range regexp.MustCompile(`redress_rows\{what="\w+"\}`).FindAllString(pages, -1) {
		require.Contains(t, said, m)
	}
	all := s.shellWith(t, `curl -sf "$WORKER/metrics"`, "WORKER="+w.listens())
	require.Regexp(t, `(?m)^temporal_num_pollers\{`, all)
	require.Regexp(t, `(?m)^temporal_activity_execution_failed\{[^}]*activity_type="Pay"`, all)
	for _, m := range regexp.MustCompile("`(temporal_\\w+)`").FindAllStringSubmatch(pages, -1) {
		// A counter of failures appears with the first failure; its name is the SDK's own.
		require.Contains(t, sdkMetrics, m[1])
	}
}

// sdkMetrics are the names of the SDK's figures that the pages may speak of.
var sdkMetrics = []string{"temporal_num_pollers", "temporal_activity_execution_failed", "temporal_workflow_task_execution_failed", "temporal_workflow_failed"}

// Every block of the pages has its test, and every test its block.
func TestHandbookIsTried(t *testing.T) {
	t.Parallel()
	want := []string{"find-stuck", "find-breached", "resolve", "pause", "unpause", "metrics"}
	for name := range blocks {
		want = append(want, name)
	}
	var got []string
	for name := range readHandbook(t) {
		got = append(got, name)
	}
	require.ElementsMatch(t, want, got)
}

// handbookText is what all pages say, one after another.
func handbookText(t *testing.T) string {
	t.Helper()
	pages, err := filepath.Glob(handbook)
	require.NoError(t, err)
	require.NotEmpty(t, pages)
	var all strings.Builder
	for _, page := range pages {
		text, err := os.ReadFile(page) //nolint:gosec // a page of the project
		require.NoError(t, err)
		all.Write(text)
	}
	return all.String()
}

// readHandbook returns the tested blocks by name.
func readHandbook(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, m := range tested.FindAllStringSubmatch(handbookText(t), -1) {
		require.NotContains(t, all, m[1], "two blocks have one name")
		all[m[1]] = m[2]
	}
	return all
}

// visible waits until Temporal's visibility knows the case.
func (s *stack) visible(t *testing.T, id string) {
	t.Helper()
	until(t, patience, "visibility knows the case", func() bool {
		return strings.Contains(s.temporal(t, "workflow", "list", "--query", "WorkflowId = '"+workflows.CaseID(id)+"'"), id)
	})
}

// shell runs a block with everything about the case in the environment, and
// insists on exit code 0.
func (s *stack) shell(t *testing.T, block string, c caller, id string) string {
	t.Helper()
	env := []string{"CASE=" + id, "API=" + s.url, "TOKEN=" + s.supervisor(t).token, "EVENT=" + s.oneEvent(t, block),
		"POLICY=" + ownPolicy(t), "YEAR=" + ownYear(t)}
	v := c.get(id)
	for _, l := range v.Legs {
		if l.Return != nil {
			env = append(env, "RMA="+l.Return.RMAID, "CARRIER="+l.Return.Carrier, "TRACKING="+l.Return.TrackingNumber)
		}
		if l.Money != nil {
			env = append(env, "REFUND_KEY="+l.Money.Key)
		}
	}
	return s.shellWith(t, block, env...)
}

// oneEvent is the id of the test's own unmatched event, for the block that speaks of one.
func (s *stack) oneEvent(t *testing.T, block string) string {
	t.Helper()
	if !strings.Contains(block, "$EVENT") {
		return ""
	}
	all, err := s.record.ListInbox(t.Context(), dispute.InboxUnmatched, 0, 100)
	require.NoError(t, err)
	for _, e := range all {
		if e.EventID == "typo-"+t.Name() {
			return strconv.FormatInt(e.ID, 10)
		}
	}
	require.Fail(t, "there is no such event", "%+v", all)
	return ""
}

func (s *stack) shellWith(t *testing.T, block string, env ...string) string {
	t.Helper()
	require.NotEmpty(t, block)
	bin, err := temporalBinary()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-euo", "pipefail", "-c", block)
	path := filepath.Dir(binary(t)) + ":" + filepath.Dir(bin) + ":" + os.Getenv("PATH")
	cmd.Env = append(append(s.settings(), "PATH="+path, "REDRESS_DIR="+t.TempDir()), env...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", block, out)
	return string(out)
}
