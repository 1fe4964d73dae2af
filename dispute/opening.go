package dispute

import (
	"fmt"
	"regexp"
	"slices"
)

// The bounds of an opening.
const (
	MaxLines        = 100   // lines of one case
	MaxLineQuantity = 10000 // units of one line
	MaxIDLength     = 128   // characters of any id

	maxOccurredYears = 30 // before the opening
)

// saneID admits what order systems use as ids; no @, since ids are public in the
// engine and an e-mail address is not.
var saneID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:#+=~-]*$`)

// fittingRemedies is the one table of what a kind of case may ask for.
var fittingRemedies = map[Kind][]RemedyType{
	KindReturn:   {RemedyReturnRefund, RemedyRefund, RemedyPartialRefund, RemedyFreightRefund, RemedyCompensation, RemedyExchange, RemedyReship},
	KindExchange: {RemedyExchange, RemedyReship, RemedyReturnRefund, RemedyPartialRefund, RemedyFreightRefund, RemedyCompensation},
	KindRepair:   {RemedyRepair, RemedyExchange, RemedyReturnRefund, RemedyPartialRefund, RemedyFreightRefund, RemedyCompensation},
	KindClaim: {RemedyRefund, RemedyReturnRefund, RemedyPartialRefund, RemedyReship, RemedyCompensation, RemedyFreightRefund,
		RemedyCoupon, RemedyGift},
	KindComplaint:   {RemedyApology, RemedyCompensation, RemedyFreightRefund, RemedyPartialRefund, RemedyRefund, RemedyCoupon, RemedyGift},
	KindOrderChange: {RemedyOrderAmendment, RemedyRefund, RemedyPartialRefund},
}

// ValidateOpening checks a claim before a case is made of it. It fails with
// CodeInvalid and a field for everything that is wrong.
func ValidateOpening(o Opening) *Error {
	v := openingCheck{}
	v.id("/shop_id", o.ShopID, true)
	v.id("/order_id", o.OrderID, true)
	v.id("/customer_id", o.CustomerID, true)
	v.id("/previous_case_id", o.PreviousCaseID, false)
	v.pair(o.Kind, o.Reason)
	if !o.Channel.Valid() {
		v.wrong("/channel", "unknown channel %q", o.Channel)
	}
	v.lines(o)
	v.remedies(o)
	v.amendment(o)
	if o.Currency != "" && !KnownCurrency(o.Currency) {
		v.wrong("/currency", "%q is not an ISO 4217 currency", o.Currency)
	}
	for i, t := range o.Evidence {
		if !flagName.MatchString(string(t)) {
			v.wrong(fmt.Sprintf("/evidence/%d", i), "%q is not a type of evidence", t)
		}
	}
	v.id("/article_session", o.ArticleSession, false)
	if o.Class != "" && !o.Class.Valid() {
		v.wrong("/class", "unknown class %q", o.Class)
	}
	if at := o.OccurredAt; at != nil && (at.After(o.OpenedAt) || at.Before(o.OpenedAt.AddDate(-maxOccurredYears, 0, 0))) {
		v.wrong("/intake/occurred_at", "a problem came up before it is reported, and at most %d years ago", maxOccurredYears)
	}
	if o.Language != "" && !o.Language.Known() {
		v.wrong("/language", "expected one of %v, found %q", Languages(), o.Language)
	}
	if o.OpenedAt.IsZero() {
		v.wrong("/opened_at", "missing")
	}
	if len(v.fields) > 0 {
		return Invalid("the case cannot be opened: "+v.fields[0].Detail, v.fields...)
	}
	return nil
}

type openingCheck struct{ fields []Field }

func (v *openingCheck) wrong(pointer, format string, args ...any) {
	v.fields = append(v.fields, Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

func (v *openingCheck) id(pointer, id string, needed bool) {
	switch {
	case id == "" && needed:
		v.wrong(pointer, "missing")
	case len(id) > MaxIDLength:
		v.wrong(pointer, "longer than %d characters", MaxIDLength)
	case id != "" && !saneID.MatchString(id):
		v.wrong(pointer, "an id is letters, digits and . _ : # + = ~ -")
	}
}

func (v *openingCheck) pair(k Kind, r Reason) {
	switch {
	case LegalReasons(k) == nil:
		v.wrong("/kind", "unknown kind %q", k)
	case r.Family() == "":
		v.wrong("/reason", "unknown reason %q", r)
	case !LegalPair(k, r):
		v.wrong("/reason", "a %s cannot be for %s; a case for it is one of: %s", k, r, kindsFor(r))
	}
}

// lines may be left out where the case is not about goods or a charge of a line.
func (v *openingCheck) lines(o Opening) {
	if len(o.Lines) == 0 && o.Kind != KindComplaint && o.Kind != KindOrderChange && o.Reason != ReasonOvercharged {
		v.wrong("/lines", "a %s names the lines that it is about", o.Kind)
	}
	if len(o.Lines) > MaxLines {
		v.wrong("/lines", "more than %d lines", MaxLines)
		return
	}
	seen := map[string]bool{}
	for i, line := range o.Lines {
		v.id(fmt.Sprintf("/lines/%d/line_id", i), line.LineID, true)
		if line.Quantity < 1 || line.Quantity > MaxLineQuantity {
			v.wrong(fmt.Sprintf("/lines/%d/quantity", i), "a quantity is 1 to %d", MaxLineQuantity)
		}
		if seen[line.LineID] {
			v.wrong(fmt.Sprintf("/lines/%d/line_id", i), "line %s stands twice", line.LineID)
		}
		seen[line.LineID] = true
	}
}

func (v *openingCheck) amendment(o Opening) {
	if o.Amendment == nil {
		return
	}
	if o.Kind != KindOrderChange {
		v.wrong("/amendment", "only a change of an order has one")
	}
	if len(o.Amendment.Items) > MaxLines {
		v.wrong("/amendment/items", "more than %d", MaxLines)
		return
	}
	for i, item := range o.Amendment.Items {
		at := fmt.Sprintf("/amendment/items/%d", i)
		v.id(at+"/line_id", item.LineID, true)
		v.id(at+"/sku", item.SKU, true)
		if item.Quantity < 1 || item.Quantity > MaxLineQuantity {
			v.wrong(at+"/quantity", "a quantity is 1 to %d", MaxLineQuantity)
		}
	}
}

func (v *openingCheck) remedies(o Opening) {
	for i, t := range o.RequestedRemedy {
		pointer := fmt.Sprintf("/requested_remedy/%d", i)
		switch {
		case !t.Known():
			v.wrong(pointer, "unknown remedy %q", t)
		case LegalReasons(o.Kind) != nil && !slices.Contains(fittingRemedies[o.Kind], t):
			v.wrong(pointer, "a %s cannot ask for %s", o.Kind, t)
		case slices.Contains(o.RequestedRemedy[:i], t):
			v.wrong(pointer, "%s stands twice", t)
		}
	}
}
