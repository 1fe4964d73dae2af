package store_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func submission(caseID, id, content string) dispute.EvidenceSubmission {
	sum := sha256.Sum256([]byte(content))
	return dispute.EvidenceSubmission{CaseID: caseID, FileName: id + ".jpg", Evidence: dispute.Evidence{
		ID: id, Type: dispute.EvidencePhoto, SubmittedBy: dispute.Actor{Role: dispute.RoleCustomer, ID: "cus_1"},
		SHA256: hex.EncodeToString(sum[:]), MediaType: "image/jpeg", Size: int64(len(content)),
	}}
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := newCase("case_1")
	c.Completeness = &dispute.CompletenessNotice{SentAt: noon, Items: []dispute.MissingItem{{Type: dispute.EvidencePhoto, From: dispute.RoleCustomer}}}
	_, err := b.Record(t.Context(), opening(c))
	require.NoError(t, err)

	_, err = b.AddEvidence(t.Context(), submission("case_never", "evd_1", "1"))
	requireCode(t, dispute.CodeNotFound, err)
	e, err := b.AddEvidence(t.Context(), submission(c.ID, "evd_1", "1"))
	require.NoError(t, err)
	require.Equal(t, dispute.SourceRequested, e.Source)
	require.Equal(t, dispute.RoleCustomer, e.RequestedFrom)
	require.Equal(t, dispute.StageIntake, e.Stage)
	same, err := b.AddEvidence(t.Context(), submission(c.ID, "evd_2", "1"))
	require.NoError(t, err)
	require.Equal(t, e, same)

	got, name, err := b.GetEvidence(t.Context(), c.ID, "evd_1")
	require.NoError(t, err)
	require.Equal(t, e, got)
	require.Equal(t, "evd_1.jpg", name)
	_, _, err = b.GetEvidence(t.Context(), "case_other", "evd_1")
	requireCode(t, dispute.CodeNotFound, err)

	var wg sync.WaitGroup
	for i := range dispute.MaxEvidence + 10 { // one is there already
		wg.Go(func() {
			_, err := b.AddEvidence(t.Context(), submission(c.ID, fmt.Sprintf("many_%d", i), fmt.Sprintf("many %d", i)))
			if err != nil && dispute.CodeOf(err) != dispute.CodeLimitExceeded {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	pending, err := b.ListInbox(t.Context(), dispute.InboxPending, 0, 0)
	require.NoError(t, err)
	require.Len(t, pending, dispute.MaxEvidence)
	require.Equal(t, dispute.SignalEvidenceSubmitted, pending[0].Signal)
}

func TestTexts(t *testing.T) {
	t.Parallel()
	b := setup(t)
	text := dispute.Text{ID: "txt_1", CaseID: "case_1", Kind: "note", Author: dispute.Actor{Role: dispute.RoleAgent, ID: "a"},
		Body: "it is broken", CreatedAt: noon, Internal: true}
	requireCode(t, dispute.CodeNotFound, b.AddText(t.Context(), text))
	b.open(t, "case_1")
	for range 2 {
		require.NoError(t, b.AddText(t.Context(), text))
	}
	got, err := b.Texts(t.Context(), "case_1")
	require.NoError(t, err)
	require.Equal(t, []dispute.Text{text}, got)
	text.ID, text.Body = "txt_2", "nul \x00"
	requireCode(t, dispute.CodeInvalid, b.AddText(t.Context(), text))
}
