package notify_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/notify"
)

func TestNotify(t *testing.T) {
	t.Parallel()
	for answer, ok := range map[string]bool{`{"notice_id":"n-1"}`: true, `{}`: false, `queued`: false} {
		seen := make(chan string, 1)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			seen <- r.Header.Get("Idempotency-Key") + " " + string(body)
			w.WriteHeader(http.StatusAccepted)
			if _, err := io.WriteString(w, answer); err != nil {
				panic(http.ErrAbortHandler)
			}
		}))
		t.Cleanup(server.Close)
		c, err := notify.New(server.URL, partnerhttp.Options{})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		err = c.Notify(t.Context(), activities.Notification{Key: "case_1/offer/2", CaseID: "case_1", CustomerID: "c-1",
			To: dispute.RoleCustomer, Milestone: dispute.NoticeOffer, Number: 2})
		require.Equal(t, `case_1/offer/2 {"case_id":"case_1","customer_id":"c-1","to":"customer","milestone":"offer","number":2}`, <-seen)
		if ok {
			require.NoError(t, err)
			continue
		}
		var failed *activities.PartnerError
		require.ErrorAs(t, err, &failed)
		require.Zero(t, failed.Status)
	}
}
