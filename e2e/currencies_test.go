package e2e_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/partners"
)

// Money of currencies that have no cents, or three digits of them: amounts are minor units
// everywhere, and words have the digits of the currency.

// abroad is a shop that sells in one currency: the newest default in it.
type abroad struct {
	*stack
	t        *testing.T
	currency string
}

func newAbroad(t *testing.T, currency string) abroad {
	t.Helper()
	return abroad{newStack(t, options{policy: "abroad", library: libraryWith(t, "abroad", "default@3", story.with(sets{"currency": currency}))}), t, currency}
}

// sold is an order for two cups at 10,001 minor units together: half of them is no whole number.
func (a abroad) sold(c caller, change ...func(*partners.NewOrder)) dispute.OrderFacts {
	odd := func(n *partners.NewOrder) {
		n.Currency = a.currency
		n.Lines = []dispute.OrderLine{{LineID: "cup", SKU: "sku-cup", Quantity: 2, Paid: 10001}}
	}
	return a.order(a.t, c.id, append([]func(*partners.NewOrder){odd}, change...)...)
}

func (a abroad) money(minor int64) small { return small{"amount": minor, "currency": a.currency} }

// moved are the amounts that the provider's ledger has of a kind for a case.
func (a abroad) moved(id, kind string) []dispute.Money {
	var all []dispute.Money
	for _, e := range a.effects(a.t, partners.Payments, id, kind) {
		var m struct {
			Amount dispute.Money `json:"amount"`
		}
		require.NoError(a.t, json.Unmarshal(e.Data, &m))
		all = append(all, m.Amount)
	}
	return all
}

func (a abroad) minor(n int64) dispute.Money { return dispute.Money{Amount: n, Currency: a.currency} }

// said is the text of the customer's notice of a milestone.
func (a abroad) said(id string, m dispute.Milestone) string {
	text := ""
	wait(a.t, "the customer was told "+string(m), func() bool {
		for _, n := range a.agent(a.t).noticesOf(id) {
			if n.To == dispute.RoleCustomer && n.Milestone == m {
				text = n.Subject + "\n" + n.Text
				return true
			}
		}
		return false
	})
	return text
}

// back plays a return of one of two cups to its end.
func (a abroad) back(language dispute.Language) (caller, string) {
	c := a.customer(a.t)
	claim := returnOf(a.sold(c), dispute.ReasonDamagedInTransit)
	claim["language"] = language
	id := c.open(claim).ID
	c.supply(id)
	c.accept(id)
	ret := a.travel(a.t, c, id, partners.ReceiveReport{})
	require.NoError(a.t, a.box.Inspect(a.t.Context(), ret.RMAID, partners.InspectReport{Condition: dispute.ConditionDamaged}))
	closed := c.awaitClosed(id, dispute.OutcomeResolved)
	require.Equal(a.t, a.currency, closed.Currency)
	return c, id
}

// late opens a claim about cups that came eight days late, up to the offer that the rules
// work out.
func (a abroad) late(language dispute.Language, cups int) (caller, string, dispute.Remedy) {
	c := a.customer(a.t)
	o := a.sold(c, func(n *partners.NewOrder) {
		promised := n.DeliveredAt.AddDate(0, 0, -8)
		n.PromisedBy = &promised
	})
	claim := returnOf(o, dispute.ReasonLateDelivery, dispute.Line{LineID: "cup", Quantity: cups})
	claim["kind"], claim["language"] = "claim", language
	id := c.open(claim).ID
	return c, id, c.openOffer(id).Remedies[0]
}

