package dispute

import "time"

// EvidenceType is what a piece of evidence shows.
type EvidenceType string

// The evidence types of the embedded policies; a policy may name others.
const (
	EvidencePhoto     EvidenceType = "photo"
	EvidenceStatement EvidenceType = "statement"
	EvidenceVideo     EvidenceType = "video"
	EvidenceChatLog   EvidenceType = "chat_log"
	EvidenceReceipt   EvidenceType = "receipt"
	EvidenceReport    EvidenceType = "report" // of a test or an inspection
	EvidenceOrigin    EvidenceType = "origin_papers"
	EvidenceSigning   EvidenceType = "signing_proof" // that the parcel was properly signed for
	EvidenceOther     EvidenceType = "other"
	// What an order shall be changed to (amendments).
	EvidenceNewAddress   EvidenceType = "new_address"
	EvidenceWantedItem   EvidenceType = "wanted_item"
	EvidenceInvoiceTitle EvidenceType = "invoice_title"
)

// EvidenceSource says on whose initiative evidence came.
type EvidenceSource string

// The evidence sources.
const (
	SourceRequested EvidenceSource = "requested" // an item of the completeness notice
	SourceVolunteer EvidenceSource = "volunteered"
	SourcePartner   EvidenceSource = "partner"
)

// Evidence describes one item; its bytes lie in the evidence store under
// <case id>/<sha256>, its file name in the case's personal texts.
type Evidence struct {
	ID            string         `json:"id"`
	Type          EvidenceType   `json:"type"`
	Source        EvidenceSource `json:"source"`
	RequestedFrom Role           `json:"requested_from,omitempty"`
	SubmittedBy   Actor          `json:"submitted_by"`
	Stage         Stage          `json:"stage"`
	SHA256        string         `json:"sha256"`
	MediaType     string         `json:"media_type"`
	Size          int64          `json:"size"`
	ReceivedAt    time.Time      `json:"received_at"`
}

// MaxEvidence is how many items one case may hold.
const MaxEvidence = 20

// CompletenessNotice is the one request for everything missing.
type CompletenessNotice struct {
	SentAt time.Time     `json:"sent_at"`
	Items  []MissingItem `json:"items"`
}

// MissingItem is one thing the notice asks for.
type MissingItem struct {
	Type     EvidenceType `json:"type"`
	From     Role         `json:"from"`
	Supplied bool         `json:"supplied"`
}

// Complete says whether every item has been supplied; a nil notice is complete.
func (n *CompletenessNotice) Complete() bool {
	if n == nil {
		return true
	}
	for _, it := range n.Items {
		if !it.Supplied {
			return false
		}
	}
	return true
}
