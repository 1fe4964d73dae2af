package dispute

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each mistake of the sections negotiation and approvals is told with its place.
func TestPolicyRefusesBargainingWithMistakes(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ old, new, at, says string }{
		"too many rounds":    {"rounds: 3", "rounds: 11", "negotiation.rounds", "0 to 10"},
		"no offers":          {"offers: 5", "offers: 0", "negotiation.offers", "1 to 20"},
		"another mediation":  {"mediation: offered", "mediation: offerd", "negotiation.mediation", "offered"},
		"below the rules":    {"above: 100000", "above: 20000", "approvals[0].above", "limits.automatic"},
		"rows out of order":  {"above: 500000", "above: 90000", "approvals[1].above", "more than the row before"},
		"nobody to ask":      {"by: [supervisor],", "by: [],", "approvals[0].by", "1 to 4"},
		"a role that is not": {"finance]", "agent]", "approvals[1].by[1]", "supervisor or finance"},
		"a key that is not":  {"rounds: 3", "round: 3", "negotiation.round", "rounds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := bargainingPolicy(t, row.old, row.new)
			require.Error(t, err)
			require.Contains(t, err.Error(), row.at)
			require.Contains(t, err.Error(), row.says)
		})
	}
	p, err := bargainingPolicy(t, "mediation: offered", "mediation: off")
	require.NoError(t, err)
	require.Equal(t, MediationOff, p.Negotiation.Mediation)
}

// bargainingPolicy is default@3 with one text of its section changed.
func bargainingPolicy(t *testing.T, old, changed string) (*Policy, error) {
	t.Helper()
	all, err := EmbeddedPolicies()
	require.NoError(t, err)
	for _, source := range all {
		if source.Name != "default" || source.Version != 3 {
			continue
		}
		for name, text := range source.Files {
			if strings.HasSuffix(name, "negotiation.yaml") {
				require.Contains(t, text, old)
				source.Files[name] = strings.Replace(text, old, changed, 1)
			}
		}
		return ParsePolicy(source.Name, source, library(t).Calendars())
	}
	t.Fatal("there is no default@3")
	return nil, nil
}

// The sections are format 3's.
func TestEarlierPoliciesBargainWithoutBounds(t *testing.T) {
	t.Parallel()
	require.Nil(t, book(t, "default@2").Negotiation())
	require.Equal(t, &Negotiation{Rounds: 3, Offers: 5, Mediation: MediationOffered, SecondOpinionAt: 2}, book(t, "default@3").Negotiation())
	_, err := ParsePolicy("p", oneFile(secondPolicy(t)+"negotiation: {rounds: 1, offers: 1, mediation: off}\n"), library(t).Calendars())
	require.ErrorContains(t, err, "format: 3")
}

// A plain clock has an owner and an outcome that grants nothing, whatever its name.
func TestPlainClocksGrantNothing(t *testing.T) {
	t.Parallel()
	for name := range clockOutcomes {
		k := PlainClock(ClockRequest{Name: name}, utc("2026-09-24T02:00:00Z"))
		require.NotEmpty(t, k.Owner, name)
		require.NotEmpty(t, k.OnExpiry, name)
		require.NotContains(t, []string{SilenceForCustomer, SilenceRefund}, k.OnExpiry, name)
		require.Equal(t, "2026-09-25T02:00:00Z", k.DueAt.Format("2006-01-02T15:04:05Z07:00"))
	}
}
