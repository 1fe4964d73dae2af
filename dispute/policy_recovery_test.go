package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every mistake in `recovery` is refused with its place.
func TestRecoverySectionIsChecked(t *testing.T) {
	t.Parallel()
	library, err := Embedded()
	require.NoError(t, err)
	source, err := ReadPolicySource(ruleFiles, "policies/default/3")
	require.NoError(t, err)
	for old, row := range map[string]struct{ with, want string }{
		"  carrier:":       {"  platform:", "nobody else is claimed from"},
		"least: 1000 ":     {"least: -1 ", "expected an amount in minor units"},
		"share: 100 ":      {"share: 101 ", "1 to 100 percent, found 101"},
		"[goods, freight,": {"[goods, goods,", "goods stands twice"},
		"counts: [goods, freight, compensation, replacement]": {"counts: [god]", "expected one of"},
		"{agent: 5000, supervisor: 50000":                     {"{agent: 5000, supervisor: 4000", "the supervisor's at least the agent's"},
		"    basis: ours":                                     {"", "expected the law or rule"},
	} {
		require.Contains(t, source.Files["recovery.yaml"], old)
		changed := PolicySource{Files: map[string]string{}}
		for name, text := range source.Files {
			changed.Files[name] = text
		}
		changed.Files["recovery.yaml"] = strings.Replace(source.Files["recovery.yaml"], old, row.with, 1)
		_, err := ParsePolicy("default", changed, library.Calendars())
		require.ErrorContains(t, err, row.want, old)
		require.ErrorContains(t, err, "recovery.yaml", old)
	}
}

func TestRecoverySectionIsOfFormat3(t *testing.T) {
	t.Parallel()
	_, err := parse(t, secondPolicy(t)+"recovery:\n  carrier: {least: 1, counts: [goods], share: 100, write_off: {agent: 0, supervisor: 0, finance: 0}, basis: ours}\n")
	require.ErrorContains(t, err, "format: 3")
}
