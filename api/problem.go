package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/redresshq/redress/dispute"
)

const problemType = "application/problem+json"

// ProblemDocument is an answer that is an error (RFC 9457).
type ProblemDocument struct {
	Type           string            `json:"type"` // urn:redress:problem:<code>
	Title          string            `json:"title"`
	Status         int               `json:"status"`
	Code           dispute.Code      `json:"code"`
	Detail         string            `json:"detail,omitempty"`
	Instance       string            `json:"instance,omitempty"` // the id of the request
	Errors         []dispute.Mistake `json:"errors,omitempty"`
	AllowedActions []AllowedAction   `json:"allowed_actions,omitempty"` // with not-allowed-now
	Case           *CaseView         `json:"case,omitempty"`            // with stale-version
	CaseID         string            `json:"case_id,omitempty"`         // with duplicate-case
}

// Codes that only HTTP knows.
const (
	codeMalformed dispute.Code = "malformed"
	codeMethod    dispute.Code = "method-not-allowed"
)

type statusLine struct {
	status int
	title  string
}

// statuses is the one table from code to status.
var statuses = map[dispute.Code]statusLine{
	codeMalformed:              {http.StatusBadRequest, "Malformed request"},
	dispute.CodeKeyMissing:     {http.StatusBadRequest, "Idempotency-Key missing"},
	dispute.CodeUnauthorized:   {http.StatusUnauthorized, "Unauthorized"},
	dispute.CodeForbidden:      {http.StatusForbidden, "Forbidden"},
	dispute.CodeSameAuthor:     {http.StatusForbidden, "Nobody approves what they wrote"},
	dispute.CodeNotFound:       {http.StatusNotFound, "Not found"},
	codeMethod:                 {http.StatusMethodNotAllowed, "Method not allowed"},
	dispute.CodeDuplicateCase:  {http.StatusConflict, "Another case is open"},
	dispute.CodeNotAllowedNow:  {http.StatusConflict, "Not allowed now"},
	dispute.CodeStaleVersion:   {http.StatusConflict, "The case has moved on"},
	dispute.CodeCaseClosed:     {http.StatusConflict, "The case is closed"},
	dispute.CodeKeyInFlight:    {http.StatusConflict, "Still under way"},
	dispute.CodeChargebackOpen: {http.StatusConflict, "A chargeback is open"},
	dispute.CodeConflict:       {http.StatusConflict, "Published with other content"},
	dispute.CodeErased:         {http.StatusGone, "Erased"},
	dispute.CodeTooLarge:       {http.StatusRequestEntityTooLarge, "Too large"},
	dispute.CodeMediaType:      {http.StatusUnsupportedMediaType, "Unsupported media type"},
	dispute.CodeInvalid:        {http.StatusUnprocessableEntity, "Invalid"},
	dispute.CodeKeyReused:      {http.StatusUnprocessableEntity, "Idempotency-Key reused"},
	dispute.CodeLimitExceeded:  {http.StatusUnprocessableEntity, "Limit exceeded"},
	dispute.CodeExceedsCapture: {http.StatusUnprocessableEntity, "More than was captured"},
	dispute.CodeNothingLeft:    {http.StatusUnprocessableEntity, "Nothing left to give back"},
	dispute.CodeDeclined:       {http.StatusUnprocessableEntity, "Declined"},
	dispute.CodeTooMany:        {http.StatusTooManyRequests, "Too many requests"},
	dispute.CodeUnavailable:    {http.StatusServiceUnavailable, "Unavailable"},
	dispute.CodeRunSuperseded:  {http.StatusServiceUnavailable, "Unavailable"},
}

// malformed is an error about a request that cannot even be read.
func malformed(detail string) *dispute.Error { return dispute.Errorf(codeMalformed, "%s", detail) }

