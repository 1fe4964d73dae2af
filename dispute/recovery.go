package dispute

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// RecoveryState is where the claim for what the shop has paid to a customer stands: filed
// with the carrier or supplier, answered, and ended.
type RecoveryState string

// The states of a recovery.
const (
	RecoveryRequired   RecoveryState = "required"    // on record; the party has not confirmed that it has the claim
	RecoveryFiled      RecoveryState = "claim_filed" // the party has it
	RecoveryAccepted   RecoveryState = "accepted"    // as a whole or in part; the money is awaited
	RecoveryDenied     RecoveryState = "denied"
	RecoveryRecovered  RecoveryState = "recovered"   // something came back; what did not is written off
	RecoveryWrittenOff RecoveryState = "written_off" // nothing came back
)

// Final says that nothing more is awaited.
func (s RecoveryState) Final() bool { return s == RecoveryRecovered || s == RecoveryWrittenOff }

// ClaimStatus is the party's word on one claim.
type ClaimStatus string

// The statuses of a claim; "" while it has not been filed.
const (
	ClaimFiled          ClaimStatus = "filed"
	ClaimAccepted       ClaimStatus = "accepted"
	ClaimPartlyAccepted ClaimStatus = "partly_accepted"
	ClaimDenied         ClaimStatus = "denied"
	ClaimPaid           ClaimStatus = "paid"
)

// Valid says whether a party may report the status.
func (s ClaimStatus) Valid() bool {
	return slices.Contains([]ClaimStatus{ClaimFiled, ClaimAccepted, ClaimPartlyAccepted, ClaimDenied, ClaimPaid}, s)
}

// Recovery is what the shop wants back from a carrier or supplier for what it has paid to
// the customer of a case. It has a life of its own: the case may be closed long before.
// Amounts are minor units of Currency. Like a case it holds ids, codes and dates only.
type Recovery struct {
	ID     string `json:"id"` // <case id>-<party>-<number>
	CaseID string `json:"case_id"`
	ShopID string `json:"shop_id"`
	Party  Party  `json:"party"`  // carrier or supplier
	Number int    `json:"number"` // of the party's recoveries of the case, from 1

	State    RecoveryState `json:"state"`
	Awaits   RecoveryPhase `json:"awaits"`     // what comes next
	Waiting  WaitingOn     `json:"waiting_on"` // who has to do it
	Problem  string        `json:"problem,omitempty"`
	Version  int64         `json:"version"` // rises with every record
	Currency string        `json:"currency"`

	Claimed    int64 `json:"claimed"`
	Accepted   int64 `json:"accepted"`
	Recovered  int64 `json:"recovered"`   // received from the party
	WrittenOff int64 `json:"written_off"` // given up

	PolicyVersion string          `json:"policy_version"`
	Explanation   Explanation     `json:"explanation"`
	Items         []RecoveryItem  `json:"items"` // Claimed, part by part
	Evidence      []ClaimEvidence `json:"evidence"`
	Claims        []RecoveryClaim `json:"claims"` // the first, and the one that contests its denial
	Limits        WriteOffLimits  `json:"write_off_limits"`
	WriteOff      *WriteOff       `json:"write_off,omitempty"` // the last that was asked for
	Clock         *Clock          `json:"clock,omitempty"`

	OrderID        string     `json:"order_id"`
	Reason         Reason     `json:"reason"`
	Carrier        string     `json:"carrier,omitempty"`
	TrackingNumber string     `json:"tracking_number,omitempty"`
	OpenedAt       time.Time  `json:"opened_at"`
	FiledAt        *time.Time `json:"filed_at,omitempty"`
	ClosedAt       *time.Time `json:"closed_at,omitempty"`

	// Seen are the last events and updates that were applied, so that none counts twice.
	Seen []string `json:"seen,omitempty"`
}

// RecoveryPhase is what a recovery waits for.
type RecoveryPhase string

// The phases.
const (
	AwaitsFiling   RecoveryPhase = "filing"   // the party has to take the claim
	AwaitsAnswer   RecoveryPhase = "answer"   // the party has to accept or deny it
	AwaitsPayment  RecoveryPhase = "payment"  // the party has to pay what it accepted
	AwaitsPerson   RecoveryPhase = "person"   // somebody decides: contest, settle by hand, write off
	AwaitsApproval RecoveryPhase = "approval" // somebody else has to agree to a write-off
	AwaitsNothing  RecoveryPhase = "nothing"
)

