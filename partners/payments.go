package partners

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"github.com/redresshq/redress/dispute"
)

// movement is a refund or a payout.
type movement struct {
	Key         string           `json:"key"` // "" for what was made elsewhere
	CaseID      string           `json:"case_id,omitempty"`
	PaymentID   string           `json:"payment_id,omitempty"` // refunds
	CustomerID  string           `json:"customer_id,omitempty"`
	ProviderRef string           `json:"provider_ref"`
	Status      dispute.LegState `json:"status"`
	Amount      dispute.Money    `json:"amount"`
	Reason      string           `json:"reason,omitempty"`
}

// answer is the movement as the contract shows it.
func (m movement) answer() map[string]any {
	out := map[string]any{"key": m.Key, "provider_ref": m.ProviderRef, "status": m.Status, "amount": m.Amount}
	if m.Reason != "" {
		out["reason"] = m.Reason
	}
	return out
}

// live says whether the movement counts against what was captured.
func (m movement) live() bool {
	return m.Status != dispute.MoneyFailed && m.Status != dispute.MoneyCancelled
}

// captured is a payment.
type captured struct {
	PaymentID      string        `json:"payment_id"`
	OrderID        string        `json:"order_id"`
	Amount         dispute.Money `json:"captured"`
	ChargedBack    int64         `json:"charged_back"`
	ChargebackOpen bool          `json:"chargeback_open"`
}

// payments is the payment provider.
type payments struct {
	*partner
	payments map[string]captured
	refunds  map[string][]string // by payment, provider references in order
	made     map[string]movement // refunds and payouts by provider reference
	refund   map[string]string   // provider reference by key
	payout   map[string]string

	settlementMu sync.Mutex
	settlement   Settlement
}

func newPayments(box *Sandbox) *payments {
	p := &payments{partner: newPartner(box, Payments), settlement: box.config.Settlement,
		payments: map[string]captured{}, refunds: map[string][]string{}, made: map[string]movement{},
		refund: map[string]string{}, payout: map[string]string{}}
	p.apply = p.applyEffect
	p.operation("POST /v1/refunds", "refund", p.makeRefund)
	p.operation("GET /v1/refunds", "find_refund", p.find("refund_key", "unknown_refund", p.refund))
	p.operation("POST /v1/payouts", "payout", p.makePayout)
	p.operation("GET /v1/payouts", "find_payout", p.find("payout_key", "unknown_payout", p.payout))
	p.operation("GET /v1/payments/{payment_id}", "payment_ledger", p.get)
	p.control("GET /sandbox/settlement", p.getSettlement)
	p.control("PUT /sandbox/settlement", p.putSettlement)
	p.control("POST /sandbox/refunds/{key}/settle", p.settleByHand(p.refund))
	p.control("POST /sandbox/payouts/{key}/settle", p.settleByHand(p.payout))
	p.control("POST /sandbox/payments/{payment_id}/refund-elsewhere", p.postElsewhere)
	p.control("POST /sandbox/payments/{payment_id}/chargeback", p.postChargeback)
	return p
}

func (p *payments) applyEffect(e Entry) error {
	switch e.Kind {
	case "payment.captured", "chargeback.changed":
		var c captured
		if err := json.Unmarshal(e.Data, &c); err != nil {
			return fmt.Errorf("decode %s: %w", e.Kind, err)
		}
		p.payments[c.PaymentID] = c
		return nil
	}
	var m movement
	if err := json.Unmarshal(e.Data, &m); err != nil {
		return fmt.Errorf("decode %s: %w", e.Kind, err)
	}
	if _, known := p.made[m.ProviderRef]; !known && m.PaymentID != "" {
		p.refunds[m.PaymentID] = append(p.refunds[m.PaymentID], m.ProviderRef)
	}
	p.made[m.ProviderRef] = m
	if m.Key != "" {
		keys := p.payout
		if m.PaymentID != "" {
			keys = p.refund
		}
		keys[m.Key] = m.ProviderRef
	}
	return nil
}

// capture records a payment of an order.
func (p *payments) capture(o dispute.OrderFacts, paid dispute.OrderMoney) error {
	c := captured{PaymentID: paid.PaymentID, OrderID: o.OrderID, Amount: dispute.Money{Amount: paid.Captured, Currency: o.Currency}}
	e, err := effect("payment.captured", c)
	if err != nil {
		return err
	}
	e.Ref, e.OrderID = c.PaymentID, c.OrderID
	p.mu.Lock()
	defer p.mu.Unlock()
	if known, ok := p.payments[c.PaymentID]; ok {
		if known.OrderID == c.OrderID && known.Amount == c.Amount {
			return nil
		}
		return deny(http.StatusConflict, "payment_exists", "there is another payment with that id")
	}
	return p.commit(e)
}

