package auth

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

var secret = []byte("a secret for tests that is long enough")

func mint(t *testing.T, role dispute.Role, ttl time.Duration) string {
	t.Helper()
	token, err := MintDevToken(secret, "somebody", role, ttl)
	require.NoError(t, err)
	return token
}

func TestDev(t *testing.T) {
	t.Parallel()
	dev := Dev{Secret: secret}
	for _, role := range CallerRoles() {
		p, err := dev.Verify(t.Context(), mint(t, role, time.Hour))
		require.NoError(t, err)
		want := Principal{Subject: "somebody", Role: role}
		if role == dispute.RoleCustomer {
			want.CustomerID = "somebody"
		}
		require.Equal(t, want, p)
	}
}

func TestDevRefuses(t *testing.T) {
	t.Parallel()
	good := mint(t, dispute.RoleAgent, time.Hour)
	parts := strings.Split(good, ".")
	foreign, err := MintDevToken([]byte(strings.Repeat("x", MinDevSecret)), "somebody", dispute.RoleAgent, time.Hour)
	require.NoError(t, err)
	for name, token := range map[string]string{
		"nothing": "", "words": "not a token", "expired": mint(t, dispute.RoleAgent, -time.Hour), "other secret": foreign,
		"no signature": parts[0] + "." + parts[1] + ".", "alg none": "eyJhbGciOiJub25lIn0." + parts[1] + ".",
		"other claims": parts[0] + ".eyJzdWIiOiJhIiwicm9sZSI6ImFkbWluIn0." + parts[2], "too many parts": good + ".x",
		"no end":       signed(t, map[string]any{"iss": devIssuer, "sub": "a", "role": "agent"}),
		"other issuer": signed(t, map[string]any{"iss": "x", "sub": "a", "role": "agent", "exp": time.Now().Add(time.Hour).Unix()}),
		"engine role":  signed(t, map[string]any{"iss": devIssuer, "sub": "a", "role": "system", "exp": time.Now().Add(time.Hour).Unix()}),
		"no customer":  signed(t, map[string]any{"iss": devIssuer, "sub": "a", "role": "customer", "exp": time.Now().Add(time.Hour).Unix()}),
		"NUL":          signed(t, map[string]any{"iss": devIssuer, "sub": "a\x00", "role": "agent", "exp": time.Now().Add(time.Hour).Unix()}),
	} {
		_, err := Dev{Secret: secret}.Verify(t.Context(), token)
		require.Equal(t, dispute.CodeUnauthorized, dispute.CodeOf(err), name)
	}
	_, err = Dev{}.Verify(t.Context(), good)
	require.Equal(t, dispute.CodeUnauthorized, dispute.CodeOf(err), "without a secret nothing is good")
}

func signed(t *testing.T, c map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: secret}, nil)
	require.NoError(t, err)
	token, err := jwt.Signed(signer).Claims(c).Serialize()
	require.NoError(t, err)
	return token
}

func TestMintRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		secret  []byte
		subject string
		role    dispute.Role
	}{{[]byte("short"), "a", dispute.RoleAgent}, {secret, "", dispute.RoleAgent}, {secret, "a b", dispute.RoleAgent},
		{secret, "a", dispute.RoleSystem}, {secret, "a", "king"}} {
		_, err := MintDevToken(tc.secret, tc.subject, tc.role, time.Hour)
		require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err))
	}
}

type keyStore map[string]dispute.Credential

func (k keyStore) APIKey(_ context.Context, hash string) (dispute.Credential, error) {
	if k == nil {
		return dispute.Credential{}, fmt.Errorf("store: %w", errors.New("down"))
	}
	c, ok := k[hash]
	if !ok {
		return c, fmt.Errorf("store: %w", dispute.Errorf(dispute.CodeNotFound, "no such key"))
	}
	return c, nil
}

