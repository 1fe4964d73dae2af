package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/cmd/redress/config"
)

// What a page calls by its name has to be there: routes, settings, targets of make,
// files. (Tests that docs/coverage.md names are held by e2e/coverage_test.go.)

var (
	pageRoute   = regexp.MustCompile(`\b(GET|POST|PUT|DELETE|PATCH) ((?:/v1|…)/[^\s` + "`" + `"?,)]*)`)
	pageCurl    = regexp.MustCompile(`\$(?:API|\{API\})(/v1/[^\s"?']*)`)
	pageHole    = regexp.MustCompile(`\{[^}]*\}|<[^>]*>|\$\w+|…$`)
	pageSetting = regexp.MustCompile(`\bREDRESS_[A-Z_]+[A-Z]\b`)
	pageTarget  = regexp.MustCompile(`(?m)(?:^|` + "`" + `|REDRESS_\w+=\S+ )make ([a-z][a-z-]*)`)
	pageFile    = regexp.MustCompile("`((?:[a-z][\\w-]*/)+[\\w.-]+\\.(?:go|yaml|md|sh|sql))`")
	makeTarget  = regexp.MustCompile(`(?m)^([a-z][a-z-]*):`)
	forTests    = []string{"REDRESS_UPDATE_GUIDE", "REDRESS_TEST_OUTAGE"}
)

func TestPagesNameRoutesThatAreThere(t *testing.T) {
	t.Parallel()
	var routes [][]string // method, then the parts of the path; a hole is empty
	for _, file := range []string{"api/openapi.yaml", "docs/partners.yaml"} {
		doc, err := openapi3.NewLoader().LoadFromFile(filepath.Join(top, file))
		require.NoError(t, err)
		for path, item := range doc.Paths.Map() {
			for method := range item.Operations() {
				routes = append(routes, append([]string{method}, routeParts(path)...))
			}
		}
	}
	there := func(method, path string) bool {
		end, cut := strings.CutPrefix(path, "…/") // the end of a path, its beginning stands before
		want := routeParts(end)
		return slices.ContainsFunc(routes, func(r []string) bool {
			got := r[1:]
			if cut {
				got = got[max(0, len(got)-len(want)):]
				if want[0] != "" && want[0] != got[0] { // else any word would be the name in /v1/cases/{case_id}
					return false
				}
			}
			return (method == "" || r[0] == method) && slices.EqualFunc(want, got, func(a, b string) bool { return a == b || a == "" || b == "" })
		})
	}
	named := 0
	for page, text := range pagesWithLines(t) {
		for _, m := range pageRoute.FindAllStringSubmatch(text, -1) {
			named++
			require.True(t, there(m[1], m[2]), "%s names %s, which is in neither contract", page, m[0])
		}
		for _, m := range pageCurl.FindAllStringSubmatch(text, -1) {
			named++
			require.True(t, there("", m[1]), "%s calls %s, which is in no contract", page, m[1])
		}
	}
	require.Greater(t, named, 100, "the routes are found")
	require.False(t, there(http.MethodGet, "/v1/cases/{id}/nonsense"))
}

func TestPagesNameSettingsTargetsAndFilesThatAreThere(t *testing.T) {
	t.Parallel()
	settings, err := config.Variables()
	require.NoError(t, err)
	makefile, err := os.ReadFile(filepath.Join(top, "Makefile"))
	require.NoError(t, err)
	var targets []string
	for _, m := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, m[1])
	}
	for page, text := range pagesWithLines(t) {
		for _, name := range pageSetting.FindAllString(text, -1) {
			family := slices.ContainsFunc(settings, func(s string) bool { return strings.HasPrefix(s, name+"_") }) // REDRESS_PARTNER_*_URL
			require.True(t, family || slices.Contains(append(settings, forTests...), name), "%s names the setting %s", page, name)
		}
		for _, m := range pageTarget.FindAllStringSubmatch(text, -1) {
			require.Contains(t, targets, m[1], "%s says %s", page, m[0])
		}
		for _, m := range pageFile.FindAllStringSubmatch(text, -1) {
			_, fromTop := os.Stat(filepath.Join(top, m[1]))
			_, fromPage := os.Stat(filepath.Join(top, filepath.Dir(page), m[1]))
			require.True(t, fromTop == nil || fromPage == nil, "%s names the file %s", page, m[1])
		}
	}
}

// routeParts are the parts of a path, with nothing where a name is filled in.
func routeParts(path string) []string {
	path = strings.TrimPrefix(strings.TrimRight(path, ".;:"), "/")
	return strings.Split(pageHole.ReplaceAllString(path, ""), "/")
}

// pagesWithLines are the texts of all pages by their path, lines to type included.
func pagesWithLines(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	for page := range projectPages(t) {
		text, err := os.ReadFile(filepath.Join(top, page)) //nolint:gosec // a page of the project
		require.NoError(t, err)
		pages[page] = string(text)
	}
	return pages
}
