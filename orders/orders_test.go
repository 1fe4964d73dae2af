package orders_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
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
