package warehouse_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/activities"
	"github.com/redresshq/redress/internal/partnerhttp"
	"github.com/redresshq/redress/warehouse"
)

// partner answers everything with one status and body.
func partner(t *testing.T, status int, body string) *warehouse.Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		if _, err := io.WriteString(w, body); err != nil {
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(server.Close)
	c, err := warehouse.New(server.URL, partnerhttp.Options{})
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

func TestAnswersAboutSomethingElse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"rma_id":"rma_2","order_id":"o-2","status":"announced","address":"A"}`,
		`{"rma_id":"rma_1","status":"announced","address":""}`} {
		c := partner(t, http.StatusOK, body)
		_, err := c.AnnounceReturn(t.Context(), activities.ReturnAnnouncement{Key: "k", RMAID: "rma_1"})
		require.Equal(t, partnerhttp.CodeBadAnswer, failure(t, err).Code, body)
		require.Equal(t, partnerhttp.CodeBadAnswer, failure(t, c.CancelReturn(t.Context(), "k", "rma_1")).Code, "not cancelled: %s", body)
		_, err = c.Dispatch(t.Context(), "o-1")
		require.Equal(t, partnerhttp.CodeBadAnswer, failure(t, err).Code, body)
	}
}

// The warehouse at the address is what goods that went astray are told by.
func TestAnnouncedReturnNamesItsWarehouse(t *testing.T) {
	t.Parallel()
	c := partner(t, http.StatusOK, `{"rma_id":"rma_1","status":"announced","address":"A","warehouse_id":"north"}`)
	to, err := c.AnnounceReturn(t.Context(), activities.ReturnAnnouncement{Key: "k", RMAID: "rma_1"})
	require.NoError(t, err)
	require.Equal(t, activities.ReturnAddress{Address: "A", WarehouseID: "north"}, to)
}

func TestCancelReturn(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	require.NoError(t, partner(t, 200, `{"rma_id":"rma_1","status":"cancelled"}`).CancelReturn(ctx, "k", "rma_1"))
	require.NoError(t, partner(t, 404, `{"code":"unknown_return"}`).CancelReturn(ctx, "k", "rma_1"))
	require.Zero(t, failure(t, partner(t, 404, `not here`).CancelReturn(ctx, "k", "rma_1")).Status, "a wrong address cancels nothing")
	require.Equal(t, 409, failure(t, partner(t, 409, `{"code":"return_received"}`).CancelReturn(ctx, "k", "rma_1")).Status)
}
