package e2e_test

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
	"github.com/redresshq/redress/store/storetest"
)

// outageEnv shortens the outage for a developer, e.g. "40s"; it is 5 minutes otherwise.
const outageEnv = "REDRESS_TEST_OUTAGE"

func outage(t *testing.T) time.Duration {
	t.Helper()
	text := os.Getenv(outageEnv)
	if text == "" {
		return 5 * time.Minute
	}
	d, err := time.ParseDuration(text)
	require.NoError(t, err, outageEnv)
	return d
}

// Most events that a case may add to its history while the database is away.
const outageEvents = 20

// PostgreSQL is away, first silent and then refusing, while 50 open cases have
// their clocks run out: every case waits, and goes on afterwards.
func TestDatabaseAwayForMinutes(t *testing.T) {
	t.Parallel()
	away := outage(t)
	budget := min(away*3/4, 60*time.Second).Round(time.Second) // of the clocks that run out while it is away
	seconds := fmt.Sprintf("%ds", int(budget.Seconds()))
	library := libraryWith(t, "outage", "demo@3", sets{
		"clocks.customer_info": seconds, "clocks.customer_response": seconds, "clocks.agent_decision": seconds,
		"clocks.return_shipment": seconds, "clocks.resolution": "1h",
	})
	direct := storetest.Empty(t, true)
	database, through := wireTo(t, direct)
	s := newStack(t, options{policy: "outage", library: library, databaseURL: through})
	w := newWitness(t, direct)

	ids := s.population(t, 50)
	w.awaitRelayed()
	require.Equal(t, 50, w.count("SELECT count(*) FROM cases WHERE gate = 'open'"), "cases open: the machine was too slow for clocks of %s", budget)
	before := map[string]int64{}
	for _, id := range ids {
		before[id] = s.length(t, id)
	}
	versions := w.count("SELECT sum(version)::int FROM cases")

	database.stall()
	pause(t, away/2)
	database.cut()
	pause(t, away-away/2)
	require.Equal(t, versions, w.count("SELECT sum(version)::int FROM cases"), "the database was not away")
	due := w.count("SELECT count(*) FROM cases WHERE due_at < now()")
	require.Equal(t, 50, due, "cases with a clock that ran out while the database was away")
	for _, id := range ids {
		grown := s.length(t, id) - before[id]
		require.LessOrEqual(t, grown, int64(outageEvents), "case %s: events while the database was away", id)
		running, _, err := s.door.Describe(t.Context(), id)
		require.NoError(t, err)
		require.True(t, running, "case %s ended while the database was away", id)
	}

	database.mend()
	super := s.supervisor(t)
	for _, id := range ids {
		until(t, 2*patience, "case "+id+" goes on to its end", func() bool {
			now := super.get(id)
			if now.Stage == dispute.StageAdjudication && now.Outcome == "" { // money is never paid by silence: a person decides
				super.reject(id, "unfounded")
			}
			return now.Gate == dispute.GateClosed
		})
	}
	for _, id := range ids {
		s.awaitCompleted(t, id)
		s.unblocked(t, id)
		s.intact(t, id)
	}
	require.Zero(t, w.count("SELECT count(*) FROM timeline WHERE type = $1", dispute.EventOrphaned), "orphans")
	until(t, patience, "all notices are out", func() bool { return w.count("SELECT count(*) FROM outbox WHERE state = 'pending'") == 0 })
	s.toldOnce(t, ids)
}

// pause lets real time pass: here it is the matter of the test.
func pause(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		require.FailNow(t, "the test is over")
	}
}

// population opens n cases and leaves each waiting for somebody: for evidence, for
// an answer to an offer, for an agent, for a parcel.
func (s *stack) population(t *testing.T, n int) []string {
	t.Helper()
	ids := make([]string, n)
	abreast(n, 12, func(i int) {
		c := s.customer(t)
		switch i % 4 {
		case 0:
			ids[i] = c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
		case 1:
			ids[i] = c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
			c.supply(ids[i])
			c.awaitOffer(ids[i])
		case 2:
			ids[i] = s.complain(t, c).ID
			c.await(ids[i], "waited for an agent", func(v view) bool { return v.Running(dispute.ClockAgentDecision, "") != nil })
		default:
			ids[i] = c.open(returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)).ID
			c.supply(ids[i])
			c.accept(ids[i])
			c.awaitLeg(ids[i], dispute.LegReturn, dispute.ReturnAwaitingShipment)
		}
	})
	return ids
}

// toldOnce insists that every notice of these cases was delivered exactly once.
func (s *stack) toldOnce(t *testing.T, ids []string) {
	t.Helper()
	for _, id := range ids {
		until(t, patience, "case "+id+": its end was told", func() bool {
			keys := map[string]int{}
			for _, e := range s.effects(t, partners.Notify, id, "notice.delivered") {
				keys[e.Key]++
				require.Equal(t, 1, keys[e.Key], "notice %s", e.Key)
			}
			return keys[id+"/closed/1"] > 0
		})
	}
}
