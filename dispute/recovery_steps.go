package dispute

import (
	"encoding/json"
	"slices"
	"time"
)

// The signal and the updates of a recovery (engine contract).
const (
	SignalClaimUpdate SignalName = "claim-update"

	UpdateSettle   UpdateName = "settle"
	UpdateWriteOff UpdateName = "write-off"
	UpdateContest  UpdateName = "contest"
)

// RefClaim is the key of a claim that was filed with a carrier or supplier.
const RefClaim ReferenceKind = "claim"

// ClaimUpdate is the party's word on a claim. Amount is what it accepts, or with `paid`
// what it has paid on this claim in all; 0 with `accepted` is the whole.
type ClaimUpdate struct {
	EventID    string      `json:"event_id"`
	ClaimKey   string      `json:"claim_key"`
	Status     ClaimStatus `json:"status"`
	Amount     Money       `json:"amount"`
	Reason     string      `json:"reason,omitempty"` // a code
	PartnerRef string      `json:"partner_ref,omitempty"`
	Sequence   int64       `json:"sequence"`
	At         *time.Time  `json:"occurred_at,omitempty"`
}

// Take applies a party's word. ignored says in a code why it changed nothing.
func (r *Recovery) Take(u ClaimUpdate, at time.Time) (ignored string) {
	c := r.Claim(u.ClaimKey)
	switch {
	case c == nil:
		return IgnoredUnknownClaimKey
	case !u.Status.Valid():
		return IgnoredUnknownStatus
	case u.Amount.Currency != "" && u.Amount.Currency != r.Currency:
		return IgnoredCurrencyDiffers
	case u.Amount.Amount < 0 || u.Amount.Amount > c.Amount:
		return IgnoredAmountExceedsClaim
	case u.Sequence > 0 && u.Sequence <= c.Sequence:
		return IgnoredStaleSequence
	}
	if ignored = c.take(u, r.Open(), at); ignored != "" {
		return ignored
	}
	c.Sequence = max(c.Sequence, u.Sequence)
	if u.PartnerRef != "" {
		c.PartnerRef = u.PartnerRef
	}
	if c.FiledAt == nil {
		c.FiledAt = &at
	}
	if r.FiledAt == nil {
		r.FiledAt = &at
	}
	r.Problem = ""
	r.Derive(at)
	return ""
}

// take moves one claim on; open is what the recovery still lacks.
func (c *RecoveryClaim) take(u ClaimUpdate, open int64, at time.Time) (ignored string) {
	was := *c
	switch u.Status {
	case ClaimFiled:
		if c.Status != "" {
			return IgnoredNothingNew
		}
		c.Status = ClaimFiled
		return ""
	case ClaimAccepted, ClaimPartlyAccepted:
		amount := u.Amount.Amount
		if amount == 0 {
			amount = c.Amount
		}
		if amount < c.Paid || c.Status == ClaimPaid {
			return IgnoredNothingNew
		}
		c.Status, c.Accepted = ClaimAccepted, amount
		if amount < c.Amount {
			c.Status = ClaimPartlyAccepted
		}
	case ClaimDenied:
		if c.Paid > 0 {
			return IgnoredPaidAlready
		}
		c.Status, c.Accepted = ClaimDenied, 0
	case ClaimPaid:
		switch more := u.Amount.Amount - c.Paid; {
		case more <= 0:
			return IgnoredNothingNew
		case more > open:
			return IgnoredAmountExceedsClaim // what was written off is not booked by itself
		}
		c.Paid = u.Amount.Amount
		c.Accepted = max(c.Accepted, c.Paid)
		if c.Paid >= c.Accepted {
			c.Status = ClaimPaid
		}
	}
	if c.Status == was.Status && c.Accepted == was.Accepted && c.Paid == was.Paid {
		return IgnoredNothingNew
	}
	c.Reason, c.AnsweredAt = u.Reason, &at
	return ""
}

// RecoveryCommand is what every update of a recovery carries.
type RecoveryCommand struct {
	Command
	NoteID string `json:"note_id,omitempty"`
}

// SettleCommand puts by hand what the party said outside of its API, or that its money
// has come. Amount is what it accepts, or what has come now; 0: all of it.
type SettleCommand struct {
	RecoveryCommand
	Result     ClaimStatus `json:"result"` // accepted, denied or paid
	Amount     int64       `json:"amount"`
	PartnerRef string      `json:"partner_ref,omitempty"`
	Reason     string      `json:"reason,omitempty"`
}

