package webhook_test

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	oracle "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/webhook"
)

const (
	secretA = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	secretB = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
)

var body = []byte(`{"type":"return.received","event_id":"evt_1"}`)

func signed(t *testing.T, secret, id string, at time.Time, body []byte) http.Header {
	t.Helper()
	h, err := webhook.Sign(secret, id, at, body)
	require.NoError(t, err)
	return h
}

func TestSignAgreesWithReference(t *testing.T) {
	t.Parallel()
	wh, err := oracle.NewWebhook(secretA)
	require.NoError(t, err)
	for _, b := range []string{"", "{}", string(body), "{\"name\":\"破损\"}", "not json . at . all"} {
		now := time.Now()
		h := signed(t, secretA, "msg_1", now, []byte(b))
		require.NoError(t, wh.Verify([]byte(b), h))
		want, err := wh.Sign("msg_1", now, []byte(b))
		require.NoError(t, err)
		require.Equal(t, want, h.Get(webhook.HeaderSignature))
	}
}

func TestVerifyAgreesWithReference(t *testing.T) {
	t.Parallel()
	wh, err := oracle.NewWebhook(secretB)
	require.NoError(t, err)
	now := time.Now()
	sig, err := wh.Sign("msg_2", now, body)
	require.NoError(t, err)
	h := http.Header{}
	h.Set(oracle.HeaderWebhookID, "msg_2")
	h.Set(oracle.HeaderWebhookTimestamp, strconv.FormatInt(now.Unix(), 10))
	h.Set(oracle.HeaderWebhookSignature, sig)
	id, err := webhook.Verify([]string{secretB}, h, body, now, 0)
	require.NoError(t, err)
	require.Equal(t, "msg_2", id)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_760_000_000, 500)
	both := func() http.Header {
		h := signed(t, secretA, "msg", now, body)
		b := signed(t, secretB, "msg", now, body)
		h.Set(webhook.HeaderSignature, "v1a,xyz "+h.Get(webhook.HeaderSignature)+" "+b.Get(webhook.HeaderSignature))
		return h
	}
	with := func(name, value string) http.Header {
		h := signed(t, secretA, "msg", now, body)
		h.Set(name, value)
		return h
	}
	without := func(name string) http.Header {
		h := signed(t, secretA, "msg", now, body)
		h.Del(name)
		return h
	}
	twice := func(name, value string) http.Header {
		h := signed(t, secretA, "msg", now, body)
		h.Add(name, value)
		return h
	}
	zero := "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 8))
	tests := []struct {
		name    string
		secrets []string
		header  http.Header
		body    []byte
		want    error
	}{
		{"one secret", []string{secretA}, signed(t, secretA, "msg", now, body), body, nil},
		{"second of two live secrets", []string{secretB, secretA}, signed(t, secretA, "msg", now, body), body, nil},
		{"several signatures, first secret", []string{secretA}, both(), body, nil},
		{"several signatures, second secret", []string{secretB}, both(), body, nil},
		{"signature header twice", []string{secretB},
			twice(webhook.HeaderSignature, signed(t, secretB, "msg", now, body).Get(webhook.HeaderSignature)), body, nil},
		{"oldest allowed", []string{secretA}, signed(t, secretA, "msg", now.Add(-5*time.Minute), body), body, nil},
		{"newest allowed", []string{secretA}, signed(t, secretA, "msg", now.Add(5*time.Minute), body), body, nil},
		{"too old", []string{secretA}, signed(t, secretA, "msg", now.Add(-5*time.Minute-time.Second), body), body, webhook.ErrTimestamp},
		{"too new", []string{secretA}, signed(t, secretA, "msg", now.Add(5*time.Minute+time.Second), body), body, webhook.ErrTimestamp},
		{"huge timestamp", []string{secretA}, with(webhook.HeaderTimestamp, "9223372036854775807"), body, webhook.ErrTimestamp},
		{"negative timestamp", []string{secretA}, with(webhook.HeaderTimestamp, "-9223372036854775808"), body, webhook.ErrHeaders},
		{"timestamp no number", []string{secretA}, with(webhook.HeaderTimestamp, "now"), body, webhook.ErrHeaders},
		{"timestamp written otherwise", []string{secretA}, with(webhook.HeaderTimestamp, "01760000000"), body, webhook.ErrSignature},
		{"other body", []string{secretA}, signed(t, secretA, "msg", now, body), []byte(`{}`), webhook.ErrSignature},
		{"other id", []string{secretA}, with(webhook.HeaderID, "msh"), body, webhook.ErrSignature},
		{"other secret", []string{secretB}, signed(t, secretA, "msg", now, body), body, webhook.ErrSignature},
		{"unknown version only", []string{secretA}, with(webhook.HeaderSignature, "v9,AAAA"), body, webhook.ErrSignature},
		{"not base64", []string{secretA}, with(webhook.HeaderSignature, "v1,###"), body, webhook.ErrSignature},
		{"too many signatures", []string{secretA}, with(webhook.HeaderSignature, strings.Repeat("v1,AAAA ", 17)), body, webhook.ErrHeaders},
		{"no id", []string{secretA}, without(webhook.HeaderID), body, webhook.ErrHeaders},
		{"two ids", []string{secretA}, twice(webhook.HeaderID, "other"), body, webhook.ErrHeaders},
		{"id with full stop", []string{secretA}, with(webhook.HeaderID, "msg.1"), body, webhook.ErrHeaders},
		{"no timestamp", []string{secretA}, without(webhook.HeaderTimestamp), body, webhook.ErrHeaders},
		{"two timestamps", []string{secretA}, twice(webhook.HeaderTimestamp, "1"), body, webhook.ErrHeaders},
		{"no signature", []string{secretA}, without(webhook.HeaderSignature), body, webhook.ErrHeaders},
		{"no secret", nil, signed(t, secretA, "msg", now, body), body, webhook.ErrSecret},
		{"empty secret", []string{secretA, ""}, signed(t, secretA, "msg", now, body), body, webhook.ErrSecret},
		{"prefix alone", []string{"whsec_"}, signed(t, secretA, "msg", now, body), body, webhook.ErrSecret},
		{"short secret", []string{zero}, signed(t, secretA, "msg", now, body), body, webhook.ErrSecret},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			id, err := webhook.Verify(tt.secrets, tt.header, tt.body, now, 5*time.Minute)
			require.ErrorIs(t, err, tt.want)
			if tt.want == nil {
				require.Equal(t, "msg", id)
			} else {
				require.Empty(t, id)
			}
		})
	}
}

func TestSignRefuses(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"", "whsec_", "whsec_c2hvcnQ=", "whsec_***", strings.TrimPrefix(secretA, "whsec_")} {
		_, err := webhook.Sign(secret, "msg", time.Now(), body)
		require.ErrorIs(t, err, webhook.ErrSecret, secret)
		require.Error(t, webhook.CheckSecret(secret))
	}
	for _, id := range []string{"", "a.b", "a b", "a\nb", "é", strings.Repeat("x", 201)} {
		_, err := webhook.Sign(secretA, id, time.Now(), body)
		require.ErrorIs(t, err, webhook.ErrHeaders, id)
	}
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	a, err := webhook.NewSecret()
	require.NoError(t, err)
	b, err := webhook.NewSecret()
	require.NoError(t, err)
	require.NotEqual(t, a, b)
	require.NoError(t, webhook.CheckSecret(a))
}
