package partners

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/redresshq/redress/dispute"
)

// credit is a coupon, points or a gift that the shop's own system grants.
type credit struct {
	Key        string           `json:"credit_key"`
	CaseID     string           `json:"case_id"`
	OrderID    string           `json:"order_id,omitempty"`
	CustomerID string           `json:"customer_id"`
	Kind       string           `json:"kind"` // coupon | points | gift
	Amount     dispute.Money    `json:"amount"`
	SKU        string           `json:"sku,omitempty"`
	Code       string           `json:"code,omitempty"`
	Points     int64            `json:"points,omitempty"`
	Ref        string           `json:"credit_ref"`
	Status     dispute.LegState `json:"status"`
	Reason     string           `json:"reason,omitempty"`
}

// answer is the credit as the contract shows it.
func (c credit) answer() map[string]any {
	out := map[string]any{"credit_key": c.Key, "credit_ref": c.Ref, "status": c.Status}
	if c.Reason != "" {
		out["reason"] = c.Reason
	}
	return out
}

// giftDelay is how long the sandbox takes to pack a gift.
const giftDelay = 200 * time.Millisecond

// credits is the part of the order system that grants credits. Coupons and points are
// there at once; a gift has to be packed, and is settled by the control. The order
// system's lock guards it.
type credits struct {
	sold  *orderSystem
	byKey map[string]credit

	modeMu sync.Mutex
	manual bool // every credit is answered pending
}

func newCredits(s *orderSystem) *credits {
	c := &credits{sold: s, byKey: map[string]credit{}}
	s.operation("POST /v1/credits", "credit", c.grant)
	s.operation("GET /v1/credits", "find_credit", c.find)
	s.control("PUT /sandbox/credits", c.putMode)
	s.control("POST /sandbox/credits/{key}/settle", c.settle)
	return c
}

func (c *credits) applyEffect(e Entry) error {
	var one credit
	if err := json.Unmarshal(e.Data, &one); err != nil {
		return fmt.Errorf("decode %s: %w", e.Kind, err)
	}
	c.byKey[one.Key] = one
	return nil
}

func (c *credits) grant(r *http.Request, body []byte) (outcome, error) {
	var in credit
	if out, ok := parse(body, &in); !ok {
		return out, nil
	}
	worth := in.Amount.Amount > 0 || in.Points > 0
	if in.Key == "" || in.Key != r.Header.Get(keyHeader) || in.CustomerID == "" || !worth || in.Amount.Amount < 0 {
		return refuse(http.StatusUnprocessableEntity, "invalid", "credit_key must be the Idempotency-Key; customer_id and a value are needed"), nil
	}
	switch {
	case in.Kind != "coupon" && in.Kind != "points" && in.Kind != "gift":
		return refuse(http.StatusUnprocessableEntity, "invalid", "kind is coupon, points or gift"), nil
	case in.Kind == "gift" && in.SKU == "":
		return refuse(http.StatusUnprocessableEntity, "unknown_gift", "a gift needs its sku"), nil
	}
	in.Ref, in.Status = newID("cr"), dispute.MoneySucceeded
	if c.settledByHand() || in.Kind == "gift" {
		in.Status = dispute.MoneyPending
	}
	e, err := c.about("credit.made", in)
	return outcome{status: http.StatusCreated, body: in.answer(), effect: &e, then: func() { c.send(in) }}, err
}

// send has a gift packed by itself a moment later, unless credits are settled by hand.
func (c *credits) send(in credit) {
	if in.Status != dispute.MoneyPending || c.settledByHand() {
		return
	}
	c.sold.box.tasks.after(giftDelay, func() {
		_, err := c.end(in.Key, Settle{Status: dispute.MoneySucceeded})
		var denied refusal
		if err != nil && !errors.As(err, &denied) {
			c.sold.box.config.Log.Error("sandbox credit", "credit_key", in.Key, "error", err)
		}
	})
}

func (c *credits) find(r *http.Request, _ []byte) (outcome, error) {
	one, ok := c.byKey[r.URL.Query().Get("credit_key")]
	if !ok {
		return refuse(http.StatusNotFound, "unknown_credit", "nothing was granted under that key"), nil
	}
	return outcome{status: http.StatusOK, body: one.answer()}, nil
}

func (c *credits) about(kind string, one credit) (Entry, error) {
	e, err := effect(kind, one)
	e.Key, e.CaseID, e.OrderID, e.Ref = one.Key, one.CaseID, one.OrderID, one.Ref
	return e, err
}

// CreditMode is whether credits end by themselves.
type CreditMode struct {
	Manual bool `json:"manual"` // every credit is answered pending, and ended by POST …/settle only
}

func (c *credits) settledByHand() bool {
	c.modeMu.Lock()
	defer c.modeMu.Unlock()
	return c.manual
}

func (c *credits) putMode(_ *http.Request, body []byte) (int, any, error) {
	var m CreditMode
	if err := decode(body, &m); err != nil {
		return 0, nil, err
	}
	c.modeMu.Lock()
	defer c.modeMu.Unlock()
	c.manual = m.Manual
	return http.StatusOK, m, nil
}

func (c *credits) settle(r *http.Request, body []byte) (int, any, error) {
	var s Settle
	if err := decode(body, &s); err != nil {
		return 0, nil, err
	}
	if !settled(s.Status) {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "unknown status")
	}
	one, err := c.end(r.PathValue("key"), s)
	return http.StatusOK, one.answer(), err
}

// end records how a pending credit ended, and reports it. A final status stays.
func (c *credits) end(key string, s Settle) (credit, error) {
	c.sold.mu.Lock()
	defer c.sold.mu.Unlock()
	one, ok := c.byKey[key]
	switch {
	case !ok:
		return one, deny(http.StatusNotFound, "unknown_key", "nothing was granted under that key")
	case one.Status != dispute.MoneyPending:
		return one, deny(http.StatusConflict, "already_final", "it ended before")
	}
	one.Status, one.Reason = s.Status, s.Reason
	e, err := c.about("credit.settled", one)
	if err != nil {
		return one, err
	}
	if err := c.sold.commit(e); err != nil {
		return one, err
	}
	if s.Silent {
		return one, nil
	}
	return one, c.sold.sender.send("credit.updated", e, map[string]any{"credit_key": one.Key, "credit_ref": one.Ref, "status": one.Status})
}

// resume packs the gifts that were pending when the sandbox stopped.
func (c *credits) resume() {
	c.sold.mu.Lock()
	defer c.sold.mu.Unlock()
	for _, one := range c.byKey {
		c.send(one)
	}
}
