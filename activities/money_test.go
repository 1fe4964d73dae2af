package activities_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// provider is a payment provider in memory; fail is what its next answers do
// instead of answering, after the effect where lose is set.
type provider struct {
	ledger activities.PaymentLedger
	made   map[string]activities.Movement
	sent   int
	fail   error
	lose   bool
	find   error
}

func (p *provider) Refund(_ context.Context, r activities.RefundRequest) (activities.Movement, error) {
	p.sent++
	if p.fail != nil && !p.lose {
		return activities.Movement{}, p.fail
	}
	m := activities.Movement{Key: r.Key, ProviderRef: "re_1", Status: dispute.MoneyPending, Amount: r.Amount}
	p.made[r.Key] = m
	return m, p.fail
}

func (p *provider) FindRefund(_ context.Context, key string) (activities.Movement, error) {
	if p.find != nil {
		return activities.Movement{}, p.find
	}
	m, ok := p.made[key]
	if !ok {
		return activities.Movement{}, &activities.PartnerError{Status: http.StatusNotFound}
	}
	return m, nil
}

func (p *provider) PaymentLedger(context.Context, string) (activities.PaymentLedger, error) {
	return p.ledger, nil
}

func (p *provider) Payout(ctx context.Context, r activities.PayoutRequest) (activities.Movement, error) {
	return p.Refund(ctx, activities.RefundRequest{Key: r.Key, Amount: r.Amount})
}

func (p *provider) FindPayout(ctx context.Context, key string) (activities.Movement, error) {
	return p.FindRefund(ctx, key)
}

// book is a ledger in memory with one cap for everything.
type book struct {
	claims map[string]*dispute.MoneyRow
	seen   dispute.MoneyClaim
	refuse error
}

func (b *book) ClaimMoney(_ context.Context, c dispute.MoneyClaim) (dispute.MoneyRow, error) {
	b.seen = c
	if b.refuse != nil {
		return dispute.MoneyRow{}, b.refuse
	}
	if b.claims[c.Key] == nil {
		b.claims[c.Key] = &dispute.MoneyRow{Key: c.Key, Status: dispute.MoneyRequested, Amount: c.Amount}
	}
	return *b.claims[c.Key], nil
}

func (b *book) MarkMoneySent(_ context.Context, key string) error {
	now := dispute.Case{}.OpenedAt
	b.claims[key].SentAt = &now
	return nil
}

func (b *book) RecordMoney(_ context.Context, key string, s dispute.LegState, ref string) (dispute.MoneyRow, error) {
	if row := b.claims[key]; row.Status.CanBecome(s) {
		row.Status, row.ProviderRef = s, ref
	}
	return *b.claims[key], nil
}

func setup() (*activities.Money, *provider, *book, dispute.MoneyClaim) {
	p := &provider{made: map[string]activities.Movement{}}
	b := &book{claims: map[string]*dispute.MoneyRow{}}
	claim := dispute.MoneyClaim{Key: "case_1/refund-1/1", Type: dispute.LegRefund, CaseID: "case_1", PaymentID: "pay-1", Amount: dispute.CNY(5000)}
	return &activities.Money{Payments: p, Ledger: b}, p, b, claim
}

func TestPayStoresItsKeyBeforeItSends(t *testing.T) {
	t.Parallel()
	m, p, b, claim := setup()
	moved, err := m.Pay(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, dispute.MoneyPending, moved.Status)
	require.Equal(t, 1, p.sent)
	require.NotNil(t, b.claims[claim.Key].SentAt)
}

func TestPayAfterALostReplyFindsInsteadOfSending(t *testing.T) {
	t.Parallel()
	m, p, _, claim := setup()
	p.fail, p.lose = &activities.PartnerError{Status: 0}, true
	_, err := m.Pay(t.Context(), claim)
	require.Equal(t, dispute.CodeUnavailable, activities.Code(err))

	p.fail = nil
	moved, err := m.Pay(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, "re_1", moved.ProviderRef)
	require.Equal(t, 1, p.sent, "sent once; the second try found it")
}

func TestPayThatMayHaveHappenedIsNotSentWhileNobodyCanTell(t *testing.T) {
	t.Parallel()
	m, p, _, claim := setup()
	p.fail, p.lose = &activities.PartnerError{Status: http.StatusBadGateway}, true
	_, err := m.Pay(t.Context(), claim)
	require.Error(t, err)

	p.fail, p.find = nil, &activities.PartnerError{Status: http.StatusServiceUnavailable}
	_, err = m.Pay(t.Context(), claim)
	require.Equal(t, dispute.CodeUnavailable, activities.Code(err))
	require.Equal(t, 1, p.sent)
}

