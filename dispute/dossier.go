package dispute

import (
	"encoding/json"
	"time"
)

// Dossier is everything that the record holds of a case, as of one instant.
type Dossier struct {
	Record     CaseRecord
	Timeline   []SealedEntry
	Chain      ChainReport
	Texts      []Text
	Evidence   []EvidenceFile
	Movements  []MoneyMovement
	Notices    []DossierNotice
	Recoveries []json.RawMessage // each as recorded
	Reports    []InboxEvent      // what partners reported
	Policies   []RuleRevision    // that the case goes by or cites, with their files
}

// SealedEntry is an entry of the timeline with the text that its hash covers: the hash
// is sha256 of the hash before it, a line feed, and this text.
type SealedEntry struct {
	RecordedEntry
	Sealed string `json:"sealed"`
}

// EvidenceFile is a piece of evidence and the name of the file that it came as.
type EvidenceFile struct {
	Evidence
	FileName string `json:"file_name,omitempty"`
}

// MoneyMovement is a claim to move money, as the ledger has it.
type MoneyMovement struct {
	Key         string     `json:"key"`
	Type        string     `json:"type"` // refund, payout, credit
	LegID       string     `json:"leg_id"`
	OrderID     string     `json:"order_id,omitempty"`
	PaymentID   string     `json:"payment_id,omitempty"`
	Amount      Money      `json:"amount"`
	Status      LegState   `json:"status"`
	ProviderRef string     `json:"provider_ref,omitempty"`
	ClaimedAt   time.Time  `json:"claimed_at"` // stored, before the provider was called
	SentAt      *time.Time `json:"sent_at,omitempty"`
	SettledAt   *time.Time `json:"settled_at,omitempty"`
}

// DossierNotice is what was told to whom, when.
type DossierNotice struct {
	Milestone Milestone       `json:"milestone"`
	Number    int             `json:"number"`
	To        Role            `json:"to"`
	State     string          `json:"state"` // pending, sent, dead
	CreatedAt time.Time       `json:"created_at"`
	SettledAt *time.Time      `json:"settled_at,omitempty"`
	Data      json.RawMessage `json:"data,omitempty"`
}
