package partnerhttp

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redresshq/redress/activities"
)

// Codes of failures that the partner did not name itself.
const (
	CodeBadAnswer     = "bad_answer"    // status 0: something answered, outside the contract
	CodeRedirect      = "redirect"      // status 0: the base URL points to a redirect
	CodeBadRequest    = "bad_request"   // status 0: the call could not be put on the wire
	CodeUnaddressable = "unaddressable" // status 404: no path can carry the id, so nobody has it
	CodeKeyMissing    = "idempotency_key_missing"
)

// maxRetryAfter bounds the delay that a partner may ask for.
const maxRetryAfter = 24 * time.Hour

// partnerCode is what a code must look like to be kept: it goes into histories
// and logs, where no free text belongs.
var partnerCode = regexp.MustCompile(`^[a-z0-9][a-z0-9_.-]{0,63}$`)

// failure maps an answer that is not a 2xx. The partner's message is dropped on
// purpose: it is free text and may name people.
func (c *Client) failure(call Call, resp *http.Response, body []byte) error {
	if resp.StatusCode < 400 {
		return c.noAnswer(call.Operation, CodeRedirect, fmt.Errorf("HTTP %d", resp.StatusCode))
	}
	var problem struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(body, &problem) != nil || !partnerCode.MatchString(problem.Code) {
		problem.Code = ""
	}
	if resp.StatusCode == http.StatusNotFound && !slices.Contains(call.NotFound, problem.Code) {
		return c.noAnswer(call.Operation, CodeBadAnswer, fmt.Errorf("HTTP 404 that is not the contract's"))
	}
	err := c.refused(call.Operation, resp.StatusCode, problem.Code)
	err.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	return err
}

// refused is an answer of the partner's.
func (c *Client) refused(operation string, status int, code string) *activities.PartnerError {
	return &activities.PartnerError{Partner: c.partner, Operation: operation, Status: status, Code: code,
		Message: "HTTP " + strconv.Itoa(status)}
}

// noAnswer is the lack of a usable answer: a write may or may not have happened.
func (c *Client) noAnswer(operation, code string, cause error) *activities.PartnerError {
	return &activities.PartnerError{Partner: c.partner, Operation: operation, Code: code, Message: code, Cause: cause}
}

// BadAnswer is for adapters: a 2xx whose content breaks the contract. Detail
// names the field, never its value.
func (c *Client) BadAnswer(operation, detail string) *activities.PartnerError {
	return &activities.PartnerError{Partner: c.partner, Operation: operation, Code: CodeBadAnswer,
		Message: CodeBadAnswer + ": " + detail}
}

// retryAfter reads seconds or an HTTP date; what is neither, or past, is 0.
func retryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	var delay time.Duration
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		if seconds > int64(maxRetryAfter/time.Second) {
			return maxRetryAfter
		}
		delay = time.Duration(seconds) * time.Second
	} else if at, err := http.ParseTime(value); err == nil {
		delay = at.Sub(now)
	}
	return min(max(delay, 0), maxRetryAfter)
}
