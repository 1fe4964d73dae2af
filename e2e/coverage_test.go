package e2e_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	coverageRow = regexp.MustCompile(`(?m)^\| (\d+) \| ([^|]+) \| ([^|]+) \|$`)
	coverageRef = regexp.MustCompile("`([a-z0-9/]+)\\.(Test[A-Za-z0-9_]+)`")
	testFunc    = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
)

// Every capability and every pain of docs/coverage.md has a test, and each test that the
// page names is there.
func TestCoverageNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/coverage.md")
	require.NoError(t, err)
	tests := testsByPackage(t)
	for title, rows := range map[string]int{"## Capabilities": 50, "## Pains": 15, "## Faults": 14} {
		_, section, found := strings.Cut(string(page), title+"\n")
		require.True(t, found, title)
		section, _, _ = strings.Cut(section, "\n## ")
		all := coverageRow.FindAllStringSubmatch(section, -1)
		require.Len(t, all, rows, title)
		for i, row := range all {
			require.Equal(t, strconv.Itoa(i+1), row[1], title)
			refs := coverageRef.FindAllStringSubmatch(row[3], -1)
			require.NotEmpty(t, refs, "%s, row %s: %s has no test", title, row[1], row[2])
			for _, ref := range refs {
				require.True(t, tests[ref[1]+"."+ref[2]], "%s, row %s: there is no test %s in %s", title, row[1], ref[2], ref[1])
			}
		}
	}
}

// testsByPackage are the tests of the whole project as <folder>.<function>.
func testsByPackage(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	require.NoError(t, filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		folder, relErr := filepath.Rel("..", filepath.Dir(path))
		require.NoError(t, relErr)
		for _, f := range testFunc.FindAllStringSubmatch(string(text), -1) {
			all[filepath.ToSlash(folder)+"."+f[1]] = true
		}
		return err
	}))
	return all
}
