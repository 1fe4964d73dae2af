package activities

import (
	"context"
	"errors"
	"net/http"

	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/dispute"
)

// Classify is the one table from error to retry or final. The type of the
// returned application error is the dispute.Code, which workflows branch on.
//
//	partner, no answer, 408, 425, 5xx   retry (the write may have happened: same key)
//	partner, 429 or 503 with a delay    retry after that delay
//	partner, 401, 403                   retry: our credentials are wrong, which operations mend
//	partner, 404, 410                   final, not-found
//	partner, other 4xx                  final, declined, with the partner's code
//	dispute.Error unavailable, too-many retry
//	other dispute.Error                 final, its own code
//	anything else                       retry
func Classify(err error) error {
	var partner *PartnerError
	var rule *dispute.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &partner):
		return classifyPartner(partner)
	case errors.As(err, &rule):
		if rule.Code == dispute.CodeUnavailable || rule.Code == dispute.CodeTooMany {
			return temporal.NewApplicationErrorWithOptions(rule.Message, string(rule.Code), temporal.ApplicationErrorOptions{})
		}
		return final(rule.Code, rule.Message, rule.Ref)
	case errors.Is(err, context.Canceled):
		return err
	default:
		return temporal.NewApplicationErrorWithOptions(err.Error(), string(dispute.CodeUnavailable), temporal.ApplicationErrorOptions{})
	}
}

func classifyPartner(e *PartnerError) error {
	switch {
	case e.Status == http.StatusNotFound, e.Status == http.StatusGone:
		return final(dispute.CodeNotFound, e.Error(), e.Code)
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden,
		e.Status == http.StatusRequestTimeout, e.Status == http.StatusTooEarly, e.Status == http.StatusTooManyRequests,
		e.Status < 400, e.Status >= 500:
		return temporal.NewApplicationErrorWithOptions(e.Error(), string(dispute.CodeUnavailable),
			temporal.ApplicationErrorOptions{NextRetryDelay: e.RetryAfter})
	default:
		return final(dispute.CodeDeclined, e.Error(), e.Code)
	}
}

// final makes an application error that is not retried; ref is the partner's
// code or the id of the thing in the way.
func final(code dispute.Code, message, ref string) error {
	return temporal.NewApplicationErrorWithOptions(message, string(code), temporal.ApplicationErrorOptions{
		NonRetryable: true, Category: temporal.ApplicationErrorCategoryBenign, Details: []any{ref},
	})
}

// Code returns the dispute.Code of an activity's failure as a workflow sees it,
// "" when it was a timeout or a cancellation.
func Code(err error) dispute.Code {
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		return dispute.Code(app.Type())
	}
	return ""
}

// Ref returns the reference in an activity's failure: a partner's code, for one.
func Ref(err error) string {
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || !app.HasDetails() {
		return ""
	}
	var ref string
	if app.Details(&ref) != nil {
		return ""
	}
	return ref
}