// remaining is what can still be given back of a payment. The caller holds the lock.
func (p *payments) remaining(c captured) int64 {
	left := c.Amount.Amount - c.ChargedBack
	for _, ref := range p.refunds[c.PaymentID] {
		if m := p.made[ref]; m.live() {
			left -= m.Amount.Amount
		}
	}
	return left
}

func (p *payments) makeRefund(r *http.Request, body []byte) (outcome, error) {
	var in struct {
		Key       string        `json:"refund_key"`
		CaseID    string        `json:"case_id"`
		PaymentID string        `json:"payment_id"`
		Amount    dispute.Money `json:"amount"`
	}
	if out, ok := parse(body, &in); !ok {
		return out, nil
	}
	if in.Key == "" || in.Key != r.Header.Get(keyHeader) || in.Amount.Amount <= 0 {
		return refuse(http.StatusUnprocessableEntity, "invalid", "refund_key must be the Idempotency-Key, and the amount positive"), nil
	}
	c, ok := p.payments[in.PaymentID]
	switch {
	case !ok:
		return refuse(http.StatusNotFound, "unknown_payment", "no such payment"), nil
	case c.Amount.Currency != in.Amount.Currency:
		return refuse(http.StatusUnprocessableEntity, "currency_mismatch", "the payment has another currency"), nil
	case in.Amount.Amount > p.remaining(c):
		return refuse(http.StatusUnprocessableEntity, "exceeds_captured", "more than is left of the payment"), nil
	}
	return p.move("refund.made", c.OrderID, movement{Key: in.Key, CaseID: in.CaseID, PaymentID: in.PaymentID,
		ProviderRef: newID("re"), Amount: in.Amount})
}

func (p *payments) makePayout(r *http.Request, body []byte) (outcome, error) {
	var in struct {
		Key        string        `json:"payout_key"`
		CaseID     string        `json:"case_id"`
		CustomerID string        `json:"customer_id"`
		Amount     dispute.Money `json:"amount"`
	}
	if out, ok := parse(body, &in); !ok {
		return out, nil
	}
	if in.Key == "" || in.Key != r.Header.Get(keyHeader) || in.Amount.Amount <= 0 || in.CustomerID == "" ||
		in.Amount.Currency == "" || !dispute.KnownCurrency(in.Amount.Currency) {
		return refuse(http.StatusUnprocessableEntity, "invalid", "payout_key must be the Idempotency-Key; customer_id and a positive amount are needed"), nil
	}
	return p.move("payout.made", "", movement{Key: in.Key, CaseID: in.CaseID, CustomerID: in.CustomerID,
		ProviderRef: newID("po"), Amount: in.Amount})
}

// move accepts a refund or payout; how it ends is the settlement's matter.
func (p *payments) move(kind, orderID string, m movement) (outcome, error) {
	m.Status = dispute.MoneyPending
	e, err := effect(kind, m)
	e.CaseID, e.OrderID, e.Ref = m.CaseID, orderID, m.ProviderRef
	return outcome{status: http.StatusCreated, body: m.answer(), effect: &e, then: func() { p.schedule(m) }}, err
}

// find answers the movement under a key. A key has its place in the query, since
// it may hold slashes.
func (p *payments) find(parameter, missing string, keys map[string]string) func(*http.Request, []byte) (outcome, error) {
	return func(r *http.Request, _ []byte) (outcome, error) {
		ref, ok := keys[r.URL.Query().Get(parameter)]
		if !ok {
			return refuse(http.StatusNotFound, missing, "nothing was made under that key"), nil
		}
		return outcome{status: http.StatusOK, body: p.made[ref].answer()}, nil
	}
}

func (p *payments) get(r *http.Request, _ []byte) (outcome, error) {
	c, ok := p.payments[r.PathValue("payment_id")]
	if !ok {
		return refuse(http.StatusNotFound, "unknown_payment", "no such payment"), nil
	}
	refunds := []map[string]any{}
	for _, ref := range p.refunds[c.PaymentID] {
		refunds = append(refunds, p.made[ref].answer())
	}
	return outcome{status: http.StatusOK, body: map[string]any{
		"payment_id": c.PaymentID, "captured": c.Amount, "refunds": refunds, "chargeback_open": c.ChargebackOpen,
		"charged_back": dispute.Money{Amount: c.ChargedBack, Currency: c.Amount.Currency},
	}}, nil
}
