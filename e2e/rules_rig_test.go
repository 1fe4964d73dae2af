package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// Rules as an administrator publishes them.

func (s *stack) admin(t *testing.T) caller { return s.as(t, dispute.RoleAdmin, "ann") }

// yearWith is a year of the calendar cn in which only the given days are free, beside
// weekends.
func yearWith(year int, free ...string) string {
	doc := fmt.Sprintf("calendar: cn\nyear: %d\nzone: Asia/Shanghai\nsource: a notice of these tests\nweekend: [saturday, sunday]\n", year)
	if len(free) == 0 {
		return doc
	}
	doc += "holidays:\n"
	for _, day := range free {
		doc += fmt.Sprintf("  - {name: Test, first: %s, last: %s}\n", day, day)
	}
	return doc
}

// published is the answer of POST /v1/calendars.
type published struct {
	Revision int64 `json:"revision"`
	Touched  int64 `json:"touched"`
	Walk     struct {
		State  dispute.RuleJobState `json:"state"`
		Open   int64                `json:"open"`
		Looked int64                `json:"looked"`
	} `json:"walk"`
}

func (c caller) publishYear(document string) published {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/calendars", map[string]any{"document": document})
	require.Equal(c.t, http.StatusCreated, r.status, "%s", r.body)
	var p published
	r.decode(c.t, &p)
	return p
}

func (c caller) publishPolicy(files map[string]string) {
	c.t.Helper()
	r := c.do(http.MethodPost, "/v1/policies", map[string]any{"files": files})
	require.Equal(c.t, http.StatusCreated, r.status, "%s", r.body)
}

// walked waits until the walk of a revision has looked at all open cases.
func (s *stack) walked(t *testing.T, revision int64) dispute.RuleJob {
	t.Helper()
	var job dispute.RuleJob
	until(t, patience, "all open cases were looked at", func() bool {
		var err error
		job, err = s.record.RuleJob(t.Context(), revision)
		return err == nil && job.State != dispute.RuleJobRunning
	})
	return job
}

// resolution is the case's running clock of the whole.
func (c caller) resolution(id string) dispute.Clock {
	c.t.Helper()
	v := c.get(id)
	k := v.Running(dispute.ClockResolution, "")
	require.NotNil(c.t, k, "case %s has no running clock resolution", id)
	return *k
}

// movedDates are the dates that a calendar moved in a case, by its timeline.
func (s *stack) movedDates(t *testing.T, id string) (old, now []time.Time) {
	t.Helper()
	for _, e := range s.agent(t).timeline(id) {
		var data struct {
			Old time.Time `json:"old_due_at"`
			Due time.Time `json:"due_at"`
		}
		if e.Type != dispute.EventClockReprojected {
			continue
		}
		require.NoError(t, json.Unmarshal(e.Data, &data))
		old, now = append(old, data.Old), append(now, data.Due)
	}
	return old, now
}

// toldOfRules counts the signals that rules had sent to a case.
func (s *stack) toldOfRules(t *testing.T, id string) int {
	t.Helper()
	n := 0
	for after := int64(0); ; {
		page, err := s.record.ListInbox(t.Context(), "", after, 200)
		require.NoError(t, err)
		if len(page) == 0 {
			return n
		}
		for _, e := range page {
			if e.Source == "rules" && e.CaseID == id {
				n++
			}
		}
		after = page[len(page)-1].ID
	}
}

// shanghai is the zone of the calendar cn.
func shanghai(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	return zone
}

// workday is the n-th day after today that is neither Saturday nor Sunday.
func workday(t *testing.T, n int) time.Time {
	t.Helper()
	at := time.Now().In(shanghai(t))
	for n > 0 {
		at = at.AddDate(0, 0, 1)
		if at.Weekday() != time.Saturday && at.Weekday() != time.Sunday {
			n--
		}
	}
	return at
}

// ownPolicy is the folder of a policy that somebody wrote.
func ownPolicy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range filesOf(t, "default@3", sets{"name": "own", "version": 1}) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// ownYear is the file of a year that no case reaches.
func ownYear(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "cn-2041.yaml")
	require.NoError(t, os.WriteFile(file, []byte(yearWith(2041, "2041-10-01")), 0o600))
	return file
}
