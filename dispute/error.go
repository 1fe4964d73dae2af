package dispute

import (
	"errors"
	"fmt"
	"maps"
)

// Code names a kind of failure. It is the `type` of REST problems and the type
// of Temporal application errors, so its values never change silently.
type Code string

// The codes of Redress.
const (
	CodeInvalid        Code = "invalid"         // the input is wrong; Fields say where
	CodeNotFound       Code = "not-found"       // no such case, offer, leg, evidence ...
	CodeForbidden      Code = "forbidden"       // the caller's role may not do this
	CodeUnauthorized   Code = "unauthorized"    // no or bad credentials
	CodeDuplicateCase  Code = "duplicate-case"  // another open case claims the same units; Ref is its id
	CodeNotAllowedNow  Code = "not-allowed-now" // legal for the caller, not in this state
	CodeStaleVersion   Code = "stale-version"   // expected_version is not the case's version
	CodeCaseClosed     Code = "case-closed"     // the case is closing or closed
	CodeLimitExceeded  Code = "limit-exceeded"  // above the caller's limit, or above what was captured
	CodeSameAuthor     Code = "same-author"     // nobody approves what they wrote
	CodeKeyMissing     Code = "idempotency-key-missing"
	CodeKeyReused      Code = "idempotency-key-reused" // same key, other body
	CodeKeyInFlight    Code = "idempotency-key-in-flight"
	CodeRunSuperseded  Code = "run-superseded" // a newer run of the workflow owns the record
	CodeUnavailable    Code = "unavailable"    // a dependency is down; try again
	CodeTooLarge       Code = "too-large"
	CodeMediaType      Code = "unsupported-media-type"
	CodeTooMany        Code = "too-many-requests"
	CodeDeclined       Code = "declined" // a partner refused, finally
	CodeExceedsCapture Code = "exceeds-captured"
	CodeNothingLeft    Code = "nothing-left" // the deductions of a refund come to all of its price
	CodeChargebackOpen Code = "chargeback-open"
	CodeConflict       Code = "conflict" // published already with other content
	CodeErased         Code = "erased"   // personal data that was kept as long as the policy says
)

// Field points at one wrong part of an input with a JSON pointer.
type Field struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// Mistake is a Field about a file, with the place in it, counted from 1 (0 where it
// is not known).
type Mistake struct {
	Field
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
}

// Error is the one error type of Redress: a code for machines, a message that is
// safe to show, and where it helps the fields at fault or the id of another thing.
type Error struct {
	Code    Code    `json:"code"`
	Message string  `json:"message"`
	Fields  []Field `json:"fields,omitempty"`
	Ref     string  `json:"ref,omitempty"`
	// Mistakes are what is wrong with files of rules, beside Fields.
	Mistakes []Mistake         `json:"mistakes,omitempty"`
	detail   map[string]string // what an explanation says of it beside the code
	cause    error
}

// Error returns the safe message, followed by the cause for logs.
func (e *Error) Error() string {
	if e.cause != nil {
		return string(e.Code) + ": " + e.Message + ": " + e.cause.Error()
	}
	return string(e.Code) + ": " + e.Message
}

// Unwrap returns the cause, which is for logs only.
func (e *Error) Unwrap() error { return e.cause }

// Errorf makes an Error with a formatted, safe message; a %w argument becomes its cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), cause: errors.Unwrap(err)}
}

// why is the detail of an explanation that a refusal stands behind.
func (e *Error) why() map[string]string {
	detail := map[string]string{"code": string(e.Code)}
	maps.Copy(detail, e.detail)
	return detail
}

// WithRef adds the id of the thing that stands in the way.
func (e *Error) WithRef(ref string) *Error { e.Ref = ref; return e }

// Invalid makes a CodeInvalid error about the given fields.
func Invalid(message string, fields ...Field) *Error {
	return &Error{Code: CodeInvalid, Message: message, Fields: fields}
}

// CodeOf returns the code of the first *Error in err's chain, or "" if there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
