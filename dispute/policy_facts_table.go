package dispute

import (
	"slices"
	"sort"
	"time"
)

// claimFacts are what the case itself says.
var claimFacts = []PolicyFact{
	textFact("case.kind", "what the customer wants done", kindNames(), func(c *Case) string { return string(c.Kind) }),
	textFact("case.reason", "why the customer asks", sortedNames(families), func(c *Case) string { return string(c.Reason) }),
	textFact("case.channel", "where the case came in",
		texts(channels),
		func(c *Case) string { return string(c.Channel) }),
	textFact("case.class", "what triage made of it", texts(classes), func(c *Case) string { return string(c.Class) }),
	textFact("case.currency", "ISO 4217 code of the case's amounts", nil, func(c *Case) string { return c.Currency }),
	textsFact("case.requested", "the remedies that the customer asks for", remedyNames(),
		func(c *Case) []string { return texts(c.RequestedRemedy) }),
	timeFact("case.opened_at", "when the case was opened", func(c *Case) *time.Time { return &c.OpenedAt }),
	boolFact("case.previous", "the customer takes up an earlier case", func(c *Case) bool { return c.PreviousCaseID != "" }),
	intFact("claim.units", "units of all claimed lines, the shipping charge aside", claimedUnits),
	intFact("claim.paid", "what was paid for the claimed units, in minor units of the order's currency; 0 where the order is not known", claimedPaid),
	textsFact("claim.tags", "tags that the order system gives the claimed lines, each once", nil,
		func(c *Case) []string { return c.claimedCodes(func(l OrderLine) []string { return l.Tags }) }),
	textsFact("claim.categories", "categories of the claimed lines, each once", nil, func(c *Case) []string {
		return c.claimedCodes(func(l OrderLine) []string {
			if l.Category == "" {
				return nil
			}
			return []string{l.Category}
		})
	}),
	textsFact("evidence.types", "the types of evidence that came, each once", nil, evidenceTypes),
}

// orderPolicyFacts are what the order system knows.
var orderPolicyFacts = []PolicyFact{
	boolFact("order.known", "the order system answered", func(c *Case) bool { return c.Facts.Order != nil }),
	intFact("order.total", "what was captured for the whole order, in minor units", orderTotal),
	intFact("order.shipping_paid", "the shipping charge, in minor units", func(c *Case) int64 {
		if c.Facts.Order == nil {
			return 0
		}
		return c.Facts.Order.ShippingPaid
	}),
	timeFact("order.placed_at", "when the order was placed", func(c *Case) *time.Time {
		if c.Facts.Order == nil {
			return nil
		}
		return &c.Facts.Order.PlacedAt
	}),
	boolFact("delivered.known", "the day of signing is known", func(c *Case) bool { return c.signedAt() != nil }),
	timeFact("delivered.at", "when the parcel was signed for, by the order system, else by the carrier", (*Case).signedAt),
	{Name: "delivered.days_ago", Type: FactInt, Meaning: "civil days in the policy's zone from the day of signing to the day of opening",
		value: func(c *Case, zone *time.Location) any {
			if at := c.signedAt(); at != nil {
				return civilDaysBetween(*at, c.OpenedAt, zone)
			}
			return int64(0)
		}},
	boolFact("promised.known", "the order names a day by which it is delivered", func(c *Case) bool { return c.promisedBy() != nil }),
	timeFact("promised.at", "by when delivery was promised", (*Case).promisedBy),
}

