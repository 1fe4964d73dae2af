package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every line of docs/policy that is marked for a test is run as it stands there, page by
// page in a folder of its own, in the order of the page, and must say what the page says.
// REDRESS_UPDATE_GUIDE=1 writes what is said into the pages: read the difference.

const guide = "../../docs/policy"

// tried are the blocks of a page: a mark, how they end, the lines, and what they say.
var tried = regexp.MustCompile("(?ms)^```sh test=(\\S+)( fails)?\n(.*?)^```$(\n\n```text\n(.*?)^```$)?")

// asProgram makes this test binary behave as redress itself.
const asProgram = "REDRESS_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(run())
	}
	os.Exit(m.Run())
}

func TestPolicyGuide(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(guide, "*.md"))
	require.NoError(t, err)
	blocks := 0
	for _, path := range pages {
		page, err := os.ReadFile(path) //nolint:gosec // a page of the project
		require.NoError(t, err)
		all := tried.FindAllStringSubmatch(string(page), -1)
		require.Equal(t, strings.Count(string(page), "```sh test="), len(all), "each marked block of %s is read", path)
		blocks += len(all)
		if len(all) > 0 {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				tryPage(t, path, page, all)
			})
		}
	}
	require.Greater(t, blocks, 15, "the blocks of the pages are found")
}

// tryPage runs the blocks of one page, and in an update writes into it what they say.
func tryPage(t *testing.T, path string, page []byte, blocks [][]string) {
	t.Helper()
	here := guideFolder(t)
	update, seen := os.Getenv("REDRESS_UPDATE_GUIDE") != "", map[string]bool{}
	for _, m := range blocks {
		name, fails, block, want := m[1], m[2] != "", m[3], m[5]
		require.False(t, seen[name], "two blocks have the name %s", name)
		seen[name] = true
		said, err := here.run(t, block)
		require.Equal(t, fails, err != nil, "%s: %v\n%s", name, err, said)
		if m[4] == "" {
			continue
		}
		if update {
			page = []byte(strings.Replace(string(page), m[0], strings.TrimSuffix(m[0], want+"```")+said+"```", 1))
			continue
		}
		require.Equal(t, want, said, "what the page says of %s", name)
	}
	if update {
		require.NoError(t, os.WriteFile(path, page, 0o644)) //nolint:gosec // a page is no secret
	}
}

// shopFolder is a folder with the examples and the program at hand, and no server.
type shopFolder struct {
	dir string
	env []string
}

func guideFolder(t *testing.T) shopFolder {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	docs, err := filepath.Abs("../../docs")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(docs, filepath.Join(dir, "docs")))
	self, err := os.Executable()
	require.NoError(t, err)
	script := fmt.Sprintf("#!/bin/sh\n%s=1 exec %q \"$@\"\n", asProgram, self)
	require.NoError(t, os.WriteFile(filepath.Join(bin, "redress"), []byte(script), 0o755)) //nolint:gosec // it is a program
	return shopFolder{dir: dir, env: []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "REDRESS_DIR=" + t.TempDir(), "HOME=" + t.TempDir()}}
}

// run runs lines of the page as a shop owner would.
func (f shopFolder) run(t *testing.T, lines string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", lines)
	cmd.Dir, cmd.Env = f.dir, f.env
	said, err := cmd.CombinedOutput()
	return string(said), err
}
