package partners

import (
	"net/http"

	"github.com/redresshq/redress/dispute"
)

// filedClaim is a claim that Redress filed with a carrier or supplier.
type filedClaim struct {
	Key        string                  `json:"claim_key"`
	Ref        string                  `json:"claim_ref"`
	RecoveryID string                  `json:"recovery_id"`
	CaseID     string                  `json:"case_id"`
	OrderID    string                  `json:"order_id"`
	Contests   string                  `json:"contests,omitempty"`
	Claimed    dispute.Money           `json:"claimed"`
	Evidence   []dispute.ClaimEvidence `json:"evidence"`
	Status     dispute.ClaimStatus     `json:"status"`
	Amount     dispute.Money           `json:"amount"` // accepted, or with paid what was paid in all
	Reason     string                  `json:"reason,omitempty"`
	Sequence   int64                   `json:"sequence"`
}

// answer is the claim as the contract shows it.
func (f filedClaim) answer() map[string]any {
	out := map[string]any{"claim_key": f.Key, "claim_ref": f.Ref, "status": f.Status, "amount": f.Amount, "sequence": f.Sequence}
	if f.Reason != "" {
		out["reason"] = f.Reason
	}
	return out
}

// ClaimVerdict answers a claim, or pays it.
type ClaimVerdict struct {
	Key    string              `json:"claim_key"`
	Status dispute.ClaimStatus `json:"status"`
	// Amount in minor units is what is accepted, or what has been paid in all; 0 is all of it.
	Amount   int64  `json:"amount,omitempty"`
	Reason   string `json:"reason,omitempty"`
	Sequence int64  `json:"sequence,omitempty"` // 0: the next one
	// Silent sends no webhook: the party knows, and tells when it is asked.
	Silent bool `json:"silent,omitempty"`
}

// claimBook takes claims, for whichever partner has one.
type claimBook struct {
	*partner
	claims map[string]filedClaim
}

func newClaimBook(p *partner) *claimBook {
	b := &claimBook{partner: p, claims: map[string]filedClaim{}}
	p.operation("POST /v1/claims", "file_claim", b.file)
	p.operation("GET /v1/claims", "find_claim", b.find)
	p.control("POST /sandbox/claims/verdict", b.verdict)
	return b
}

// takes applies the effects that are about claims, and says whether this was one.
func (b *claimBook) takes(e Entry) (bool, error) {
	return keep(e, "claim.", b.claims, func(f filedClaim) string { return f.Key })
}

func (b *claimBook) file(_ *http.Request, body []byte) (outcome, error) {
	var in struct {
		filedClaim
		Amount dispute.Money `json:"amount"`
	}
	if out, ok := parse(body, &in); !ok {
		return out, nil
	}
	f := in.filedClaim
	if f.Key == "" || f.RecoveryID == "" || in.Amount.Amount <= 0 {
		return refuse(http.StatusUnprocessableEntity, "invalid", "claim_key, recovery_id and an amount are needed"), nil
	}
	if known, ok := b.claims[f.Key]; ok {
		return outcome{status: http.StatusOK, body: known.answer()}, nil
	}
	if _, ok := b.claims[f.Contests]; f.Contests != "" && !ok {
		return refuse(http.StatusUnprocessableEntity, "unknown_claim", "what it contests is not known"), nil
	}
	f.Ref, f.Status, f.Claimed, f.Sequence = newID("claim"), dispute.ClaimFiled, in.Amount, 1
	f.Amount = dispute.Money{Currency: in.Amount.Currency}
	e, err := aboutClaim("claim.filed", f)
	return outcome{status: http.StatusCreated, body: f.answer(), effect: &e}, err
}

func aboutClaim(kind string, f filedClaim) (Entry, error) {
	e, err := effect(kind, f)
	e.CaseID, e.OrderID, e.Ref, e.Key = f.CaseID, f.OrderID, f.Ref, f.Key
	return e, err
}

func (b *claimBook) find(r *http.Request, _ []byte) (outcome, error) {
	f, ok := b.claims[r.URL.Query().Get("claim_key")]
	if !ok {
		return refuse(http.StatusNotFound, "unknown_claim", "no such claim"), nil
	}
	return outcome{status: http.StatusOK, body: f.answer()}, nil
}

// verdict moves a claim on, and reports it unless it shall be silent.
func (b *claimBook) verdict(_ *http.Request, body []byte) (int, any, error) {
	var v ClaimVerdict
	if err := decode(body, &v); err != nil {
		return 0, nil, err
	}
	if !v.Status.Valid() || v.Amount < 0 {
		return 0, nil, deny(http.StatusUnprocessableEntity, "invalid", "unknown status, or an amount below 0")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	f, ok := b.claims[v.Key]
	if !ok {
		return 0, nil, deny(http.StatusNotFound, "unknown_claim", "no such claim")
	}
	if v.Sequence == 0 {
		v.Sequence = f.Sequence + 1
	}
	f.Status, f.Reason, f.Sequence = v.Status, v.Reason, v.Sequence
	f.Amount = dispute.Money{Amount: v.Amount, Currency: f.Claimed.Currency}
	if v.Amount == 0 && (v.Status == dispute.ClaimAccepted || v.Status == dispute.ClaimPaid) {
		f.Amount = f.Claimed
	}
	e, err := aboutClaim("claim.updated", f)
	if err != nil {
		return 0, nil, err
	}
	if err := b.commit(e); err != nil {
		return 0, nil, err
	}
	if v.Silent {
		return http.StatusOK, f.answer(), nil
	}
	return http.StatusOK, f.answer(), b.sender.send("claim.updated", e, f.answer())
}

// supplier makes the goods, and takes claims for them.
type supplier struct{ *claimBook }

func newSupplier(box *Sandbox) *supplier {
	p := newPartner(box, Supplier)
	s := &supplier{newClaimBook(p)}
	p.apply = func(e Entry) error { _, err := s.takes(e); return err }
	return s
}
