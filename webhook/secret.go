package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// SecretPrefix marks a signing secret in the configuration: "whsec_" followed by
// standard base64.
const SecretPrefix = "whsec_"

// MinSecretBytes is the least number of random bytes in a secret (192 bits).
const MinSecretBytes = 24

// ErrSecret says that a secret is empty, malformed or too short. It never shows
// the secret.
var ErrSecret = errors.New("webhook: unusable secret")

// NewSecret makes a random secret of 32 bytes.
func NewSecret() (string, error) {
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("webhook: read random bytes: %w", err)
	}
	return SecretPrefix + base64.StdEncoding.EncodeToString(raw), nil
}

// CheckSecret says whether a secret can sign; it returns an error that wraps
// ErrSecret if not. Use it when reading the configuration.
func CheckSecret(secret string) error {
	_, err := key(secret)
	return err
}

// key decodes a secret to the bytes of the HMAC key.
func key(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, SecretPrefix)
	if !ok {
		return nil, fmt.Errorf("%w: it must start with %q", ErrSecret, SecretPrefix)
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%w: it is not base64", ErrSecret)
	}
	if len(raw) < MinSecretBytes {
		return nil, fmt.Errorf("%w: %d bytes, at least %d are needed", ErrSecret, len(raw), MinSecretBytes)
	}
	return raw, nil
}
