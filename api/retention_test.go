package api

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// What a reader sees of a closed case before its texts go, while they go, and after.
func TestErasedEvidenceIsGone(t *testing.T) {
	t.Parallel()
	b := setup(t)
	a := b.do(evidenceCall(t, "k", [2]string{"type", "photo"}, [2]string{"file", files(t)["jpeg"]})).status(http.StatusCreated)
	get := call{method: "GET", path: a.Header().Get("Location"), as: dispute.RoleCustomer}
	b.do(get).status(200)

	record := b.store.cases["case_mine"]
	kept := dispute.Retention{TextsUntil: noon.AddDate(1, 0, 0), RecordUntil: noon.AddDate(3, 0, 0), Rule: "default@3/retention", Basis: "E-commerce Law art. 31"}
	record.Gate, record.Retention = dispute.GateClosed, &kept
	b.store.cases["case_mine"] = record
	b.do(get).status(200)

	bytes := b.blobs.bytes
	b.blobs.bytes = map[string][]byte{}
	b.do(get).status(404) // lost, not erased
	b.time = kept.TextsUntil
	require.Contains(t, b.do(get).status(http.StatusGone).code(dispute.CodeErased).Detail, "is being erased")
	b.blobs.bytes = bytes // even if somebody put them back

	gone := kept.TextsUntil.Add(time.Minute)
	kept.TextsErasedAt = &gone
	for _, role := range []dispute.Role{dispute.RoleCustomer, dispute.RoleAgent} {
		get.as = role
		said := b.do(get).status(http.StatusGone).code(dispute.CodeErased).Detail
		require.Contains(t, said, "2027-03-02T12:01:00Z")
		require.Contains(t, said, "default@3/retention (E-commerce Law art. 31)")
	}
	get.as, get.who = dispute.RoleCustomer, "cus_2"
	b.do(get).status(404).code(dispute.CodeNotFound)
}

// Bytes for an erased case are refused before any of them is kept.
func TestErasedCaseTakesNoBytes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	gone := noon
	record := b.store.cases["case_mine"]
	record.Gate, record.Retention = dispute.GateClosed, &dispute.Retention{TextsUntil: noon, RecordUntil: noon, TextsErasedAt: &gone, Rule: "default@3/retention"}
	b.store.cases["case_mine"] = record
	b.do(evidenceCall(t, "k", [2]string{"type", "photo"}, [2]string{"file", files(t)["jpeg"]})).status(409).code(dispute.CodeCaseClosed)
	b.do(call{method: "POST", path: "/v1/cases/case_mine/evidence", as: dispute.RoleCustomer, key: "k2",
		body: map[string]any{"type": "statement", "text": "It is broken."}}).status(409).code(dispute.CodeCaseClosed)
	require.Empty(t, b.blobs.bytes)
}

func TestRetentionIsForStaff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	record := b.store.cases["case_mine"]
	record.Retention = &dispute.Retention{TextsUntil: noon, RecordUntil: noon, TextsErasedAt: &noon, Rule: "default@3/retention"}
	b.store.cases["case_mine"] = record
	b.store.texts["statement_1"] = dispute.Text{ID: "statement_1", CaseID: "case_mine", Kind: textStatement, CreatedAt: noon, ErasedAt: &noon,
		Author: dispute.Actor{Role: dispute.RoleCustomer, ID: "cus_1"}}
	for role, sees := range map[dispute.Role]bool{dispute.RoleCustomer: false, dispute.RoleAgent: true} {
		var got struct {
			Retention *dispute.Retention `json:"retention"`
			Texts     []dispute.Text     `json:"texts"`
		}
		require.NoError(t, json.Unmarshal(b.do(call{method: "GET", path: "/v1/cases/case_mine", as: role}).status(200).Body.Bytes(), &got))
		require.Equal(t, sees, got.Retention != nil, role)
		require.Len(t, got.Texts, 1)
		require.Empty(t, got.Texts[0].Body)
		require.Equal(t, &noon, got.Texts[0].ErasedAt)
	}
}
