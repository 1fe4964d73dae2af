package devstack

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

func TestSeedArticlesAreRightInBothLanguages(t *testing.T) {
	t.Parallel()
	all, err := seedArticles()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(all), 5)
	for _, a := range all {
		require.Len(t, a.Texts, len(dispute.ArticleLanguages()), a.ArticleID)
		require.NotEmpty(t, a.Reasons, a.ArticleID)
	}
}
