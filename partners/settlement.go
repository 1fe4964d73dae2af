package partners

import (
	"errors"
	"net/http"
	"time"

	"github.com/redresshq/redress/dispute"
)

// The settlement modes.
const (
	SettleAuto   = "auto"   // by itself, DelayMS after the call
	SettleManual = "manual" // by POST …/settle only
)

// Settlement is how refunds and payouts end. Each is answered `pending` first.
type Settlement struct {
	Mode    string           `json:"mode,omitempty"`     // "" is auto
	DelayMS int64            `json:"delay_ms,omitempty"` // 0 is 200
	Status  dispute.LegState `json:"status,omitempty"`   // "" is succeeded
	Reason  string           `json:"reason,omitempty"`   // with failed
}

func (s Settlement) withDefaults() (Settlement, error) {
	s.Mode = or(s.Mode, SettleAuto)
	if s.DelayMS == 0 {
		s.DelayMS = 200
	}
	s.Status = dispute.LegState(or(string(s.Status), string(dispute.MoneySucceeded)))
	if (s.Mode != SettleAuto && s.Mode != SettleManual) || s.DelayMS < 0 || !settled(s.Status) {
		return s, errors.New("settlement: unknown mode or status, or a negative delay")
	}
	return s, nil
}

// settled says whether a provider may report the status.
func settled(s dispute.LegState) bool {
	switch s {
	case dispute.MoneyPending, dispute.MoneyRequiresAction, dispute.MoneySucceeded, dispute.MoneyFailed, dispute.MoneyCancelled:
		return true
	}
	return false
}

// Settle ends (or moves on) one refund or payout by hand.
type Settle struct {
	Status dispute.LegState `json:"status"`
	Reason string           `json:"reason,omitempty"`
	Silent bool             `json:"silent,omitempty"` // no webhook
}

// Elsewhere is money of a payment that was given back without Redress.
type Elsewhere struct {
	Amount int64 `json:"amount"` // minor units of the payment's currency
}

// Chargeback is a customer taking a payment back through the bank.
type Chargeback struct {
	Open bool `json:"open"`
	// Amount is what is charged back, in minor units. nil: all that is left when it
	// opens, unchanged when it closes. 0 when it closes: the shop won.
	Amount *int64 `json:"amount,omitempty"`
}

func (p *payments) currentSettlement() Settlement {
	p.settlementMu.Lock()
	defer p.settlementMu.Unlock()
	return p.settlement
}

func (p *payments) getSettlement(*http.Request, []byte) (int, any, error) {
	return http.StatusOK, p.currentSettlement(), nil
}

func (p *payments) putSettlement(_ *http.Request, body []byte) (int, any, error) {
	var s Settlement
	if err := decode(body, &s); err != nil {
		return 0, nil, err
	}
	s, err := s.withDefaults()
	if err != nil {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", err.Error())
	}
	p.settlementMu.Lock()
	defer p.settlementMu.Unlock()
	p.settlement = s
	return http.StatusOK, s, nil
}

// resume schedules what was pending when the sandbox stopped.
func (p *payments) resume() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.made {
		if m.Status == dispute.MoneyPending && m.Key != "" {
			p.schedule(m)
		}
	}
}

// schedule settles a movement later, if settlement is automatic now.
func (p *payments) schedule(m movement) {
	s := p.currentSettlement()
	if s.Mode != SettleAuto {
		return
	}
	p.box.tasks.after(time.Duration(s.DelayMS)*time.Millisecond, func() {
		_, err := p.settle(m.ProviderRef, Settle{Status: s.Status, Reason: s.Reason})
		var denied refusal
		if err != nil && !errors.As(err, &denied) { // denied: settled by hand meanwhile
			p.box.config.Log.Error("sandbox settlement", "provider_ref", m.ProviderRef, "error", err)
		}
	})
}

func (p *payments) settleByHand(keys map[string]string) func(*http.Request, []byte) (int, any, error) {
	return func(r *http.Request, body []byte) (int, any, error) {
		var s Settle
		if err := decode(body, &s); err != nil {
			return 0, nil, err
		}
		if !settled(s.Status) {
			return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "unknown status")
		}
		p.mu.Lock()
		ref, ok := keys[r.PathValue("key")]
		p.mu.Unlock()
		if !ok {
			return 0, nil, deny(http.StatusNotFound, "unknown_key", "nothing was made under that key")
		}
		m, err := p.settle(ref, s)
		return http.StatusOK, m.answer(), err
	}
}

// settle records the new status and reports it. A final status stays.
func (p *payments) settle(ref string, s Settle) (movement, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := p.made[ref]
	if m.Status == dispute.MoneySucceeded || !m.live() {
		return m, deny(http.StatusConflict, "already_final", "it ended before")
	}
	m.Status, m.Reason = s.Status, s.Reason
	kind, webhookType, keyName := "refund.settled", "refund.updated", "refund_key"
	if m.PaymentID == "" {
		kind, webhookType, keyName = "payout.settled", "payout.updated", "payout_key"
	}
	e, err := effect(kind, m)
	if err != nil {
		return m, err
	}
	e.Key, e.CaseID, e.OrderID, e.Ref = m.Key, m.CaseID, p.payments[m.PaymentID].OrderID, m.ProviderRef
	if err := p.commit(e); err != nil {
		return m, err
	}
	if s.Silent {
		return m, nil
	}
	return m, p.sender.send(webhookType, e, map[string]any{keyName: m.Key, "provider_ref": m.ProviderRef, "status": m.Status,
		"amount": m.Amount.Amount, "currency": m.Amount.Currency})
}

func (p *payments) postElsewhere(r *http.Request, body []byte) (int, any, error) {
	var in Elsewhere
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	m, err := p.elsewhere(r.PathValue("payment_id"), in.Amount)
	return http.StatusCreated, m.answer(), err
}

// elsewhere records a refund that the shop made at the provider itself.
func (p *payments) elsewhere(paymentID string, amount int64) (movement, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.payments[paymentID]
	if !ok {
		return movement{}, deny(http.StatusNotFound, "unknown_payment", "no such payment")
	}
	if amount <= 0 || amount > p.remaining(c) {
		return movement{}, deny(http.StatusUnprocessableEntity, "exceeds_captured", "the amount must be positive and not above what is left")
	}
	m := movement{PaymentID: paymentID, ProviderRef: newID("re"), Status: dispute.MoneySucceeded,
		Amount: dispute.Money{Amount: amount, Currency: c.Amount.Currency}}
	e, err := effect("refund.elsewhere", m)
	if err != nil {
		return m, err
	}
	e.Ref, e.OrderID = paymentID, c.OrderID
	return m, p.commit(e)
}

func (p *payments) postChargeback(r *http.Request, body []byte) (int, any, error) {
	var in Chargeback
	if err := decode(body, &in); err != nil {
		return 0, nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.payments[r.PathValue("payment_id")]
	if !ok {
		return 0, nil, deny(http.StatusNotFound, "unknown_payment", "no such payment")
	}
	switch {
	case in.Amount != nil && (*in.Amount < 0 || *in.Amount > c.Amount.Amount):
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "the amount is negative or above what was captured")
	case in.Amount != nil:
		c.ChargedBack = *in.Amount
	case in.Open && !c.ChargebackOpen:
		c.ChargedBack += max(p.remaining(c), 0)
	}
	c.ChargebackOpen = in.Open
	e, err := effect("chargeback.changed", c)
	if err != nil {
		return 0, nil, err
	}
	e.Ref, e.OrderID = c.PaymentID, c.OrderID
	return http.StatusOK, c, p.commit(e)
}
