package workflows

import "github.com/redresshq/redress/dispute"

// What is said within a case. The first word to the customer has a clock of its own,
// first_response; next_reply counts from then on, a round a question, and never after
// the case has ended.

// customerWrote starts the clock of the answer to a customer's message. While the first
// response is still owed that one counts; of several messages that nobody answered the
// first one does.
func (r *caseRun) customerWrote() {
	if !r.foresees(dispute.ClockNextReply) || r.Engine.Ending != "" ||
		r.Case.Counting(dispute.ClockFirstResponse, "") != nil || r.Case.Counting(dispute.ClockNextReply, "") != nil {
		return
	}
	k := r.startNow(dispute.ClockRequest{Name: dispute.ClockNextReply})
	r.notify(dispute.NoticeTask, dispute.RoleAgent, kv{"what": dispute.TaskReply, "due_at": k.DueAt})
}

// repliedBy meets that clock: a person of the shop has told the customer something.
// What a rule does by itself answers no question.
func (r *caseRun) repliedBy(who dispute.Actor) {
	if who.Is(dispute.RoleAgent) {
		r.meetClock(dispute.ClockNextReply, "")
	}
}
