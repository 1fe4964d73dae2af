package activities

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Claims is a carrier or supplier that takes claims.
type Claims interface {
	// FileClaim files a claim under its key; filing it again is answered as before.
	FileClaim(ctx context.Context, c ClaimRequest) (ClaimAnswer, error)
	// FindClaim says how a claim stands; *PartnerError 404 when the party has none.
	FindClaim(ctx context.Context, key string) (ClaimAnswer, error)
}

// ClaimRequest is a claim as it goes to the party: what, how much, and by which proof.
type ClaimRequest struct {
	Key            string                  `json:"claim_key"`
	RecoveryID     string                  `json:"recovery_id"`
	CaseID         string                  `json:"case_id"`
	OrderID        string                  `json:"order_id"`
	Party          dispute.Party           `json:"party"`
	Reason         dispute.Reason          `json:"reason"`
	Amount         dispute.Money           `json:"amount"`
	Contests       string                  `json:"contests,omitempty"` // the key of the claim that was denied
	Carrier        string                  `json:"carrier,omitempty"`
	TrackingNumber string                  `json:"tracking_number,omitempty"`
	Items          []dispute.RecoveryItem  `json:"items"`
	Evidence       []dispute.ClaimEvidence `json:"evidence"`
}

// ClaimAnswer is a claim as the party knows it. Amount is what it accepts, or with `paid`
// what it has paid on the claim in all.
type ClaimAnswer struct {
	Key      string              `json:"claim_key"`
	Status   dispute.ClaimStatus `json:"status"`
	Amount   dispute.Money       `json:"amount"`
	Reason   string              `json:"reason,omitempty"`
	Ref      string              `json:"claim_ref"` // the party's own name for it
	Sequence int64               `json:"sequence"`
}

// Update is the answer as the recovery takes it.
func (a ClaimAnswer) Update() dispute.ClaimUpdate {
	return dispute.ClaimUpdate{ClaimKey: a.Key, Status: a.Status, Amount: a.Amount, Reason: a.Reason, PartnerRef: a.Ref, Sequence: a.Sequence}
}

// RecoveryKeeper is the record of recoveries.
type RecoveryKeeper interface {
	// OpenRecovery makes the run the owner of the recovery and returns it; CodeNotFound.
	OpenRecovery(ctx context.Context, id, runID string) (dispute.Recovery, error)
	// RecordRecovery writes one step; repeating it is harmless. CodeRunSuperseded when
	// another run owns the recovery.
	RecordRecovery(ctx context.Context, b dispute.RecoveryBatch) (dispute.RecoveryReceipt, error)
	// GetRecovery returns a recovery as it is recorded; CodeNotFound.
	GetRecovery(ctx context.Context, id string) (dispute.RecoveryRecord, error)
	// GetCase returns the case that the recovery is about.
	GetCase(ctx context.Context, id string) (dispute.CaseRecord, error)
}

// Recoveries holds the steps of recoveries.
type Recoveries struct {
	Keeper RecoveryKeeper
	Rules  *Rules
	// Parties take claims by their API; who is not here has them filed by a person.
	Parties map[dispute.Party]Claims
}

// OpenRecovery takes the recovery over for a run.
func (a *Recoveries) OpenRecovery(ctx context.Context, id, runID string) (dispute.Recovery, error) {
	r, err := a.Keeper.OpenRecovery(ctx, id, runID)
	return r, Classify(err)
}

// RecordRecovery starts the step's clock, as the policy of the case says, and writes it.
func (a *Recoveries) RecordRecovery(ctx context.Context, b dispute.RecoveryBatch) (dispute.RecoveryReceipt, error) {
	if b.Starting != nil || len(b.Notices) > 0 {
		record, err := a.Keeper.GetCase(ctx, b.Recovery.CaseID)
		if err != nil {
			return dispute.RecoveryReceipt{}, Classify(err)
		}
		c := record.Case
		c.PolicyVersion = b.Recovery.PolicyVersion // the one that made the claim
		book, err := a.Rules.book(ctx, &c)
		if err != nil {
			return dispute.RecoveryReceipt{}, waitForRules(err)
		}
		b.Notices = book.Notices(b.Notices)
		if b.Starting != nil {
			k, err := book.Clock(&c, *b.Starting, b.At)
			if err != nil {
				return dispute.RecoveryReceipt{}, waitForRules(err)
			}
			b.Recovery.Clock = &k
		}
	}
	receipt, err := a.Keeper.RecordRecovery(ctx, b)
	switch dispute.CodeOf(err) {
	case dispute.CodeRunSuperseded, dispute.CodeNotFound:
		return receipt, Classify(err)
	}
	if err != nil { // anything else is tried until it is mended: a step must not be lost
		err = Classify(dispute.Errorf(dispute.CodeUnavailable, "recording: %s", err.Error()))
	}
	return receipt, err
}

// waitForRules lets a step that lacks its policy be tried until a worker knows it.
func waitForRules(err error) error {
	return Classify(dispute.Errorf(dispute.CodeUnavailable, "the rules of the recovery are not to be had: %s", err.Error()))
}

// FileClaim files one claim of a recovery. CodeNotFound where the party takes no claims
// by an API of its own: then a person files it.
func (a *Recoveries) FileClaim(ctx context.Context, id, key string) (ClaimAnswer, error) {
	party, r, err := a.party(ctx, id)
	if err != nil {
		return ClaimAnswer{}, err
	}
	c := r.Claim(key)
	if c == nil {
		return ClaimAnswer{}, Classify(dispute.Errorf(dispute.CodeInvalid, "recovery %s has no claim %s", id, key))
	}
	out, err := party.FileClaim(ctx, ClaimRequest{
		Key: key, RecoveryID: r.ID, CaseID: r.CaseID, OrderID: r.OrderID, Party: r.Party, Reason: r.Reason,
		Amount: dispute.Money{Amount: c.Amount, Currency: r.Currency}, Contests: c.Contests,
		Carrier: r.Carrier, TrackingNumber: r.TrackingNumber, Items: r.Items,
		Evidence: append(append([]dispute.ClaimEvidence{}, r.Evidence...), c.Evidence...),
	})
	return out, Classify(err)
}

// FindClaim asks the party how a claim stands.
func (a *Recoveries) FindClaim(ctx context.Context, id, key string) (ClaimAnswer, error) {
	party, _, err := a.party(ctx, id)
	if err != nil {
		return ClaimAnswer{}, err
	}
	out, err := party.FindClaim(ctx, key)
	return out, Classify(err)
}

func (a *Recoveries) party(ctx context.Context, id string) (Claims, dispute.Recovery, error) {
	record, err := a.Keeper.GetRecovery(ctx, id)
	if err != nil {
		return nil, dispute.Recovery{}, Classify(err)
	}
	party := a.Parties[record.Recovery.Party]
	if party == nil {
		return nil, dispute.Recovery{}, Classify(dispute.Errorf(dispute.CodeNotFound, "the %s takes no claims by an API", record.Recovery.Party))
	}
	return party, record.Recovery, nil
}