// RecoveryPart is a kind of loss that may be claimed.
type RecoveryPart string

// The kinds of loss.
const (
	LossGoods        RecoveryPart = "goods"        // refunded goods that did not come back as new
	LossFreight      RecoveryPart = "freight"      // refunded shipping charges
	LossCompensation RecoveryPart = "compensation" // new money paid to the customer
	LossReplacement  RecoveryPart = "replacement"  // goods sent anew, at what was paid for them
)

var recoveryParts = []RecoveryPart{LossGoods, LossFreight, LossCompensation, LossReplacement}

// RecoveryItem is one part of what is claimed: of what was paid with a leg, the party's
// share. Amount is Paid times Percent, rounded over all parties by largest remainder, and
// of that the policy's part, rounded down.
type RecoveryItem struct {
	LegID   string       `json:"leg_id"`
	Part    RecoveryPart `json:"part"`
	LineID  string       `json:"line_id,omitempty"`
	Paid    int64        `json:"paid"`
	Percent int          `json:"percent"` // the party's share of the liability
	Share   int          `json:"share"`   // how much of its share is claimed, in percent
	Amount  int64        `json:"amount"`
}

// ClaimEvidence is proof that goes with a claim: who holds the bytes can check the hash.
type ClaimEvidence struct {
	EvidenceID string       `json:"evidence_id"`
	Type       EvidenceType `json:"type"`
	SHA256     string       `json:"sha256,omitempty"`
}

// RecoveryClaim is one claim as it was filed with the party.
type RecoveryClaim struct {
	Key        string          `json:"claim_key"` // the idempotency key of every try
	Contests   string          `json:"contests,omitempty"`
	Amount     int64           `json:"amount"`
	Evidence   []ClaimEvidence `json:"evidence,omitempty"` // what was added to that of the recovery
	NoteID     string          `json:"note_id,omitempty"`
	Status     ClaimStatus     `json:"status,omitempty"`
	Accepted   int64           `json:"accepted"`
	Paid       int64           `json:"paid"`
	PartnerRef string          `json:"partner_ref,omitempty"`
	Sequence   int64           `json:"sequence,omitempty"` // of the party's last word
	Reason     string          `json:"reason,omitempty"`   // a code, with denied and partly_accepted
	FiledAt    *time.Time      `json:"filed_at,omitempty"`
	AnsweredAt *time.Time      `json:"answered_at,omitempty"`
}

// WriteOff is a part of a claim that somebody gives up.
type WriteOff struct {
	ID       string     `json:"id"`
	Amount   int64      `json:"amount"`
	Reason   string     `json:"reason"` // a code
	NoteID   string     `json:"note_id,omitempty"`
	By       Actor      `json:"by"`
	At       time.Time  `json:"at"`
	State    string     `json:"state"`              // one of the WriteOff constants
	Approver Role       `json:"approver,omitempty"` // who has to agree
	Answered *Actor     `json:"answered_by,omitempty"`
	EndedAt  *time.Time `json:"ended_at,omitempty"`
}

// The states of a write-off.
const (
	WriteOffPending = "pending" // waits for an approval
	WriteOffDone    = "done"
	WriteOffRefused = "refused"
)

// Problems for which a person has to look at a recovery.
const (
	RecoveryNotFiled = "claim_not_filed" // the party could not be reached, or takes no claims by its API
	RecoveryNoAnswer = "no_answer"       // silence, after a second notice
)

// RecoveryID is the id of a recovery in the API and the record.
func RecoveryID(caseID string, p Party, number int) string {
	return fmt.Sprintf("%s-%s-%d", caseID, p, number)
}

// RecoveryWorkflowID is the id of its workflow, and what its claim keys begin with.
func RecoveryWorkflowID(caseID string, p Party, number int) string {
	return fmt.Sprintf("recovery/%s/%s-%d", caseID, p, number)
}

// WorkflowID is the id of the recovery's workflow.
func (r *Recovery) WorkflowID() string { return RecoveryWorkflowID(r.CaseID, r.Party, r.Number) }

// RecoveryOfClaim is the workflow that a claim key belongs to, "" for a key that is not ours.
func RecoveryOfClaim(key string) string {
	id, _, ok := strings.Cut(key, "/claim-")
	if !ok || !strings.HasPrefix(id, "recovery/") {
		return ""
	}
	return id
}

