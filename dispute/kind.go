package dispute

import (
	"slices"
	"strings"
)

// Kind is what the customer wants done, coarsely.
type Kind string

// The kinds of case (design: The case).
const (
	KindReturn      Kind = "return"       // goods go back for money
	KindExchange    Kind = "exchange"     // goods go back for goods
	KindRepair      Kind = "repair"       // goods go back and come again, mended
	KindClaim       Kind = "claim"        // money or goods owed, no return presumed
	KindComplaint   Kind = "complaint"    // about service
	KindOrderChange Kind = "order_change" // before dispatch
)

// Reason is why the customer asks.
type Reason string

// The reasons, by cause family.
const (
	ReasonChangedMind      Reason = "changed_mind"
	ReasonSizeOrFit        Reason = "size_or_fit"
	ReasonDefective        Reason = "defective"
	ReasonNotAsDescribed   Reason = "not_as_described"
	ReasonCounterfeit      Reason = "counterfeit"
	ReasonDamagedInTransit Reason = "damaged_in_transit"
	ReasonWrongItem        Reason = "wrong_item"
	ReasonWarrantyFailure  Reason = "warranty_failure"

	ReasonMissingItem  Reason = "missing_item"
	ReasonNotReceived  Reason = "not_received"
	ReasonLateDelivery Reason = "late_delivery"

	ReasonServiceAttitude Reason = "service_attitude"
	ReasonOther           Reason = "other"

	ReasonOvercharged Reason = "overcharged"

	ReasonAddressChange  Reason = "address_change"
	ReasonItemChange     Reason = "item_change"
	ReasonInvoiceRequest Reason = "invoice_request"
)

// Family groups reasons by cause. Two open cases may not claim the same units of
// an order line in one family.
type Family string

// The cause families.
const (
	FamilyGoods    Family = "goods"
	FamilyDelivery Family = "delivery"
	FamilyService  Family = "service"
	FamilyBilling  Family = "billing"
	FamilyOrder    Family = "order"
)

var families = map[Reason]Family{
	ReasonChangedMind: FamilyGoods, ReasonSizeOrFit: FamilyGoods, ReasonDefective: FamilyGoods,
	ReasonNotAsDescribed: FamilyGoods, ReasonCounterfeit: FamilyGoods, ReasonDamagedInTransit: FamilyGoods,
	ReasonWrongItem: FamilyGoods, ReasonWarrantyFailure: FamilyGoods,
	ReasonMissingItem: FamilyDelivery, ReasonNotReceived: FamilyDelivery, ReasonLateDelivery: FamilyDelivery,
	ReasonServiceAttitude: FamilyService, ReasonOther: FamilyService,
	ReasonOvercharged:   FamilyBilling,
	ReasonAddressChange: FamilyOrder, ReasonItemChange: FamilyOrder, ReasonInvoiceRequest: FamilyOrder,
}

// Family returns the cause family of the reason, "" for an unknown reason.
func (r Reason) Family() Family { return families[r] }

// legalReasons is the one table of legal kind and reason pairs.
var legalReasons = map[Kind][]Reason{
	KindReturn: {ReasonChangedMind, ReasonSizeOrFit, ReasonDefective, ReasonNotAsDescribed, ReasonCounterfeit,
		ReasonDamagedInTransit, ReasonWrongItem, ReasonWarrantyFailure},
	KindExchange: {ReasonSizeOrFit, ReasonDefective, ReasonNotAsDescribed, ReasonDamagedInTransit, ReasonWrongItem,
		ReasonWarrantyFailure},
	KindRepair: {ReasonDefective, ReasonWarrantyFailure, ReasonDamagedInTransit},
	KindClaim: {ReasonDefective, ReasonNotAsDescribed, ReasonCounterfeit, ReasonDamagedInTransit, ReasonWrongItem,
		ReasonMissingItem, ReasonNotReceived, ReasonLateDelivery, ReasonOvercharged},
	KindComplaint:   {ReasonServiceAttitude, ReasonLateDelivery, ReasonOther},
	KindOrderChange: {ReasonAddressChange, ReasonItemChange, ReasonInvoiceRequest},
}

// LegalReasons returns the reasons that a kind of case may have, nil for an unknown kind.
func LegalReasons(k Kind) []Reason { return legalReasons[k] }

// kindsFor lists the kinds of case that a reason may be for, in words.
func kindsFor(r Reason) string {
	var kinds []string
	for k := range legalReasons {
		if LegalPair(k, r) {
			kinds = append(kinds, string(k))
		}
	}
	slices.Sort(kinds)
	return strings.Join(kinds, ", ")
}

// LegalPair says whether a case of kind k may have reason r.
func LegalPair(k Kind, r Reason) bool {
	for _, legal := range legalReasons[k] {
		if legal == r {
			return true
		}
	}
	return false
}

// Channel is where the case came in.
type Channel string

// The intake channels.
const (
	ChannelInApp  Channel = "in_app"
	ChannelEmail  Channel = "email"
	ChannelChat   Channel = "chat"
	ChannelPhone  Channel = "phone"
	ChannelAppeal Channel = "appeal_entrance"
	Channel12315  Channel = "regulator_12315"
)

// Valid says whether the channel is one of the known ones.
func (c Channel) Valid() bool { return slices.Contains(channels, c) }

// channels lists all of them.
var channels = []Channel{ChannelInApp, ChannelEmail, ChannelChat, ChannelPhone, ChannelAppeal, Channel12315}
