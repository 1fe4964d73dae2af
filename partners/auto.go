package partners

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Auto plays everybody who handles a return: once a label is issued the customer
// ships, the carrier scans twice, the warehouse receives and inspects, or mends, with
// DelayMS before each act.
type Auto struct {
	All       bool              `json:"all,omitempty"`       // every return
	OrderIDs  []string          `json:"order_ids,omitempty"` // returns of these orders
	RMAIDs    []string          `json:"rma_ids,omitempty"`   // these returns
	DelayMS   int64             `json:"delay_ms,omitempty"`  // 0 is 300
	Condition dispute.Condition `json:"condition,omitempty"` // what the inspection finds; "" is intact
}

func (a Auto) withDefaults() (Auto, error) {
	if a.DelayMS == 0 {
		a.DelayMS = 300
	}
	a.Condition = dispute.Condition(or(string(a.Condition), string(dispute.ConditionIntact)))
	if a.DelayMS < 0 || !a.Condition.Valid() {
		return a, errors.New("auto: the delay is negative or the condition unknown")
	}
	return a, nil
}

func (a Auto) wants(l label) bool {
	return a.All || slices.Contains(a.OrderIDs, l.OrderID) || slices.Contains(a.RMAIDs, l.RMAID)
}

func (c *carrier) currentAuto() Auto {
	c.autoMu.Lock()
	defer c.autoMu.Unlock()
	return c.auto
}

func (c *carrier) getAuto(*http.Request, []byte) (int, any, error) {
	return http.StatusOK, c.currentAuto(), nil
}

func (c *carrier) putAuto(_ *http.Request, body []byte) (int, any, error) {
	var a Auto
	if err := decode(body, &a); err != nil {
		return 0, nil, err
	}
	a, err := a.withDefaults()
	if err != nil {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", err.Error())
	}
	c.autoMu.Lock()
	defer c.autoMu.Unlock()
	c.auto = a
	return http.StatusOK, a, nil
}

// play starts the act of a label that was just issued.
func (c *carrier) play(l label) {
	a := c.currentAuto()
	if !a.wants(l) {
		return
	}
	c.box.tasks.run(func(ctx context.Context) {
		scan := func(status dispute.ParcelStatus) error {
			_, err := c.update(l.Carrier, l.TrackingNumber, ParcelUpdate{Status: status, Webhook: true}, Entry{})
			return err
		}
		w := c.box.warehouse
		acts := []func() error{
			func() error { return c.stillIssued(l) },
			func() error { return scan(dispute.ParcelInTransit) },
			func() error { return scan(dispute.ParcelDelivered) },
			func() error {
				_, _, err := w.tell("return.received", l.RMAID, 0, false, ParcelNames{}, func(known rma) any {
					lines := []dispute.ReceivedLine{}
					for _, line := range known.Lines {
						lines = append(lines, dispute.ReceivedLine{LineID: line.LineID, Quantity: line.Quantity})
					}
					return lines
				})
				return err
			},
			func() error {
				if id := w.workshop.ofRMA(l.RMAID); id != "" {
					return w.workshop.play(ctx, id, time.Duration(a.DelayMS)*time.Millisecond)
				}
				_, _, err := w.tell("return.inspected", l.RMAID, 0, false, ParcelNames{}, func(known rma) any { return foundAs(known, a.Condition) })
				return err
			},
		}
		for _, act := range acts {
			if !pause(ctx, time.Duration(a.DelayMS)*time.Millisecond) {
				return
			}
			if err := act(); err != nil {
				c.box.config.Log.Warn("sandbox auto", "rma_id", l.RMAID, "error", err)
				return
			}
		}
	})
}

// stillIssued ends the act when the label was voided meanwhile.
func (c *carrier) stillIssued(l label) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.labels[l.LabelID].Status != labelIssued {
		return errors.New("the label was voided")
	}
	return nil
}
