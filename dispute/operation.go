package dispute

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// OperationClaim asks the record for leave to carry out one write of a client
// under its idempotency key. The key is scoped by Subject and Operation; BodyHash
// tells a retry from another request under the same key.
type OperationClaim struct {
	Subject   string `json:"subject"`   // who: e.g. "customer/cus_1" or "key/ops"
	Operation string `json:"operation"` // what: e.g. "POST /cases" or "POST /cases/case_1/offers"
	Key       string `json:"key"`       // the Idempotency-Key, never empty
	BodyHash  string `json:"body_hash"` // sha256 of the request, hex
	// CaseID is the case that the operation concerns; for an opening the id
	// proposed for the new case. The id stored first wins.
	CaseID string `json:"case_id,omitempty"`
	// Lease is how long the claimant may work before a retry may take over.
	Lease time.Duration `json:"lease"`
	// Texts are stored with the row, once; a retry's are ignored. Where a text
	// names no case, it belongs to the stored CaseID.
	Texts []Text `json:"texts,omitempty"`
}

// OperationState is what an operation's claimant shall do.
type OperationState string

// The states of a claimed operation.
const (
	OperationNew      OperationState = "new"       // do it
	OperationRetry    OperationState = "retry"     // begun earlier, never finished: do it again with the same ids
	OperationInFlight OperationState = "in_flight" // somebody else is doing it now
	OperationFinished OperationState = "finished"  // replay Status, Location and Response
	OperationConflict OperationState = "conflict"  // the key was used with another body
)

// OperationRow is an operation as recorded. CaseID is the stored one, which may
// differ from the one that the claim proposed.
type OperationRow struct {
	Subject   string         `json:"subject"`
	Operation string         `json:"operation"`
	Key       string         `json:"key"`
	BodyHash  string         `json:"body_hash"`
	CaseID    string         `json:"case_id,omitempty"`
	UpdateID  string         `json:"update_id"` // see UpdateID
	State     OperationState `json:"state"`
	// Status, Location and Response are the final answer of a finished operation.
	Status   int    `json:"status,omitempty"`
	Location string `json:"location,omitempty"`
	Response []byte `json:"response,omitempty"`
	// LeaseUntil ends the claimant's right; it also tells claimants apart, so that
	// one whose lease was taken over cannot release the other's.
	LeaseUntil time.Time `json:"lease_until"`
}

// OperationAnswer is the final answer of an operation, which every retry is given. A write
// of the record alone keeps it in its own transaction: after a crash both are there or neither.
type OperationAnswer struct {
	Status   int
	Response []byte
}

// UpdateID is the stable Temporal update id of an operation: a hash of subject,
// operation and key.
func (c OperationClaim) UpdateID() string {
	h := sha256.New()
	for _, part := range []string{c.Subject, c.Operation, c.Key} {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return "op_" + hex.EncodeToString(h.Sum(nil)[:16])
}

// EvidenceSubmission is evidence whose bytes are already on disk, ready for the
// record. Evidence.Stage and, where empty, Source and RequestedFrom are filled
// from the case; FileName is personal and goes to the case's texts.
type EvidenceSubmission struct {
	CaseID   string   `json:"case_id"`
	Evidence Evidence `json:"evidence"`
	FileName string   `json:"file_name,omitempty"`
}

// Credential is an API key as stored: its hash, never the key.
type Credential struct {
	ID     string `json:"id"`     // names the key in logs and lists
	SHA256 string `json:"sha256"` // of the key, hex
	Actor  Actor  `json:"actor"`  // whom it speaks for
	// ExpiresAt and RevokedAt end the key; an ended key is not found.
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}
