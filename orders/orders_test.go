package orders_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/orders"
)

const order = `{"order_id":"o-1","customer_id":"c-1","placed_at":"2026-03-01T08:00:00Z","currency":"CNY","shipping_paid":5,
"lines":[{"line_id":"line-1","sku":"A","quantity":1,"paid":10},{"line_id":"line-2","sku":"B","quantity":2,"paid":0}],
"payments":[{"payment_id":"p-1","captured":15}],"loyalty_points":7}`

func TestOrderAgainstTheContract(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, old, new, field string }{
		{"as it should be", "", "", ""},
		{"another order", `"o-1"`, `"o-2"`, "order_id"},
		{"nobody's", `"c-1"`, `""`, "customer_id"},
		{"unknown currency", `"CNY"`, `"???"`, "currency"},
		{"no currency", `"CNY"`, `""`, "currency"},
		{"negative shipping", `"shipping_paid":5`, `"shipping_paid":-5`, "shipping_paid"},
		{"negative line", `"paid":10`, `"paid":-10`, "lines"},
		{"no units", `"quantity":2`, `"quantity":0`, "lines"},
		{"line twice", `"line-2"`, `"line-1"`, "lines"},
		{"reserved line id", `"line-2"`, `"shipping"`, "lines"},
		{"line without id", `"line-2"`, `""`, "lines"},
		{"negative payment", `"captured":15`, `"captured":-15`, "payments"},
		{"payment without id", `"p-1"`, `""`, "payments"},
		{"paid of one line only", `,"paid":0`, ``, "paid"},
		{"tax above the price", `"paid":10}`, `"paid":10,"tax":11}`, "lines/0/tax"},
		{"negative discount", `"paid":10}`, `"paid":10,"discount":-1}`, "lines/0"},
		{"gift with nothing", `"paid":0`, `"paid":0,"gift_with":"line-9"`, "lines/1/gift_with"},
		{"unknown reduction", `"loyalty_points":7`, `"reductions":[{"kind":"luck","amount":1}]`, "reductions/0/kind"},
		{"float", `"paid":10`, `"paid":10.5`, "bad_answer"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if _, err := io.WriteString(w, strings.Replace(order, tt.old, tt.new, 1)); err != nil {
					panic(http.ErrAbortHandler)
				}
			}))
			t.Cleanup(server.Close)
			c, err := orders.New(server.URL, partnerhttp.Options{})
			require.NoError(t, err)
			t.Cleanup(c.Close)
			o, err := c.Order(t.Context(), "o-1")
			if tt.field == "" {
				require.NoError(t, err)
				require.Equal(t, int64(10), o.Lines[0].Paid)
				return
			}
			var failed *activities.PartnerError
			require.ErrorAs(t, err, &failed)
			require.Zero(t, failed.Status)
			require.Equal(t, partnerhttp.CodeBadAnswer, failed.Code)
			require.Contains(t, failed.Error(), tt.field)
			require.Zero(t, o)
		})
	}
}

// Where the order system gives list prices, what was paid for each line is worked out.
func TestOrderByListPrices(t *testing.T) {
	t.Parallel()
	const byList = `{"order_id":"o-1","customer_id":"c-1","placed_at":"2026-03-01T08:00:00Z","currency":"CNY","shipping_paid":0,
"lines":[{"line_id":"a","sku":"A","quantity":1,"list_price":2000},{"line_id":"b","sku":"B","quantity":1,"list_price":1000}],
"reductions":[{"kind":"discount","amount":100},{"kind":"points","amount":50,"points":500}],
"free_shipping":{"threshold":2000,"charge":600},"payments":[{"payment_id":"p-1","captured":2850}]}`
	for _, tt := range []struct{ old, new, field string }{
		{"", "", ""},
		{`2850`, `2851`, "payments"},
		{`"amount":100`, `"amount":3001`, "reductions/0/amount"},
		{`"list_price":1000`, `"list_price":1000,"discount":1001`, "lines/1/discount"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if _, err := io.WriteString(w, strings.Replace(byList, tt.old, tt.new, 1)); err != nil {
				panic(http.ErrAbortHandler)
			}
		}))
		t.Cleanup(server.Close)
		c, err := orders.New(server.URL, partnerhttp.Options{})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		o, err := c.Order(t.Context(), "o-1")
		if tt.field != "" {
			require.ErrorContains(t, err, tt.field)
			continue
		}
		require.NoError(t, err)
		// 3000 - 100 = 2900: 66.67 and 33.33 off, so 1933 and 967; of 50 points' worth
		// 33.33 and 16.67, so 33 and 17.
		require.EqualValues(t, 1900, o.Lines[0].Paid)
		require.EqualValues(t, 950, o.Lines[1].Paid)
		require.Equal(t, []dispute.Credit{{Kind: dispute.ReductionPoints, Amount: 17, Points: 170}}, o.Lines[1].Credits)
		require.EqualValues(t, 600, o.FreeShipping.Charge)
	}
}
