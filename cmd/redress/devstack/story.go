package devstack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// storyLimit is how long the live case may take; under the demo policy it takes
// seconds.
const storyLimit = 90 * time.Second

// run is one live case's own name: prefix of every idempotency key, and the
// customer and the order are named after it, so that no run is taken for fraud
// because of the ones before.
type run string

func newRun() run { return run(fmt.Sprintf("demo-%d", time.Now().UnixMilli())) }

func (r run) customerID() string { return "customer-" + string(r) }
func (r run) orderID() string    { return "order-" + string(r) }
func (r run) key(act string) string {
	return string(r) + "-" + act
}

// story plays one live return, as a customer, a warehouse and a carrier would.
type story struct {
	customer *caller // the buyer
	staff    *caller // a supervisor, who sees all
	shop     *partners.Client
	out      *printer

	run   run
	order string
	id    string // of the case
}

// lampLine is the line of the order that the story is about.
const lampLine = "line-1"

// play tells the story and returns the case as it ended.
func (s *story) play(ctx context.Context) (dispute.Case, error) {
	ctx, cancel := context.WithTimeout(ctx, storyLimit)
	defer cancel()
	s.order = s.run.orderID()
	if err := s.newOrder(ctx); err != nil {
		return dispute.Case{}, err
	}

	var opened struct {
		ID     string `json:"id"`      // of the recorded case (201)
		CaseID string `json:"case_id"` // of one that will be there soon (202)
	}
	err := s.customer.post(ctx, "/v1/cases", s.run.key("open"), map[string]any{
		"shop_id": "shop_main", "kind": dispute.KindReturn, "reason": dispute.ReasonDamagedInTransit,
		"channel": dispute.ChannelInApp, "order_id": s.order,
		"lines":            []dispute.Line{{LineID: lampLine, Quantity: 1}},
		"requested_remedy": []dispute.RemedyType{dispute.RemedyReturnRefund},
		"contact":          map[string]string{"name": "Li Na", "email": "li.na@example.com"},
	}, &opened)
	if err != nil {
		return dispute.Case{}, fmt.Errorf("opening the case: %w", err)
	}
	s.id = cmp.Or(opened.ID, opened.CaseID)
	s.out.linef("\nA live case: %s, order %s, damaged in transit, opened without a photo", s.id, s.order)

	if _, err := s.await(ctx, "the record", func(*dispute.Case) bool { return true }); err != nil {
		return dispute.Case{}, err
	}
	watch := s.watch(ctx)
	ended, err := s.chapters(ctx)
	if watchErr := watch(err == nil); err == nil {
		err = watchErr
	}
	return ended, err
}

// chapters does what people and partners do, each when its turn has come.
func (s *story) chapters(ctx context.Context) (dispute.Case, error) {
	if _, err := s.await(ctx, "the completeness notice", func(c *dispute.Case) bool { return c.Completeness != nil }); err != nil {
		return dispute.Case{}, err
	}
	if err := s.foretell(ctx); err != nil {
		return dispute.Case{}, err
	}
	if err := s.prove(ctx); err != nil {
		return dispute.Case{}, err
	}
	c, err := s.await(ctx, "an offer", func(c *dispute.Case) bool { return c.OpenOffer() != nil })
	if err != nil {
		return dispute.Case{}, err
	}
	err = s.customer.post(ctx, "/v1/cases/"+s.id+"/offers/"+c.OpenOffer().ID+"/response", s.run.key("accept"),
		map[string]any{"action": dispute.ResponseAccept}, nil)
	if err != nil {
		return dispute.Case{}, fmt.Errorf("accepting the offer: %w", err)
	}
	c, err = s.await(ctx, "a return label", func(c *dispute.Case) bool {
		r := returnOf(c)
		return r != nil && r.Announced && r.TrackingNumber != ""
	})
	if err != nil {
		return dispute.Case{}, err
	}
	if err := s.sendBack(ctx, returnOf(&c)); err != nil {
		return dispute.Case{}, err
	}
	return s.await(ctx, "the end", told)
}

