package dispute

import (
	"sort"
	"time"
)

// Preferences is how a customer likes to be dealt with. All but the language is personal.
type Preferences struct {
	Language  Language   `json:"language,omitempty"` // of notices whose case names none
	Channel   Channel    `json:"channel,omitempty"`
	QuietFrom string     `json:"quiet_from,omitempty"` // HH:MM of the shop's zone; both or none
	QuietTo   string     `json:"quiet_to,omitempty"`
	Note      string     `json:"note,omitempty"`
	UpdatedAt *time.Time `json:"updated_at,omitempty"`
}

// CustomerFile is one page of what the record knows of a customer.
type CustomerFile struct {
	CustomerID  string         `json:"customer_id"`
	Preferences Preferences    `json:"preferences"`
	History     *HistoryFacts  `json:"history,omitempty"` // staff only
	Cases       []CustomerCase `json:"cases"`
	Next        string         `json:"next_cursor,omitempty"`
}

// CustomerCase is a case in a customer's file.
type CustomerCase struct {
	CaseID    string     `json:"case_id"`
	Kind      Kind       `json:"kind"`
	Reason    Reason     `json:"reason"`
	OrderID   string     `json:"order_id"`
	Stage     Stage      `json:"stage"`
	Outcome   Outcome    `json:"outcome,omitempty"`
	OpenedAt  time.Time  `json:"opened_at"`
	ClosedAt  *time.Time `json:"closed_at,omitempty"`
	Paid      []Money    `json:"paid,omitempty"` // refunds and payouts that arrived, by currency
	Mark      int        `json:"mark,omitempty"`
	Reopened  int        `json:"reopened,omitempty"`
	RiskFlags []string   `json:"risk_flags,omitempty"` // staff only
}

// ForFile is the case as a customer's file shows it.
func (c *Case) ForFile() CustomerCase {
	f := CustomerCase{CaseID: c.ID, Kind: c.Kind, Reason: c.Reason, OrderID: c.OrderID, Stage: c.Stage, Outcome: c.Outcome,
		OpenedAt: c.OpenedAt, ClosedAt: c.ClosedAt, Reopened: c.Reopened, RiskFlags: c.Risk.Flags}
	if c.Survey != nil {
		f.Mark = c.Survey.Score
	}
	paid := map[string]int64{}
	for _, l := range c.Legs {
		if l.Money != nil && l.State == MoneySucceeded && !l.Money.Form.Credited() {
			paid[l.Money.Amount.Currency] += l.Money.Amount.Amount
		}
	}
	for currency, amount := range paid {
		f.Paid = append(f.Paid, Money{Amount: amount, Currency: currency})
	}
	sort.Slice(f.Paid, func(i, j int) bool { return f.Paid[i].Currency < f.Paid[j].Currency })
	return f
}
