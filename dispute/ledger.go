package dispute

import "time"

// MoneyClaim asks the record for leave to move money, before the provider is
// called: the claim is stored first and counted second, under the lock of the
// payment and the order lines.
type MoneyClaim struct {
	Key        string       `json:"key"`
	Type       LegType      `json:"type"` // LegRefund or LegCompensation
	Form       MoneyForm    `json:"form,omitempty"`
	Gift       string       `json:"gift,omitempty"`
	Returns    *Credit      `json:"returns,omitempty"`
	CaseID     string       `json:"case_id"`
	LegID      string       `json:"leg_id"`
	OrderID    string       `json:"order_id,omitempty"`
	PaymentID  string       `json:"payment_id,omitempty"`
	CustomerID string       `json:"customer_id,omitempty"`
	Amount     Money        `json:"amount"`
	Lines      []LineAmount `json:"lines,omitempty"`
	// What was captured for each of the lines, and on the payment; what the provider
	// reports as refunded without us or charged back on the payment.
	LineCaps  []LineAmount `json:"line_caps,omitempty"`
	Captured  int64        `json:"captured,omitempty"`
	Elsewhere int64        `json:"elsewhere,omitempty"`
	// Most is what a compensation and those of the order's other cases may come to; 0: no bound.
	Most int64 `json:"most,omitempty"`
	// Ended are the keys of this case's failed and cancelled refunds of the same lines
	// on the same payment: while the provider holds one of them live, nothing is paid anew.
	Ended []string `json:"ended,omitempty"`
}

// MoneyRow is a claim as recorded.
type MoneyRow struct {
	Key         string     `json:"key"`
	Status      LegState   `json:"status"`
	ProviderRef string     `json:"provider_ref,omitempty"`
	Amount      Money      `json:"amount"`
	SentAt      *time.Time `json:"sent_at,omitempty"` // set before the first call: from here on it may have happened
}
