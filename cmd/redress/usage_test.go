package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A wrong command line is answered in two lines at most: what was wrong and where, and how
// to learn more; never with the whole usage.
func TestWrongCommandLinesAreAnsweredShortly(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	empty := t.TempDir()
	for line, want := range map[string]string{
		"":                            "redress: expected one of dev, api, worker, migrate, partners, token, key, case, recovery, policy, calendar",
		"cases":                       `redress: unexpected argument cases, did you mean "case"?`,
		"case":                        "redress case: expected one of list, show, verify, restart",
		"case lst":                    "redress case: unexpected argument lst",
		"case list --stage talks":     `redress case list: --stage: "talks" is none of intake, investigation, negotiation, adjudication, appeal, execution, follow_up, closed`,
		"case list --waiting-on king": `redress case list: --waiting-on: "king" is none of customer, agent, supervisor, both, warehouse, carrier, payment, none`,
		"case list --limit many":      `redress case list: --limit: expected a valid 64 bit int but got "many"`,
		"case list --limit 0":         "redress case list: --limit: 0 is not from 1 to 200",
		"case list --limit 201":       "redress case list: --limit: 201 is not from 1 to 200",
		"case list --colour red":      "redress case list: unknown flag --colour",
		"case list case_1":            "redress case list: unexpected argument case_1",
		"case show":                   `redress case show: expected "<id>"`,
		"case verify":                 `redress case verify: expected "<id>"`,
		"case restart a b":            "redress case restart: unexpected argument b",
		"recovery":                    `redress recovery: expected one of restart`,
		"recovery restart":            `redress recovery restart: expected "<id>"`,
		"policy":                      "redress policy: expected one of check, publish, show, list, diff, explain, due, simulate",
		"policy check":                `redress policy check: expected "<dir>"`,
		"policy check nowhere":        "redress policy check: <dir>: stat ",
		"policy publish nowhere":      "redress policy publish: <dir>: stat ",
		"policy diff default@1":       `redress policy diff: expected "<b>"`,
		"policy explain nothing.yaml": "redress policy explain: <claim>: stat ",
		"policy due":                  "redress policy due: missing flags: --budget=STRING, --from=STRING",
		"policy due --from x --budget 1d --count-from noon": `redress policy due: --count-from must be one of "at_once","next_minute","next_day" but got "noon"`,
		"policy simulate a.yaml --policy a --dir " + empty:  "redress policy simulate: <claim>: stat ",
		"calendar":                   "redress calendar: expected one of check, publish, list, show",
		"calendar check " + empty:    "redress calendar check: <file>: ",
		"calendar show cn":           `redress calendar show: expected "<year>"`,
		"calendar show cn soon":      `redress calendar show: <year>: expected a valid 64 bit int but got "soon"`,
		"token":                      `redress token: expected "<role> <subject>"`,
		"token king karl":            `redress token: <role> must be one of "customer","agent","supervisor","finance","machine","admin" but got "king"`,
		"token agent ann --ttl soon": `redress token: --ttl: expected duration but got "soon"`,
		"token agent ann --ttl=-1h":  "redress token: --ttl: -1h0m0s is not longer than nothing",
		"key ring":                   "redress key: unexpected argument ring",
		"migrate --now":              "redress migrate: unknown flag --now",
		"api --port 1":               "redress api: unknown flag --port",
		"worker 1":                   "redress worker: unexpected argument 1",
		"dev --twice":                "redress dev: unknown flag --twice",
		"partners all":               "redress partners: unexpected argument all",
	} {
		t.Run("redress "+line, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), self, strings.Fields(line)...)
			cmd.Env = []string{asProgram + "=1", "REDRESS_DIR=" + empty, "HOME=" + empty}
			cmd.Dir = empty
			said, err := cmd.CombinedOutput()
			require.Error(t, err)
			lines := strings.Split(strings.TrimSpace(string(said)), "\n")
			require.True(t, strings.HasPrefix(lines[0], want), "%s\nshould begin with\n%s", said, want)
			command, _, _ := strings.Cut(want, ":")
			require.Equal(t, []string{"`" + command + " -h` says how it is used"}, lines[1:])
		})
	}
}

// What a command lacks or cannot read is said under its own name.
func TestCommandsSayWhatTheyLack(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	require.NoError(t, err)
	empty := t.TempDir()
	for _, row := range []struct{ line, env, want string }{
		{"case list", "", "redress case list needs"},
		{"case show case_1", "", "redress case show needs"},
		{"case verify case_1", "", "redress case verify needs"},
		{"case restart case_1", "", "redress case restart needs"},
		{"recovery restart case_1-carrier-1", "", "redress recovery restart needs"},
		{"token agent ann --api-key", "", "redress token needs"},
		{"token agent ann", "", "set REDRESS_TOKEN_KEY, or start `redress dev` first"},
		{"calendar show cn 2026", "", "redress calendar show needs"},
		{"policy due --from soon --budget 1d", "", `--from: "soon" is neither`},
		{"policy due --from 2026-03-01 --budget soon", "", "--budget: "},
		{"policy due --from 2026-03-01 --budget 1d --calendar moon", "", `moon`},
		{"policy show nobody@1", "", `no policy "nobody@1"`},
		{"case list", "DATABASE_URL=postgres://%zz", "DATABASE_URL: "},
		{"key", "REDRESS_LOG_FORMAT=xml", `REDRESS_LOG_FORMAT is "xml"; it may be json or text`},
		{"key", "REDRESS_API_PORT=eighty", `REDRESS_API_PORT is "eighty"; it must be a whole number`},
		{"key", "REDRESS_DRAIN_TIMEOUT=soon", `REDRESS_DRAIN_TIMEOUT is "soon"; it must be a length of time, e.g. 20s or 2m`},
	} {
		t.Run("redress "+row.line+" "+row.env, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), self, strings.Fields(row.line)...)
			cmd.Env = append([]string{asProgram + "=1", "REDRESS_DIR=" + empty, "HOME=" + empty}, strings.Fields(row.env)...)
			cmd.Dir = empty
			said, err := cmd.CombinedOutput()
			require.Error(t, err)
			require.Contains(t, string(said), row.want)
			require.NotContains(t, string(said), "Usage:")
			require.LessOrEqual(t, strings.Count(strings.TrimSpace(string(said)), "\n"), 2)
		})
	}
}
