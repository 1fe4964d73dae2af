package workflows_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// smallRemedies are remedies that go together in one decision.
func smallRemedies() []dispute.Remedy {
	return []dispute.Remedy{
		{Type: dispute.RemedyReturnRefund, Lines: []dispute.Line{{LineID: "line-1", Quantity: 1}}},
		{Type: dispute.RemedyFreightRefund}, yuan(dispute.RemedyCompensation, 1200), yuan(dispute.RemedyCoupon, 1500),
		{Type: dispute.RemedyGift, Gift: "gift-cup"}, {Type: dispute.RemedyApology},
	}
}

// Whatever is decided together and however each leg goes: nothing is followed up or
// closed with a leg under way, a leg that failed reaches a person, and nothing is given twice.
func TestManyLegsAreAllCarriedOutOrToldOf(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := setup(t).under(newest)
		p := &provider{books: map[string]dispute.MoneyClaim{}, state: map[string]dispute.LegState{}}
		moods := rapid.SliceOfN(rapid.SampledFrom([]string{"", "", "declining", "mute", "slow"}), 8, 8).Draw(t, "moods")
		first := map[string]string{}
		r.find = p.find
		r.pay = func(c dispute.MoneyClaim) (activities.Movement, error) {
			if _, seen := first[c.Key]; !seen {
				first[c.Key] = moods[len(first)%len(moods)]
			}
			p.mood = first[c.Key]
			return p.pay(c)
		}
		decided := rapid.Permutation(smallRemedies()).Draw(t, "remedies")[:rapid.IntRange(2, 6).Draw(t, "how many")]
		r.after(time.Hour, func() { r.decide("d1", supervisor, decided...) })
		at, gone := 2*time.Hour, false
		for n := range rapid.IntRange(0, 8).Draw(t, "acts") {
			at += rapid.SampledFrom([]time.Duration{time.Hour, day, 4 * day}).Draw(t, "pause")
			act := rapid.SampledFrom([]string{"settle", "retry", "give up", "goods", "bad goods"}).Draw(t, "act")
			r.after(at, func() { r.onLegs(t, p, act, n, &gone) })
		}
		r.after(at+120*day, func() { r.env.CancelWorkflow() })
		o := r.claimForDesk()
		o.Reason = dispute.ReasonDamagedInTransit
		r.run(o)
		r.forgotten(t)
		given := int64(0)
		for _, claim := range p.books {
			given += claim.Amount.Amount
		}
		most := int64(0)
		for _, remedy := range r.last().Remedies {
			if remedy.Amount != nil {
				most += remedy.Amount.Amount
			}
		}
		require.LessOrEqual(t, given, most, "more was given than decided: %v", p.books)
	})
}

// onLegs is something that happens to the legs as they then stand.
func (r *rig) onLegs(t *rapid.T, p *provider, act string, n int, gone *bool) {
	id := "x" + string(rune('a'+n))
	for _, l := range r.last().Legs {
		switch {
		case l.Money != nil && act == "settle" && p.state[l.Money.Key] == dispute.MoneyPending:
			r.tell(p, id+l.ID, l.Money.Key, n%2 == 0)
		case l.Money != nil && act == "retry" && (l.State == dispute.MoneyFailed || l.State == dispute.MoneyUnknown):
			r.resolveRefund(id+l.ID, l.Money.Key, dispute.ResultRetry)
		case l.Money != nil && act == "give up" && !l.State.Final():
			r.resolveRefund(id+l.ID, l.Money.Key, dispute.ResultFailed)
		case l.Return != nil && strings.HasSuffix(act, "goods") && !*gone:
			*gone = true
			condition := dispute.ConditionDamaged
			if act == "bad goods" {
				condition = dispute.ConditionWrongItem
			}
			r.receive("w"+id, 1, 1)
			r.inspect("i"+id, 2, found("line-1", 1, condition))
		}
	}
}

