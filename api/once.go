package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/redresshq/redress/dispute"
)

// settleWait is how long storing an answer may take after the work is done.
const settleWait = 3 * time.Second

// once carries a write out once per idempotency key. The row is committed before
// any work and the final answer before it is sent, so that a retry after a crash
// at any point either repeats the same work under the same ids or is answered
// what was answered before.
func (s *Server) once(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x, ctx := exchangeOf(c.Request().Context()), c.Request().Context()
		claim, err := s.claim(x)
		if err != nil {
			return err
		}
		if x.row, err = s.Store.BeginOperation(ctx, claim); err != nil {
			return err
		}
		switch x.row.State {
		case dispute.OperationNew, dispute.OperationRetry:
			return s.carryOut(c, x, next)
		case dispute.OperationFinished:
			return replay(c, x.row)
		case dispute.OperationInFlight:
			return dispute.Errorf(dispute.CodeKeyInFlight, "the first request with this key is still under way")
		default:
			return dispute.Errorf(dispute.CodeKeyReused, "this Idempotency-Key was used for another request")
		}
	}
}

// claim is the row that this request asks for.
func (s *Server) claim(x *exchange) (dispute.OperationClaim, error) {
	claim := dispute.OperationClaim{
		Subject:   string(x.caller.Role) + "/" + x.caller.Subject,
		Operation: x.request.Method + " " + x.request.URL.Path,
		Key:       x.request.Header.Get("Idempotency-Key"),
		BodyHash:  x.bodyHash,
		CaseID:    x.caseID(),
		Lease:     s.Config.Lease,
	}
	if x.operation == "openCase" {
		return s.openingClaim(x, claim)
	}
	return claim, nil
}

// carryOut does the work, stores a final answer, and only then sends it.
func (s *Server) carryOut(c echo.Context, x *exchange, next echo.HandlerFunc) error {
	real := c.Response().Writer
	held := &heldAnswer{header: real.Header()}
	c.Response().Writer = held
	if err := s.guarded(next)(c); err != nil {
		s.answerError(err, c)
	}
	c.Response().Writer = real
	if held.status == 0 {
		return fmt.Errorf("operation %s gave no answer", x.operation)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request().Context()), settleWait)
	defer cancel()
	var err error
	if final(held.status) {
		err = s.Store.FinishOperation(ctx, x.row, held.status, held.header.Get("Location"), held.body.Bytes())
	} else {
		err = s.Store.ReleaseOperation(ctx, x.row)
	}
	if err != nil {
		// The work is done and safe; a retry after the lease repeats it under the same ids.
		s.Log.WarnContext(ctx, "the answer of an operation was not stored", "request", x.id, "operation", x.operation, "error", err)
	}
	real.WriteHeader(held.status)
	_, err = real.Write(held.body.Bytes())
	return err
}

// final says whether an answer is for good: done, or refused for a reason that a
// retry cannot mend.
func final(status int) bool {
	switch status {
	case http.StatusAccepted, http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests,
		http.StatusServiceUnavailable:
		return false
	}
	return status >= 200 && status < 500
}

// replay answers what was answered before.
func replay(c echo.Context, row dispute.OperationRow) error {
	kind := jsonType
	if row.Status >= http.StatusBadRequest {
		kind = problemType
	}
	c.Response().Header().Set("Idempotent-Replayed", "true")
	if row.Location != "" {
		c.Response().Header().Set("Location", row.Location)
	}
	return c.Blob(row.Status, kind, row.Response)
}

// answered is what a response writes, for a record that keeps the answer with the work.
func answered(visit func(http.ResponseWriter) error) (dispute.OperationAnswer, error) {
	held := &heldAnswer{header: http.Header{}}
	err := visit(held)
	return dispute.OperationAnswer{Status: held.status, Response: held.body.Bytes()}, err
}

// heldAnswer keeps an answer back until it is stored.
type heldAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *heldAnswer) Header() http.Header { return h.header }

func (h *heldAnswer) WriteHeader(status int) { h.status = status }

func (h *heldAnswer) Write(b []byte) (int, error) {
	if h.status == 0 {
		h.status = http.StatusOK
	}
	return h.body.Write(b)
}