// answerError is the one error handler: it turns any error into a problem.
func (s *Server) answerError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	ctx := c.Request().Context()
	x := exchangeOf(ctx)
	e := s.known(ctx, err)
	line, ok := statuses[e.Code]
	if !ok {
		s.Log.ErrorContext(ctx, "an error has no status", "request", x.id, "operation", x.operation, "error", err)
		e, line = unavailable(), statuses[dispute.CodeUnavailable]
	}
	p := ProblemDocument{Type: "urn:redress:problem:" + string(e.Code), Title: line.title, Status: line.status, Code: e.Code,
		Detail: safe(e.Message), Instance: x.id, Errors: mistakes(e)}
	s.explain(ctx, x, e, &p)
	h := c.Response().Header()
	switch {
	case line.status == http.StatusServiceUnavailable, line.status == http.StatusTooManyRequests, e.Code == dispute.CodeKeyInFlight:
		h.Set("Retry-After", "1")
	case line.status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", "Bearer")
	}
	if line.status >= http.StatusInternalServerError {
		s.Log.WarnContext(ctx, "request not served", "request", x.id, "operation", x.operation, "error", err)
	}
	body, err := json.Marshal(p)
	if err == nil {
		err = c.Blob(line.status, problemType, body)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "a problem was not sent", "request", x.id, "error", err)
	}
}

// mistakes are everything that the error points at.
func mistakes(e *dispute.Error) []dispute.Mistake {
	var all []dispute.Mistake
	for _, f := range e.Fields {
		all = append(all, dispute.Mistake{Field: f})
	}
	return append(all, e.Mistakes...)
}

// known finds the *dispute.Error in err, or the one that stands for it.
func (s *Server) known(ctx context.Context, err error) *dispute.Error {
	var ours *dispute.Error
	if errors.As(err, &ours) {
		return ours
	}
	var web *echo.HTTPError
	if errors.As(err, &web) {
		switch web.Code {
		case http.StatusNotFound:
			return dispute.Errorf(dispute.CodeNotFound, "no such address")
		case http.StatusMethodNotAllowed:
			return dispute.Errorf(codeMethod, "the address does not take this method")
		case http.StatusRequestEntityTooLarge:
			return dispute.Errorf(dispute.CodeTooLarge, "the body is too large")
		case http.StatusUnsupportedMediaType:
			return dispute.Errorf(dispute.CodeMediaType, "the body has the wrong content type")
		}
		if web.Code < http.StatusInternalServerError {
			return malformed("the request is not readable")
		}
	}
	if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
		s.Log.ErrorContext(ctx, "an unexpected error", "request", exchangeOf(ctx).id, "error", err)
	}
	return unavailable()
}

func unavailable() *dispute.Error {
	return dispute.Errorf(dispute.CodeUnavailable, "it could not be done just now; try again with the same key")
}

// explain adds what helps the client go on.
func (s *Server) explain(ctx context.Context, x *exchange, e *dispute.Error, p *ProblemDocument) {
	switch e.Code {
	case dispute.CodeDuplicateCase:
		p.CaseID = s.visibleCaseID(ctx, x, e.Ref)
	case dispute.CodeNotAllowedNow, dispute.CodeStaleVersion:
		if x.record == nil {
			return
		}
		view, err := s.readView(ctx, x, x.caseID())
		if err != nil {
			s.Log.WarnContext(ctx, "a refusal goes out without its case", "request", x.id, "error", err)
			return
		}
		p.AllowedActions = view.AllowedActions
		if e.Code == dispute.CodeStaleVersion {
			p.Case, p.AllowedActions = view, nil
		}
	}
}

// visibleCaseID is the id if the caller may know it, else "".
func (s *Server) visibleCaseID(ctx context.Context, x *exchange, caseID string) string {
	if caseID == "" || !x.customer() {
		return caseID
	}
	record, err := s.Store.GetCase(ctx, caseID)
	if err != nil || record.Case.CustomerID != x.caller.CustomerID {
		return ""
	}
	return caseID
}

// guarded turns a panic into an error, so that one request never takes the others down.
func (s *Server) guarded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // a sentinel that is thrown, not returned
				panic(cause)
			}
			x := exchangeOf(c.Request().Context())
			s.Log.ErrorContext(c.Request().Context(), "a handler panicked", "request", x.id, "operation", x.operation,
				"panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			err = dispute.Errorf(dispute.CodeUnavailable, "something went wrong here; ask about %s", x.id)
		}()
		return next(c)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
