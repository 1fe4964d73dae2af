package dispute

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckCounter(t *testing.T) {
	t.Parallel()
	one := func(r Remedy) []Remedy { return []Remedy{r} }
	rows := []struct {
		name     string
		remedies []Remedy
		pointer  string
	}{
		{"all of it", one(Remedy{Type: RemedyRefund}), ""},
		{"a part, with lines", one(Remedy{Type: RemedyPartialRefund, Lines: []Line{{"l1", 2}}, Amount: ptr(CNY(100))}), ""},
		{"the freight", one(Remedy{Type: RemedyPartialRefund, Lines: []Line{{ShippingLine, 1}}, Amount: ptr(CNY(100))}), ""},
		{"what this release does not carry out", one(Remedy{Type: RemedyCoupon}), ""},
		{"nothing", nil, "/counter/remedies"},
		{"too many", []Remedy{{}, {}, {}, {}, {}, {}}, "/counter/remedies"},
		{"unknown", one(Remedy{Type: "moon"}), "/counter/remedies/0/type"},
		{"a line of the order, not of the case", one(Remedy{Type: RemedyRefund, Lines: []Line{{"l2", 1}}}), "/counter/remedies/0/lines/0/line_id"},
		{"a line twice", one(Remedy{Type: RemedyRefund, Lines: []Line{{"l1", 1}, {"l1", 1}}}), "/counter/remedies/0/lines/1/line_id"},
		{"more units", one(Remedy{Type: RemedyRefund, Lines: []Line{{"l1", 3}}}), "/counter/remedies/0/lines/0/quantity"},
		{"no units", one(Remedy{Type: RemedyRefund, Lines: []Line{{"l1", 0}}}), "/counter/remedies/0/lines/0/quantity"},
		{"negative", one(Remedy{Type: RemedyRefund, Amount: ptr(CNY(-1))}), "/counter/remedies/0/amount/amount"},
		{"another currency", one(Remedy{Type: RemedyRefund, Amount: &Money{1, "EUR"}}), "/counter/remedies/0/amount/currency"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			err := CheckCounter(damagedReturn(), &CounterAsk{Remedies: row.remedies})
			if row.pointer == "" {
				require.Nil(t, err)
				return
			}
			require.NotNil(t, err)
			require.Equal(t, CodeInvalid, err.Code)
			require.Equal(t, row.pointer, err.Fields[0].Pointer)
		})
	}
	require.NotNil(t, CheckCounter(damagedReturn(), nil))
	require.NotNil(t, CheckCounter(damagedReturn(), &CounterAsk{Remedies: one(Remedy{Type: RemedyRefund}), NoteID: strings.Repeat("x", 200)}))
}

func TestCounterNamesSoManyLines(t *testing.T) {
	t.Parallel()
	c := damagedReturn()
	c.Lines = nil
	var lines []Line
	for i := range MaxLines {
		id := fmt.Sprintf("line-%d", i)
		lines = append(lines, Line{id, 1})
		c.Lines = append(c.Lines, Line{id, 1})
	}
	all := Remedy{Type: RemedyRefund, Lines: lines}
	require.Nil(t, CheckCounter(c, &CounterAsk{Remedies: []Remedy{all}}))
	require.NotNil(t, CheckCounter(c, &CounterAsk{Remedies: []Remedy{all, all}}))
}

func TestCheckRounds(t *testing.T) {
	t.Parallel()
	c := damagedReturn()
	c.Offers = make([]Offer, MaxOffers-1)
	require.Nil(t, CheckRounds(c))
	c.Offers = make([]Offer, MaxOffers)
	require.Equal(t, CodeLimitExceeded, CheckRounds(c).Code)
}

func TestLiabilityRestsOnSoMuch(t *testing.T) {
	t.Parallel()
	share := Share{Party: PartyCarrier, Percent: 100, Evidence: make([]string, MaxEvidence)}
	require.NoError(t, CheckShares([]Share{share}))
	share.Evidence = append(share.Evidence, "one more")
	require.Error(t, CheckShares([]Share{share}))
	share.Evidence = []string{strings.Repeat("x", MaxIDLength+1)}
	require.Error(t, CheckShares([]Share{share}))
}
