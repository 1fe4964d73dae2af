package api

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// What a remedy does not take is refused and pointed at, wherever remedies are named: it
// would be taken and never carried out.
func TestFieldsThatARemedyDoesNotTake(t *testing.T) {
	t.Parallel()
	nope := []any{map[string]any{"line_id": "nope", "quantity": 99}}
	yuan := map[string]any{"amount": 100, "currency": "CNY"}
	remedies := []any{
		map[string]any{"type": "compensation", "amount": yuan, "lines": nope},
		map[string]any{"type": "apology", "lines": nope, "gift": "gift-cup"},
		map[string]any{"type": "freight_refund", "lines": nope},
		map[string]any{"type": "partial_refund", "amount": yuan, "gift": "gift-cup"},
	}
	for below, sent := range map[string]call{
		"":          command(dispute.RoleAgent, "/decision", map[string]any{"remedies": remedies}),
		" ":         command(dispute.RoleAgent, "/offers", map[string]any{"remedies": remedies}),
		"/counter":  command(dispute.RoleCustomer, "/offers/offer_1/response", map[string]any{"action": "counter", "counter": map[string]any{"remedies": remedies}}),
		"/proposal": command(dispute.RoleAgent, "/mediation", map[string]any{"proposal": map[string]any{"remedies": remedies, "note": "Half way."}}),
	} {
		b := setup(t)
		p := b.do(sent).status(422).code(dispute.CodeInvalid)
		if below == " " {
			below = ""
		}
		var points []string
		for _, e := range p.Errors {
			points = append(points, e.Pointer)
		}
		require.Equal(t, []string{below + "/remedies/0/lines", below + "/remedies/1/lines", below + "/remedies/1/gift",
			below + "/remedies/2/lines", below + "/remedies/3/gift"}, points)
		require.Empty(t, b.door.commands)
	}
}
