// Package deploy_test loads what deploy/ ships, strictly, so that a typo fails here
// and not on somebody's server.
package deploy_test

import (
	"bufio"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/devstack"
	"github.com/redresshq/redress/webhook"
)

// composeOnly are the variables of .env.sample that are for other programs.
var composeOnly = []string{"POSTGRES_PASSWORD", "REDRESS_OWNER_PASSWORD", "REDRESS_SERVICE_PASSWORD", "TEMPORAL_DB_PASSWORD"}

// project loads compose.yaml with a copy of the sample as its .env.
func project(t *testing.T) *types.Project {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(".")))
	sample, err := os.ReadFile(".env.sample")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".env"), sample, 0o600))
	options, err := cli.NewProjectOptions([]string{filepath.Join(dir, "compose.yaml")},
		cli.WithWorkingDirectory(dir), cli.WithEnvFiles(), cli.WithDotEnv, cli.WithResolvedPaths(true))
	require.NoError(t, err)
	p, err := options.LoadProject(context.Background())
	require.NoError(t, err)
	return p
}

func sample(t *testing.T) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(".env.sample")
	require.NoError(t, err)
	values, err := dotenv.Parse(bytes.NewReader(raw))
	require.NoError(t, err)
	return values
}

func TestComposeIsTheWholeSystem(t *testing.T) {
	t.Parallel()
	p := project(t)
	require.ElementsMatch(t, []string{"api", "migrate", "partners", "postgres", "temporal", "temporal-attributes", "temporal-ui", "worker"}, p.ServiceNames())
	for name, s := range p.Services {
		for dependency := range s.DependsOn {
			require.Contains(t, p.Services, dependency, "%s depends on it", name)
		}
		for _, v := range s.Volumes {
			if v.Type != types.VolumeTypeBind {
				require.Contains(t, p.Volumes, v.Source, name)
				continue
			}
			_, err := os.Stat(v.Source)
			require.NoError(t, err, "%s mounts a file that is not there", name)
		}
		if s.Build != nil {
			require.Equal(t, "deploy/Dockerfile", s.Build.Dockerfile, name)
		}
		if len(s.EnvFiles) > 0 {
			require.Equal(t, ".env", filepath.Base(s.EnvFiles[0].Path), name)
		} else {
			require.Regexp(t, `:[v\d]+[\d.]*\d(-|$)`, s.Image, "%s: an image needs an exact version", name)
		}
	}
	for _, name := range []string{"api", "worker", "partners", "postgres", "temporal"} {
		require.NotNil(t, p.Services[name].HealthCheck, name)
	}
}

// commands are the ones that the binary knows; the compose file may use no other.
func TestComposeRunsCommandsThatExist(t *testing.T) {
	t.Parallel()
	for name, s := range project(t).Services {
		if s.Image != "redress:local" {
			continue
		}
		require.Len(t, s.Command, 1, name)
		_, err := os.Stat(filepath.Join("..", "cmd", "redress", s.Command[0]+".go"))
		require.NoError(t, err, "%s runs redress %s", name, s.Command[0])
	}
}

func TestSampleIsEverySetting(t *testing.T) {
	t.Parallel()
	known, err := config.Variables()
	require.NoError(t, err)
	raw, err := os.ReadFile(".env.sample")
	require.NoError(t, err)

	var named []string
	assignment := regexp.MustCompile(`^(?:# )?([A-Z][A-Z0-9_]*)=`)
	lines := bufio.NewScanner(bytes.NewReader(raw))
	for lines.Scan() {
		if m := assignment.FindStringSubmatch(lines.Text()); m != nil {
			require.NotContains(t, named, m[1], "named twice")
			named = append(named, m[1])
		}
	}
	require.NoError(t, lines.Err())
	require.ElementsMatch(t, append(slices.Clone(known), composeOnly...), named)
}

func TestComposeNamesKnownVariables(t *testing.T) {
	t.Parallel()
	known, err := config.Variables()
	require.NoError(t, err)
	raw, err := os.ReadFile("compose.yaml")
	require.NoError(t, err)
	for _, name := range regexp.MustCompile(`\bREDRESS_[A-Z0-9_]*[A-Z0-9]\b`).FindAllString(string(raw), -1) {
		if name == "REDRESS_PARTNER" { // of the comment: REDRESS_PARTNER_*_URL
			continue
		}
		require.True(t, slices.Contains(known, name) || slices.Contains(composeOnly, name), "%s is no setting", name)
	}
}

func TestSampleServesEveryCommand(t *testing.T) {
	for name, value := range sample(t) {
		t.Setenv(name, value)
	}
	settings, err := config.Load()
	require.NoError(t, err)
	require.NoError(t, settings.ForOwner("migrate"))
	require.NoError(t, settings.ForAPI())
	require.NoError(t, settings.ForWorker())
	require.GreaterOrEqual(t, len(settings.API.TokenKey), 32)
	for _, r := range []config.Reporter{settings.Partners.Warehouse, settings.Partners.Carrier, settings.Partners.Payment} {
		for _, secret := range r.Secrets {
			require.NoError(t, webhook.CheckSecret(secret))
		}
	}
	require.Contains(t, settings.DatabaseURL, ":"+os.Getenv("REDRESS_SERVICE_PASSWORD")+"@postgres:")
	require.Contains(t, settings.OwnerURL, ":"+os.Getenv("REDRESS_OWNER_PASSWORD")+"@postgres:")
}

func TestDockerfileCopiesWhatIsThere(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)
	copied := 0
	for line := range strings.Lines(string(raw)) {
		fields := strings.Fields(line)
		if len(fields) < 3 || fields[0] != "COPY" || strings.HasPrefix(fields[1], "--from") {
			continue
		}
		for _, source := range fields[1 : len(fields)-1] {
			_, err := os.Stat(filepath.Join("..", source))
			require.NoError(t, err, line)
			copied++
		}
	}
	require.Positive(t, copied)
	require.Regexp(t, `(?m)^USER nonroot`, string(raw))

	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	needs := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(mod)
	require.NotNil(t, needs)
	require.Contains(t, string(raw), "FROM golang:"+string(needs[1])+".")
}

func TestAttributesOfTheScriptAreThoseOfTheCode(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("temporal/search-attributes.sh")
	require.NoError(t, err)
	got := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(Case\w+)=(\w+)$`).FindAllStringSubmatch(string(raw), -1) {
		got[m[1]] = m[2]
	}
	want := map[string]string{}
	for name, kind := range devstack.SearchAttributes() {
		want[name] = kind.String()
	}
	require.Equal(t, want, got)
}
