package dispute

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Settings without a basis of their own cite the one that the policy names for their path.
func TestExplainCitesThePolicysBasis(t *testing.T) {
	t.Parallel()
	claim, err := ParseClaim("claim.yaml", []byte(claimText))
	require.NoError(t, err)
	cited := func(version string) map[string]string {
		x, err := book(t, version).Explain(claim, utc("2026-09-22T02:00:00Z"))
		require.NoError(t, err)
		basis := map[string]string{}
		for _, s := range x.Steps {
			basis[s.Topic] = s.Basis
		}
		return basis
	}
	second := cited("default@3")
	require.Equal(t, "JD art. 54", second["version"])
	require.Equal(t, "ours; CPL art. 55", second["limits"])
	require.Equal(t, "ours", second["freight"])
	require.Empty(t, cited("default@1")["limits"], "the first release named none")
}
