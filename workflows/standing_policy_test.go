package workflows_test

import (
	"io/fs"
	"os"
	"strings"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// standingPolicy is default@1 with all that format 2 adds to its clocks, in round
// numbers: what the tests of suspension, appeal, survey and proof count on.
const standingPolicy = `
format: 2
effective_from: 2020-01-01
binds: opening_time
quiet_hours: {from: "22:00", to: "08:00"}
suspension:
  awaiting_customer:
    while: [customer_response, evidence_supplement]
    moves: [resolution]
  agreed_pause: {limit: 10d, moves: [resolution, agent_decision, customer_response, return_shipment]}
  court_or_police: {limit: 90d, moves: [resolution, agent_decision, supervisor_decision]}
  appraisal: {limit: 3d, moves: [agent_decision]}
extension:
  clocks: [resolution, customer_response, return_shipment]
  most: 2wd
  times: 2
refund: {free_shipping: keep, gifts: keep, outbound_freight: customer}
retention: {record: 1095d, texts: 365d}
`

const standingClocks = `clocks:
  evidence_supplement: {budget: 24h, owner: agent, on_expiry: ` + dispute.SilenceJudge + `}
  appeal_window: {budget: 7d, owner: customer, on_expiry: ` + dispute.SilenceFinal + `}
  survey: {budget: 3d, again: 7d, owner: customer, on_expiry: ` + dispute.SilenceAsk + `, then: ` + dispute.SilenceUnanswered + `}
  suspension: {budget: 30d, owner: supervisor, on_expiry: ` + dispute.SilenceResume + `}
`

// standingDefective leaves claims about defects to a person, as default@3 does.
const standingDefective = `  defective:
    route: offer
    routes: [{when: case.kind == "claim", route: person}]
`

// standing gives the rig the policy standing@1, changed by pairs of old and new text.
func (r *rig) standing(changes ...string) *rig {
	r.library, r.policy = standingLibrary(r.t, changes...), "standing"
	r.renew(opened)
	return r
}

func standingLibrary(t tester, changes ...string) *dispute.Library {
	library, err := dispute.ReadLibrary(standingFiles(t, nil, changes...))
	require.NoError(t, err)
	return library
}

// standingFiles are the files of that library; edit may change one by its name.
func standingFiles(t tester, edit func(name, text string) string, changes ...string) fstest.MapFS {
	files := fstest.MapFS{}
	read := func(name string) string {
		data, err := os.ReadFile("../dispute/" + name)
		require.NoError(t, err)
		text := string(data)
		if edit != nil {
			text = edit(name, text)
		}
		files[name] = &fstest.MapFile{Data: []byte(text)}
		return text
	}
	text := strings.Replace(read("policies/default/1/policy.yaml"), "name: default", "name: standing", 1) + standingPolicy
	text = strings.Replace(text, "clocks:\n", standingClocks, 1)
	text = strings.Replace(text, "  defective:\n    route: offer\n", standingDefective, 1)
	for i := 0; i+1 < len(changes); i += 2 {
		require.Contains(t, text, changes[i])
		text = strings.ReplaceAll(text, changes[i], changes[i+1])
	}
	files["policies/standing/1/policy.yaml"] = &fstest.MapFile{Data: []byte(text)}
	calendars, err := fs.Glob(os.DirFS("../dispute"), "calendars/*.yaml")
	require.NoError(t, err)
	for _, name := range calendars {
		read(name)
	}
	return files
}
