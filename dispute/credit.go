package dispute

// MoneyForm is what a compensation is given in.
type MoneyForm string

// The forms of a compensation.
const (
	FormPayout MoneyForm = "payout" // money, through the payment provider; also where no form stands
	FormCoupon MoneyForm = "coupon" // a coupon or points, by the shop's own system
	FormGift   MoneyForm = "gift"   // goods from the policy's list, sent by the shop's own system
)

// Credited says whether the shop's own system gives it, and not the payment provider.
func (f MoneyForm) Credited() bool { return f == FormCoupon || f == FormGift }

// NewMoney says whether the leg gives something that was not paid before. Coupons and
// points that a refund gives back were the customer's already.
func (l *Leg) NewMoney() bool {
	return l.Type == LegCompensation && l.Money != nil && l.Money.Returns == nil
}

// newValue says whether the remedy gives something new: money, a coupon or a gift. Its
// value counts against the limits of new money.
func (t RemedyType) newValue() bool {
	switch t {
	case RemedyCompensation, RemedyCoupon, RemedyGift:
		return true
	}
	return false
}

// form is what a remedy of new value is given in.
func (t RemedyType) form() MoneyForm {
	switch t {
	case RemedyCoupon:
		return FormCoupon
	case RemedyGift:
		return FormGift
	}
	return ""
}
