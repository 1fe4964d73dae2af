package e2e_test

import (
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/blob"
	"github.com/redresshq/redress/store/pgcluster"
	"github.com/redresshq/redress/store/storetest"
)

// Row 44: what customers tell and send in is kept encrypted; a backup holds none of it
// in the clear, and is whole: restored beside the key it can be read, without it not.
func TestCapability44EncryptedAndBackedUp(t *testing.T) {
	t.Parallel()
	s := sharedStack(t)
	c := s.customer(t)
	const words, address = "The handle came off in my hand, says Li Na.", "li.na@example.com"
	claim := returnOf(s.order(t, c.id), dispute.ReasonDamagedInTransit)
	claim["statement"], claim["contact"] = words, map[string]any{"email": address}
	id := c.open(claim).ID
	c.supply(id)
	c.awaitOffer(id)

	// The two commands of docs/runbooks/backup.md.
	dump, evidence := filepath.Join(t.TempDir(), "redress.dump"), filepath.Join(t.TempDir(), "evidence")
	bin, err := pgcluster.FindPrograms()
	require.NoError(t, err)
	program(t, filepath.Join(bin, "pg_dump"), "--format=plain", "--file="+dump, s.database)
	program(t, "cp", "-a", s.evidence, evidence)
	raw, err := os.ReadFile(dump)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "handle came off")
	require.NotContains(t, string(raw), address)
	require.Contains(t, string(raw), id, "though the case is in it")

	restored := storetest.Empty(t, false)
	program(t, filepath.Join(bin, "psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--file="+dump, restored)
	whole, err := store.Open(t.Context(), restored, store.WithKeys(storetest.Keys()))
	require.NoError(t, err)
	t.Cleanup(whole.Close)
	report, err := whole.VerifyChain(t.Context(), id)
	require.NoError(t, err)
	require.True(t, report.Intact, "%+v", report)
	texts, err := whole.Texts(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, words, bodyOf(texts, "statement"))
	require.Contains(t, bodyOf(texts, "contact"), address)
	keyless, err := store.Open(t.Context(), restored)
	require.NoError(t, err)
	t.Cleanup(keyless.Close)
	_, err = keyless.Texts(t.Context(), id)
	require.Equal(t, dispute.CodeUnavailable, dispute.CodeOf(err))

	for _, e := range s.agent(t).get(id).Evidence {
		f, err := blob.At(evidence, storetest.Keys()).Open(id, e.SHA256)
		require.NoError(t, err)
		copied, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		live := c.do(http.MethodGet, "/v1/cases/"+id+"/evidence/"+e.ID+"/content", nil)
		require.Equal(t, live.body, copied)
	}
}

func bodyOf(texts []dispute.Text, kind string) string {
	for _, text := range texts {
		if text.Kind == kind {
			return text.Body
		}
	}
	return ""
}

func program(t *testing.T, name string, args ...string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput()
	require.NoError(t, err, "%s %v: %s", name, args, out)
}
