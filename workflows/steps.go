package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

// ruling asks for a recorded ruling until it can be had: a case waits rather
// than fails when a worker does not know its policy.
func ruling[T any](w world, name string, args ...any) T {
	for {
		out, err := tryRuling[T](w, name, args...)
		if err == nil {
			return out
		}
		w.logger().Error("ruling not to be had, trying again", "ruling", name, "error", err)
		w.pause(rulingPause)
	}
}

// askedRuling is a ruling that a command asks for: one that does not fit the case is
// final, and refuses the command in words. It has to come before anything is changed.
func askedRuling[T any](w world, name string, args ...any) (T, error) {
	for {
		out, err := tryRuling[T](w, name, args...)
		var said *temporal.ApplicationError
		switch {
		case err == nil:
			return out, nil
		case activities.Code(err) == dispute.CodeInvalid && errors.As(err, &said):
			return out, dispute.Errorf(dispute.CodeInvalid, "%s", said.Message())
		}
		w.logger().Error("ruling not to be had, trying again", "ruling", name, "error", err)
		w.pause(rulingPause)
	}
}

func tryRuling[T any](w world, name string, args ...any) (T, error) {
	var out T
	err := w.local(rulingOptions(), &out, name, args...)
	return out, err
}

// durable runs a step of the record: a local activity of at most recordLimit,
// then the same as an ordinary activity without end. Only final errors come back.
func durable[T any](w world, name string, args ...any) (T, error) {
	var out T
	err := w.local(recordLocalOptions(), &out, name, args...)
	if err == nil || isFinal(err) {
		return out, err
	}
	err = w.call(recordOptions(), &out, name, args...)
	return out, err
}

// isFinal says whether the failure is a refusal rather than a dependency that was away.
func isFinal(err error) bool {
	code := activities.Code(err)
	return code != "" && code != dispute.CodeUnavailable && code != dispute.CodeTooMany && !temporal.IsTimeoutError(err)
}

// call runs one partner step on the partner's own queue.
func call[T any](w world, o workflow.ActivityOptions, name string, args ...any) (T, error) {
	var out T
	err := w.call(o, &out, name, args...)
	return out, err
}