// RecoveryIDOfClaim is the id of the recovery that a claim key belongs to, "" for a key
// that is not ours.
func RecoveryIDOfClaim(key string) string {
	id := strings.TrimPrefix(RecoveryOfClaim(key), "recovery/")
	return strings.Replace(id, "/", "-", 1)
}

// claimKey is the key of the nth claim, from 1.
func (r *Recovery) claimKey(n int) string { return fmt.Sprintf("%s/claim-%d", r.WorkflowID(), n) }

// Claim returns the claim with the key, or nil.
func (r *Recovery) Claim(key string) *RecoveryClaim {
	for i := range r.Claims {
		if r.Claims[i].Key == key {
			return &r.Claims[i]
		}
	}
	return nil
}

// Last is the newest claim; every recovery has one.
func (r *Recovery) Last() *RecoveryClaim { return &r.Claims[len(r.Claims)-1] }

// Open is what neither came back nor was written off, in minor units.
func (r *Recovery) Open() int64 { return r.Claimed - r.Recovered - r.WrittenOff }

// promised is what was accepted and has not been paid yet.
func (r *Recovery) promised() int64 {
	sum := int64(0)
	for _, c := range r.Claims {
		if c.Status == ClaimAccepted || c.Status == ClaimPartlyAccepted {
			sum += max(c.Accepted-c.Paid, 0)
		}
	}
	return min(sum, r.Open())
}

// Writable is what may be written off now: everything that is open but what the party has
// promised to pay; once it fails to, that too.
func (r *Recovery) Writable() int64 {
	if r.Problem != "" {
		return r.Open()
	}
	return r.Open() - r.promised()
}

// Pending is the write-off that waits for an approval, or nil.
func (r *Recovery) Pending() *WriteOff {
	if r.WriteOff != nil && r.WriteOff.State == WriteOffPending {
		return r.WriteOff
	}
	return nil
}

// saw says whether an event or update was applied before, and remembers it.
func (r *Recovery) saw(id string) bool {
	if id == "" {
		return false
	}
	if slices.Contains(r.Seen, id) {
		return true
	}
	const most = 60
	r.Seen = append(r.Seen, id)
	if over := len(r.Seen) - most; over > 0 {
		r.Seen = slices.Delete(r.Seen, 0, over)
	}
	return false
}

// Saw is saw for the workflow.
func (r *Recovery) Saw(id string) bool { return r.saw(id) }

// Derive works out what follows from the claims: sums, state, and who is waited for.
func (r *Recovery) Derive(at time.Time) {
	r.Recovered, r.Accepted = 0, 0
	for _, c := range r.Claims {
		r.Recovered += c.Paid
		r.Accepted += c.Accepted
	}
	if r.Open() == 0 {
		r.State, r.Awaits, r.Waiting, r.Problem, r.Clock = RecoveryRecovered, AwaitsNothing, WaitingNone, "", nil
		if r.Recovered == 0 {
			r.State = RecoveryWrittenOff
		}
		if r.ClosedAt == nil {
			r.ClosedAt = &at
		}
		return
	}
	switch r.Last().Status {
	case ClaimFiled:
		r.State = RecoveryFiled
	case ClaimDenied:
		r.State = RecoveryDenied
	case ClaimAccepted, ClaimPartlyAccepted, ClaimPaid:
		r.State = RecoveryAccepted
	default:
		r.State = RecoveryRequired
	}
	r.Awaits, r.Waiting = r.phase()
}

// phase is what an open recovery waits for, and whom.
func (r *Recovery) phase() (RecoveryPhase, WaitingOn) {
	party := WaitingOn(r.Party)
	switch status := r.Last().Status; {
	case r.Pending() != nil:
		return AwaitsApproval, WaitingOn(r.Pending().Approver)
	case r.Problem != "":
		return AwaitsPerson, WaitingAgent
	case status == "":
		return AwaitsFiling, party
	case status == ClaimFiled:
		return AwaitsAnswer, party
	case r.promised() == r.Open():
		return AwaitsPayment, party
	default: // denied, or something is left that nobody promised
		return AwaitsPerson, WaitingAgent
	}
}

// The parties that a recovery may wait for beside those of a case.
const (
	WaitingSupplier WaitingOn = "supplier"
	WaitingFinance  WaitingOn = "finance"
)
