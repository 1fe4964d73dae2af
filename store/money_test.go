package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/redresshq/redress/dispute"
)

// claim is a refund of one line whose cap is 1000, of a payment of 1500.
func claim(key, caseID string, amount int64) dispute.MoneyClaim {
	return dispute.MoneyClaim{
		Key: key, Type: dispute.LegRefund, CaseID: caseID, LegID: "refund-1", OrderID: "order_1", PaymentID: "pay_1",
		Amount: dispute.CNY(amount), Lines: []dispute.LineAmount{{LineID: "line_1", Quantity: 1, Amount: amount}},
		LineCaps: []dispute.LineAmount{{LineID: "line_1", Amount: 1000}, {LineID: "line_2", Amount: 1000}}, Captured: 1500,
	}
}

func TestFiftyClaimsAtOnceNeverExceed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	b.open(t, "case_2")
	var passed atomic.Int64
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			_, err := b.ClaimMoney(t.Context(), claim(fmt.Sprintf("key_%d", i), fmt.Sprintf("case_%d", 1+i%2), 100))
			if err == nil {
				passed.Add(1)
			} else if dispute.CodeOf(err) != dispute.CodeExceedsCapture {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 10, passed.Load())
}

func TestClaimMoney(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	first, err := b.ClaimMoney(t.Context(), claim("key_1", "case_1", 400))
	require.NoError(t, err)
	require.Equal(t, dispute.MoneyRow{Key: "key_1", Status: dispute.MoneyRequested, Amount: dispute.CNY(400)}, first)
	again, err := b.ClaimMoney(t.Context(), claim("key_1", "case_1", 400))
	require.NoError(t, err)
	require.Equal(t, first, again)
	_, err = b.ClaimMoney(t.Context(), claim("key_1", "case_1", 401))
	requireCode(t, dispute.CodeInvalid, err)
	_, err = b.ClaimMoney(t.Context(), claim("key_2", "case_1", 400))
	require.NoError(t, err, "two equal partial refunds are two")

	_, err = b.ClaimMoney(t.Context(), claim("key_3", "case_1", 201))
	requireCode(t, dispute.CodeExceedsCapture, err)
	require.ErrorContains(t, err, "line line_1: captured 1000, claimed here 800, this one needs 201")
	elsewhere := claim("key_3", "case_1", 200)
	elsewhere.Elsewhere = 501
	_, err = b.ClaimMoney(t.Context(), elsewhere)
	require.ErrorContains(t, err, "payment pay_1: captured 1500, refunded or charged back elsewhere 501, claimed here 800, this one needs 200")

	for _, free := range []dispute.LegState{dispute.MoneyFailed, dispute.MoneyCancelled} {
		key := "freed_" + string(free)
		_, err = b.ClaimMoney(t.Context(), claim(key, "case_1", 200))
		require.NoError(t, err)
		_, err = b.RecordMoney(t.Context(), key, free, "")
		require.NoError(t, err)
	}
	_, err = b.ClaimMoney(t.Context(), claim("key_3", "case_1", 200))
	require.NoError(t, err)

	// The payment's own cap holds over several lines.
	other := claim("key_4", "case_1", 501)
	other.Lines[0].LineID = "line_2"
	_, err = b.ClaimMoney(t.Context(), other)
	requireCode(t, dispute.CodeExceedsCapture, err)

	payout := dispute.MoneyClaim{Key: "payout_1", Type: dispute.LegCompensation, CaseID: "case_1", LegID: "compensation-1",
		CustomerID: "cus_1", Amount: dispute.CNY(99999)}
	for range 2 {
		row, err := b.ClaimMoney(t.Context(), payout)
		require.NoError(t, err, "a payout is new money")
		require.Equal(t, dispute.MoneyRequested, row.Status)
	}
}

func TestClaimMoneyRefusesWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	for name, change := range map[string]func(*dispute.MoneyClaim){
		"no key":         func(c *dispute.MoneyClaim) { c.Key = "" },
		"nothing":        func(c *dispute.MoneyClaim) { c.Amount.Amount = 0 },
		"no payment":     func(c *dispute.MoneyClaim) { c.PaymentID = "" },
		"no lines":       func(c *dispute.MoneyClaim) { c.Lines = nil },
		"lines too few":  func(c *dispute.MoneyClaim) { c.Lines[0].Amount-- },
		"lines too many": func(c *dispute.MoneyClaim) { c.Lines[0].Amount++ },
		"line twice":     func(c *dispute.MoneyClaim) { c.Lines[0].Amount = 50; c.Lines = append(c.Lines, c.Lines[0]) },
		"negative line": func(c *dispute.MoneyClaim) {
			c.Lines = []dispute.LineAmount{{LineID: "line_1", Amount: -1}, {LineID: "line_2", Amount: 101}}
		},
		"a return": func(c *dispute.MoneyClaim) { c.Type = dispute.LegReturn },
	} {
		c := claim("key_1", "case_1", 100)
		change(&c)
		_, err := b.ClaimMoney(t.Context(), c)
		require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err), "%s: %v", name, err)
	}
	_, err := b.ClaimMoney(t.Context(), claim("key_1", "case_never", 100))
	requireCode(t, dispute.CodeNotFound, err)
	_, err = b.ClaimMoney(t.Context(), claim("key_1", "case_1", 100))
	require.NoError(t, err)
	dollars := claim("key_2", "case_1", 100)
	dollars.Amount.Currency = "USD"
	_, err = b.ClaimMoney(t.Context(), dollars)
	requireCode(t, dispute.CodeInvalid, err)
}

func TestRecordMoneyMakesLegalMovesOnly(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	_, err := b.ClaimMoney(t.Context(), claim("key_1", "case_1", 100))
	require.NoError(t, err)
	requireCode(t, dispute.CodeNotFound, b.MarkMoneySent(t.Context(), "key_never"))
	require.NoError(t, b.MarkMoneySent(t.Context(), "key_1"))
	row, err := b.RecordMoney(t.Context(), "key_1", dispute.MoneyUnknown, "")
	require.NoError(t, err)
	sent := *row.SentAt
	require.NoError(t, b.MarkMoneySent(t.Context(), "key_1"))
	for _, step := range []struct {
		to, want dispute.LegState
		ref      string
	}{
		{dispute.MoneyCancelled, dispute.MoneyUnknown, ""}, // illegal
		{dispute.MoneyPending, dispute.MoneyPending, ""},
		{dispute.MoneyPending, dispute.MoneyPending, "ref_1"}, // repeated, with news
		{dispute.MoneySucceeded, dispute.MoneySucceeded, ""},
		{dispute.MoneyFailed, dispute.MoneySucceeded, "ref_2"}, // final stays
	} {
		row, err = b.RecordMoney(t.Context(), "key_1", step.to, step.ref)
		require.NoError(t, err)
		require.Equal(t, step.want, row.Status)
	}
	require.Equal(t, "ref_1", row.ProviderRef)
	require.Equal(t, sent, *row.SentAt)
	_, err = b.RecordMoney(t.Context(), "key_never", dispute.MoneyFailed, "")
	requireCode(t, dispute.CodeNotFound, err)
}

// A webhook or a person tells the case how a refund ended; its claim learns it with
// the case's next batch, and one that failed counts no more.
func TestRecordBringsTheEndOfMoneyToItsClaim(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.open(t, "case_1")
	_, err := b.ClaimMoney(t.Context(), claim("key_1", "case_1", 1000))
	require.NoError(t, err)
	_, err = b.ClaimMoney(t.Context(), claim("key_2", "case_1", 1))
	requireCode(t, dispute.CodeExceedsCapture, err)

	end := func(number int64, state dispute.LegState) {
		c.Legs = []dispute.Leg{{ID: "refund-1", Type: dispute.LegRefund, State: state,
			Money: &dispute.MoneyLeg{Key: "key_1", Amount: dispute.CNY(1000), ProviderRef: "re_1"}}}
		_, err := b.Record(t.Context(), next(c, number, 1))
		require.NoError(t, err)
	}
	end(2, dispute.MoneyPending)
	row, err := b.RecordMoney(t.Context(), "key_1", dispute.MoneyRequested, "")
	require.NoError(t, err)
	require.Equal(t, dispute.MoneyRequested, row.Status, "what is under way is the provider's to tell")
	end(3, dispute.MoneyFailed)
	end(4, dispute.MoneyCancelled)
	row, err = b.RecordMoney(t.Context(), "key_1", dispute.MoneyPending, "")
	require.NoError(t, err)
	require.Equal(t, dispute.MoneyFailed, row.Status, "an end stays")
	require.Equal(t, "re_1", row.ProviderRef)
	_, err = b.ClaimMoney(t.Context(), claim("key_2", "case_1", 1000))
	require.NoError(t, err, "its amount is free again")
	_, err = b.RecordMoney(t.Context(), "key_2", dispute.MoneyFailed, "")
	require.NoError(t, err)

	end(5, dispute.MoneySucceeded) // paid after all: it counts again
	_, err = b.ClaimMoney(t.Context(), claim("key_3", "case_1", 1))
	requireCode(t, dispute.CodeExceedsCapture, err)
	end(6, dispute.MoneyFailed)
	row, err = b.RecordMoney(t.Context(), "key_1", dispute.MoneyFailed, "")
	require.NoError(t, err)
	require.Equal(t, dispute.MoneySucceeded, row.Status, "what is paid is paid")
}