func TestPayFindsWhatWasMadeBeforeTheChargeback(t *testing.T) {
	t.Parallel()
	m, p, b, claim := setup()
	p.fail, p.lose = &activities.PartnerError{Status: 0}, true
	_, err := m.Pay(t.Context(), claim)
	require.Error(t, err)

	p.ledger.ChargebackOpen = true
	moved, err := m.Pay(t.Context(), claim)
	require.NoError(t, err, "it has happened: nothing to refuse any more")
	require.Equal(t, "re_1", moved.ProviderRef)

	delete(p.made, claim.Key)
	b.claims[claim.Key].Status = dispute.MoneyRequested
	_, err = m.Pay(t.Context(), claim)
	require.Equal(t, dispute.CodeChargebackOpen, activities.Code(err))
	require.Equal(t, 1, p.sent)
	require.Equal(t, dispute.MoneyFailed, b.claims[claim.Key].Status, "the claim counts no more")
}

func TestPayThatNeverArrivedIsSentAgainUnderItsKey(t *testing.T) {
	t.Parallel()
	m, p, _, claim := setup()
	p.fail = &activities.PartnerError{Status: 0}
	_, err := m.Pay(t.Context(), claim)
	require.Error(t, err)
	p.fail = nil
	_, err = m.Pay(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, 2, p.sent)
	require.Len(t, p.made, 1)
}

func TestPayDeclinedFreesTheClaim(t *testing.T) {
	t.Parallel()
	m, p, b, claim := setup()
	p.fail = &activities.PartnerError{Status: http.StatusPaymentRequired, Code: "insufficient_funds"}
	_, err := m.Pay(t.Context(), claim)
	require.Equal(t, dispute.CodeDeclined, activities.Code(err))
	require.Equal(t, "insufficient_funds", activities.Ref(err))
	require.Equal(t, dispute.MoneyFailed, b.claims[claim.Key].Status)
}

func TestPayCountsWhatWasRefundedElsewhereAndChargedBack(t *testing.T) {
	t.Parallel()
	m, p, b, claim := setup()
	p.ledger = activities.PaymentLedger{ChargedBack: dispute.CNY(300), Refunds: []activities.Movement{
		{Amount: dispute.CNY(1000), Status: dispute.MoneySucceeded},
		{Amount: dispute.CNY(2000), Status: dispute.MoneyFailed},
		{Key: "case_0/refund-1/1", Amount: dispute.CNY(700), Status: dispute.MoneySucceeded},
	}}
	_, err := m.Pay(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, int64(1300), b.seen.Elsewhere, "ours are counted by the ledger itself, failed ones not at all")
}

func TestPayNeverSendsWithoutTheLedgersLeave(t *testing.T) {
	t.Parallel()
	m, p, b, claim := setup()
	b.refuse = dispute.Errorf(dispute.CodeExceedsCapture, "too much")
	_, err := m.Pay(t.Context(), claim)
	require.Equal(t, dispute.CodeExceedsCapture, activities.Code(err))

	b.refuse = nil
	p.ledger.ChargebackOpen = true
	_, err = m.Pay(t.Context(), claim)
	require.Equal(t, dispute.CodeChargebackOpen, activities.Code(err))

	b.refuse, p.ledger.ChargebackOpen = errors.New("connection refused"), false
	_, err = m.Pay(t.Context(), claim)
	require.Equal(t, dispute.CodeUnavailable, activities.Code(err))
	require.Zero(t, p.sent)
}

func TestPayOfWhatIsSettledAnswersFromTheLedger(t *testing.T) {
	t.Parallel()
	m, p, b, claim := setup()
	b.claims[claim.Key] = &dispute.MoneyRow{Key: claim.Key, Status: dispute.MoneySucceeded, ProviderRef: "re_9", Amount: claim.Amount}
	moved, err := m.Pay(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, activities.Movement{Key: claim.Key, ProviderRef: "re_9", Status: dispute.MoneySucceeded, Amount: claim.Amount}, moved)
	require.Zero(t, p.sent)
}

func TestReconcileTellsWhatTheProviderKnows(t *testing.T) {
	t.Parallel()
	m, p, _, claim := setup()
	_, err := m.Pay(t.Context(), claim)
	require.NoError(t, err)
	p.made[claim.Key] = activities.Movement{Key: claim.Key, ProviderRef: "re_1", Status: dispute.MoneySucceeded, Amount: claim.Amount}
	moved, err := m.Reconcile(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, dispute.MoneySucceeded, moved.Status)

	delete(p.made, claim.Key)
	moved, err = m.Reconcile(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, dispute.MoneyUnknown, moved.Status, "the provider has nothing under the key")
}

