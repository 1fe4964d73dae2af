package partners

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

const (
	maxBody   = 1 << 20 // bytes of a request
	hangLimit = 60 * time.Second
	keyHeader = "Idempotency-Key"
	maxKey    = 200
)

// outcome is what an operation does: an answer, perhaps an effect, and what
// follows from it later.
type outcome struct {
	status int
	body   any
	effect *Entry
	then   func() // after the effect is in the ledger; must not block
}

// problem is the body of every error.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func failure(code, message string) problem { return problem{Code: code, Message: message} }

func refuse(status int, code, message string) outcome {
	return outcome{status: status, body: failure(code, message)}
}

// operation registers one operation of the contract. do runs under the partner's
// lock, at most once a key that succeeded.
func (p *partner) operation(pattern, name string, do func(r *http.Request, body []byte) (outcome, error)) {
	p.operations = append(p.operations, name)
	p.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			p.write(w, http.StatusRequestEntityTooLarge, failure("too_large", "the body is too large"))
			return
		}
		write := r.Method != http.MethodGet
		faults := p.switches.call(name, write)
		p.note(callEntry(r, name, body, faults.Mode))
		if token := p.box.config.Token; token != "" && r.Header.Get("Authorization") != "Bearer "+token {
			p.write(w, http.StatusUnauthorized, failure("unauthorized", "a bearer token is needed"))
			return
		}
		if p.failBefore(w, r, faults) {
			return
		}
		out, replayed := p.perform(r, name, body, write, do)
		switch faults.Mode {
		case ModeLoseReply:
			panic(http.ErrAbortHandler)
		case ModeGarbage:
			w.Header().Set("Content-Type", "text/html")
			if _, err := io.WriteString(w, "<html>It works!</html>"); err != nil {
				p.box.config.Log.Debug("sandbox answer", "error", err)
			}
			return
		case ModeSlowReply:
			p.wait(r, faults.delay())
		}
		if replayed {
			w.Header().Set("Idempotent-Replayed", "true")
		}
		p.write(w, out.status, out.body)
	})
}

func callEntry(r *http.Request, name string, body []byte, mode Mode) Entry {
	e := Entry{Type: EntryCall, Kind: name, Key: r.Header.Get(keyHeader)}
	var ids struct {
		CaseID  string `json:"case_id"`
		OrderID string `json:"order_id"`
	}
	if json.Unmarshal(body, &ids) == nil {
		e.CaseID, e.OrderID = ids.CaseID, ids.OrderID
	}
	if id := r.PathValue("order_id"); id != "" {
		e.OrderID = id
	}
	if json.Valid(body) {
		e.Data = body
	}
	if mode != ModeOK {
		e.Fault = string(mode)
	}
	return e
}

// failBefore plays the faults that leave no effect; it says whether it answered.
func (p *partner) failBefore(w http.ResponseWriter, r *http.Request, s Switches) bool {
	switch s.Mode {
	case ModeSlow:
		p.wait(r, s.delay())
	case ModeHang:
		p.wait(r, hangLimit)
		panic(http.ErrAbortHandler)
	case ModeReset:
		panic(http.ErrAbortHandler)
	case ModeDown:
		if s.RetryAfterS > 0 {
			w.Header().Set("Retry-After", strconv.FormatInt(s.RetryAfterS, 10))
		}
		p.write(w, http.StatusServiceUnavailable, failure("unavailable", "down for maintenance"))
		return true
	case ModeRateLimited:
		w.Header().Set("Retry-After", strconv.FormatInt(max(s.RetryAfterS, 1), 10))
		p.write(w, http.StatusTooManyRequests, failure("rate_limited", "too many requests"))
		return true
	case ModeDecline:
		code := s.Code
		if code == "" {
			code = "insufficient_funds"
		}
		p.write(w, http.StatusPaymentRequired, failure(code, "declined"))
		return true
	}
	return false
}

// wait ends early, and drops the connection, when the caller gives up or the
// sandbox closes.
func (p *partner) wait(r *http.Request, d time.Duration) {
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	stop := context.AfterFunc(p.box.tasks.ctx, cancel)
	defer stop()
	if !pause(ctx, d) {
		panic(http.ErrAbortHandler)
	}
}

// perform does the operation, or repeats the answer that its key had.
func (p *partner) perform(r *http.Request, name string, body []byte, write bool, do func(*http.Request, []byte) (outcome, error)) (outcome, bool) {
	key := r.Header.Get(keyHeader)
	hash := ""
	if write {
		if key == "" || len(key) > maxKey {
			return refuse(http.StatusBadRequest, "idempotency_key_missing", "a write needs an Idempotency-Key of at most 200 characters"), false
		}
		sum := sha256.Sum256([]byte(name + "\n" + r.URL.EscapedPath() + "\n" + string(body)))
		hash = hex.EncodeToString(sum[:])
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if earlier, ok := p.answers[key]; write && ok {
		if earlier.Hash != hash {
			return refuse(http.StatusUnprocessableEntity, "idempotency_key_reused", "the key was used with another request"), false
		}
		return outcome{status: earlier.Status, body: earlier.Body}, true
	}
	out, err := do(r, body)
	if err == nil && (out.effect != nil || write && out.status < 300) {
		err = p.keep(out, name, key, hash)
	}
	if err != nil {
		p.box.config.Log.Error("sandbox operation", "partner", p.kind, "operation", name, "error", err)
		return refuse(http.StatusInternalServerError, "internal", "the sandbox failed"), false
	}
	if out.then != nil {
		out.then()
	}
	return out, false
}

// keep writes effect and answer as one entry, so that no crash parts them.
func (p *partner) keep(out outcome, name, key, hash string) error {
	e := Entry{Type: EntryAnswer, Kind: name}
	if out.effect != nil {
		e = *out.effect
	}
	e.Key = key
	if out.status < 300 {
		raw, err := json.Marshal(out.body)
		if err != nil {
			return err
		}
		e.Answer = &Answer{Operation: name, Hash: hash, Status: out.status, Body: raw}
	}
	return p.commit(e)
}

// write answers with JSON. A caller that is gone is no failure of ours.
func (p *partner) write(w http.ResponseWriter, status int, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		p.box.config.Log.Error("sandbox answer", "partner", p.kind, "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(append(raw, '\n')); err != nil {
		p.box.config.Log.Debug("sandbox answer", "partner", p.kind, "error", err)
	}
}

// refusal is an error of a control that says which status it deserves.
type refusal struct {
	status int
	problem
}

func (r refusal) Error() string { return r.Code + ": " + r.Message }

func deny(status int, code, message string) error {
	return refusal{status: status, problem: failure(code, message)}
}

// control registers one of the sandbox's own operations, which never fail on purpose.
func (p *partner) control(pattern string, do func(r *http.Request, body []byte) (int, any, error)) {
	p.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			p.write(w, http.StatusRequestEntityTooLarge, failure("too_large", "the body is too large"))
			return
		}
		status, answer, err := do(r, body)
		var denied refusal
		switch {
		case errors.As(err, &denied):
			p.write(w, denied.status, denied.problem)
		case err != nil:
			p.box.config.Log.Error("sandbox control", "partner", p.kind, "path", r.URL.Path, "error", err)
			p.write(w, http.StatusInternalServerError, failure("internal", "the sandbox failed"))
		default:
			p.write(w, status, answer)
		}
	})
}
