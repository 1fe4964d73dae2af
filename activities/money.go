package activities

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/redresshq/redress/dispute"
)

// Ledger is the record of money that moves.
type Ledger interface {
	// ClaimMoney stores the claim and then counts: CodeExceedsCapture when it would
	// pass what was captured; the existing row when the key is known.
	ClaimMoney(ctx context.Context, c dispute.MoneyClaim) (dispute.MoneyRow, error)
	// MarkMoneySent notes, before the provider is called, that it may have happened.
	MarkMoneySent(ctx context.Context, key string) error
	// RecordMoney stores the provider's word; a final status stays.
	RecordMoney(ctx context.Context, key string, status dispute.LegState, providerRef string) (dispute.MoneyRow, error)
}

// Money holds the steps that pay (law 3: money moves once).
type Money struct {
	Payments Payments
	Credits  Credits // of claims in coupons and gifts
	Ledger   Ledger
}

// Pay makes one refund or payout under its key: claims it in the ledger, asks
// the provider whether it already happened if an earlier try may have got
// through, and only then sends. Every try uses the same key. What may have
// happened is asked about before anything can refuse it.
func (m *Money) Pay(ctx context.Context, claim dispute.MoneyClaim) (Movement, error) {
	var twice *dispute.Error
	if claim.Type == dispute.LegRefund {
		ledger, err := m.Payments.PaymentLedger(ctx, claim.PaymentID)
		if err != nil {
			return Movement{}, Classify(err)
		}
		twice = couldPayTwice(ledger, claim)
		claim.Elsewhere = refundedElsewhere(ledger) + ledger.ChargedBack.Amount
	}
	row, err := m.Ledger.ClaimMoney(ctx, claim)
	switch {
	case twice != nil && dispute.CodeOf(err) == dispute.CodeExceedsCapture:
		return Movement{}, Classify(twice) // the reason why nothing is left
	case err != nil:
		return Movement{}, Classify(err)
	case row.Status.Final():
		return Movement{Key: row.Key, ProviderRef: row.ProviderRef, Status: row.Status, Amount: row.Amount}, nil
	}
	if row.SentAt != nil {
		found, err := m.find(ctx, claim)
		if err != nil || found != nil {
			return deref(found), err
		}
	}
	if twice != nil {
		return Movement{}, m.refused(ctx, claim, twice)
	}
	if err := m.Ledger.MarkMoneySent(ctx, claim.Key); err != nil {
		return Movement{}, Classify(err)
	}
	moved, err := m.send(ctx, claim)
	if err != nil {
		return Movement{}, m.refused(ctx, claim, err)
	}
	return m.record(ctx, claim, moved)
}

// couldPayTwice says why a refund that was not sent yet must not be: the customer's
// bank is taking the money back, or the provider still holds an earlier refund of the
// same lines that the case gave up. nil if nothing speaks against it.
func couldPayTwice(l PaymentLedger, claim dispute.MoneyClaim) *dispute.Error {
	if l.ChargebackOpen {
		return dispute.Errorf(dispute.CodeChargebackOpen,
			"a chargeback is open on payment %s; refunding now could pay twice", claim.PaymentID)
	}
	for _, m := range l.Refunds {
		if m.live() && slices.Contains(claim.Ended, m.Key) {
			return dispute.Errorf(dispute.CodeExceedsCapture, "the provider has %s as %s; %s would pay it twice", m.Key, m.Status, claim.Key)
		}
	}
	return nil
}

// Reconcile asks the provider what became of a payment and records it. A payment
// that the provider does not know has status unknown: it never arrived there.
func (m *Money) Reconcile(ctx context.Context, claim dispute.MoneyClaim) (Movement, error) {
	found, err := m.find(ctx, claim)
	if err != nil {
		return Movement{}, err
	}
	if found == nil {
		return Movement{Key: claim.Key, Status: dispute.MoneyUnknown, Amount: claim.Amount}, nil
	}
	return *found, nil
}

// find returns nil when the provider has nothing under the key.
func (m *Money) find(ctx context.Context, claim dispute.MoneyClaim) (*Movement, error) {
	moved, err := m.look(ctx, claim)
	var partner *PartnerError
	if errors.As(err, &partner) && partner.Status == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, Classify(err)
	}
	recorded, err := m.record(ctx, claim, moved)
	return &recorded, err
}

// look asks whoever moves the claim what stands under its key.
func (m *Money) look(ctx context.Context, claim dispute.MoneyClaim) (Movement, error) {
	switch {
	case claim.Form.Credited():
		return m.Credits.FindCredit(ctx, claim.Key)
	case claim.Type == dispute.LegCompensation:
		return m.Payments.FindPayout(ctx, claim.Key)
	}
	return m.Payments.FindRefund(ctx, claim.Key)
}

func (m *Money) send(ctx context.Context, claim dispute.MoneyClaim) (Movement, error) {
	if claim.Form.Credited() {
		return m.Credits.Credit(ctx, creditOf(claim))
	}
	if claim.Type == dispute.LegCompensation {
		return m.Payments.Payout(ctx, PayoutRequest{Key: claim.Key, CaseID: claim.CaseID, CustomerID: claim.CustomerID, Amount: claim.Amount})
	}
	return m.Payments.Refund(ctx, RefundRequest{Key: claim.Key, CaseID: claim.CaseID, PaymentID: claim.PaymentID, Amount: claim.Amount})
}

// refused records a final refusal, so that the claim no longer counts.
func (m *Money) refused(ctx context.Context, claim dispute.MoneyClaim, err error) error {
	classified := Classify(err)
	switch Code(classified) {
	case dispute.CodeDeclined, dispute.CodeNotFound, dispute.CodeChargebackOpen, dispute.CodeExceedsCapture:
	default:
		return classified
	}
	if _, recErr := m.Ledger.RecordMoney(ctx, claim.Key, dispute.MoneyFailed, ""); recErr != nil {
		return Classify(recErr)
	}
	return classified
}

func (m *Money) record(ctx context.Context, claim dispute.MoneyClaim, moved Movement) (Movement, error) {
	row, err := m.Ledger.RecordMoney(ctx, claim.Key, moved.Status, moved.ProviderRef)
	if err != nil {
		return Movement{}, Classify(err)
	}
	moved.Status = row.Status
	return moved, nil
}

func deref(m *Movement) Movement {
	if m == nil {
		return Movement{}
	}
	return *m
}
