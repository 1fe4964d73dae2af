package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// write sends a message of the customer within the case.
func (r *rig) write(id string) *reply {
	return r.send(dispute.UpdateNote, id, dispute.NoteCommand{Command: cmd(id, customer), NoteID: "txt_" + id, Customer: true})
}

// writeBack is an agent's message to the customer.
func (r *rig) writeBack(id string) *reply {
	return r.send(dispute.UpdateNote, id, dispute.NoteCommand{Command: cmd(id, agent), NoteID: "txt_" + id, Customer: true})
}

// What silence brings after a customer's message within a case (format 3). The first
// reply to the customer and the answers after it are clocks of their own.
var nextReplySilences = []scenario{
	{"a message after the first reply: 24 h, then the supervisor is told and nothing closes", func(t *testing.T, r *rig) {
		r.under(newest)
		r.after(time.Hour, func() { r.writeBack("a1") })
		r.after(2*time.Hour, func() { r.write("m1") })
		r.after(3*time.Hour, func() { r.write("m2") }) // the first that nobody answered counts
		r.after(30*time.Hour, func() {
			r.decide("u1", agent, yuan(dispute.RemedyCompensation, 1000))
		})
		r.run(r.complaint())
		r.ranOut(dispute.ClockNextReply, 26*time.Hour)
		r.ranOut(dispute.ClockFirstResponse)
		require.Contains(t, r.told(dispute.RoleAgent), "task reply")
		require.Contains(t, r.told(dispute.RoleSupervisor), "breach next_reply")
		require.True(t, r.last().Breached)
		require.Equal(t, dispute.StageNegotiation, r.stageAt(27*time.Hour), "a breach closes nothing")
		r.ended(dispute.OutcomeResolved)
	}},
	{"an agent's message meets it, and the next message starts it anew", func(t *testing.T, r *rig) {
		r.under(newest)
		r.after(time.Hour, func() { r.writeBack("a1") })
		r.after(2*time.Hour, func() { r.write("m1") })
		r.after(10*time.Hour, func() { r.writeBack("a2") })
		r.after(11*time.Hour, func() { r.write("m2") })
		r.after(40*time.Hour, func() { r.withdraw("u1") })
		r.run(r.complaint())
		r.ranOut(dispute.ClockNextReply, 35*time.Hour)
		require.Equal(t, dispute.ClockMet, r.clockAt(10*time.Hour+time.Minute, dispute.ClockNextReply, "").State)
	}},
	{"before the first reply the first reply's clock counts alone", func(t *testing.T, r *rig) {
		r.under(newest)
		r.after(time.Hour, func() { r.write("m1") })
		r.after(50*time.Hour, func() { r.withdraw("u1") })
		r.run(r.complaint())
		r.ranOut(dispute.ClockFirstResponse, 48*time.Hour)
		r.ranOut(dispute.ClockNextReply)
	}},
	{"an internal note does not meet it, an offer of an agent does", func(t *testing.T, r *rig) {
		r.under(newest)
		r.after(time.Hour, func() { r.writeBack("a1") })
		r.after(2*time.Hour, func() { r.write("m1") })
		r.after(3*time.Hour, func() {
			r.send(dispute.UpdateNote, "n1", dispute.NoteCommand{Command: cmd("n1", agent), NoteID: "txt_n1"})
		})
		r.after(20*time.Hour, func() {
			r.offer("o1", "offer_1", agent, yuan(dispute.RemedyCompensation, 1000))
		})
		r.after(22*time.Hour, func() { r.answer("r1", "offer_1", dispute.ResponseAccept) })
		r.run(r.complaint())
		r.ranOut(dispute.ClockNextReply)
		require.Equal(t, dispute.ClockRunning, r.clockAt(4*time.Hour, dispute.ClockNextReply, "").State)
		r.ended(dispute.OutcomeResolved)
	}},
	{"the remedy does not answer the question; the end of the case stops the clock", func(t *testing.T, r *rig) {
		r.under(newest)
		r.after(time.Hour, func() {
			r.decide("u1", agent, yuan(dispute.RemedyCompensation, 1000))
		})
		r.after(15*day, func() { r.write("m1") })
		r.after(16*day-2*time.Hour, func() { r.write("m2") })
		r.run(r.complaint())
		require.Equal(t, dispute.StageFollowUp, r.stageAt(15*day+time.Minute))
		require.Equal(t, dispute.ClockRunning, r.clockAt(15*day+time.Minute, dispute.ClockNextReply, "").State)
		r.ranOut(dispute.ClockNextReply)
		r.ended(dispute.OutcomeResolved)
	}},
	{"a chat is answered in minutes of the desk's hours, and nobody is late overnight", func(t *testing.T, r *rig) {
		r.under(newest)
		r.after(time.Hour+time.Minute, func() { r.writeBack("a1") })  // 13:01; the desk is back from its noon break
		r.after(5*time.Hour+55*time.Minute, func() { r.write("m1") }) // 17:55
		r.after(3*day, func() { r.withdraw("u1") })
		o := r.complaint()
		o.Channel = dispute.ChannelChat
		r.run(o)
		r.ranOut(dispute.ClockFirstResponse)
		r.ranOut(dispute.ClockNextReply, 21*time.Hour+5*time.Minute) // 9:05 of the next working day
	}},
	{"a case of an earlier format has no such clock", func(t *testing.T, r *rig) {
		r.after(time.Hour, func() { r.writeBack("a1") })
		r.after(2*time.Hour, func() { r.write("m1") })
		r.after(30*time.Hour, func() { r.withdraw("u1") })
		r.run(r.complaint())
		r.ranOut(dispute.ClockNextReply)
		last := r.last()
		require.Nil(t, last.Running(dispute.ClockNextReply, ""))
		require.NotContains(t, r.told(dispute.RoleAgent), "task reply")
	}},
}

// Rows 1 and 2 of the capabilities: what silence brings on the first reply by channel. The
// case is opened on a Monday at noon, when the desk has its break until 13:00.
func TestSilenceOfTheFirstReplyByChannel(t *testing.T) {
	t.Parallel()
	for channel, due := range map[dispute.Channel]time.Duration{
		dispute.ChannelInApp: 48 * time.Hour, dispute.ChannelEmail: 24 * time.Hour, dispute.ChannelChat: 70 * time.Minute,
		dispute.ChannelPhone: 5 * time.Hour, dispute.ChannelAppeal: 24 * time.Hour, dispute.Channel12315: 24 * time.Hour,
	} {
		t.Run(string(channel), func(t *testing.T) {
			t.Parallel()
			r := setup(t)
			r.under(newest)
			r.after(50*time.Hour, func() { r.withdraw("w1") })
			o := r.complaint()
			o.Channel = channel
			r.run(o)
			r.ranOut(dispute.ClockFirstResponse, due)
			require.Contains(t, r.told(dispute.RoleSupervisor), "breach first_response")
			r.ended(dispute.OutcomeWithdrawn)
		})
	}
}