// WriteOffCommand gives up what is open.
type WriteOffCommand struct {
	RecoveryCommand
	ID     string `json:"id"`
	Reason string `json:"reason"` // a code
}

// ApproveWriteOffCommand answers a write-off that waits for another person.
type ApproveWriteOffCommand struct {
	RecoveryCommand
	WriteOffID string `json:"write_off_id"`
	Approve    bool   `json:"approve"`
}

// ContestCommand files a denied claim again, once, with new evidence; or tries to file one
// again that did not reach the party.
type ContestCommand struct {
	RecoveryCommand
	Evidence []ClaimEvidence `json:"evidence,omitempty"`
	Reason   string          `json:"reason,omitempty"`
}

// The actions on a recovery.
const (
	ActionSettle          = "settlement"
	ActionWriteOff        = "write-off"
	ActionContest         = "contest"
	ActionApproveWriteOff = "write-off-approval"
)

// Actions are what the actor may do now.
func (r *Recovery) Actions(a Actor) []string {
	var out []string
	for _, action := range []string{ActionSettle, ActionContest, ActionWriteOff, ActionApproveWriteOff} {
		if r.Allowed(a, action) == nil {
			out = append(out, action)
		}
	}
	return out
}

// Allowed says why the actor may not do something now; nil: they may.
func (r *Recovery) Allowed(a Actor, action string) *Error {
	if r.State.Final() {
		return Errorf(CodeNotAllowedNow, "the recovery has ended: it is %s", r.State)
	}
	switch action {
	case ActionSettle:
		if a.Role != RoleSupervisor && a.Role != RoleFinance {
			return Errorf(CodeForbidden, "a supervisor or finance settles a claim by hand")
		}
	case ActionContest:
		return r.contestable()
	case ActionWriteOff:
		switch {
		case r.Pending() != nil:
			return Errorf(CodeNotAllowedNow, "a write-off waits for its approval")
		case r.Awaits != AwaitsPerson || r.Writable() <= 0:
			return Errorf(CodeNotAllowedNow, "the %s is still awaited: nothing is written off before it has denied, or kept silent", r.Party)
		}
	case ActionApproveWriteOff:
		w := r.Pending()
		switch {
		case w == nil:
			return Errorf(CodeNotAllowedNow, "no write-off waits for an approval")
		case w.By.ID == a.ID:
			return Errorf(CodeSameAuthor, "nobody approves what they wrote")
		case !r.Limits.MayApprove(a.Role, w.Amount):
			return Errorf(CodeLimitExceeded, "a write-off of %s is for %s to approve", Money{Amount: w.Amount, Currency: r.Currency}, w.Approver)
		}
	}
	return nil
}

func (r *Recovery) contestable() *Error {
	last := r.Last()
	switch {
	case r.Awaits != AwaitsPerson:
		return Errorf(CodeNotAllowedNow, "nothing is there to contest: the recovery awaits %s", r.Awaits)
	case last.Status == "":
		return nil // filed again, under its key
	case last.Status == ClaimFiled:
		return Errorf(CodeNotAllowedNow, "the %s has not answered the claim", r.Party)
	case len(r.Claims) > 1:
		return Errorf(CodeNotAllowedNow, "a claim is contested once")
	case last.Amount <= last.Accepted:
		return Errorf(CodeNotAllowedNow, "the %s has accepted the whole claim", r.Party)
	}
	return nil
}

// Settle applies a settlement by hand to the newest claim that is not paid.
func (r *Recovery) Settle(c SettleCommand, at time.Time) error {
	if err := r.Allowed(c.Actor, ActionSettle); err != nil {
		return err
	}
	claim := r.Last()
	for i := range r.Claims {
		if one := &r.Claims[i]; c.Result == ClaimPaid && one.Accepted > one.Paid {
			claim = one // what was promised first is paid first
			break
		}
	}
	u := ClaimUpdate{ClaimKey: claim.Key, Status: c.Result, Amount: Money{Amount: c.Amount, Currency: r.Currency}, PartnerRef: c.PartnerRef, Reason: c.Reason}
	if c.Result == ClaimPaid {
		if c.Amount == 0 {
			u.Amount.Amount = claim.Amount - claim.Paid
			if claim.Accepted > claim.Paid {
				u.Amount.Amount = claim.Accepted - claim.Paid
			}
		}
		u.Amount.Amount += claim.Paid
	}
	if !slices.Contains([]ClaimStatus{ClaimAccepted, ClaimDenied, ClaimPaid}, c.Result) || c.Amount < 0 {
		return Invalid("a settlement is accepted, denied or paid", Field{"/result", "accepted, denied or paid"})
	}
	switch ignored := r.Take(u, at); ignored {
	case "":
	case IgnoredAmountExceedsClaim:
		return Invalid("more than was claimed", Field{"/amount", "at most what is open"})
	default:
		return Errorf(CodeNotAllowedNow, "the claim stands like that already (%s)", ignored)
	}
	if w := r.Pending(); w != nil { // it was about another amount
		w.State, w.EndedAt = WriteOffRefused, &at
		r.Derive(at)
	}
	return nil
}