func TestKeys(t *testing.T) {
	t.Parallel()
	key, ended, revoked := NewKey(), NewKey(), NewKey()
	past := time.Now().Add(-time.Second)
	machine := dispute.Actor{Role: dispute.RoleMachine, ID: "erp"}
	chain := Chain{Tokens: Dev{Secret: secret}, Keys: Keys{Store: keyStore{
		HashKey(key):     {ID: "k1", Actor: machine},
		HashKey(ended):   {ID: "k2", Actor: machine, ExpiresAt: &past},
		HashKey(revoked): {ID: "k3", Actor: machine, RevokedAt: &past},
	}}}
	p, err := chain.Verify(t.Context(), key)
	require.NoError(t, err)
	require.Equal(t, Principal{Subject: "erp", Role: dispute.RoleMachine}, p)
	for _, bad := range []string{ended, revoked, NewKey(), KeyPrefix} {
		_, err := chain.Verify(t.Context(), bad)
		require.Equal(t, dispute.CodeUnauthorized, dispute.CodeOf(err))
	}
	_, err = chain.Verify(t.Context(), mint(t, dispute.RoleAgent, time.Hour))
	require.NoError(t, err)
	_, err = Chain{Tokens: Dev{Secret: secret}}.Verify(t.Context(), key)
	require.Equal(t, dispute.CodeUnauthorized, dispute.CodeOf(err))
	_, err = Keys{Store: keyStore(nil)}.Verify(t.Context(), key)
	require.Error(t, err)
	require.NotEqual(t, dispute.CodeUnauthorized, dispute.CodeOf(err), "a database that is away is no bad key")
	require.NotEqual(t, key, NewKey())
}

// A real provider over HTTP: discovery, keys, tokens.
func TestOIDC(t *testing.T) {
	t.Parallel()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	answer := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(v); err != nil {
				panic(err)
			}
		}
	}
	mux.Handle("/.well-known/openid-configuration", answer(map[string]any{"issuer": server.URL, "jwks_uri": server.URL + "/keys",
		"authorization_endpoint": server.URL + "/auth", "token_endpoint": server.URL + "/token", "id_token_signing_alg_values_supported": []string{"RS256"}}))
	mux.Handle("/keys", answer(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: private.Public(), KeyID: "1", Algorithm: "RS256", Use: "sig"}}}))
	verifier, err := NewOIDC(t.Context(), server.URL, "redress")
	require.NoError(t, err)
	token := func(change map[string]any) string {
		c := map[string]any{"iss": server.URL, "aud": "redress", "sub": "u1", "role": "customer", "customer_id": "cus_7",
			"iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix()}
		for k, v := range change {
			c[k] = v
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: private, KeyID: "1"}}, nil)
		require.NoError(t, err)
		raw, err := jwt.Signed(signer).Claims(c).Serialize()
		require.NoError(t, err)
		return raw
	}
	p, err := verifier.Verify(t.Context(), token(nil))
	require.NoError(t, err)
	require.Equal(t, Principal{Subject: "u1", Role: dispute.RoleCustomer, CustomerID: "cus_7"}, p)
	for name, change := range map[string]map[string]any{
		"other audience": {"aud": "shop"}, "other issuer": {"iss": "https://elsewhere.example"}, "expired": {"exp": time.Now().Add(-time.Hour).Unix()},
		"no role": {"role": ""}, "engine role": {"role": "system"}, "no customer": {"customer_id": ""}, "role of another kind": {"role": 7},
	} {
		_, err := verifier.Verify(t.Context(), token(change))
		require.Equal(t, dispute.CodeUnauthorized, dispute.CodeOf(err), name)
	}
	_, err = verifier.Verify(t.Context(), mint(t, dispute.RoleAdmin, time.Hour))
	require.Equal(t, dispute.CodeUnauthorized, dispute.CodeOf(err), "a development token is no token of the provider")
	fresh, err := NewOIDC(t.Context(), server.URL, "redress")
	require.NoError(t, err)
	server.Close()
	_, err = fresh.Verify(t.Context(), token(nil))
	require.Equal(t, dispute.CodeUnavailable, dispute.CodeOf(err), "a provider that is away is no bad token")
	_, err = NewOIDC(t.Context(), server.URL, "")
	require.Error(t, err)
	_, err = NewOIDC(t.Context(), server.URL+"/nowhere", "redress")
	require.Error(t, err)
}
