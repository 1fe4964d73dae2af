package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
)

// A notice that was written before notices could be held goes out once they can, and its
// endpoints, which were told of it as it was written, are not told again.
func TestHeldNoticesComeToAFullDatabase(t *testing.T) {
	t.Parallel()
	b, _ := migratedTo(t, 21)
	b.endpoint(t, "shop")
	b.withNotice(t, "case_1", dispute.NoticeAccepted)

	require.NoError(t, store.Migrate(t.Context(), b.url))
	keys, _ := b.send(t)
	require.Equal(t, []string{"case_1/accepted/1"}, keys)
	all := b.noticesOf(t, "case_1", false)
	require.Len(t, all, 1)
	require.Equal(t, "sent", all[0].State)
	require.Len(t, all[0].Webhooks, 1)
}
