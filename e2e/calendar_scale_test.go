package e2e_test

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// casesEnv is how many cases TestACalendarIsCorrectedAtScale opens.
const casesEnv = "REDRESS_TEST_CASES"

func casesOfTest(t *testing.T) int {
	t.Helper()
	text := os.Getenv(casesEnv)
	if text == "" {
		return 100
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, casesEnv)
	return n
}

// Many real cases with a clock of working days, a correction that moves them all, and one
// that moves none. It tells how long each took; `make scale` does it with 10,000.
func TestACalendarIsCorrectedAtScale(t *testing.T) {
	t.Parallel()
	n := casesOfTest(t)
	s := newStack(t, options{policy: "many", library: libraryWith(t, "many", "demo@3",
		sets{"clocks.customer_info": "7wd", "clocks.first_response": "99d"})})
	admin, year := s.admin(t), time.Now().In(shanghai(t)).Year()
	admin.publishYear(yearWith(year))
	admin.publishYear(yearWith(year + 1))

	began := time.Now()
	s.openMany(t, n)
	t.Logf("%d cases opened in %s", n, time.Since(began).Round(time.Second))
	require.Zero(t, s.reprojected(t, "clock.reprojected"))

	limit := patience + time.Duration(n)*50*time.Millisecond
	began = time.Now()
	day := workday(t, 3)
	r := admin.publishYear(yearWith(day.Year(), day.Format(time.DateOnly))).Revision
	var job dispute.RuleJob
	until(t, limit, "all open cases were looked at", func() bool {
		var err error
		job, err = s.record.RuleJob(t.Context(), r)
		return err == nil && job.State != dispute.RuleJobRunning
	})
	looked := time.Since(began)
	require.EqualValues(t, []int64{int64(n), int64(n), 0}, []int64{job.Looked, job.Touched, job.Failed})
	until(t, limit, "every case has its new date", func() bool { return s.reprojected(t, "clock.reprojected") >= n })
	t.Logf("%d open cases looked at after %s; all have their new dates after %s", n, looked.Round(10*time.Millisecond), time.Since(began).Round(100*time.Millisecond))

	began = time.Now()
	far := time.Date(year+1, 12, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
	r = admin.publishYear(yearWith(year+1, far)).Revision
	until(t, limit, "all open cases were looked at", func() bool {
		j, err := s.record.RuleJob(t.Context(), r)
		job = j
		return err == nil && job.State != dispute.RuleJobRunning
	})
	require.EqualValues(t, []int64{int64(n), 0}, []int64{job.Looked, job.Touched})
	t.Logf("a correction that touches none took %s", time.Since(began).Round(10*time.Millisecond))
	require.Equal(t, n, s.reprojected(t, "clock.reprojected"), "each case once")
}

// openMany opens cases that wait for evidence.
func (s *stack) openMany(t *testing.T, n int) {
	t.Helper()
	next := make(chan int)
	var openers sync.WaitGroup
	for range 32 {
		openers.Go(func() {
			for i := range next {
				id := fmt.Sprintf("case_%06d", i)
				_, err := s.door.Open(t.Context(), dispute.Opening{
					CaseID: id, ShopID: "shop-1", Kind: dispute.KindReturn, Reason: dispute.ReasonDamagedInTransit, Channel: dispute.ChannelInApp,
					OrderID: "order_" + id, CustomerID: "cust_" + id, Lines: []dispute.Line{{LineID: "cup", Quantity: 1}},
					OpenedBy: dispute.Actor{Role: dispute.RoleCustomer, ID: "cust_" + id}, OpenedAt: time.Now().UTC(),
				}, "open-"+id)
				if err != nil {
					t.Errorf("case %s: %v", id, err)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	openers.Wait()
	require.False(t, t.Failed())
}

// reprojected counts entries of a type over all cases.
func (s *stack) reprojected(t *testing.T, kind string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.database)
	require.NoError(t, err)
	defer func() { logged(conn.Close(t.Context())) }()
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM timeline WHERE type = $1", kind).Scan(&n))
	return n
}
