package dispute

import "fmt"

// The bounds of what is proposed in one case: its state travels whole with every
// step, so it may not grow without end.
const (
	MaxOffers      = 20  // offers of one case; then somebody decides or escalates
	MaxRemedies    = 12  // remedies of one offer or decision
	MaxCounter     = 5   // remedies of one counter-offer
	MaxRemedyLines = 120 // lines that all remedies of one proposal name together
)

// CheckCounter checks what a customer asks for in place of an offer: known
// remedies about lines of the case, with amounts in its currency. It fails with
// CodeInvalid and a field for everything that is wrong.
func CheckCounter(c *Case, ask *CounterAsk) *Error {
	if ask == nil || len(ask.Remedies) == 0 {
		return Invalid("a counter-offer says what is wanted instead", Field{"/counter/remedies", "required"})
	}
	if len(ask.Remedies) > MaxCounter {
		return Invalid(fmt.Sprintf("a counter-offer asks for at most %d remedies", MaxCounter), Field{"/counter/remedies", "too many"})
	}
	if err := CheckNotes(ask.NoteID); err != nil {
		return err
	}
	v := counterCheck{units: c.claimedUnits(), currency: c.Currency}
	for i, r := range ask.Remedies {
		v.remedy(fmt.Sprintf("/counter/remedies/%d", i), r)
	}
	if len(v.fields) > 0 {
		return Invalid("the counter-offer cannot be taken: "+v.fields[0].Detail, v.fields...)
	}
	return checkLineCount(ask.Remedies)
}

// CheckNotes fails with CodeInvalid on an id of a text that is too long to be one.
func CheckNotes(ids ...string) *Error {
	for _, id := range ids {
		if len(id) > MaxIDLength {
			return Invalid("a note is named by its id", Field{"/note_id", "too long"})
		}
	}
	return nil
}

// CheckRounds fails with CodeLimitExceeded when the case has had all its offers.
func CheckRounds(c *Case) *Error {
	if len(c.Offers) < MaxOffers {
		return nil
	}
	return Errorf(CodeLimitExceeded, "the case has had %d offers: decide it or escalate it", MaxOffers)
}

func checkLineCount(remedies []Remedy) *Error {
	named := 0
	for _, r := range remedies {
		named += len(r.Lines)
	}
	if named > MaxRemedyLines {
		return Invalid(fmt.Sprintf("the remedies name more than %d lines together", MaxRemedyLines), Field{"/remedies", "too many lines"})
	}
	return nil
}

// claimedUnits are the units of each line that the case may speak of: its own, or
// where it names none the order's; the shipping charge is one.
func (c *Case) claimedUnits() map[string]int {
	units := map[string]int{ShippingLine: 1}
	for _, line := range c.Lines {
		units[line.LineID] = line.Quantity
	}
	if len(c.Lines) == 0 && c.Facts.Order != nil {
		for _, line := range c.Facts.Order.Lines {
			units[line.LineID] = line.Quantity
		}
	}
	return units
}

type counterCheck struct {
	units    map[string]int
	currency string
	fields   []Field
}

func (v *counterCheck) wrong(pointer, format string, args ...any) {
	v.fields = append(v.fields, Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

func (v *counterCheck) remedy(at string, r Remedy) {
	if !r.Type.Known() {
		v.wrong(at+"/type", "not a remedy")
	}
	if r.Amount != nil && r.Amount.Amount < 0 {
		v.wrong(at+"/amount/amount", "an amount is not negative")
	}
	if r.Amount != nil && r.Amount.Currency != v.currency {
		v.wrong(at+"/amount/currency", "must be %s", v.currency)
	}
	if len(r.Lines) > MaxRemedyLines {
		v.wrong(at+"/lines", "more than %d lines", MaxRemedyLines)
		return
	}
	seen := map[string]bool{}
	for i, line := range r.Lines {
		pointer := fmt.Sprintf("%s/lines/%d", at, i)
		switch units, ok := v.units[line.LineID]; {
		case !ok:
			v.wrong(pointer+"/line_id", "not a line of this case")
		case seen[line.LineID]:
			v.wrong(pointer+"/line_id", "line %s stands twice", line.LineID)
		case line.Quantity < 1 || line.Quantity > units:
			v.wrong(pointer+"/quantity", "a quantity is 1 to %d", units)
		}
		seen[line.LineID] = true
	}
}
