package dispute

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// CodeRecovery explains why a party is asked to pay a share.
const CodeRecovery = "recovery"

// RecoveryRule is what is claimed back from a party, by its share of the liability.
// Amounts are minor units of the policy's currency.
type RecoveryRule struct {
	Least    int64          `yaml:"least"`     // less than this is not worth a claim
	Counts   []RecoveryPart `yaml:"counts"`    // what is claimed
	Share    int            `yaml:"share"`     // percent of the party's share
	WriteOff WriteOffLimits `yaml:"write_off"` // what each role gives up alone
	Basis    string         `yaml:"basis"`
}

// WriteOffLimits are the amounts up to which one person may give a claim up alone. Above
// it somebody else agrees whose limit covers it; above all limits, whoever has the highest.
type WriteOffLimits struct {
	Agent      int64 `yaml:"agent" json:"agent"`
	Supervisor int64 `yaml:"supervisor" json:"supervisor"`
	Finance    int64 `yaml:"finance" json:"finance"`
}

// of is the limit of a role.
func (l WriteOffLimits) of(r Role) int64 {
	switch r {
	case RoleSupervisor:
		return l.Supervisor
	case RoleFinance:
		return l.Finance
	case RoleAgent:
		return l.Agent
	}
	return -1
}

// highest is the role with the last word.
func (l WriteOffLimits) highest() Role {
	if l.Finance >= l.Supervisor {
		return RoleFinance
	}
	return RoleSupervisor
}

// Alone says whether the role may give the amount up without another person.
func (l WriteOffLimits) Alone(r Role, amount int64) bool { return amount <= l.of(r) }

// Approver is who has to agree to an amount that its author may not give up alone.
func (l WriteOffLimits) Approver(amount int64) Role {
	switch {
	case amount <= l.Supervisor:
		return RoleSupervisor
	case amount <= l.Finance:
		return RoleFinance
	default:
		return l.highest()
	}
}

// MayApprove says whether the role may agree to the amount.
func (l WriteOffLimits) MayApprove(r Role, amount int64) bool {
	return r != RoleAgent && (amount <= l.of(r) || r == l.highest())
}

// recoverable are the parties from which something is claimed back.
var recoverable = []Party{PartyCarrier, PartySupplier}

// RecoveryPlan is what a case has to claim back, as far as its money has arrived. What was
// claimed before is left out when it is put on record.
type RecoveryPlan struct {
	PolicyVersion string          `json:"policy_version"`
	Drafts        []RecoveryDraft `json:"drafts"`
}

// RecoveryDraft is what one party owes.
type RecoveryDraft struct {
	Party       Party           `json:"party"`
	Items       []RecoveryItem  `json:"items"`
	Least       int64           `json:"least"` // 0 where the case is in another currency than the policy
	Limits      WriteOffLimits  `json:"limits"`
	Explanation Explanation     `json:"explanation"`
	Evidence    []ClaimEvidence `json:"evidence"`
}

// Recoveries works out what the carrier and the supplier owe for what the shop has paid
// to the customer: nil where the policy claims nothing, nobody of them is liable, or no
// money has arrived. It asks for everything, each time; no part of a leg is ever claimed
// twice, since RecoveryPlan.New leaves out the legs that were claimed.
func (b *Rulebook) Recoveries(c *Case) *RecoveryPlan {
	if len(b.policy.Recovery) == 0 || !MayRecover(c) {
		return nil
	}
	losses := lossesOf(c)
	plan := &RecoveryPlan{PolicyVersion: b.Version()}
	for _, party := range recoverable {
		rule, ok := b.policy.Recovery[party]
		at := slices.IndexFunc(c.Liability, func(s Share) bool { return s.Party == party })
		if !ok || at < 0 {
			continue
		}
		d := RecoveryDraft{Party: party, Least: rule.Least, Limits: rule.WriteOff, Evidence: claimEvidence(c)}
		if c.Currency != b.policy.Currency {
			d.Least, d.Limits = 0, WriteOffLimits{} // amounts in another currency cannot be compared
		}
		for _, l := range losses {
			if slices.Contains(rule.Counts, l.Part) {
				d.Items = append(d.Items, l.of(c.Liability, at, rule.Share))
			}
		}
		d.Items = slices.DeleteFunc(d.Items, func(i RecoveryItem) bool { return i.Amount == 0 })
		if len(d.Items) == 0 {
			continue
		}
		share := c.Liability[at]
		d.Explanation = Explanation{Code: CodeRecovery, Rule: b.rule("recovery", string(party)), Basis: rule.Basis, Detail: map[string]string{
			"liability_percent": strconv.Itoa(share.Percent), "liability_rule": share.Rule,
			"claimed_percent": strconv.Itoa(rule.Share), "least": strconv.FormatInt(d.Least, 10),
		}}
		plan.Drafts = append(plan.Drafts, d)
	}
	if len(plan.Drafts) == 0 {
		return nil
	}
	return plan
}

// MayRecover says whether a case is where claims begin: its remedies have arrived, and
// somebody is liable from whom something can be claimed.
func MayRecover(c *Case) bool {
	if c.Stage != StageFollowUp && c.Stage != StageClosed {
		return false
	}
	return slices.ContainsFunc(c.Liability, func(s Share) bool { return slices.Contains(recoverable, s.Party) })
}

// loss is money that reached the customer.
type loss struct {
	LegID, LineID string
	Part          RecoveryPart
	Amount        int64
}

