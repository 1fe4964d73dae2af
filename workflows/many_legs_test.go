package workflows_test

import (
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
