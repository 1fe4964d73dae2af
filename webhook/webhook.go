package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a signed message.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp" // Unix seconds
	HeaderSignature = "Webhook-Signature" // "v1,<base64>", several separated by spaces
)

// DefaultTolerance is how far a message's timestamp may lie from now, either way.
const DefaultTolerance = 5 * time.Minute

// maxSignatures bounds the work that one unauthenticated message can cause.
const maxSignatures = 16

// maxIDLength bounds the id, which callers keep as a key.
const maxIDLength = 200

// What may be wrong with a message; Verify wraps one of these, or ErrSecret.
var (
	// ErrHeaders says that a header is missing, repeated or malformed.
	ErrHeaders = errors.New("webhook: missing or malformed headers")
	// ErrTimestamp says that the message is too old or lies in the future.
	ErrTimestamp = errors.New("webhook: timestamp outside the tolerance")
	// ErrSignature says that no signature fits any of the secrets.
	ErrSignature = errors.New("webhook: no matching signature")
)

// Sign returns the headers that a message with this id and body must carry when
// sent at the given instant (cut to seconds). A retry of a message keeps its id
// and is signed anew. It fails with ErrSecret on an unusable secret and with
// ErrHeaders on an id that is empty, too long, or has a full stop, space or
// control character in it.
func Sign(secret, id string, at time.Time, body []byte) (http.Header, error) {
	raw, err := key(secret)
	if err != nil {
		return nil, err
	}
	if !validID(id) {
		return nil, fmt.Errorf("%w: the id", ErrHeaders)
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	h := make(http.Header, 3)
	h.Set(HeaderID, id)
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, "v1,"+base64.StdEncoding.EncodeToString(mac(raw, id, stamp, body)))
	return h, nil
}

// Verify checks that one of the secrets signed the message within the tolerance
// (0 means DefaultTolerance) of now, and returns the message's id. Two secrets
// are live while a partner rotates; every secret must be usable, so that a bad
// setting shows at once. The comparison takes the same time whichever secret or
// signature fits.
func Verify(secrets []string, header http.Header, body []byte, now time.Time, tolerance time.Duration) (string, error) {
	keys := make([][]byte, 0, len(secrets))
	for _, s := range secrets {
		raw, err := key(s)
		if err != nil {
			return "", err
		}
		keys = append(keys, raw)
	}
	if len(keys) == 0 {
		return "", fmt.Errorf("%w: none is configured", ErrSecret)
	}
	id, stamp, err := identity(header)
	if err != nil {
		return "", err
	}
	if err := fresh(stamp, now, tolerance); err != nil {
		return "", err
	}
	signatures, err := v1Signatures(header)
	if err != nil {
		return "", err
	}
	matched := false
	for _, k := range keys {
		want := mac(k, id, stamp, body)
		for _, got := range signatures {
			// No early end: all pairs are compared.
			matched = hmac.Equal(want, got) || matched
		}
	}
	if !matched {
		return "", ErrSignature
	}
	return id, nil
}

// mac signs the timestamp as it stands in the header, so that "01" and "1" differ.
func mac(key []byte, id, stamp string, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(id + "." + stamp + "."))
	h.Write(body)
	return h.Sum(nil)
}

// identity reads the id and the timestamp, each of which must stand exactly once.
func identity(header http.Header) (id, stamp string, err error) {
	ids, stamps := header.Values(HeaderID), header.Values(HeaderTimestamp)
	if len(ids) != 1 || !validID(ids[0]) {
		return "", "", fmt.Errorf("%w: %s", ErrHeaders, HeaderID)
	}
	if len(stamps) != 1 || stamps[0] == "" {
		return "", "", fmt.Errorf("%w: %s", ErrHeaders, HeaderTimestamp)
	}
	return ids[0], stamps[0], nil
}

// fresh compares whole seconds, and without subtraction that a huge timestamp
// could overflow.
func fresh(stamp string, now time.Time, tolerance time.Duration) error {
	if tolerance <= 0 {
		tolerance = DefaultTolerance
	}
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || at < 0 {
		return fmt.Errorf("%w: %s", ErrHeaders, HeaderTimestamp)
	}
	if at < now.Add(-tolerance).Unix() || at > now.Add(tolerance).Unix() {
		return ErrTimestamp
	}
	return nil
}

// v1Signatures decodes the symmetric signatures; those of other versions and
// malformed ones are skipped, since a sender may add kinds that we do not know.
func v1Signatures(header http.Header) ([][]byte, error) {
	fields := strings.Fields(strings.Join(header.Values(HeaderSignature), " "))
	if len(fields) == 0 || len(fields) > maxSignatures {
		return nil, fmt.Errorf("%w: %s", ErrHeaders, HeaderSignature)
	}
	var out [][]byte
	for _, f := range fields {
		text, ok := strings.CutPrefix(f, "v1,")
		if !ok {
			continue
		}
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(raw) != sha256.Size {
			continue
		}
		out = append(out, raw)
	}
	return out, nil
}

// validID refuses what would make "id.timestamp.body" ambiguous, or a header unsafe.
func validID(id string) bool {
	if id == "" || len(id) > maxIDLength {
		return false
	}
	return strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r == '.' || r > '~' }) < 0
}
