package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/redresshq/redress/workflows"
)

// costing is a policy under which story 1 is counted, and how many actions it may cost
// beyond the limits, which hold for all (docs/performance.md).
type costing struct {
	name, from string
	changes    sets
	beside     int // actions of other workflows
}

var costLimit = cost{events: 130, actions: 50, bytes: 20_000, largest: 2_000}

var costings = []costing{
	{"without a survey", "default@1", sets{"clocks.reopen_window": "1s"}, 0},
	// In the order of the shipped policy: asked, unanswered, closed, each at a time of its own.
	{"with a survey", "default@3", sets{"clocks.survey": "1s", "clocks.survey.again": "1s", "clocks.reopen_window": "3s", "recovery": nil}, 0},
	// What is claimed back from the carrier is a workflow of its own: no event more in the
	// case, and five to seven actions until the carrier has the claim (docs/decisions/0018-recovery.md).
	{"with a survey and a recovery", "default@3", sets{"clocks.survey": "1s", "clocks.survey.again": "1s", "clocks.reopen_window": "3s"}, 7},
}

// cost is what one case took.
type cost struct {
	events, actions, bytes, largest int
	largestAt                       string
	perType                         map[string]int
	perAction                       map[string]int
}

func (c cost) String() string {
	return fmt.Sprintf("%d events, %d actions, %d bytes beyond payloads, largest payload %d bytes (%s)\nevents: %s\nactions: %s",
		c.events, c.actions, c.bytes, c.largest, c.largestAt, counted(c.perType), counted(c.perAction))
}

func counted(m map[string]int) string {
	var parts []string
	for k, n := range m {
		parts = append(parts, fmt.Sprintf("%s %d", k, n))
	}
	sort.Strings(parts)
	return strings.Join(parts, ", ")
}

// TestCostOfStory1 counts one return in one workflow, with two carrier updates. Tasks
// coalesce differently from run to run: the best of eight counts.
func TestCostOfStory1(t *testing.T) {
	for _, row := range costings {
		t.Run(row.name, func(t *testing.T) {
			s := newStack(t, options{policy: "costing", library: libraryWith(t, "costing", row.from, row.changes)})
			wait(t, "the sweep's schedule stands, whose actions are not the case's", func() bool { return s.actions(t)["command_StartTimer"] > 0 })
			limit := costLimit
			limit.actions += row.beside
			var best cost
			for try := range 8 {
				c := s.costOfStory1(t)
				t.Logf("try %d: %s", try+1, c)
				if c.within(limit) {
					best = c
					break
				}
				if try == 0 || c.actions < best.actions || c.actions == best.actions && c.events < best.events {
					best = c
				}
			}
			require.LessOrEqual(t, best.events, limit.events)
			require.LessOrEqual(t, best.actions, limit.actions)
			require.LessOrEqual(t, best.bytes, limit.bytes)
			require.LessOrEqual(t, best.largest, limit.largest, best.largestAt)
		})
	}
}

// costOfStory1 plays story 1 and counts.
func (s *stack) costOfStory1(t *testing.T) cost {
	t.Helper()
	before := s.actions(t)
	c := s.costOf(t, tellStory1(t, s))
	c.perAction = map[string]int{}
	for kind, n := range s.actions(t) {
		if d := n - before[kind]; d > 0 {
			c.perAction[kind] = d
			c.actions += d
		}
	}
	return c
}

func (c cost) within(limit cost) bool {
	return c.events <= limit.events && c.actions <= limit.actions && c.bytes <= limit.bytes && c.largest <= limit.largest
}

// history reads all events of a case's workflow.
func (s *stack) history(t *testing.T, caseID string) []*historypb.HistoryEvent {
	t.Helper()
	return s.historyOf(t, caseID, "")
}

// historyOf reads all events of one run, "" for the current one.
func (s *stack) historyOf(t *testing.T, caseID, runID string) []*historypb.HistoryEvent {
	t.Helper()
	return s.historyOfWorkflow(t, workflows.CaseID(caseID), runID)
}

func (s *stack) historyOfWorkflow(t *testing.T, id, runID string) []*historypb.HistoryEvent {
	t.Helper()
	var all []*historypb.HistoryEvent
	it := s.engine.GetWorkflowHistory(t.Context(), id, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for it.HasNext() {
		e, err := it.Next()
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

func (s *stack) costOf(t *testing.T, caseID string) cost {
	t.Helper()
	events := s.history(t, caseID)
	if file := os.Getenv("REDRESS_SAVE_HISTORY"); file != "" {
		raw, err := protojson.Marshal(&historypb.History{Events: events})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, raw, 0o644))
	}
	c := cost{events: len(events), perType: map[string]int{}}
	for _, e := range events {
		c.perType[e.GetEventType().String()]++
		payloads := 0
		eachPayload(e.ProtoReflect(), func(p *commonpb.Payload) {
			payloads += len(p.GetData())
			if len(p.GetData()) > c.largest {
				c.largest, c.largestAt = len(p.GetData()), fmt.Sprintf("event %d, %s", e.GetEventId(), e.GetEventType())
			}
		})
		c.bytes += proto.Size(e) - payloads
	}
	return c
}

// eachPayload visits every payload in a message.
func eachPayload(m protoreflect.Message, visit func(*commonpb.Payload)) {
	if p, ok := m.Interface().(*commonpb.Payload); ok {
		visit(p)
		return
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap() && f.MapValue().Message() != nil:
			v.Map().Range(func(_ protoreflect.MapKey, v protoreflect.Value) bool { eachPayload(v.Message(), visit); return true })
		case f.IsList() && f.Message() != nil:
			for i := range v.List().Len() {
				eachPayload(v.List().Get(i).Message(), visit)
			}
		case f.Message() != nil && !f.IsList() && !f.IsMap():
			eachPayload(v.Message(), visit)
		}
		return true
	})
}

// actions reads the server's own counter of billable actions for the stack's namespace.
func (s *stack) actions(t *testing.T) map[string]int {
	t.Helper()
	res, err := http.Get(metricsURL)
	require.NoError(t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(string(raw)))
	require.NoError(t, err)
	counts := map[string]int{}
	for _, m := range families["action"].GetMetric() {
		labels := map[string]string{}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		if labels["namespace"] == strings.ReplaceAll(s.namespace, "-", "_") {
			counts[labels["action_type"]] += int(m.GetCounter().GetValue())
		}
	}
	return counts
}