// A return, a part of the price and a compensation by percent, in yen and in dinars: to
// the last minor unit at the provider, in words, in the reports and in the dossier.
func TestMoneyWithoutCentsAndWithThreeDigits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		currency, cup, fifth, both, part string // as people read them
	}{
		{"JPY", "5000", "1000", "2000", "333"},
		{"KWD", "5.000", "1.000", "2.000", "0.333"},
	} {
		t.Run(row.currency, func(t *testing.T) {
			t.Parallel()
			a := newAbroad(t, row.currency)
			zh := func(number string) string { return number + " " + row.currency }
			en := func(number string) string { return row.currency + " " + number }

			_, returned := a.back(dispute.LanguageChinese)
			require.Equal(t, []dispute.Money{a.minor(5000)}, a.moved(returned, "refund.made"))
			require.Contains(t, a.said(returned, dispute.NoticeRefunded), "我们已向您发出 "+zh(row.cup)+"，")
			require.Contains(t, a.said(returned, dispute.NoticeOffer), "："+zh(row.cup))

			c, paid, fifth := a.late(dispute.LanguageEnglish, 1)
			require.Equal(t, a.minor(1000), *fifth.Amount, "a fifth of 5000")
			require.Contains(t, a.said(paid, dispute.NoticeOffer), en(row.fifth))
			c.accept(paid)
			c.awaitClosed(paid, dispute.OutcomeResolved)
			require.Equal(t, []dispute.Money{a.minor(1000)}, a.moved(paid, "payout.made"))
			require.Contains(t, a.said(paid, dispute.NoticeRefunded), "We have sent you "+en(row.fifth)+",")
			_, _, both := a.late(dispute.LanguageChinese, 2)
			require.Equal(t, a.minor(2000), *both.Amount, "a fifth of 10001, rounded down")

			c = a.customer(t)
			claim := returnOf(a.sold(c), dispute.ReasonDamagedInTransit)
			claim["kind"] = "claim"
			partial := c.open(claim).ID
			c.supply(partial)
			a.agent(t).awaitPerson(partial, dispute.CodePersonByRule)
			foreign := a.agent(t).do(http.MethodPost, "/v1/cases/"+partial+"/decision", small{"remedies": []small{{"type": "partial_refund", "amount": yuan(333)}}})
			require.Equal(t, http.StatusUnprocessableEntity, foreign.status, "%s", foreign.body)
			over := a.agent(t).grantAll(partial, http.StatusUnprocessableEntity, small{"type": "partial_refund", "amount": a.money(5001)})
			require.Contains(t, string(over.body), zh(row.cup)+" can still be given back")
			a.agent(t).grantAll(partial, http.StatusOK, small{"type": "partial_refund", "amount": a.money(333)})
			c.awaitClosed(partial, dispute.OutcomeResolved)
			require.Equal(t, []dispute.Money{a.minor(333)}, a.moved(partial, "refund.made"))
			require.Contains(t, a.said(partial, dispute.NoticeRefunded), zh(row.part))

			cost := a.supervisor(t).report("reasons", "reasons", map[string]any{"reason": "damaged_in_transit"})
			require.Equal(t, row.currency, cost["currency"])
			require.Equal(t, 5333.0, cost["refunded"], "minor units, as the ledger has them")
			table := a.supervisor(t).do(http.MethodGet, "/v1/reports/refund-times?format=csv", nil)
			require.Contains(t, string(table.body), "payout,succeeded,"+row.currency+",1,1000,")
			require.Contains(t, string(table.body), "refund,succeeded,"+row.currency+",2,5333,")
			for id, number := range map[string]string{returned: row.cup, paid: row.fifth, partial: row.part} {
				require.Contains(t, a.dossierPage(id), zh(number), "the page of the dossier")
			}
		})
	}
}

// dossierPage is what a person reads of a case's dossier.
func (a abroad) dossierPage(id string) string {
	r := a.agent(a.t).do(http.MethodGet, "/v1/cases/"+id+"/dossier", nil)
	require.Equal(a.t, http.StatusOK, r.status)
	archive, err := zip.NewReader(bytes.NewReader(r.body), int64(len(r.body)))
	require.NoError(a.t, err)
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, ".html") {
			page, err := f.Open()
			require.NoError(a.t, err)
			text, err := io.ReadAll(page)
			require.NoError(a.t, err)
			return string(text)
		}
	}
	require.Fail(a.t, "the dossier has no page")
	return ""
}
