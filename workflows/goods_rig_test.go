package workflows_test

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// goodsWorld is what the warehouse and the order system say to requests for goods and
// changes; nil is yes.
type goodsWorld struct {
	replace, unreplace, hold, release, amend error
}

func (r *rig) registerGoods() {
	answer := func(what string, err *error) error {
		defer r.locked()()
		r.called(what)
		return activities.Classify(*err)
	}
	for name, step := range map[string]any{
		activities.NameReplace: func(_ context.Context, q activities.ReplacementRequest) (activities.Reservation, error) {
			by := opened.Add(30 * time.Hour)
			return activities.Reservation{DispatchBy: &by}, answer("replace "+q.ReplacementID, &r.goods.replace)
		},
		activities.NameCancelReplacement: func(_ context.Context, id string) error { return answer("unreplace "+id, &r.goods.unreplace) },
		activities.NameIntercept: func(_ context.Context, i activities.Interception) error {
			return answer("hold "+i.AmendmentID, &r.goods.hold)
		},
		activities.NameRelease: func(_ context.Context, id string, amended bool) error {
			if amended {
				id += " amended"
			}
			return answer("release "+id, &r.goods.release)
		},
		activities.NameAmend: func(_ context.Context, a activities.AmendmentRequest) error {
			return answer("amend "+a.AmendmentID+" "+a.TextID, &r.goods.amend)
		},
	} {
		r.env.RegisterActivityWithOptions(step, activity.RegisterOptions{Name: name})
	}
}

// hasty gives the rig the newest policy with a minute for amendments: partners that are away
// are tried for some minutes only in skipped time.
func (r *rig) hasty() {
	r.newestWith("hasty", "amendment:\n    budget: 24h", "amendment:\n    budget: 1m")
}

// newestWith gives the rig a copy of the newest policy in which one text stands for another.
func (r *rig) newestWith(name, old, text string) {
	all, err := dispute.EmbeddedPolicies()
	require.NoError(r.t, err)
	source := all[slices.IndexFunc(all, func(p dispute.PolicySource) bool { return p.Name == "default" && p.Version == 3 })]
	files := map[string]string{}
	for file, was := range source.Files {
		files[file] = strings.Replace(strings.Replace(was, "name: default", "name: "+name, 1), old, text, 1)
	}
	source.Name, source.Files = name, files
	embedded, err := dispute.Embedded()
	require.NoError(r.t, err)
	policy, err := dispute.ParsePolicy(name, source, embedded.Calendars())
	require.NoError(r.t, err)
	r.library, err = embedded.With([]*dispute.Policy{policy}, nil)
	require.NoError(r.t, err)
	r.policy = name
	r.renew(opened)
}

const (
	replacementID = "RPL-test1-1"
	amendmentID   = "AMD-test1-1"
)

// refusedWith is a partner's refusal.
func refusedWith(code string) error {
	return &activities.PartnerError{Partner: "warehouse", Operation: "x", Status: 409, Code: code}
}

var away = &activities.PartnerError{Partner: "warehouse", Operation: "x", Status: 503}

// reported is the warehouse's report on the replacement.
func (r *rig) reported(id string, sequence int64, u dispute.ReplacementUpdate) {
	u.EventID, u.ReplacementID, u.Sequence = id, replacementID, sequence
	r.signal(dispute.SignalReplacementUpdate, u)
}

func (r *rig) sent(at time.Duration) {
	r.after(at, func() {
		r.reported("r1", 1, dispute.ReplacementUpdate{Status: "shipped", Carrier: "sf", TrackingNumber: "N1"})
	})
}

func (r *rig) newGoods(id string, status dispute.ParcelStatus) {
	r.signal(dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: id, Carrier: "sf", TrackingNumber: "N1", Status: status})
}

// reship opens a claim for a parcel that the carrier lost; the customer wants the goods, and
// by rule they are sent again.
func (r *rig) reship() dispute.Opening {
	o := r.lostOutbound()
	o.RequestedRemedy = []dispute.RemedyType{dispute.RemedyReship}
	return o
}

// exchanging opens an exchange that is offered by rule and accepted.
func (r *rig) exchanging() dispute.Opening {
	o := r.accepted()
	o.Kind = dispute.KindExchange
	return o
}

// addressChange opens a change of the address of an order that has not left.
func (r *rig) addressChange() dispute.Opening {
	o := r.opening()
	o.Kind, o.Reason = dispute.KindOrderChange, dispute.ReasonAddressChange
	o.Evidence = []dispute.EvidenceType{dispute.EvidenceNewAddress}
	o.Amendment = &dispute.AmendmentAsk{TextID: "amendment_1"}
	r.order.DeliveredAt = nil
	return o
}

func rmaOf(c dispute.Case) string {
	for _, l := range c.Legs {
		if l.Return != nil {
			return l.Return.RMAID
		}
	}
	return ""
}
