package partners_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/claims"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/partners"
)

// The carrier and the supplier take claims by the same contract.
func TestClaims(t *testing.T) {
	t.Parallel()
	for kind, id := range map[partners.Kind]string{partners.Carrier: partners.CarrierID, partners.Supplier: partners.SupplierID} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			r := setup(t, func(c *partners.Config) { c.Secrets[partners.SupplierID] = secret })
			ctx := t.Context()
			party, err := claims.New(string(kind), r.box.URLs()[kind], partnerhttp.Options{Transport: contractTransport(t)})
			require.NoError(t, err)
			t.Cleanup(party.Close)
			claim := activities.ClaimRequest{Key: "recovery/case_1/" + string(kind) + "-1/claim-1", RecoveryID: "case_1-" + string(kind) + "-1", CaseID: "case_1",
				OrderID: "order-1", Party: dispute.Party(kind), Reason: dispute.ReasonDamagedInTransit, Amount: dispute.CNY(5000),
				Items:    []dispute.RecoveryItem{{LegID: "refund-1", Part: dispute.LossGoods, Paid: 5000, Percent: 100, Share: 100, Amount: 5000}},
				Evidence: []dispute.ClaimEvidence{{EvidenceID: "ev_1", Type: dispute.EvidencePhoto, SHA256: "aa"}}}
			_, err = party.FindClaim(ctx, claim.Key)
			require.Equal(t, http.StatusNotFound, partnerError(t, err).Status)
			first, err := party.FileClaim(ctx, claim)
			require.NoError(t, err)
			require.Equal(t, dispute.ClaimFiled, first.Status)
			again, err := party.FileClaim(ctx, claim)
			require.NoError(t, err)
			require.Equal(t, first, again)
			require.Len(t, r.ledger(t, kind, partners.Filter{CaseID: "case_1", Kind: "claim.filed"}), 1)

			require.NoError(t, r.drive.AnswerClaim(ctx, kind, partners.ClaimVerdict{Key: claim.Key, Status: dispute.ClaimDenied, Reason: "packaging"}))
			said := r.hooks.next(t)
			require.Equal(t, id, said.partner)
			require.Equal(t, "claim.updated", said.Type)
			require.JSONEq(t, `{"claim_key":"`+claim.Key+`","claim_ref":"`+first.Ref+`","status":"denied","amount":{"amount":0,"currency":"CNY"},"reason":"packaging","sequence":2}`, string(said.Data))
			for _, e := range r.ledger(t, kind, partners.Filter{Type: partners.EntryWebhook}) {
				checkEvent(t, e.Kind, e.Data)
			}
			contest := claim
			contest.Key, contest.Contests = "recovery/case_1/"+string(kind)+"-1/claim-2", claim.Key
			_, err = party.FileClaim(ctx, contest)
			require.NoError(t, err)
			require.NoError(t, r.drive.AnswerClaim(ctx, kind, partners.ClaimVerdict{Key: contest.Key, Status: dispute.ClaimPaid, Silent: true}))
			found, err := party.FindClaim(ctx, contest.Key)
			require.NoError(t, err)
			require.Equal(t, dispute.ClaimPaid, found.Status)
			require.Equal(t, dispute.CNY(5000), found.Amount)
			require.Error(t, r.drive.AnswerClaim(ctx, kind, partners.ClaimVerdict{Key: "other", Status: dispute.ClaimPaid}))
		})
	}
}
