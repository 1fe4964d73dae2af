package api

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func readCase(as dispute.Role) call { return call{method: "GET", path: "/v1/cases/case_mine", as: as} }

// Customers see of the facts only what is on the list, and only of their own order.
func TestCustomersSeeFewFacts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	facts := func(owner string) map[string]any {
		t.Helper()
		r := b.store.cases["case_mine"]
		r.Case.Facts.Sources[0].Detail = "10.0.0.7 said no"
		r.Case.Facts.Order = &dispute.OrderFacts{OrderID: "ord_1", CustomerID: owner, WarehouseID: "wh-1", Carrier: "sf", TrackingNumber: "SF1",
			DeliveredAt: &noon, Lines: []dispute.OrderLine{{LineID: "l1", SKU: "s", Quantity: 2, Paid: 100}},
			Payments: []dispute.OrderMoney{{PaymentID: "pay_1", Captured: 100}}}
		r.Case.Facts.Dispatch = &dispute.DispatchFacts{CheckedBy: "li"}
		r.Case.Facts.Trace = &dispute.TraceFacts{Carrier: "sf", TrackingNumber: "SF1", Status: dispute.ParcelDelivered, SignedBy: "locker"}
		r.Case.Facts.Payment = &dispute.PaymentFacts{ChargebackOpen: true}
		b.store.cases["case_mine"] = r
		seen, ok := b.do(readCase(dispute.RoleCustomer)).status(http.StatusOK).view().Facts.(map[string]any)
		require.True(t, ok)
		return seen
	}
	sources := []any{map[string]any{"source": "order", "state": "answered", "at": "2026-03-02T12:00:00Z"}}
	require.Equal(t, map[string]any{"sources": sources, "trace": map[string]any{"status": "delivered"},
		"order": map[string]any{"lines": []any{map[string]any{"line_id": "l1", "quantity": 2.0}}, "delivered_at": "2026-03-02T12:00:00Z"}}, facts("cus_1"))
	require.Equal(t, map[string]any{"sources": sources}, facts("cus_2"))
	require.Contains(t, b.do(readCase(dispute.RoleAgent)).status(http.StatusOK).Body.String(), "chargeback_open")
}

// Why a person decides is the shop's own; what was refused and why is not.
func TestCustomersSeeOpenExplanations(t *testing.T) {
	t.Parallel()
	for code, seen := range map[string]bool{
		dispute.CodeOutsideWindow: true, dispute.CodeOrderNotYours: true, "not_covered": true, "not_in_force": false,
		dispute.CodeRiskFlagged: false, dispute.CodeChargeback: false, dispute.CodeCarrierSays + "delivered": false, "made_up": false,
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			r := b.store.cases["case_mine"]
			r.Case.Explanation = &dispute.Explanation{Code: code, Detail: map[string]string{"flag": "many_returns"}}
			r.Case.Decisions = []dispute.Decision{
				{ID: "d1", Author: dispute.System, State: dispute.DecisionInForce, MadeAt: noon, Reject: &dispute.Rejection{Code: "not_covered"}},
				{ID: "d2", Author: dispute.System, State: dispute.DecisionRefused, MadeAt: noon, Reject: &dispute.Rejection{Code: "not_in_force"}}}
			b.store.cases["case_mine"] = r
			require.Equal(t, seen, b.do(readCase(dispute.RoleCustomer)).status(http.StatusOK).view().Explanation != nil)
			require.NotNil(t, b.do(readCase(dispute.RoleAgent)).status(http.StatusOK).view().Explanation)
		})
	}
}

// What keeps a claim out is told with the law that it rests on, whatever the policy calls it.
func TestCustomersSeeWhatKeepsThemOut(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.store.cases["case_mine"]
	r.Case.Explanation = &dispute.Explanation{Code: "custom_made", Rule: "default@3/exclusions/custom_made", Basis: "CPL art. 25"}
	b.store.cases["case_mine"] = r
	require.Nil(t, b.do(readCase(dispute.RoleCustomer)).status(http.StatusOK).view().Explanation, "a person still decides")
	r.Case.Outcome = dispute.OutcomeInadmissible
	b.store.cases["case_mine"] = r
	seen := b.do(readCase(dispute.RoleCustomer)).status(http.StatusOK).view().Explanation
	require.Equal(t, r.Case.Explanation, seen)
}

// Customers see their appeals, not who gave the rulings that they contest.
func TestCustomersSeeNotWhoRuled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.store.cases["case_mine"]
	r.Case.Appeals = []dispute.Appeal{{DecisionID: "d1", Against: dispute.Actor{Role: dispute.RoleSupervisor, ID: "sup_1"}, By: r.Case.OpenedBy, At: noon}}
	b.store.cases["case_mine"] = r
	require.NotContains(t, b.do(readCase(dispute.RoleCustomer)).status(http.StatusOK).Body.String(), "sup_1")
	require.Equal(t, "sup_1", b.do(readCase(dispute.RoleAgent)).status(http.StatusOK).view().Appeals[0].Against.ID)
}

// An offer that was replaced before anybody allowed it stays the shop's own.
func TestCustomersSeePresentedOffersOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.cases["case_mine"].Case.Offers[1].State = dispute.OfferReplaced
	b.store.texts["remark_secret"] = dispute.Text{ID: "remark_secret", CaseID: "case_mine", Kind: textMessage, CreatedAt: noon, Author: dispute.System}
	v := b.do(readCase(dispute.RoleCustomer)).status(http.StatusOK).view()
	require.Len(t, v.Offers, 1)
	require.Equal(t, "offer_1", v.Offers[0].ID)
	require.Empty(t, v.Texts)
}

func TestAnothersLabelIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.issued = map[string]string{"sf/R1": "case_other", "sf/R2": "case_mine"}
	ship := func(number string) call {
		c := command(dispute.RoleCustomer, "/return-shipment", map[string]any{"carrier": "sf", "tracking_number": number})
		c.key = number
		return c
	}
	b.do(ship("R1")).status(http.StatusUnprocessableEntity).code(dispute.CodeInvalid)
	require.Empty(t, b.store.inbox)
	b.do(ship("R2")).status(http.StatusOK)
	b.do(ship("R3")).status(http.StatusOK)
}

// A case that was accepted and then found to be a second one says so.
func TestRefusedOpeningIsToldToItsOwner(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.store.refused = map[string]dispute.RefusedOpening{"case_second": {CaseID: "case_second", CustomerID: "cus_1", DuplicateOf: "case_mine"}}
	read := call{method: "GET", path: "/v1/cases/case_second", as: dispute.RoleCustomer}
	require.Equal(t, "case_mine", b.do(read).status(http.StatusConflict).code(dispute.CodeDuplicateCase).CaseID)
	read.who = "cus_2"
	b.do(read).status(http.StatusNotFound).code(dispute.CodeNotFound)
	read.as, read.who = dispute.RoleAgent, ""
	require.Equal(t, "case_mine", b.do(read).status(http.StatusConflict).code(dispute.CodeDuplicateCase).CaseID)
	read.path = "/v1/cases/case_unknown"
	b.do(read).status(http.StatusNotFound).code(dispute.CodeNotFound)
}
