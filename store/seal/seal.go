// Package seal encrypts what is personal before it is kept: what people write, and the
// bytes that they send in. The format is age (https://age-encryption.org/v1), so that
// a shop that leaves can open its own backups with the public tool.
package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"github.com/redresshq/redress/dispute"
)

// Keys seal with the first and open with any: a new key goes in front, and old ones stay
// for as long as something that they sealed is kept. A nil *Keys keeps things as they are.
type Keys struct {
	recipient  age.Recipient
	identities []age.Identity
}

// NewKey makes a key: AGE-SECRET-KEY-1...
func NewKey() (string, error) {
	k, err := age.GenerateX25519Identity()
	if err != nil {
		return "", fmt.Errorf("new key: %w", err)
	}
	return k.String(), nil
}

// Parse reads keys as NewKey writes them; none make a nil *Keys. An error names the
// number of the key that is none, never the key.
func Parse(keys []string) (*Keys, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	k := &Keys{}
	for i, text := range keys {
		id, err := age.ParseX25519Identity(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("key %d of %d is not one of `redress key` (AGE-SECRET-KEY-1...)", i+1, len(keys))
		}
		if i == 0 {
			k.recipient = id.Recipient()
		}
		k.identities = append(k.identities, id)
	}
	return k, nil
}

// TextPrefix is how a sealed text begins; what does not was kept before there was a key.
const TextPrefix = "age-encryption.org/v1:"

// Text seals a text; an empty one stays empty, as an erased one is.
func (k *Keys) Text(plain string) (string, error) {
	if k == nil || plain == "" {
		return plain, nil
	}
	var out bytes.Buffer
	w, err := k.Seal(&out)
	if err == nil {
		_, err = io.WriteString(w, plain)
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return "", fmt.Errorf("sealing a text: %w", err)
	}
	return TextPrefix + base64.StdEncoding.EncodeToString(out.Bytes()), nil
}

// OpenText opens what Text sealed, and leaves other texts as they are. CodeUnavailable
// where none of the keys fits: it is there, and the key is not.
func (k *Keys) OpenText(kept string) (string, error) {
	code, sealed := strings.CutPrefix(kept, TextPrefix)
	if !sealed {
		return kept, nil
	}
	raw, err := base64.StdEncoding.DecodeString(code)
	if err != nil {
		return kept, nil // somebody's own words that begin like that
	}
	r, err := k.Open(bytes.NewReader(raw))
	if err != nil {
		return "", err
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		return "", fmt.Errorf("opening a text: %w", err)
	}
	return string(plain), nil
}

// Seal returns a writer that encrypts onto w; closing it ends the file, not w.
func (k *Keys) Seal(w io.Writer) (io.WriteCloser, error) { return age.Encrypt(w, k.recipient) }

// Open returns a reader of what was sealed. CodeUnavailable where none of the keys fits.
// A byte that was changed makes reading fail.
func (k *Keys) Open(r io.Reader) (io.Reader, error) {
	if k == nil {
		return nil, dispute.Errorf(dispute.CodeUnavailable, "what is kept here is encrypted, and REDRESS_DATA_KEYS is not set")
	}
	plain, err := age.Decrypt(r, k.identities...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return nil, dispute.Errorf(dispute.CodeUnavailable, "none of the keys of REDRESS_DATA_KEYS opens what is kept here")
	}
	if err != nil {
		return nil, fmt.Errorf("opening what was sealed: %w", err)
	}
	return plain, nil
}