// forgotten checks every recorded step: what is settled has no leg under way and none
// that failed without a person.
func (r *rig) forgotten(t *rapid.T) {
	told, before := map[string]bool{}, dispute.Stage("")
	for _, b := range r.batches {
		entered := before != b.Case.Stage
		before = b.Case.Stage
		for _, e := range b.Entries {
			if e.Type == dispute.EventPersonNeeded || e.Type == dispute.EventDecided {
				for _, l := range b.Case.Legs {
					if l.Problem != "" {
						told[l.ID] = true
					}
				}
			}
		}
		for _, l := range b.Case.Legs {
			if l.Type == dispute.LegApology && l.State == dispute.MoneySucceeded {
				require.Contains(t, r.notices(dispute.RoleCustomer), dispute.NoticeApology, "an apology that nobody heard")
			}
			settled := entered && b.Case.Stage == dispute.StageFollowUp || // goods given up may still come later
				b.Case.Stage == dispute.StageClosed && b.Case.Outcome == dispute.OutcomeResolved
			if settled {
				require.True(t, l.State.Final(), "%s is %s in %s", l.ID, l.State, b.Case.Stage)
			}
			if l.State == dispute.MoneyFailed && endingOf(t, b) == "" {
				require.True(t, told[l.ID], "%s failed and nobody was told", l.ID)
			}
		}
	}
}

// goodsRemedies go together over the two units of the first line and the one of the second.
func goodsRemedies() []dispute.Remedy {
	return []dispute.Remedy{
		oneCup(dispute.RemedyExchange), oneCup(dispute.RemedyReship), oneCup(dispute.RemedyRefund), oneCup(dispute.RemedyReturnRefund),
		{Type: dispute.RemedyRepair, Lines: []dispute.Line{{LineID: "line-2", Quantity: 1}}}, {Type: dispute.RemedyFreightRefund},
		yuan(dispute.RemedyCoupon, 1500), {Type: dispute.RemedyApology},
	}
}

// Whatever warehouse, workshop, carrier and provider say, in whatever order: no more units
// are paid for or arrive anew than the customer claimed, nothing ends with a leg under
// way, and every open case has a clock.
func TestGoodsAndMoneyAreGivenOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := setup(t).under(newest)
		p := &provider{books: map[string]dispute.MoneyClaim{}, state: map[string]dispute.LegState{}}
		r.pay, r.find = p.pay, p.find
		p.mood = rapid.SampledFrom([]string{"", "declining", "mute", "slow"}).Draw(t, "mood")
		if rapid.Bool().Draw(t, "warehouse away") {
			r.goods.replace = away
		}
		free := rapid.SampledFrom([]error{nil, nil, refusedWith("replacement_shipped"), away}).Draw(t, "free")
		r.goods.unreplace = free
		decided := rapid.Permutation(goodsRemedies()).Draw(t, "remedies")[:rapid.IntRange(1, 4).Draw(t, "how many")]
		if rapid.Bool().Draw(t, "two in one") { // what waits for both units, and may be decided anew for one
			kinds := []dispute.RemedyType{dispute.RemedyReturnRefund, dispute.RemedyExchange, dispute.RemedyReship, dispute.RemedyRepair}
			decided = []dispute.Remedy{cups(rapid.SampledFrom(kinds).Draw(t, "of both"), 2), yuan(dispute.RemedyCoupon, 1500)}
			p.mood = "declining" // so that it comes back to the desk
			kinds = append(kinds, dispute.RemedyRefund)
			then := []dispute.Remedy{cups(rapid.SampledFrom(kinds).Draw(t, "then"), rapid.IntRange(1, 2).Draw(t, "of how many"))}
			if then[0].Lines[0].Quantity == 1 && rapid.Bool().Draw(t, "and of the other") {
				then = append(then, oneCup(rapid.SampledFrom(kinds).Draw(t, "other")))
			}
			r.after(90*time.Minute, func() { r.decide("d2", supervisor, then...) })
		}
		r.after(time.Hour, func() { r.decide("d1", supervisor, decided...) })
		at := 2 * time.Hour
		for n := range rapid.IntRange(0, 14).Draw(t, "acts") {
			at += rapid.SampledFrom([]time.Duration{time.Hour, day, 4 * day}).Draw(t, "pause")
			act := rapid.SampledFrom([]string{"shipped", "signed", "out_of_stock", "cancelled", "delivered", "lost", "returned_to_sender", "received",
				"diagnosed", "irreparable", "returned", "resolve", "again", "rule", "accept", "withdraw", "goods", "settle", "cheap"}).Draw(t, "act")
			again := rapid.SampledFrom(append(goodsRemedies(), cups(dispute.RemedyRefund, 2), cups(dispute.RemedyReturnRefund, 2), cups(dispute.RemedyReship, 2),
				oneCup(dispute.RemedyRepair), cups(dispute.RemedyRepair, 2))).Draw(t, "anew")
			result := rapid.SampledFrom([]string{"succeeded", "failed", "retry"}).Draw(t, "result")
			r.after(at, func() { r.onGoods(t, p, act, result, n, again) })
		}
		r.after(at+120*day, func() { r.env.CancelWorkflow() })
		o := r.claimForDesk()
		o.Reason, o.Lines = dispute.ReasonDamagedInTransit, []dispute.Line{{LineID: "line-1", Quantity: 2}, {LineID: "line-2", Quantity: 1}}
		r.run(o)
		require.Equal(t, dispute.StageClosed, r.last().Stage)
		r.lawful(t)
		r.forgotUnits(t)
		r.promisedOnce(t)
		paid, sent, told := int64(0), int64(0), r.told(dispute.RoleSupervisor)
		for _, claim := range p.books {
			if claim.Type == dispute.LegRefund {
				paid += claim.Amount.Amount
			}
		}
		for _, l := range r.last().Legs {
			if l.Replacement != nil && (l.State == dispute.ReplacementSigned || l.State == dispute.ReplacementShipped) {
				sent += l.Replacement.Value.Amount
			}
		}
		require.LessOrEqual(t, paid, int64(19000), "more was refunded than captured")
		if paid+sent > 19000 {
			require.True(t, slices.Contains(told, "task goods_have_left") || slices.Contains(told, "task arrived_after_refund") || slices.Contains(told, "task succeeded_after_failed") || slices.Contains(r.told(dispute.RoleAgent), "task decide"),
				"goods and money for the same units, and nobody was told")
		}
	})
}

