package api

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestReplacementReports(t *testing.T) {
	t.Parallel()
	for data, field := range map[string]string{
		`{"replacement_id":"RPL-1","status":"shipped","carrier":"SF","tracking_number":"N1","sequence":1}`:             "",
		`{"replacement_id":"RPL-1","status":"delayed","dispatch_by":"2026-03-09T12:00:00Z","reason":"x","sequence":2}`: "",
		`{"replacement_id":"RPL-1","status":"out_of_stock","sequence":3}`:                                              "",
		`{"replacement_id":"RPL-1","status":"shipped","sequence":1}`:                                                   "/data/carrier",
		`{"replacement_id":"RPL-1","status":"delayed","sequence":1}`:                                                   "/data/dispatch_by",
		`{"replacement_id":"RPL-1","status":"gone","sequence":1}`:                                                      "/data/status",
		`{"replacement_id":"","status":"signed","sequence":1}`:                                                         "/data/replacement_id",
		`{"replacement_id":"RPL-1","status":"signed"}`:                                                                 "/data/sequence",
	} {
		got, err := warehouseEvents{}.Translate(WebhookBody{Type: "replacement.updated", EventID: "e1", Data: json.RawMessage(data)})
		if field == "" {
			require.NoError(t, err, data)
			require.Equal(t, dispute.SignalReplacementUpdate, got.Signal)
			require.Equal(t, dispute.Reference{Kind: dispute.RefReplacement, Value: "RPL-1"}, got.Reference)
			continue
		}
		var wrong *dispute.Error
		require.ErrorAs(t, err, &wrong, data)
		require.Equal(t, field, wrong.Fields[0].Pointer, data)
	}
}
