package devstack

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/redresshq/redress/store/seal"
	"github.com/redresshq/redress/webhook"
)

// Keys are the secrets of one dev stack, made once and kept in its folder.
type Keys struct {
	TokenKey      string `json:"token_key"`      // signs the tokens of `redress token`
	WebhookSecret string `json:"webhook_secret"` // signs what the sandbox reports
	PartnerToken  string `json:"partner_token"`  // what the sandbox asks of its callers
	DataKey       string `json:"data_key"`       // encrypts what people write; none in a folder of an earlier release
}

func keysFile(dir string) string { return filepath.Join(dir, "keys.json") }

// ReadKeys returns the keys of the dev stack in the folder; an error that is
// os.ErrNotExist when there has been none yet.
func ReadKeys(dir string) (Keys, error) {
	raw, err := os.ReadFile(keysFile(dir))
	if err != nil {
		return Keys{}, fmt.Errorf("reading the keys of the dev stack: %w", err)
	}
	var k Keys
	if err := json.Unmarshal(raw, &k); err != nil {
		return Keys{}, fmt.Errorf("reading the keys of the dev stack in %s: %w", keysFile(dir), err)
	}
	return k, nil
}

// ensureKeys reads the keys or makes them.
func ensureKeys(dir string) (Keys, error) {
	k, err := ReadKeys(dir)
	if !errors.Is(err, os.ErrNotExist) {
		return k, err
	}
	data, err := seal.NewKey()
	if err != nil {
		return Keys{}, err
	}
	secret, err := webhook.NewSecret()
	if err != nil {
		return Keys{}, fmt.Errorf("making the webhook secret: %w", err)
	}
	k = Keys{TokenKey: random(), WebhookSecret: secret, PartnerToken: random(), DataKey: data}
	raw, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return Keys{}, fmt.Errorf("writing the keys: %w", err)
	}
	if err := os.WriteFile(keysFile(dir), append(raw, '\n'), 0o600); err != nil {
		return Keys{}, fmt.Errorf("writing the keys: %w", err)
	}
	return k, nil
}

// random is 256 random bits in hex.
func random() string {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		panic(err) // never: crypto/rand ends the program itself when the system has no randomness
	}
	return hex.EncodeToString(b)
}
