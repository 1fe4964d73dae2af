package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/dispute"
)

// What is shown is a policy: it checks as it was, and nothing is written over.
func TestPolicyShow(t *testing.T) {
	t.Parallel()
	settings := config.Config{Dev: config.Dev{Dir: t.TempDir()}}
	dir := filepath.Join(t.TempDir(), "my-shop")
	var out strings.Builder
	require.NoError(t, policyShowCommand{Policy: "default", Out: dir}.show(t.Context(), settings, &out))
	require.Contains(t, out.String(), "default@3 written to "+dir+": clocks.yaml, ")
	require.Contains(t, out.String(), ", money.yaml, ")
	p, source, err := readPolicy(dir, embedded(t))
	require.NoError(t, err)
	require.Equal(t, "default@3", p.ID())
	all, err := dispute.EmbeddedPolicies()
	require.NoError(t, err)
	require.Condition(t, func() bool {
		for _, s := range all {
			if s.SHA256() == source.SHA256() {
				return true
			}
		}
		return false
	}, "the files are those of the program")
	require.ErrorContains(t, policyShowCommand{Policy: "default", Out: dir}.show(t.Context(), settings, &out), "holds a policy already")

	out.Reset()
	require.NoError(t, policyShowCommand{Policy: "demo@1"}.show(t.Context(), settings, &out))
	file, err := os.ReadFile("../../dispute/policies/demo/1/policy.yaml")
	require.NoError(t, err)
	require.Equal(t, "# --- policy.yaml\n"+string(file), out.String())
	require.ErrorContains(t, policyShowCommand{Policy: "nobody@1"}.show(t.Context(), settings, &out), `no policy "nobody@1"`)
}