func TestPayRefusesWhatTheProviderStillHoldsUnderAnEndedKey(t *testing.T) {
	t.Parallel()
	m, p, b, claim := setup()
	claim.Key, claim.Ended = "case_1/refund-2/1", []string{"case_1/refund-1/1"}
	p.ledger.Refunds = []activities.Movement{{Key: "case_1/refund-1/1", Amount: dispute.CNY(5000), Status: dispute.MoneyPending}}
	_, err := m.Pay(t.Context(), claim)
	require.Equal(t, dispute.CodeExceedsCapture, activities.Code(err))
	require.Zero(t, p.sent)
	require.Equal(t, dispute.MoneyFailed, b.claims[claim.Key].Status, "the claim counts no more")

	delete(b.claims, claim.Key)
	p.ledger.Refunds[0].Status = dispute.MoneyCancelled
	_, err = m.Pay(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, 1, p.sent)
}

func TestReconcileTellsThatGivenUpMoneyMoved(t *testing.T) {
	t.Parallel()
	m, p, b, claim := setup()
	b.claims[claim.Key] = &dispute.MoneyRow{Key: claim.Key, Status: dispute.MoneyFailed, Amount: claim.Amount}
	p.made[claim.Key] = activities.Movement{Key: claim.Key, ProviderRef: "re_1", Status: dispute.MoneySucceeded, Amount: claim.Amount}
	moved, err := m.Reconcile(t.Context(), claim)
	require.NoError(t, err)
	require.Equal(t, dispute.MoneySucceeded, moved.Status)
}

// orders knows one order with two payments.
type orders struct{}

func (orders) Amend(context.Context, activities.AmendmentRequest) error { return nil }

func (orders) Order(context.Context, string) (dispute.OrderFacts, error) {
	return dispute.OrderFacts{Payments: []dispute.OrderMoney{{PaymentID: "pay-1", Captured: 9000}, {PaymentID: "pay-2", Captured: 9000}}}, nil
}

// ledgers answers for each payment with a ledger of its own.
type ledgers struct {
	provider
	of map[string]activities.PaymentLedger
}

func (l *ledgers) PaymentLedger(_ context.Context, id string) (activities.PaymentLedger, error) {
	return l.of[id], nil
}

// givenBack is our ledger: a case of the order gave one unit back.
type givenBack struct{ err error }

var byOthers = &dispute.OtherCases{Lines: []dispute.LineGiven{{LineID: "line-1", Units: 1, Amount: 700, Before: 1}}}

func (g givenBack) OtherCases(_ context.Context, orderID, caseID string) (*dispute.OtherCases, error) {
	if orderID != "order-1" || caseID != "case_1" {
		return nil, dispute.Errorf(dispute.CodeNotFound, "asked about %s and %s", orderID, caseID)
	}
	return byOthers, g.err
}

func TestPaymentFactsTellWhatIsGoneOfEachPayment(t *testing.T) {
	t.Parallel()
	i := activities.Investigation{Orders: orders{}, Ledger: givenBack{}, Payments: &ledgers{of: map[string]activities.PaymentLedger{
		"pay-1": {ChargedBack: dispute.CNY(300), Refunds: []activities.Movement{
			{Amount: dispute.CNY(1000), Status: dispute.MoneySucceeded},
			{Key: "case_0/refund-1/1", Amount: dispute.CNY(700), Status: dispute.MoneyPending},
			{Key: "case_0/refund-2/1", Amount: dispute.CNY(600), Status: dispute.MoneyFailed},
			{Key: "case_1/refund-1/1", Amount: dispute.CNY(500), Status: dispute.MoneySucceeded},
		}},
	}}}
	facts, err := i.PaymentFacts(t.Context(), "order-1", "case_1")
	require.NoError(t, err)
	require.Equal(t, dispute.PaymentFacts{RefundedElsewhere: 1000, ChargedBack: 300,
		Payments: []dispute.PaymentGone{{PaymentID: "pay-1", Gone: 2000}}, Others: byOthers}, facts)

	i.Ledger = givenBack{err: dispute.Errorf(dispute.CodeUnavailable, "no database")}
	_, err = i.PaymentFacts(t.Context(), "order-1", "case_1")
	require.Equal(t, dispute.CodeUnavailable, activities.Code(err), "without our ledger nothing is known")
}
