package dispute

import (
	"fmt"
	"math"

	"github.com/bojanz/currency"
)

// Money is an amount in the minor unit of its currency (12900 CNY is 129.00 yuan).
// The zero Money has no currency and may be added to any other.
type Money struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

// CNY makes an amount in fen, the minor unit of the embedded policies' currency.
func CNY(minor int64) Money { return Money{Amount: minor, Currency: "CNY"} }

// IsZero says whether the amount is nothing, in whatever currency.
func (m Money) IsZero() bool { return m.Amount == 0 }

// Add returns m+o. It fails with CodeInvalid on different currencies and on overflow.
func (m Money) Add(o Money) (Money, error) {
	cur, err := m.common(o)
	if err != nil {
		return Money{}, err
	}
	if (o.Amount > 0 && m.Amount > math.MaxInt64-o.Amount) || (o.Amount < 0 && m.Amount < math.MinInt64-o.Amount) {
		return Money{}, Errorf(CodeInvalid, "amount overflows: %d + %d", m.Amount, o.Amount)
	}
	return Money{Amount: m.Amount + o.Amount, Currency: cur}, nil
}

// Sub returns m-o under the rules of Add.
func (m Money) Sub(o Money) (Money, error) {
	if o.Amount == math.MinInt64 {
		return Money{}, Errorf(CodeInvalid, "amount overflows: cannot negate %d", o.Amount)
	}
	return m.Add(Money{Amount: -o.Amount, Currency: o.Currency})
}

// String formats the amount with the digits of its currency, e.g. "129.00 CNY".
func (m Money) String() string {
	a, err := currency.NewAmountFromInt64(m.Amount, m.Currency)
	if err != nil {
		return fmt.Sprintf("%d %s", m.Amount, m.Currency)
	}
	return a.Number() + " " + m.Currency
}

func (m Money) common(o Money) (string, error) {
	switch {
	case m.Currency == o.Currency, o.Currency == "" && o.Amount == 0:
		return m.Currency, nil
	case m.Currency == "" && m.Amount == 0:
		return o.Currency, nil
	default:
		return "", Errorf(CodeInvalid, "currencies differ: %s and %s", m.Currency, o.Currency)
	}
}

// KnownCurrency says whether code is an ISO 4217 currency.
func KnownCurrency(code string) bool { return code != "" && currency.IsValid(code) }
