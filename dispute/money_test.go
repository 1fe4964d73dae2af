package dispute

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestMoneyOverflowIsAnError(t *testing.T) {
	t.Parallel()
	_, err := CNY(math.MaxInt64).Add(CNY(1))
	require.Equal(t, CodeInvalid, CodeOf(err))
	_, err = CNY(math.MinInt64).Add(CNY(-1))
	require.Equal(t, CodeInvalid, CodeOf(err))
	_, err = CNY(0).Sub(CNY(math.MinInt64))
	require.Equal(t, CodeInvalid, CodeOf(err))
	_, err = CNY(1).Add(Money{1, "EUR"})
	require.Equal(t, CodeInvalid, CodeOf(err))
}

func TestMoneyAddsExactlyOrFails(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		a, b := rapid.Int64().Draw(rt, "a"), rapid.Int64().Draw(rt, "b")
		sum, err := CNY(a).Add(CNY(b))
		if err != nil {
			require.Equal(rt, CodeInvalid, CodeOf(err))
			return
		}
		back, err := sum.Sub(CNY(b))
		if b != math.MinInt64 {
			require.NoError(rt, err)
			require.Equal(rt, CNY(a), back)
		}
	})
}

func TestMoneyString(t *testing.T) {
	t.Parallel()
	require.Equal(t, "129.00 CNY", CNY(12900).String())
	require.Equal(t, "500 JPY", Money{500, "JPY"}.String())
	require.Equal(t, "7 ???", Money{7, "???"}.String())
	require.True(t, KnownCurrency("CNY"))
	require.False(t, KnownCurrency("YUAN"))
}

func TestCheckShares(t *testing.T) {
	t.Parallel()
	require.NoError(t, CheckShares(nil))
	require.NoError(t, CheckShares([]Share{{Party: PartyCarrier, Percent: 60}, {Party: PartyMerchant, Percent: 40}}))
	for _, bad := range [][]Share{
		{{Party: PartyCarrier, Percent: 99}},
		{{Party: "postman", Percent: 100}},
		{{Party: PartyCarrier, Percent: 50}, {Party: PartyCarrier, Percent: 50}},
		{{Party: PartyCarrier, Percent: 0}, {Party: PartyMerchant, Percent: 100}},
		{{Party: PartyCarrier, Percent: -50}, {Party: PartyMerchant, Percent: 150}},
	} {
		require.Equal(t, CodeInvalid, CodeOf(CheckShares(bad)))
	}
}