// partnerFacts are what warehouse, carrier, payment provider and our own record know.
var partnerFacts = []PolicyFact{
	boolFact("dispatched.known", "the warehouse says when the order left", func(c *Case) bool { return c.dispatchedAt() != nil }),
	timeFact("dispatched.at", "when the order left the warehouse", (*Case).dispatchedAt),
	boolFact("dispatched.late", "it left after the promised day", dispatchedLate),
	boolFact("trace.known", "the carrier has a record of the parcel", func(c *Case) bool {
		return c.Facts.Trace != nil && c.Facts.Trace.Status != ParcelUnknown
	}),
	textFact("trace.status", "what the carrier says of the outbound parcel",
		texts([]ParcelStatus{ParcelInTransit, ParcelOutForDelivery, ParcelDelivered, ParcelException, ParcelLost, ParcelReturnedToSender, ParcelUnknown}),
		func(c *Case) string {
			if c.Facts.Trace == nil {
				return ""
			}
			return string(c.Facts.Trace.Status)
		}),
	boolFact("trace.damage_reported", "the carrier itself recorded damage", damageReported),
	boolFact("payment.known", "the payment provider answered", func(c *Case) bool { return c.Facts.Payment != nil }),
	boolFact("payment.chargeback_open", "the bank disputes the payment", func(c *Case) bool {
		return c.Facts.Payment != nil && c.Facts.Payment.ChargebackOpen
	}),
	intFact("payment.refunded_elsewhere", "refunds that Redress did not make, in minor units", func(c *Case) int64 {
		if c.Facts.Payment == nil {
			return 0
		}
		return c.Facts.Payment.RefundedElsewhere
	}),
	boolFact("history.known", "the customer's history was read", func(c *Case) bool { return c.Facts.History != nil }),
	historyFact("cases", "cases that the customer ever opened"),
	historyFact("cases_90_days", "cases that the customer opened in the last 90 days"),
	historyFact("open_cases", "cases of the customer that are open"),
	historyFact("refunds_90_days", "refunds to the customer in the last 90 days"),
	historyFact("cases_24_hours", "cases that the customer opened in the last 24 hours"),
	historyFact("cases_7_days", "cases that the customer opened in the last 7 days"),
	historyFact("cases_30_days", "cases that the customer opened in the last 30 days"),
	historyFact("not_received_90_days", "cases of the customer about parcels that did not come, in the last 90 days"),
	historyFact("refunded_percent_90_days", "of 100 cases of the last 90 days, how many were paid for; 0 below 5 cases"),
	historyFact("confirmed_365_days", "cases of the customer whose flags a person confirmed, in the last 365 days"),
	goodsFact("address_cases_90_days", "cases about other orders to the same address in the last 90 days"),
	goodsFact("address_customers_90_days", "other customers who opened them"),
	goodsFact("address_not_received_90_days", "those of them about parcels that did not come"),
	goodsFact("weight_short_percent", "by how many percent what came back weighs less than what went out; 0 where it was not weighed"),
	goodsFact("foreign_serials", "serial numbers that came back and never went out"),
}

// proofFacts are how burdens of proof and the inspection went.
var proofFacts = []PolicyFact{
	textFact("proof.customer", "where the last burden of proof stands that the policy put on the customer", proofStates, func(c *Case) string { return c.proofOf(PartyCustomer) }),
	textFact("proof.merchant", "where the last burden of proof stands that the policy put on the merchant", proofStates, func(c *Case) string { return c.proofOf(PartyMerchant) }),
	boolFact("inspection.differs", "what came back differs from what was declared", func(c *Case) bool {
		return slices.ContainsFunc(c.Legs, func(l Leg) bool { return l.Return != nil && len(l.Return.Differences) > 0 })
	}),
}

var proofStates = []string{"none", string(ProofOpen), string(ProofMet), string(ProofFailed)}

// releasedFacts are the names that policies of format 1 use; they are shorter
// ways to say what the other facts say.
var releasedFacts = []PolicyFact{
	boolFact("damage_reported", "the carrier itself recorded damage", damageReported),
	boolFact("not_traced", "the carrier did not answer or has no record of the parcel", func(c *Case) bool {
		return c.Facts.Trace == nil || c.Facts.Trace.Status == ParcelUnknown
	}),
	boolFact("carrier_lost", "the carrier lost the parcel", parcelIs(ParcelLost)),
	boolFact("carrier_delivered", "the carrier delivered the parcel", parcelIs(ParcelDelivered)),
	boolFact("packed_short", "the outbound record itself shows too few of every claimed line", packedShort),
	boolFact("dispatched_late", "it left the warehouse after the promised day", dispatchedLate),
	boolFact("delivered_late", "it was signed for after the promised day", deliveredLate),
}

func historyFact(name, meaning string) PolicyFact {
	return intFact("history."+name, meaning, func(c *Case) int64 {
		if c.Facts.History == nil {
			return 0
		}
		return int64(riskFacts[name](c.Facts.History))
	})
}

func goodsFact(name, meaning string) PolicyFact {
	return intFact("risk."+name, meaning, func(c *Case) int64 {
		n, _ := goodsRiskFacts[name](c)
		return int64(n)
	})
}

func parcelIs(status ParcelStatus) func(*Case) bool {
	return func(c *Case) bool { return c.Facts.Trace != nil && c.Facts.Trace.Status == status }
}

func damageReported(c *Case) bool { return c.Facts.Trace != nil && c.Facts.Trace.DamageReported }

func kindNames() []string { return sortedNames(legalReasons) }

// remedyNames lists all remedies.
func remedyNames() []string {
	return texts([]RemedyType{RemedyRefund, RemedyReturnRefund, RemedyPartialRefund, RemedyExchange, RemedyReship, RemedyRepair,
		RemedyCompensation, RemedyFreightRefund, RemedyCoupon, RemedyGift, RemedyOrderAmendment, RemedyApology})
}

// sortedNames lists the keys of a table in order.
func sortedNames[K ~string, V any](table map[K]V) []string {
	names := make([]string, 0, len(table))
	for k := range table {
		names = append(names, string(k))
	}
	sort.Strings(names)
	return names
}