// onGoods is something that anybody does to the legs as they then stand.
func (r *rig) onGoods(t *rapid.T, p *provider, act, result string, n int, again dispute.Remedy) {
	id := fmt.Sprintf("y%d", n)
	switch act {
	case "again":
		r.decide(id, supervisor, again)
	case "rule":
		r.rule(id, supervisor, again)
	case "cheap":
		r.rule(id, supervisor, yuan(dispute.RemedyPartialRefund, 300))
	case "withdraw":
		r.withdraw(id)
	case "accept":
		for _, o := range r.last().Offers {
			r.answer(id+o.ID, o.ID, dispute.ResponseAccept)
		}
	}
	for i, l := range r.last().Legs {
		id := fmt.Sprintf("%s-%d", id, i)
		switch {
		case act == "resolve" && l.Money != nil:
			r.resolveRefund(id, l.Money.Key, result)
		case act == "resolve":
			r.resolveLeg(id, l.ID, result)
		case l.Money != nil && act == "settle" && p.state[l.Money.Key] == dispute.MoneyPending:
			r.tell(p, id, l.Money.Key, n%2 == 0)
		case l.Replacement != nil && slices.Contains([]string{"delivered", "lost", "returned_to_sender"}, act):
			r.signal(dispute.SignalCarrierUpdate, dispute.CarrierUpdate{EventID: id, Carrier: "sf", TrackingNumber: "N" + l.ID, Status: dispute.ParcelStatus(act)})
		case l.Replacement != nil && l.Replacement.RequestedAt != nil:
			r.signal(dispute.SignalReplacementUpdate, dispute.ReplacementUpdate{EventID: id, ReplacementID: l.Replacement.ReplacementID, Status: act,
				Sequence: int64(n + 1), Carrier: "sf", TrackingNumber: "N" + l.ID})
		case l.Repair != nil:
			u := dispute.RepairUpdate{EventID: id, RepairID: l.Repair.RepairID, Status: act, Sequence: int64(n + 1), Carrier: "sf", TrackingNumber: "B" + l.ID}
			if n%2 == 0 {
				no := false
				u.Covered, u.Quote = &no, &dispute.Money{Amount: 500, Currency: "CNY"}
			}
			r.signal(dispute.SignalRepairUpdate, u)
		case l.Return != nil && act == "goods":
			items := l.Return.Instructions.Items
			w := dispute.WarehouseInspected{EventID: id, RMAID: l.Return.RMAID, Sequence: int64(n + 1)}
			for _, item := range items {
				w.Lines = append(w.Lines, found(item.LineID, item.Quantity, []dispute.Condition{dispute.ConditionDamaged, dispute.ConditionWrongItem}[n%2]))
			}
			r.signal(dispute.SignalWarehouseInspected, w)
		}
	}
}
