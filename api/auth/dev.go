package auth

import (
	"context"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/redresshq/redress/dispute"
)

// devIssuer marks tokens of the development stack.
const devIssuer = "redress-dev"

// MinDevSecret is the least length of a secret for development tokens, in bytes.
const MinDevSecret = 32

// MintDevToken signs a token for the development stack with HS256. A customer's
// subject is the customer id. It fails with CodeInvalid on a short secret, an
// unknown role or an empty subject.
func MintDevToken(secret []byte, subject string, role dispute.Role, ttl time.Duration) (string, error) {
	if len(secret) < MinDevSecret {
		return "", dispute.Errorf(dispute.CodeInvalid, "the secret for development tokens must have at least %d bytes", MinDevSecret)
	}
	c := claims{Subject: subject, Role: role}
	if role == dispute.RoleCustomer {
		c.CustomerID = subject
	}
	if _, err := c.principal(); err != nil {
		return "", dispute.Errorf(dispute.CodeInvalid, "no such token can be made: %w", err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: secret}, (&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return "", dispute.Errorf(dispute.CodeInvalid, "the secret cannot sign: %w", err)
	}
	now := time.Now()
	registered := jwt.Claims{Issuer: devIssuer, IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(ttl))}
	token, err := jwt.Signed(signer).Claims(registered).Claims(c).Serialize()
	if err != nil {
		return "", dispute.Errorf(dispute.CodeInvalid, "the token cannot be written: %w", err)
	}
	return token, nil
}

// Dev verifies development tokens. It is never to be used in production.
type Dev struct {
	Secret []byte
	Now    func() time.Time // time.Now if nil
}

// Verify implements Verifier.
func (d Dev) Verify(_ context.Context, token string) (Principal, error) {
	if len(d.Secret) < MinDevSecret {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "development tokens are switched off")
	}
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token is not readable")
	}
	var registered jwt.Claims
	var c claims
	if err := parsed.Claims(d.Secret, &registered, &c); err != nil {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token is not signed by this deployment")
	}
	now := time.Now
	if d.Now != nil {
		now = d.Now
	}
	if registered.Expiry == nil {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token has no end")
	}
	if err := registered.ValidateWithLeeway(jwt.Expected{Issuer: devIssuer, Time: now()}, time.Minute); err != nil {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token has expired or is not meant for Redress")
	}
	return c.principal()
}