// of is the part of the loss that is claimed from one of the liable.
func (l loss) of(shares []Share, at, percent int) RecoveryItem {
	weights := make([]int64, len(shares))
	for i, s := range shares {
		weights[i] = int64(s.Percent)
	}
	i := RecoveryItem{LegID: l.LegID, Part: l.Part, LineID: l.LineID, Paid: l.Amount, Percent: shares[at].Percent, Share: percent}
	if parts, err := Apportion(l.Amount, weights); err == nil { // shares are checked: they are positive and sum to 100
		i.Amount = parts[at]/100*int64(percent) + parts[at]%100*int64(percent)/100
	}
	return i
}

// lossesOf lists what the customer has got, by leg, kind and line.
func lossesOf(c *Case) []loss {
	var out []loss
	for i := range c.Legs {
		l := &c.Legs[i]
		switch {
		case l.Type == LegRefund && l.State == MoneySucceeded && l.Money != nil:
			out = append(out, refundLosses(c, l)...)
		case l.Type == LegCompensation && l.State == MoneySucceeded && l.Money != nil && paysOut(l.Money):
			out = append(out, loss{LegID: l.ID, Part: LossCompensation, Amount: l.Money.Amount.Amount})
		case l.Type == LegReplacement && l.State == ReplacementSigned && l.Replacement != nil && c.Facts.Order != nil:
			out = append(out, replacementLosses(c, l)...)
		}
	}
	return slices.DeleteFunc(out, func(l loss) bool { return l.Amount <= 0 })
}

// paysOut says that the customer got money, not a coupon or a gift.
func paysOut(m *MoneyLeg) bool { return m.Form == "" || m.Form == FormPayout }

// refundLosses are the goods and freight of a refund. Goods that came back as new are no
// loss; a refund that names no lines counts as goods.
func refundLosses(c *Case, leg *Leg) []loss {
	if len(leg.Money.Lines) == 0 {
		return []loss{{LegID: leg.ID, Part: LossGoods, Amount: leg.Money.Amount.Amount}}
	}
	var out []loss
	for _, part := range leg.Money.Lines {
		l := loss{LegID: leg.ID, Part: LossGoods, LineID: part.LineID, Amount: part.Amount}
		if part.LineID == ShippingLine {
			l.Part = LossFreight
		} else if asNew := restocked(c.Leg(leg.After), part.LineID); part.Quantity > 0 && asNew > 0 {
			l.Amount -= part.Amount / int64(part.Quantity) * int64(min(asNew, part.Quantity))
		}
		out = append(out, l)
	}
	return out
}

// restocked counts the units of a line that came back and are sold as new again.
func restocked(ret *Leg, lineID string) int {
	n := 0
	if ret == nil || ret.Return == nil {
		return n
	}
	for _, l := range ret.Return.Inspection {
		if l.LineID == lineID && l.Disposition == DispositionRestockNew {
			n += l.Quantity
		}
	}
	return n
}

// replacementLosses are the goods that were sent anew, at what was paid for the line.
func replacementLosses(c *Case, leg *Leg) []loss {
	var out []loss
	for _, item := range leg.Replacement.Items {
		for _, line := range c.Facts.Order.Lines {
			if line.LineID == item.LineID && line.Quantity > 0 {
				out = append(out, loss{LegID: leg.ID, Part: LossReplacement, LineID: item.LineID,
					Amount: line.Paid * int64(min(item.Quantity, line.Quantity)) / int64(line.Quantity)})
			}
		}
	}
	return out
}

// claimEvidence is what proves the claim: everything in the case that has a hash.
func claimEvidence(c *Case) []ClaimEvidence {
	out := []ClaimEvidence{}
	for _, e := range c.Evidence {
		if e.SHA256 != "" {
			out = append(out, ClaimEvidence{EvidenceID: e.ID, Type: e.Type, SHA256: e.SHA256})
		}
	}
	return out
}

// New are the recoveries to open: no leg that was claimed before, from whomever, and
// nothing below the least amount. claimed says which legs were; next numbers a party's.
func (p *RecoveryPlan) New(c *Case, at time.Time, claimed func(legID string) bool, next func(Party) int) []Recovery {
	var out []Recovery
	for _, d := range p.Drafts {
		d.Items = slices.DeleteFunc(slices.Clone(d.Items), func(i RecoveryItem) bool { return claimed(i.LegID) })
		sum := int64(0)
		for _, i := range d.Items {
			sum += i.Amount
		}
		if sum == 0 || sum < d.Least {
			continue
		}
		r := Recovery{CaseID: c.ID, ShopID: c.ShopID, Party: d.Party, Number: next(d.Party), State: RecoveryRequired, Version: 1,
			Currency: c.Currency, Claimed: sum, PolicyVersion: p.PolicyVersion, Explanation: d.Explanation, Items: d.Items,
			Evidence: d.Evidence, Limits: d.Limits, OrderID: c.OrderID, Reason: c.Reason, OpenedAt: at.UTC()}
		r.ID = RecoveryID(c.ID, d.Party, r.Number)
		if o := c.Facts.Order; o != nil {
			r.Carrier, r.TrackingNumber = o.Carrier, o.TrackingNumber
		}
		r.Claims = []RecoveryClaim{{Key: r.claimKey(1), Amount: sum}}
		r.Derive(at)
		out = append(out, r)
	}
	return out
}

// Words says in one sentence how the amount came about.
func (r *Recovery) Words() string {
	return fmt.Sprintf("%s of %s, rule %s", Money{Amount: r.Claimed, Currency: r.Currency}, r.Party, r.Explanation.Rule)
}
