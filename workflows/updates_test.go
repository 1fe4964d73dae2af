package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// accept answers offer_1 as it was seen at a version, under a Temporal update id.
func (r *rig) acceptAt(temporalID, updateID string, version int64) *reply {
	c := dispute.RespondCommand{Command: cmd(updateID, customer), OfferID: "offer_1", Action: dispute.ResponseAccept}
	if version != 0 {
		c.ExpectedVersion = &version
	}
	return r.send(dispute.UpdateRespond, temporalID, c)
}

func TestUpdates(t *testing.T) {
	t.Parallel()
	playAll(t, []scenario{
		{"a stale expected_version is refused and leaves no trace", func(t *testing.T, r *rig) {
			var stale, fresh *reply
			var before int
			r.after(time.Hour, r.supply)
			r.after(2*time.Hour, func() { before = len(r.entries()); stale = r.acceptAt("t1", "u1", r.last().Version) })
			r.after(3*time.Hour, func() { require.Len(t, r.entries(), before); fresh = r.acceptAt("t2", "u2", r.last().Version+1) })
			r.run(r.opening())
			require.Equal(t, dispute.CodeStaleVersion, stale.code)
			require.True(t, stale.rejected)
			require.Empty(t, fresh.code)
			require.Positive(t, fresh.version)
		}},
		{"the validator refuses with the code of the reason", func(t *testing.T, r *rig) {
			stranger := dispute.Actor{Role: dispute.RoleCustomer, ID: "cust-2"}
			asked := map[dispute.Code]*reply{}
			r.after(time.Hour, func() {
				asked[dispute.CodeNotFound] = r.escalate("u1", stranger)
				asked[dispute.CodeForbidden] = r.decide("u2", customer, dispute.Remedy{Type: dispute.RemedyRefund})
				asked[dispute.CodeNotAllowedNow] = r.decide("u3", supervisor, dispute.Remedy{Type: dispute.RemedyRefund})
			})
			r.run(r.opening())
			for code, a := range asked {
				require.Equal(t, code, a.code)
				require.True(t, a.rejected, code)
			}
		}},
		{"a repeated update id answers the same version and does nothing twice", func(t *testing.T, r *rig) {
			var first, again *reply
			r.after(time.Hour, r.supply)
			r.after(2*time.Hour, func() { first = r.acceptAt("t1", "u1", 0) })
			r.after(3*time.Hour, func() { again = r.acceptAt("t2", "u1", 0) })
			r.run(r.opening())
			require.Empty(t, again.code)
			require.Equal(t, first.version, again.version)
			require.Equal(t, 1, r.has(dispute.EventOfferAnswered))
			require.Equal(t, 1, r.times("label"))
		}},
		{"commands typed by hand without an update id are never repetitions", func(t *testing.T, r *rig) {
			note := dispute.NoteCommand{Command: cmd("", agent), NoteID: "txt_1"}
			r.after(time.Hour, func() { r.send(dispute.UpdateNote, "t1", note) })
			r.after(2*time.Hour, func() { r.send(dispute.UpdateNote, "t2", note) })
			r.run(r.opening())
			require.Equal(t, 2, r.has(dispute.EventNote))
		}},
		{"the same update sent twice in one breath is applied once", func(t *testing.T, r *rig) {
			var a, b *reply
			r.after(time.Hour, r.supply)
			r.after(2*time.Hour, func() { a, b = r.acceptAt("t1", "u1", 0), r.acceptAt("t2", "u1", 0) })
			r.run(r.opening())
			require.Empty(t, a.code)
			require.Empty(t, b.code)
			require.Equal(t, a.version, b.version)
			require.Equal(t, 1, r.has(dispute.EventOfferAnswered))
		}},
		{"accepting twice: the second is not allowed any more", func(t *testing.T, r *rig) {
			var a, b *reply
			r.after(time.Hour, r.supply)
			r.after(2*time.Hour, func() { a, b = r.acceptAt("t1", "u1", 0), r.acceptAt("t2", "u2", 0) })
			r.run(r.opening())
			require.Empty(t, a.code)
			require.Equal(t, dispute.CodeNotAllowedNow, b.code)
			require.Equal(t, 1, r.times("label"))
		}},
		{"a foreign offer is not found", func(t *testing.T, r *rig) {
			var a *reply
			r.after(time.Hour, r.supply)
			r.after(2*time.Hour, func() { a = r.answer("u1", "offer_9", dispute.ResponseAccept) })
			r.run(r.opening())
			require.Equal(t, dispute.CodeNotFound, a.code)
		}},
		{"an unknown answer to an offer is invalid and leaves it open", func(t *testing.T, r *rig) {
			var a *reply
			r.after(time.Hour, r.supply)
			r.after(2*time.Hour, func() { a = r.answer("u1", "offer_1", "perhaps") })
			r.after(3*time.Hour, func() { require.Equal(t, dispute.OfferOpen, r.last().Offers[0].State) })
			r.run(r.opening())
			require.Equal(t, dispute.CodeInvalid, a.code)
			require.Zero(t, r.has(dispute.EventOfferAnswered))
		}},
		{"an unknown resolution is invalid and changes nothing", func(t *testing.T, r *rig) {
			var a *reply
			r.after(3*time.Hour, func() { a = r.resolveLeg("u2", "return-1", "perhaps") })
			r.after(4*time.Hour, func() { require.Equal(t, dispute.ReturnAwaitingShipment, r.legState("return-1")) })
			r.run(r.accepted())
			require.Equal(t, dispute.CodeInvalid, a.code)
		}},
		{"more than was captured is refused, whoever asks", func(t *testing.T, r *rig) {
			var a *reply
			r.after(time.Hour, func() { a = r.decide("u1", supervisor, yuan(dispute.RemedyPartialRefund, 99999)) })
			r.after(2*time.Hour, func() { r.reject("u2", supervisor) })
			r.run(r.claimForDesk())
			require.Equal(t, dispute.CodeExceedsCapture, a.code)
			r.unpaid()
		}},
		{"an assignment is recorded and moves nothing else", func(t *testing.T, r *rig) {
			r.after(time.Hour, func() {
				r.send(dispute.UpdateAssign, "u1", dispute.AssignCommand{Command: cmd("u1", supervisor), Assignee: "agent-7", Team: "vip"})
			})
			r.run(r.opening())
			require.Equal(t, "agent-7", r.last().Assignee)
			require.Equal(t, 1, r.has(dispute.EventAssigned))
			r.ended(dispute.OutcomeExpired)
		}},
	})
}