// told says that the story is told: the case is closed, or all is done and only a
// follow-up window longer than the story runs (under another policy than demo).
func told(c *dispute.Case) bool {
	window := c.Running(dispute.ClockReopenWindow, "")
	return c.Stage == dispute.StageClosed || (window != nil && window.DueAt.Sub(window.Started) > storyLimit)
}

// prove hands in what the notice asked for.
func (s *story) prove(ctx context.Context) error {
	picture, err := photo(time.Now().UnixNano())
	if err != nil {
		return err
	}
	path := "/v1/cases/" + s.id + "/evidence"
	if err := s.customer.upload(ctx, path, s.run.key("photo"), string(dispute.EvidencePhoto), "box.jpg", "image/jpeg", picture, nil); err != nil {
		return fmt.Errorf("handing in the photo: %w", err)
	}
	err = s.customer.post(ctx, path, s.run.key("statement"), map[string]any{
		"type": dispute.EvidenceStatement, "text": "The box was crushed and the lamp inside is broken.",
	}, nil)
	if err != nil {
		return fmt.Errorf("handing in the statement: %w", err)
	}
	return nil
}

// sendBack moves the parcel and lets the warehouse take it in, each step when the
// case has seen the one before.
func (s *story) sendBack(ctx context.Context, r *dispute.ReturnLeg) error {
	for _, scan := range []dispute.ParcelStatus{dispute.ParcelInTransit, dispute.ParcelDelivered} {
		if err := s.shop.Scan(ctx, r.Carrier, r.TrackingNumber, scan); err != nil {
			return fmt.Errorf("scanning the parcel at the sandbox: %w", err)
		}
		if _, err := s.await(ctx, "the scan "+string(scan), func(c *dispute.Case) bool {
			return returnOf(c) != nil && returnOf(c).ParcelStatus == scan
		}); err != nil {
			return err
		}
	}
	if err := s.shop.Receive(ctx, r.RMAID, partners.ReceiveReport{}); err != nil {
		return fmt.Errorf("receiving the parcel at the sandbox: %w", err)
	}
	if _, err := s.await(ctx, "the receipt", func(c *dispute.Case) bool {
		return returnOf(c) != nil && returnOf(c).ReceivedAt != nil
	}); err != nil {
		return err
	}
	if err := s.shop.Inspect(ctx, r.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}); err != nil {
		return fmt.Errorf("inspecting the goods at the sandbox: %w", err)
	}
	return nil
}

// await reads the case until it is so; it fails in plain words when the story has
// used up its time, or when the case has ended otherwise.
func (s *story) await(ctx context.Context, what string, so func(*dispute.Case) bool) (dispute.Case, error) {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		var c dispute.Case
		err := s.staff.get(ctx, "/v1/cases/"+s.id, &c)
		var r *refusal
		early := errors.As(err, &r) && (r.status == http.StatusNotFound || r.status == http.StatusServiceUnavailable)
		switch {
		case err != nil && !early:
			return c, fmt.Errorf("reading the case while waiting for %s: %w", what, err)
		case err == nil && so(&c):
			return c, nil
		case c.Stage == dispute.StageClosed:
			return c, fmt.Errorf("case %s closed as %s while the story waited for %s", s.id, c.Outcome, what)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return c, fmt.Errorf("case %s, stage %s, waiting on %s: %s did not come: %w", s.id, c.Stage, c.WaitingOn, what, ctx.Err())
		}
	}
}

// returnOf is the case's return leg, nil before there is one.
func returnOf(c *dispute.Case) *dispute.ReturnLeg {
	for i := range c.Legs {
		if c.Legs[i].Type == dispute.LegReturn {
			return c.Legs[i].Return
		}
	}
	return nil
}
