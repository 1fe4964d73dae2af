package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/seal"
)

// begun claims a write by a machine under a key, as the door does before any work; its
// lease is over at once, as after a crash.
func (b *bundle) begun(t *testing.T, key string) dispute.OperationRow {
	t.Helper()
	row, err := b.BeginOperation(t.Context(), dispute.OperationClaim{Subject: "machine/shop", Operation: "POST /v1/webhook-endpoints",
		Key: key, BodyHash: "h", Lease: time.Microsecond})
	require.NoError(t, err)
	return row
}

// toldSecret answers with the secret, as the door does.
func toldSecret(e dispute.WebhookEndpoint) (dispute.OperationAnswer, error) {
	return dispute.OperationAnswer{Status: 200, Response: []byte(`{"secret":"` + e.Secret + `"}`)}, nil
}

// A secret is made in the transaction that keeps the answer to it: a retry finds the
// operation finished, with that answer, sealed as it lies there; a claimant who comes late
// makes no other.
func TestASecretAndItsAnswerAreOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.endpoint(t, "shop")
	until := time.Now().Add(time.Hour)
	late := b.begun(t, "rotate")
	taken := b.begun(t, "rotate")
	require.Equal(t, dispute.OperationRetry, taken.State)
	made, err := b.RotateWebhookSecret(t.Context(), taken, e.ID, "whsec_new", until, toldSecret)
	require.NoError(t, err)
	require.Equal(t, "whsec_new", made.Secret)
	_, err = b.RotateWebhookSecret(t.Context(), late, e.ID, "whsec_newer", until, toldSecret)
	require.Equal(t, dispute.CodeKeyInFlight, dispute.CodeOf(err))
	again := b.begun(t, "rotate")
	require.Equal(t, dispute.OperationFinished, again.State)
	require.JSONEq(t, `{"secret":"whsec_new"}`, string(again.Response))
	now, err := b.WebhookEndpoint(t.Context(), e.ID)
	require.NoError(t, err)
	require.Equal(t, []string{"whsec_new", "whsec_shop"}, now.Secrets(time.Now()), "the secret before signs too")
	_, err = b.RotateWebhookSecret(t.Context(), b.begun(t, "next"), e.ID, "whsec_next", until, toldSecret)
	require.NoError(t, err)
	require.JSONEq(t, `{"secret":"whsec_new"}`, string(b.begun(t, "rotate").Response), "whatever was made since")

	var clear int
	require.NoError(t, b.super(t).QueryRow(t.Context(), `SELECT count(*) FROM operations WHERE encode(response, 'escape') LIKE '%whsec%'`).Scan(&clear))
	require.Zero(t, clear, "no secret lies there in the clear")
}

// What fails leaves nothing: the operation is done by the next try.
func TestASecretThatCannotBeToldIsNotMade(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.endpoint(t, "shop")
	_, err := b.RotateWebhookSecret(t.Context(), b.begun(t, "rotate"), e.ID, "whsec_lost", time.Now().Add(time.Hour),
		func(dispute.WebhookEndpoint) (dispute.OperationAnswer, error) {
			return dispute.OperationAnswer{}, dispute.Errorf(dispute.CodeUnavailable, "killed")
		})
	require.Equal(t, dispute.CodeUnavailable, dispute.CodeOf(err))
	now, err := b.WebhookEndpoint(t.Context(), e.ID)
	require.NoError(t, err)
	require.Equal(t, "whsec_shop", now.Secret)
	require.Equal(t, dispute.OperationRetry, b.begun(t, "rotate").State)

	_, err = b.DeleteWebhookEndpoint(t.Context(), b.begun(t, "delete"), "whe_none0000", toldSecret)
	require.Equal(t, dispute.CodeNotFound, dispute.CodeOf(err))
	gone, err := b.DeleteWebhookEndpoint(t.Context(), b.begun(t, "delete"), e.ID, toldSecret)
	require.NoError(t, err)
	require.Equal(t, dispute.EndpointDeleted, gone.State)
	require.Equal(t, dispute.OperationFinished, b.begun(t, "delete").State)
}

// Where the key of a secret is lost, the endpoint can be given a new one, which signs
// alone, and be deleted.
func TestASecretThatNoKeyOpens(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e, other := b.endpoint(t, "shop"), b.endpoint(t, "other")
	next, err := seal.NewKey()
	require.NoError(t, err)
	s := b.with(t, next)
	_, err = s.WebhookEndpoint(t.Context(), e.ID)
	require.Equal(t, dispute.CodeUnavailable, dispute.CodeOf(err))
	made, err := s.RotateWebhookSecret(t.Context(), b.begun(t, "rotate"), e.ID, "whsec_new", time.Now().Add(time.Hour), toldSecret)
	require.NoError(t, err)
	require.Equal(t, []string{"whsec_new"}, made.Secrets(time.Now()))
	_, err = s.DeleteWebhookEndpoint(t.Context(), b.begun(t, "delete"), other.ID, toldSecret)
	require.NoError(t, err)
}