// GiveUp writes off what is open, or asks for the approval that this needs.
func (r *Recovery) GiveUp(c WriteOffCommand, at time.Time) error {
	if err := r.Allowed(c.Actor, ActionWriteOff); err != nil {
		return err
	}
	w := WriteOff{ID: c.ID, Amount: r.Writable(), Reason: c.Reason, NoteID: c.NoteID, By: c.Actor, At: at, State: WriteOffDone}
	if r.Limits.Alone(c.Actor.Role, w.Amount) {
		w.EndedAt = &at
		r.WriteOff, r.WrittenOff = &w, r.WrittenOff+w.Amount
	} else {
		w.State, w.Approver = WriteOffPending, r.Limits.Approver(w.Amount)
		r.WriteOff = &w
	}
	r.Derive(at)
	return nil
}

// Approve answers the write-off that waits for it.
func (r *Recovery) Approve(c ApproveWriteOffCommand, at time.Time) error {
	if err := r.Allowed(c.Actor, ActionApproveWriteOff); err != nil {
		return err
	}
	w := *r.Pending()
	if c.WriteOffID != "" && c.WriteOffID != w.ID {
		return Errorf(CodeNotFound, "no such write-off waits for an approval")
	}
	w.State, w.Answered, w.EndedAt = WriteOffRefused, &c.Actor, &at
	if c.Approve {
		w.State = WriteOffDone
		r.WrittenOff += w.Amount
	}
	r.WriteOff = &w
	r.Derive(at)
	return nil
}

// Contest files the part of the claim again that was not accepted.
func (r *Recovery) Contest(c ContestCommand, at time.Time) error {
	if err := r.Allowed(c.Actor, ActionContest); err != nil {
		return err
	}
	last := r.Last()
	r.Problem = ""
	if last.Status != "" {
		r.Claims = append(r.Claims, RecoveryClaim{Key: r.claimKey(len(r.Claims) + 1), Contests: last.Key,
			Amount: min(last.Amount-last.Accepted, r.Open()), Evidence: c.Evidence, NoteID: c.NoteID})
	}
	r.Derive(at)
	return nil
}

// RecoveryBatch is what one step of a recovery writes, in one transaction.
type RecoveryBatch struct {
	Recovery   Recovery      `json:"recovery"`
	RunID      string        `json:"run_id"`
	Number     int64         `json:"number"` // rises within the run
	At         time.Time     `json:"at"`
	Entries    []Entry       `json:"entries"`
	Notices    []Notice      `json:"notices,omitempty"`    // their numbers are given by the record
	References []Reference   `json:"references,omitempty"` // the claim keys
	Starting   *ClockRequest `json:"starting,omitempty"`
}

// RecoveryReceipt is the answer to a batch.
type RecoveryReceipt struct {
	Version int64  `json:"version"`
	Clock   *Clock `json:"clock,omitempty"`
}

// RecoveryRun is an open recovery, for the sweep.
type RecoveryRun struct {
	Recovery Recovery
	RunID    string
	Orphaned bool
}

// RecoveryRecord is a recovery with what only its row knows.
type RecoveryRecord struct {
	Recovery Recovery
	Orphaned bool
}

// RecoveryFilter selects recoveries; empty fields select all.
type RecoveryFilter struct {
	State  RecoveryState
	Party  Party
	CaseID string
	Cursor string
	Limit  int // 0: 50
}

// RecoveryPage is one page of them, newest first.
type RecoveryPage struct {
	Items []RecoveryRecord
	Next  string
}

// RecoveryEntry is one line of a recovery's own timeline, chained by hash like a case's.
type RecoveryEntry struct {
	Seq      int64           `json:"seq"`
	Type     EventType       `json:"type"`
	At       time.Time       `json:"at"`
	Actor    Actor           `json:"actor"`
	State    RecoveryState   `json:"state"`
	Reason   string          `json:"reason,omitempty"`
	EventID  string          `json:"event_id,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"`
	PrevHash string          `json:"prev_hash"`
	Hash     string          `json:"hash"`
}
