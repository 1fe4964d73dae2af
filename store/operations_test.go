package store_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func operation(caseID, bodyHash string) dispute.OperationClaim {
	return dispute.OperationClaim{Subject: "customer/cus_1", Operation: "POST /cases", Key: "key_1", BodyHash: bodyHash, CaseID: caseID,
		Lease: time.Minute, Texts: []dispute.Text{{ID: "txt_" + caseID, Kind: "statement", Body: "it broke",
			Author: dispute.Actor{Role: dispute.RoleCustomer, ID: "cus_1"}, CreatedAt: noon}}}
}

func TestOperationStory(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, err := b.BeginOperation(t.Context(), operation("case_1", "hash"))
	require.NoError(t, err)
	require.Equal(t, dispute.OperationNew, first.State)
	require.Equal(t, operation("case_1", "hash").UpdateID(), first.UpdateID)

	for _, step := range []struct {
		proposed, hash string
		want           dispute.OperationState
	}{{"case_2", "hash", dispute.OperationInFlight}, {"case_2", "other", dispute.OperationConflict}} {
		row, err := b.BeginOperation(t.Context(), operation(step.proposed, step.hash))
		require.NoError(t, err)
		require.Equal(t, step.want, row.State)
	}
	require.NoError(t, b.ReleaseOperation(t.Context(), first))
	retry, err := b.BeginOperation(t.Context(), operation("case_3", "hash"))
	require.NoError(t, err)
	require.Equal(t, dispute.OperationRetry, retry.State)
	require.Equal(t, "case_1", retry.CaseID, "the stored id wins")
	require.Equal(t, first.UpdateID, retry.UpdateID)
	require.NoError(t, b.ReleaseOperation(t.Context(), first)) // no longer its lease
	row, err := b.BeginOperation(t.Context(), operation("case_3", "hash"))
	require.NoError(t, err)
	require.Equal(t, dispute.OperationInFlight, row.State)

	require.NoError(t, b.FinishOperation(t.Context(), retry, 201, "/v1/cases/case_1", []byte(`{"id":"case_1"}`)))
	require.NoError(t, b.FinishOperation(t.Context(), first, 500, "", nil)) // too late
	for range 2 {
		row, err = b.BeginOperation(t.Context(), operation("case_3", "hash"))
		require.NoError(t, err)
		require.Equal(t, dispute.OperationFinished, row.State)
		require.Equal(t, 201, row.Status)
		require.Equal(t, "/v1/cases/case_1", row.Location)
		require.JSONEq(t, `{"id":"case_1"}`, string(row.Response))
	}
	row, err = b.BeginOperation(t.Context(), operation("case_3", "other"))
	require.NoError(t, err)
	require.Equal(t, dispute.OperationConflict, row.State)

	texts, err := b.Texts(t.Context(), "case_1")
	require.NoError(t, err)
	require.Len(t, texts, 1, "texts go in once, before the case exists")
	other, err := b.Texts(t.Context(), "case_3")
	require.NoError(t, err)
	require.Empty(t, other)

	_, err = b.BeginOperation(t.Context(), dispute.OperationClaim{Operation: "POST /cases"})
	requireCode(t, dispute.CodeKeyMissing, err)
}

func TestOperationIsNewForOneOfMany(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	news := make(chan string, 20)
	for i := range 20 {
		wg.Go(func() {
			row, err := b.BeginOperation(t.Context(), operation("case_"+string(rune('a'+i)), "hash"))
			switch {
			case err != nil:
				t.Error(err)
			case row.State == dispute.OperationNew:
				news <- row.CaseID
			case row.State != dispute.OperationInFlight:
				t.Errorf("state %s", row.State)
			}
		})
	}
	wg.Wait()
	require.Len(t, news, 1)
}

func TestAPIKeys(t *testing.T) {
	t.Parallel()
	b := setup(t)
	hash := strings.Repeat("a", 64)
	past := time.Now().Add(-time.Minute)
	key := dispute.Credential{ID: "ops", SHA256: hash, Actor: dispute.Actor{Role: dispute.RoleMachine, ID: "shop"}}
	_, err := b.APIKey(t.Context(), hash)
	requireCode(t, dispute.CodeUnauthorized, err)
	require.NoError(t, b.AddAPIKey(t.Context(), key))
	got, err := b.APIKey(t.Context(), hash)
	require.NoError(t, err)
	require.Equal(t, key.Actor, got.Actor)
	for _, end := range []func(*dispute.Credential){
		func(c *dispute.Credential) { c.ExpiresAt = &past },
		func(c *dispute.Credential) { c.RevokedAt = &past },
	} {
		ended := key
		end(&ended)
		require.NoError(t, b.AddAPIKey(t.Context(), ended))
		_, err = b.APIKey(t.Context(), hash)
		requireCode(t, dispute.CodeUnauthorized, err)
	}
	key.Actor.Role = dispute.RoleSystem
	requireCode(t, dispute.CodeInvalid, b.AddAPIKey(t.Context(), key))
}
