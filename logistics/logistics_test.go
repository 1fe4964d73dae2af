package logistics_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/logistics"
)

// partner answers everything with one status and body.
func partner(t *testing.T, status int, body string) *logistics.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		if _, err := io.WriteString(w, body); err != nil {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(server.Close)
	c, err := logistics.New(server.URL, partnerhttp.Options{})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func failure(t *testing.T, err error) *activities.PartnerError {
	t.Helper()
	var failed *activities.PartnerError
	require.ErrorAs(t, err, &failed)
	return failed
}

func TestLabelOutsideTheContract(t *testing.T) {
	t.Parallel()
	tests := map[string]string{
		`{"url":"https://x/l","carrier":"SF","tracking_number":"1"}`:                              "label_id",
		`{"label_id":"l","url":"https://x/l","tracking_number":"1"}`:                              "carrier",
		`{"label_id":"l","url":"https://x/l","carrier":"SF"}`:                                     "tracking_number",
		`{"label_id":"l","url":"javascript:alert(1)","carrier":"SF","tracking_number":"1"}`:       "url",
		`{"label_id":"l","url":"/l","carrier":"SF","tracking_number":"1"}`:                        "url",
		`{"label_id":"l","url":"https://x","carrier":"SF","tracking_number":"1","valid_until":1}`: "bad_answer",
	}
	for body, field := range tests {
		_, err := partner(t, 201, body).IssueLabel(t.Context(), activities.LabelRequest{Key: "k", RMAID: "rma_1"})
		failed := failure(t, err)
		require.Zero(t, failed.Status)
		require.Contains(t, failed.Error(), field)
	}
}

func TestVoidLabel(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	require.NoError(t, partner(t, 200, `{"label_id":"l","status":"voided"}`).VoidLabel(ctx, "k", "l"))
	require.NoError(t, partner(t, 404, `{"code":"unknown_label"}`).VoidLabel(ctx, "k", "l"))
	require.Zero(t, failure(t, partner(t, 404, ``).VoidLabel(ctx, "k", "l")).Status)
	require.Equal(t, partnerhttp.CodeBadAnswer, failure(t, partner(t, 200, `{"label_id":"l","status":"issued"}`).VoidLabel(ctx, "k", "l")).Code)
	require.Equal(t, "label_used", failure(t, partner(t, 409, `{"code":"label_used"}`).VoidLabel(ctx, "k", "l")).Code)
}

func TestTrace(t *testing.T) {
	t.Parallel()
	tests := []struct {
		status int
		body   string
		want   dispute.ParcelStatus // "" is a failure
	}{
		{200, `{"carrier":"SF","tracking_number":"1","status":"lost"}`, dispute.ParcelLost},
		{200, `{"carrier":"SF","tracking_number":"1","status":"unknown"}`, dispute.ParcelUnknown},
		{404, `{"code":"unknown_parcel"}`, dispute.ParcelUnknown},
		{404, `<html>`, ""},
		{200, `{"carrier":"SF","tracking_number":"2","status":"lost"}`, ""},
		{200, `{"carrier":"SF","tracking_number":"1","status":"teleported"}`, ""},
	}
	for _, tt := range tests {
		trace, err := partner(t, tt.status, tt.body).Trace(t.Context(), "SF", "1")
		if tt.want == "" {
			require.Zero(t, failure(t, err).Status, tt.body)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, dispute.TraceFacts{Carrier: "SF", TrackingNumber: "1", Status: tt.want}, trace)
	}
}

// A carrier's free text may name people; nothing but a code goes on.
func TestSignedByIsACode(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"": "", "recipient": "recipient", "neighbour": "neighbour", "locker": "locker", "ZhangSan 13800138000": "other",
	} {
		body := `{"carrier":"SF","tracking_number":"1","status":"delivered","signed_by":"` + said + `"}`
		trace, err := partner(t, 200, body).Trace(t.Context(), "SF", "1")
		require.NoError(t, err)
		require.Equal(t, want, trace.SignedBy)
	}
}
