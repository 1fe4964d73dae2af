package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/redresshq/redress/dispute"
)

// OIDC verifies tokens of an identity provider by its published keys. The claim
// `role` gives the role; customers carry `customer_id`.
type OIDC struct {
	verifier *oidc.IDTokenVerifier
}

// NewOIDC asks the issuer for its configuration; tokens must be meant for audience.
func NewOIDC(ctx context.Context, issuer, audience string) (*OIDC, error) {
	if audience == "" {
		return nil, dispute.Errorf(dispute.CodeInvalid, "an OIDC issuer needs an audience")
	}
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, fmt.Errorf("read the configuration of the OIDC issuer %s: %w", issuer, err)
	}
	var found struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&found); err != nil {
		return nil, fmt.Errorf("read the configuration of the OIDC issuer %s: %w", issuer, err)
	}
	keys := watchedKeys{oidc.NewRemoteKeySet(ctx, found.Keys)}
	return &OIDC{verifier: oidc.NewVerifier(issuer, keys, &oidc.Config{ClientID: audience})}, nil
}

// Verify implements Verifier. It fails with CodeUnavailable while the provider's
// keys cannot be fetched: that says nothing about the token.
func (o *OIDC) Verify(ctx context.Context, token string) (Principal, error) {
	var outage error
	id, err := o.verifier.Verify(context.WithValue(ctx, outageKey{}, &outage), token)
	var expired *oidc.TokenExpiredError
	switch {
	case errors.As(err, &expired):
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token has expired")
	case ctx.Err() != nil, outage != nil:
		return Principal{}, dispute.Errorf(dispute.CodeUnavailable, "the token could not be checked just now")
	case err != nil:
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token is not good here")
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token's claims are not readable")
	}
	c.Subject = id.Subject
	return c.principal()
}

// watchedKeys tells a provider that cannot be reached from a bad signature, which
// the verifier reports in the same words.
type watchedKeys struct{ oidc.KeySet }

type outageKey struct{}

// VerifySignature implements oidc.KeySet.
func (w watchedKeys) VerifySignature(ctx context.Context, token string) ([]byte, error) {
	payload, err := w.KeySet.VerifySignature(ctx, token)
	var network *url.Error
	if outage, ok := ctx.Value(outageKey{}).(*error); ok && errors.As(err, &network) {
		*outage = err
	}
	return payload, err
}
