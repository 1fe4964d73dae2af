package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/labstack/echo/v4"

	"github.com/redresshq/redress/dispute"
)

// maxBody is the size of a JSON body, in bytes.
const maxBody = 1 << 20

const (
	jsonType      = "application/json"
	multipartType = "multipart/form-data"
)

// jsonBody reads a JSON body once, checks it against the document, and takes the
// hash by which a retry is known. Files are left to the next step.
func (s *Server) jsonBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x, r := exchangeOf(c.Request().Context()), c.Request()
		wanted := x.input.Route.Operation.RequestBody.Value
		if !wanted.Required && r.ContentLength == 0 {
			r.Header.Set("Content-Type", jsonType)
			r.Body = io.NopCloser(strings.NewReader("{}"))
		}
		kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || wanted.Content[kind] == nil {
			return dispute.Errorf(dispute.CodeMediaType, "the body must be %s", strings.Join(contentTypes(x), " or "))
		}
		if kind == multipartType {
			return next(c)
		}
		if set := params["charset"]; set != "" && !strings.EqualFold(set, "utf-8") {
			return dispute.Errorf(dispute.CodeMediaType, "JSON is UTF-8")
		}
		if x.body, err = readAll(r.Body, maxBody); err != nil {
			return err
		}
		if x.bodyHash, err = canonicalHash(x.body); err != nil {
			return err
		}
		if pointer, ok := repeated(x.body); ok {
			return dispute.Invalid("a field stands once", dispute.Field{Pointer: pointer, Detail: "stands twice"})
		}
		r.Header.Set("Content-Type", jsonType)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(x.body)), int64(len(x.body))
		if err := openapi3filter.ValidateRequestBody(r.Context(), x.input, wanted); err != nil {
			return invalidRequest(err)
		}
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(x.body)), int64(len(x.body))
		return next(c)
	}
}

func contentTypes(x *exchange) []string {
	var kinds []string
	for _, kind := range []string{jsonType, multipartType} {
		if x.input.Route.Operation.RequestBody.Value.Content[kind] != nil {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// readAll reads at most limit bytes; more are CodeTooLarge.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong), int64(len(body)) > limit:
		return nil, dispute.Errorf(dispute.CodeTooLarge, "the body may have %d bytes", limit)
	case err != nil:
		return nil, malformed("the body ended early")
	}
	return body, nil
}

// canonicalHash hashes what a JSON document says, whatever its spacing and order.
// It fails with a malformed-body error, and with CodeInvalid on text that cannot
// be stored.
func canonicalHash(body []byte) (string, error) {
	if !utf8.Valid(body) {
		return "", malformed("the body is not valid UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var document any
	if err := d.Decode(&document); err != nil {
		return "", malformed("the body is not valid JSON")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return "", malformed("the body holds more than one JSON document")
	}
	if pointer, ok := unstorable(document); ok {
		return "", dispute.Invalid("text may not hold the character NUL", dispute.Field{Pointer: pointer, Detail: "holds \\u0000"})
	}
	canonical, err := json.Marshal(document)
	if err != nil {
		return "", malformed("the body is not valid JSON")
	}
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:]), nil
}

// repeated finds the first field that stands twice in one object of a valid document.
// Those who read one see the last value alone, those who read into a struct whatever
// the earlier ones left there, unchecked.
func repeated(document []byte) (pointer string, found bool) {
	type level struct {
		named map[string]bool // nil in an array
		at    string          // the name or number whose value comes next, or came last
		n     int64           // values of an array
		value bool            // a value of an object comes next
	}
	var open []level
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber() // one that no float holds would end the search before its time
	for {
		token, err := d.Token()
		if err != nil {
			return "", false
		}
		if len(open) > 0 {
			switch in := &open[len(open)-1]; {
			case token == json.Delim('}'), token == json.Delim(']'):
				open = open[:len(open)-1]
				continue
			case in.named == nil:
				in.at, in.n = itoa(in.n), in.n+1
			case in.value:
				in.value = false
			default:
				in.at, in.value = fmt.Sprint(token), true // names are text
				if in.named[in.at] {
					for _, l := range open {
						pointer += "/" + escapePointer(l.at)
					}
					return pointer, true
				}
				in.named[in.at] = true
				continue
			}
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{named: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		}
	}
}

// unstorable finds the first text that PostgreSQL cannot keep. The pointer is made on the
// way back: made on the way down, for every value, it costs the square of the depth.
func unstorable(v any) (pointer string, found bool) {
	switch v := v.(type) {
	case string:
		return "", !storable(v)
	case []any:
		for i, item := range v {
			if p, ok := unstorable(item); ok {
				return "/" + itoa(int64(i)) + p, true
			}
		}
	case map[string]any:
		for key, item := range v {
			if !storable(key) {
				return "", true
			}
			if p, ok := unstorable(item); ok {
				return "/" + escapePointer(key) + p, true
			}
		}
	}
	return "", false
}

// storable says whether PostgreSQL can keep the text.
func storable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// safe makes any bytes fit for an answer.
func safe(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", "\uFFFD"), "\uFFFD")
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

func escapePointer(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}

// shortHash is 24 hex digits that stand for s.
func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:12])
}