// For any interleaving of claims and outcomes, what lives is never above what was
// captured, of the line or of the payment, and a claim is refused only when it is.
func TestLedgerNeverExceedsForAnyStory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.open(t, "case_1")
	story := 0
	rapid.Check(t, func(r *rapid.T) {
		story++
		order := fmt.Sprintf("order_%d", story)
		type entry struct {
			line   string
			amount int64
			status dispute.LegState
		}
		ledger := map[string]*entry{}
		var keys []string
		live := func(line string) (sum int64) {
			for _, e := range ledger {
				if (line == "" || e.line == line) && e.status != dispute.MoneyFailed && e.status != dispute.MoneyCancelled {
					sum += e.amount
				}
			}
			return sum
		}
		r.Repeat(map[string]func(*rapid.T){
			"claim": func(r *rapid.T) {
				key := fmt.Sprintf("%s_%d", order, len(keys))
				e := &entry{line: rapid.SampledFrom([]string{"line_1", "line_2"}).Draw(r, "line"),
					amount: rapid.Int64Range(1, 700).Draw(r, "amount"), status: dispute.MoneyRequested}
				elsewhere := rapid.Int64Range(0, 300).Draw(r, "elsewhere")
				c := claim(key, "case_1", e.amount)
				c.OrderID, c.PaymentID, c.Lines[0].LineID, c.Elsewhere = order, "pay_"+order, e.line, elsewhere
				_, err := b.ClaimMoney(t.Context(), c)
				fits := live(e.line)+e.amount <= 1000 && live("")+e.amount+elsewhere <= 1500
				if fits != (err == nil) {
					r.Fatalf("fits %v, but %v", fits, err)
				}
				if err == nil {
					ledger[key] = e
					keys = append(keys, key)
				} else if dispute.CodeOf(err) != dispute.CodeExceedsCapture {
					r.Fatal(err)
				}
			},
			"outcome": func(r *rapid.T) {
				if len(keys) == 0 {
					r.Skip("nothing claimed yet")
				}
				e := ledger[rapid.SampledFrom(keys).Draw(r, "key")]
				for key, other := range ledger {
					if other != e {
						continue
					}
					to := rapid.SampledFrom([]dispute.LegState{dispute.MoneyPending, dispute.MoneyUnknown, dispute.MoneySucceeded,
						dispute.MoneyFailed, dispute.MoneyCancelled}).Draw(r, "to")
					if to == dispute.MoneySucceeded && (e.status == dispute.MoneyFailed || e.status == dispute.MoneyCancelled) {
						r.Skip("what was paid after all is counted, whatever it adds up to")
					}
					if e.status.CanBecome(to) {
						e.status = to
					}
					row, err := b.RecordMoney(t.Context(), key, to, "")
					if err != nil || row.Status != e.status {
						r.Fatalf("want %s, got %+v %v", e.status, row, err)
					}
				}
			},
			"": func(r *rapid.T) {
				if live("line_1") > 1000 || live("line_2") > 1000 || live("") > 1500 {
					r.Fatal("more than was captured")
				}
			},
		})
	})
}
