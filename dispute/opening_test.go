package dispute

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func opening() Opening {
	return Opening{CaseID: "case_1", ShopID: "shop-1", Kind: KindReturn, Reason: ReasonDamagedInTransit, Channel: ChannelInApp,
		OrderID: "order-1", Lines: []Line{{LineID: "l1", Quantity: 2}}, CustomerID: "cust-1",
		OpenedBy: Actor{Role: RoleCustomer, ID: "cust-1"}, OpenedAt: utc("2026-09-22T02:00:00Z")}
}

func TestValidateOpening(t *testing.T) {
	t.Parallel()
	require.Nil(t, ValidateOpening(opening()))
	rows := []struct {
		name    string
		change  func(*Opening)
		pointer string
	}{
		{"shop", func(o *Opening) { o.ShopID = "" }, "/shop_id"},
		{"order", func(o *Opening) { o.OrderID = "" }, "/order_id"},
		{"long order", func(o *Opening) { o.OrderID = strings.Repeat("x", 129) }, "/order_id"},
		{"spaces", func(o *Opening) { o.OrderID = "a b" }, "/order_id"},
		{"path", func(o *Opening) { o.OrderID = "../x" }, "/order_id"},
		{"slash", func(o *Opening) { o.CustomerID = "a/b" }, "/customer_id"},
		{"an e-mail address is no id", func(o *Opening) { o.CustomerID = "a@example.com" }, "/customer_id"},
		{"control character", func(o *Opening) { o.CustomerID = "a\x00" }, "/customer_id"},
		{"newline", func(o *Opening) { o.CustomerID = "a\n" }, "/customer_id"},
		{"previous case", func(o *Opening) { o.PreviousCaseID = "?" }, "/previous_case_id"},
		{"kind", func(o *Opening) { o.Kind = "gossip" }, "/kind"},
		{"reason", func(o *Opening) { o.Reason = "boredom" }, "/reason"},
		{"pair", func(o *Opening) { o.Reason = ReasonNotReceived }, "/reason"},
		{"channel", func(o *Opening) { o.Channel = "pigeon" }, "/channel"},
		{"no lines", func(o *Opening) { o.Lines = nil }, "/lines"},
		{"too many lines", func(o *Opening) {
			o.Lines = nil
			for i := range 101 {
				o.Lines = append(o.Lines, Line{fmt.Sprintf("l%d", i), 1})
			}
		}, "/lines"},
		{"no line id", func(o *Opening) { o.Lines[0].LineID = "" }, "/lines/0/line_id"},
		{"no quantity", func(o *Opening) { o.Lines[0].Quantity = 0 }, "/lines/0/quantity"},
		{"negative quantity", func(o *Opening) { o.Lines[0].Quantity = -1 }, "/lines/0/quantity"},
		{"quantity above", func(o *Opening) { o.Lines[0].Quantity = 10001 }, "/lines/0/quantity"},
		{"line twice", func(o *Opening) { o.Lines = []Line{{"l1", 1}, {"l1", 1}} }, "/lines/1/line_id"},
		{"remedy unknown", func(o *Opening) { o.RequestedRemedy = []RemedyType{"cake"} }, "/requested_remedy/0"},
		{"remedy that does not fit", func(o *Opening) { o.RequestedRemedy = []RemedyType{RemedyApology} }, "/requested_remedy/0"},
		{"remedy twice", func(o *Opening) { o.RequestedRemedy = []RemedyType{RemedyRefund, RemedyRefund} }, "/requested_remedy/1"},
		{"currency", func(o *Opening) { o.Currency = "YUAN" }, "/currency"},
		{"evidence", func(o *Opening) { o.Evidence = []EvidenceType{"A photo"} }, "/evidence/0"},
		{"no time", func(o *Opening) { o.OpenedAt = time.Time{} }, "/opened_at"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o := opening()
			row.change(&o)
			err := ValidateOpening(o)
			require.NotNil(t, err)
			require.Equal(t, CodeInvalid, err.Code)
			require.Equal(t, row.pointer, err.Fields[0].Pointer)
			require.NotEmpty(t, err.Fields[0].Detail)
		})
	}
	o := opening()
	o.Kind, o.Reason, o.Lines = KindComplaint, ReasonServiceAttitude, nil
	require.Nil(t, ValidateOpening(o), "a complaint needs no lines")
}

// Every remedy that a policy grants by rule or by default fits its kind.
func TestLegalPairs(t *testing.T) {
	t.Parallel()
	kinds := []Kind{KindReturn, KindExchange, KindRepair, KindClaim, KindComplaint, KindOrderChange, "gossip"}
	legal := 0
	for _, k := range kinds {
		for r := range families {
			o := opening()
			o.Kind, o.Reason = k, r
			require.Equal(t, LegalPair(k, r), ValidateOpening(o) == nil, "%s %s", k, r)
			if LegalPair(k, r) {
				legal++
			}
		}
	}
	require.Equal(t, 32, legal)
	for _, r := range book(t, "default").policy.Kinds {
		require.NotEmpty(t, r.Requested)
	}
}
