package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"

	"github.com/redresshq/redress/dispute"
)

// KeyPrefix begins every API key.
const KeyPrefix = "rk_"

// KeyStore finds API keys by their hash; CodeNotFound if there is none or it has ended.
type KeyStore interface {
	APIKey(ctx context.Context, sha256hex string) (dispute.Credential, error)
}

// Keys verifies API keys. Only their hashes are stored.
type Keys struct {
	Store KeyStore
	Now   func() time.Time // time.Now if nil
}

// Verify implements Verifier.
func (k Keys) Verify(ctx context.Context, token string) (Principal, error) {
	found, err := k.Store.APIKey(ctx, HashKey(token))
	if dispute.CodeOf(err) == dispute.CodeNotFound {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the API key is not known")
	}
	if err != nil {
		return Principal{}, err
	}
	now := time.Now
	if k.Now != nil {
		now = k.Now
	}
	if found.RevokedAt != nil || (found.ExpiresAt != nil && !now().Before(*found.ExpiresAt)) {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the API key has ended")
	}
	c := claims{Subject: found.Actor.ID, Role: found.Actor.Role}
	if c.Role == dispute.RoleCustomer {
		c.CustomerID = found.Actor.ID
	}
	return c.principal()
}

// NewKey makes an API key of 256 random bits; it is shown once and stored as HashKey.
func NewKey() string {
	var b [32]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("the system has no randomness: " + err.Error()) // crypto/rand never fails on supported systems
	}
	return KeyPrefix + base64.RawURLEncoding.EncodeToString(b[:])
}

// HashKey is the form in which a key is stored: its SHA-256 in hex.
func HashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}
