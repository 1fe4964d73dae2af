package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

const exampleClaim = "../../docs/examples/claim.yaml"

func builtIn(t *testing.T) *dispute.Library {
	t.Helper()
	l, err := dispute.Embedded()
	require.NoError(t, err)
	return l
}

func TestSimulateTheExample(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, policySimulateCommand{Claim: exampleClaim, Policy: "default@1"}.simulate(t.Context(), builtIn(t), &out))
	require.Contains(t, out.String(), "From Mon 2026-03-16 12:00:00 (Asia/Shanghai) on, under default@1:")
	require.Contains(t, out.String(), "customer_response of customer runs out")
	require.Contains(t, out.String(), "default@1/clocks/customer_response")
	require.Contains(t, out.String(), "closed rejected")
	require.Contains(t, out.String(), dispute.SimulationAssumption)
}

func TestSimulateAsJSON(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	at := time.Date(2026, 4, 1, 4, 0, 0, 0, time.UTC)
	require.NoError(t, policySimulateCommand{Claim: exampleClaim, Dir: "../../dispute/policies/demo/1", At: "2026-04-01 12:00", JSON: true}.simulate(t.Context(), builtIn(t), &out))
	var f dispute.Forecast
	require.NoError(t, json.Unmarshal([]byte(out.String()), &f))
	require.Equal(t, "demo@1", f.PolicyVersion)
	require.Equal(t, at, f.At)
	require.NotEmpty(t, f.Steps)
	require.Contains(t, f.Steps[0].Events, dispute.EventOpened)
}

func TestSimulateSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.ErrorContains(t, policySimulateCommand{Claim: "nothing.yaml"}.simulate(t.Context(), builtIn(t), &out), "reading the claim")
	require.ErrorContains(t, policySimulateCommand{Claim: exampleClaim, Policy: "nobodys"}.simulate(t.Context(), builtIn(t), &out), `no policy "nobodys"`)
}
