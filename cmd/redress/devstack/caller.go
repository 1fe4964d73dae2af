package devstack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"time"
)

// refusal is an answer that is not a 2xx.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

// caller calls one HTTP API as one person.
type caller struct {
	base  string
	token string // "" for none
	http  *http.Client
}

func newCaller(base, token string) *caller {
	return &caller{base: base, token: token, http: &http.Client{Timeout: 30 * time.Second}}
}

// get reads a JSON document into out.
func (c *caller) get(ctx context.Context, path string, out any) error {
	return c.do(ctx, http.MethodGet, path, "", "", nil, out)
}

// post sends a JSON document under an idempotency key and reads the answer into
// out, which may be nil.
func (c *caller) post(ctx context.Context, path, key string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("writing the body of %s: %w", path, err)
	}
	return c.do(ctx, http.MethodPost, path, key, "application/json", body, out)
}

// remove deletes what the path names, under an idempotency key.
func (c *caller) remove(ctx context.Context, path, key string) error {
	return c.do(ctx, http.MethodDelete, path, key, "", nil, nil)
}

// upload sends a file as evidence.
func (c *caller) upload(ctx context.Context, path, key, kind, name, mediaType string, content []byte, out any) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("type", kind); err != nil {
		return fmt.Errorf("writing the form: %w", err)
	}
	header := textproto.MIMEHeader{}
	header.Set("Content-Disposition", fmt.Sprintf(`form-data; name="file"; filename=%q`, name))
	header.Set("Content-Type", mediaType)
	part, err := form.CreatePart(header)
	if err != nil {
		return fmt.Errorf("writing the form: %w", err)
	}
	if _, err := part.Write(content); err != nil {
		return fmt.Errorf("writing the form: %w", err)
	}
	if err := form.Close(); err != nil {
		return fmt.Errorf("writing the form: %w", err)
	}
	return c.do(ctx, http.MethodPost, path, key, form.FormDataContentType(), body.Bytes(), out)
}

func (c *caller) do(ctx context.Context, method, path, key, mediaType string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	if mediaType != "" {
		req.Header.Set("Content-Type", mediaType)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode/100 != 2 {
		return &refusal{status: resp.StatusCode, text: fmt.Sprintf("%s %s answered %s: %s", method, path, resp.Status, tail(answer, 500))}
	}
	if out == nil || len(answer) == 0 {
		return nil
	}
	if err := json.Unmarshal(answer, out); err != nil {
		return fmt.Errorf("%s %s: reading the answer: %w", method, path, err)
	}
	return nil
}
