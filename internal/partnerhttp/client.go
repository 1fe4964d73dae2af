// Package partnerhttp is what the adapters of all partners share: one call over
// HTTP with a limit in time and size, an idempotency key on every write, and one
// mapping from whatever comes back to *activities.PartnerError.
//
// It never tries a write twice (retries are Temporal's alone; net/http may repeat
// a read whose idle connection broke) and never follows a redirect, so that a
// credential or a write goes where the configuration says and nowhere else.
package partnerhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 20

// KeyHeader carries the idempotency key of a write.
const KeyHeader = "Idempotency-Key"

// Client calls one partner. It is safe for concurrent use.
type Client struct {
	partner string
	base    string
	options Options
	http    *http.Client
}

// Call is one request to a partner.
type Call struct {
	Operation string     // for errors, e.g. "announce return"
	Method    string     // anything but GET is a write and needs Key
	Path      []string   // segments, escaped here; one that no path can carry answers 404
	Query     url.Values // optional
	Key       string     // the idempotency key of a write
	In        any        // the body of a write, encoded as JSON; nil sends {}
	Out       any        // where the body of a 2xx is decoded to; nil ignores it
	// NotFound lists the codes by which the contract says "there is no such thing".
	// A 404 without one of them (a wrong base URL, a proxy) is no answer of the
	// partner's: it becomes status 0, so that nothing is concluded from it.
	NotFound []string
}

// New returns a client of the partner, whose name stands in errors. The base URL
// is absolute, http or https, without query; it may have a path.
func New(partner, baseURL string, o Options) (*Client, error) {
	u, err := url.Parse(baseURL)
	if err != nil {
		return nil, fmt.Errorf("%s: base URL: %w", partner, err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%s: base URL %q is not an absolute http(s) URL without query", partner, u.Redacted())
	}
	o = o.withDefaults()
	return &Client{
		partner: partner,
		base:    strings.TrimRight(u.String(), "/"),
		options: o,
		http: &http.Client{
			Transport:     o.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Close drops idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Do makes the call and decodes its answer. Every error is a
// *activities.PartnerError.
func (c *Client) Do(ctx context.Context, call Call) error {
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	req, err := c.request(ctx, call)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return c.noAnswer(call.Operation, "", err)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return c.noAnswer(call.Operation, "", fmt.Errorf("read the answer: %w", err))
	}
	if len(body) > maxAnswer {
		return c.noAnswer(call.Operation, CodeBadAnswer, fmt.Errorf("answer of more than %d bytes", maxAnswer))
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return c.failure(call, resp, body)
	}
	if call.Out == nil {
		return nil
	}
	if err := json.Unmarshal(body, call.Out); err != nil {
		return c.noAnswer(call.Operation, CodeBadAnswer, fmt.Errorf("decode the answer: %w", err))
	}
	return nil
}

// request builds the HTTP request, or says why no partner could answer it.
func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	target := c.base
	for _, segment := range call.Path {
		if segment == "" || segment == "." || segment == ".." {
			return nil, c.refused(call.Operation, http.StatusNotFound, CodeUnaddressable)
		}
		target += "/" + url.PathEscape(segment)
	}
	if len(call.Query) > 0 {
		target += "?" + call.Query.Encode()
	}
	write := call.Method != http.MethodGet
	var body io.Reader
	if write {
		if call.Key == "" {
			return nil, c.refused(call.Operation, http.StatusBadRequest, CodeKeyMissing)
		}
		encoded, err := encode(call.In)
		if err != nil {
			return nil, c.noAnswer(call.Operation, CodeBadRequest, err)
		}
		body = bytes.NewReader(encoded)
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, target, body)
	if err != nil {
		return nil, c.noAnswer(call.Operation, CodeBadRequest, err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.options.UserAgent)
	if c.options.Token != "" {
		req.Header.Set("Authorization", "Bearer "+c.options.Token)
	}
	if write {
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set(KeyHeader, call.Key)
		// net/http sends a request with this header again by itself when a reused
		// connection breaks; without GetBody it cannot. Retries are Temporal's.
		req.GetBody = nil
	}
	return req, nil
}

func encode(in any) ([]byte, error) {
	if in == nil {
		return []byte("{}"), nil
	}
	out, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	return out, nil
}
