package activities_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
)

func TestClassifyIsTheOneTable(t *testing.T) {
	t.Parallel()
	partner := func(status int) error {
		return &activities.PartnerError{Partner: "payments", Operation: "refund", Status: status, Code: "c"}
	}
	for _, tt := range []struct {
		name  string
		err   error
		code  dispute.Code
		final bool
	}{
		{"no answer", partner(0), dispute.CodeUnavailable, false},
		{"timeout", partner(http.StatusRequestTimeout), dispute.CodeUnavailable, false},
		{"too early", partner(http.StatusTooEarly), dispute.CodeUnavailable, false},
		{"server error", partner(http.StatusInternalServerError), dispute.CodeUnavailable, false},
		{"bad gateway", partner(http.StatusBadGateway), dispute.CodeUnavailable, false},
		{"our credentials", partner(http.StatusUnauthorized), dispute.CodeUnavailable, false},
		{"our rights", partner(http.StatusForbidden), dispute.CodeUnavailable, false},
		{"too many", partner(http.StatusTooManyRequests), dispute.CodeUnavailable, false},
		{"not found", partner(http.StatusNotFound), dispute.CodeNotFound, true},
		{"gone", partner(http.StatusGone), dispute.CodeNotFound, true},
		{"bad request", partner(http.StatusBadRequest), dispute.CodeDeclined, true},
		{"payment required", partner(http.StatusPaymentRequired), dispute.CodeDeclined, true},
		{"conflict", partner(http.StatusConflict), dispute.CodeDeclined, true},
		{"unprocessable", partner(http.StatusUnprocessableEntity), dispute.CodeDeclined, true},
		{"record away", dispute.Errorf(dispute.CodeUnavailable, "x"), dispute.CodeUnavailable, false},
		{"too much", dispute.Errorf(dispute.CodeExceedsCapture, "x"), dispute.CodeExceedsCapture, true},
		{"run superseded", dispute.Errorf(dispute.CodeRunSuperseded, "x"), dispute.CodeRunSuperseded, true},
		{"unknown", errors.New("x"), dispute.CodeUnavailable, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := activities.Classify(fmt.Errorf("wrapped: %w", tt.err))
			var app *temporal.ApplicationError
			require.ErrorAs(t, err, &app)
			require.Equal(t, tt.code, activities.Code(err))
			require.Equal(t, tt.final, app.NonRetryable())
		})
	}
	require.NoError(t, activities.Classify(nil))
	require.ErrorIs(t, activities.Classify(context.Canceled), context.Canceled)
}

func TestClassifyKeepsThePartnersDelayAndCode(t *testing.T) {
	t.Parallel()
	err := activities.Classify(&activities.PartnerError{Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second})
	var app *temporal.ApplicationError
	require.ErrorAs(t, err, &app)
	require.Equal(t, 7*time.Second, app.NextRetryDelay())

	err = activities.Classify(&activities.PartnerError{Status: http.StatusPaymentRequired, Code: "insufficient_funds"})
	require.Equal(t, "insufficient_funds", activities.Ref(err))
	require.Empty(t, activities.Ref(errors.New("x")))
}
