package workflows_test

import (
	"io/fs"
	"os"
	"strings"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

var (
	secondSupervisor = dispute.Actor{Role: dispute.RoleSupervisor, ID: "super-2"}
	thirdSupervisor  = dispute.Actor{Role: dispute.RoleSupervisor, ID: "super-3"}
	treasurer        = dispute.Actor{Role: dispute.RoleFinance, ID: "fin-1"}
	citedRule        = []string{"CPL art. 24"}
)

// bargain gives the rig the newest default policy as bargain@1, with its section
// negotiation changed by pairs of old and new text.
func (r *rig) bargain(changes ...string) *rig { return r.bargainWith("negotiation.yaml", changes...) }

// bargainWith changes the file of that name.
func (r *rig) bargainWith(file string, changes ...string) *rig {
	files := fstest.MapFS{}
	under := os.DirFS("../dispute")
	for _, pattern := range []string{"policies/default/3/*.yaml", "calendars/*.yaml"} {
		names, err := fs.Glob(under, pattern)
		require.NoError(r.t, err)
		for _, name := range names {
			data, err := fs.ReadFile(under, name)
			require.NoError(r.t, err)
			text := string(data)
			if strings.HasSuffix(name, "policy.yaml") {
				text = strings.Replace(strings.Replace(text, "name: default", "name: bargain", 1), "version: 3", "version: 1", 1)
			}
			if strings.HasSuffix(name, "/"+file) {
				for i := 0; i+1 < len(changes); i += 2 {
					require.Contains(r.t, text, changes[i])
					text = strings.Replace(text, changes[i], changes[i+1], 1)
				}
			}
			files[strings.Replace(name, "policies/default/3", "policies/bargain/1", 1)] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	var err error
	r.library, err = dispute.ReadLibrary(files)
	require.NoError(r.t, err)
	r.policy = "bargain"
	r.renew(opened)
	return r
}

func (r *rig) askMediation(id string, by dispute.Actor) *reply {
	return r.send(dispute.UpdateMediate, id, dispute.MediateCommand{Command: cmd(id, by)})
}

func (r *rig) propose(id string, by dispute.Actor, remedies ...dispute.Remedy) *reply {
	return r.send(dispute.UpdateMediate, id, dispute.MediateCommand{Command: cmd(id, by), OfferID: "proposal", Remedies: remedies})
}

func (r *rig) consent(id string, by dispute.Actor, action dispute.ResponseAction) *reply {
	return r.send(dispute.UpdateRespond, id, dispute.RespondCommand{Command: cmd(id, by), OfferID: "proposal", Action: action})
}

// rule decides in adjudication, citing what the rig's rules know.
func (r *rig) rule(id string, by dispute.Actor, remedies ...dispute.Remedy) *reply {
	c := dispute.DecideCommand{Command: cmd(id, by), DecisionID: "decision_" + id, Remedies: remedies, Cites: citedRule}
	if len(remedies) == 0 {
		c.Reject = &dispute.Rejection{Code: "not_our_fault"}
	}
	return r.send(dispute.UpdateDecide, id, c)
}

func (r *rig) contest(id string, by dispute.Actor, evidence string) *reply {
	return r.send(dispute.UpdateAppeal, id, dispute.AppealCommand{Command: cmd(id, by), Evidence: []string{evidence}})
}

// toMediator plays an offer and the customer's decline, and asks for a mediator.
func (r *rig) toMediator() {
	r.after(time.Hour, func() { r.offer("o1", "o1", agent, yuan(dispute.RemedyPartialRefund, 1000)) })
	r.after(2*time.Hour, func() { r.answer("d1", "o1", dispute.ResponseDecline) })
	r.after(3*time.Hour, func() { r.askMediation("m1", customer) })
}

func (r *rig) waitingAt(d time.Duration) dispute.WaitingOn {
	r.mu.Lock()
	defer r.mu.Unlock()
	var at dispute.WaitingOn
	for _, b := range r.batches {
		if !b.At.After(opened.Add(d)) {
			at = b.Case.WaitingOn
		}
	}
	return at
}
