package e2e_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	enumspb "go.temporal.io/api/enums/v1"

	"github.com/redresshq/redress/dispute"
)

// What an operator does to a case with a replacement, a repair, a credit, an approval, a
// counter-offer or a new label under way: its good end is the same, and nothing is done
// twice.
func TestOperationsOnEveryLeg(t *testing.T) {
	t.Parallel()
	s := operated(t)
	for name, act := range map[string]func(*testing.T, *stack, string){
		"reset":                      func(t *testing.T, s *stack, id string) { s.reset(t, id) },
		"reset and nothing applied":  func(t *testing.T, s *stack, id string) { s.reset(t, id, "--reapply-exclude", "All") },
		"terminated and started new": func(t *testing.T, s *stack, id string) { s.terminate(t, id); s.restart(t, id) },
	} {
		for _, p := range legPoints() {
			t.Run(p.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				c, id := p.reach(t, s)
				before := s.events(t, id)
				act(t, s, id)
				until(t, patience, "the record is taken over", func() bool { return s.count(t, id, dispute.EventAdopted) == 1 })
				s.unchanged(t, id, before)
				p.goOn(t, s, c, id)
				s.ran(t, id, enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED)
				s.did(t, id, p.done)
			})
		}
	}
}

// A cancelled case gives back what can be given back, and leaves no leg to nobody.
func TestOperationsCancelOnEveryLeg(t *testing.T) {
	t.Parallel()
	s := operated(t)
	for _, p := range legPoints() {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			c, id := p.reach(t, s)
			closed := s.cancelled(t, c, id)
			s.did(t, id, p.undone)
			for _, l := range closed.Legs {
				if !l.State.Final() {
					require.Positive(t, s.notices(t, id)["supervisor task"], "%s is %s, and nobody was told", l.ID, l.State)
				}
			}
		})
	}
}
