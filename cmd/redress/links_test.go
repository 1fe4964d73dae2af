package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The pages of the project point at one another. A link that leads nowhere, to a file or
// to a heading, is a fault of the page; a page that no link leads to is found by nobody.

const top = "../.."

var (
	pageFence  = regexp.MustCompile("(?ms)^```.*?^```")
	pageCode   = regexp.MustCompile("`[^`\n]*`")
	pageLink   = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	pageTitle  = regexp.MustCompile(`(?m)^#{1,6} (.*)$`)
	titleLink  = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
	noAnchor   = regexp.MustCompile(`[^\p{L}\p{N}_\- ]`)
	elsewhere  = regexp.MustCompile(`^[a-z]+:`)
	notOurText = []string{".git", ".redress", "node_modules", "testdata"}
)

func TestPagesLinkToWhatIsThere(t *testing.T) {
	t.Parallel()
	pages := projectPages(t)
	require.Contains(t, pages, "README.md")
	links := 0
	for page, text := range pages {
		for _, to := range linksOf(text) {
			links++
			file, anchor, _ := strings.Cut(to, "#")
			target := page
			if file != "" {
				target = filepath.ToSlash(filepath.Join(filepath.Dir(page), file))
				_, err := os.Stat(filepath.Join(top, target))
				require.NoError(t, err, "%s links to %s", page, to)
			}
			if anchor != "" {
				require.Contains(t, anchorsOf(pages[target]), anchor, "%s links to %s", page, to)
			}
		}
	}
	require.Greater(t, links, 100, "the links are found")
}

func TestEveryPageIsLinkedFromTheFirst(t *testing.T) {
	t.Parallel()
	pages := projectPages(t)
	seen := map[string]bool{}
	for next := []string{"README.md"}; len(next) > 0; next = next[1:] {
		page := next[0]
		if seen[page] {
			continue
		}
		seen[page] = true
		for _, to := range linksOf(pages[page]) {
			file, _, _ := strings.Cut(to, "#")
			target := filepath.ToSlash(filepath.Join(filepath.Dir(page), file))
			if _, isPage := pages[target]; isPage {
				next = append(next, target)
			}
		}
	}
	for page := range pages {
		require.True(t, seen[page], "no page that README.md leads to links to %s", page)
	}
}

// projectPages are the texts of all pages by their path from the top of the project.
func projectPages(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	require.NoError(t, filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		for _, name := range notOurText {
			if d.IsDir() && d.Name() == name {
				return filepath.SkipDir
			}
		}
		if d.IsDir() || filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path) //nolint:gosec // a page of the project
		if err != nil {
			return err
		}
		name, err := filepath.Rel(top, path)
		pages[filepath.ToSlash(name)] = pageFence.ReplaceAllString(string(text), "")
		return err
	}))
	return pages
}

// linksOf are the links of a page that lead to the project itself.
func linksOf(text string) []string {
	var links []string
	for _, m := range pageLink.FindAllStringSubmatch(pageCode.ReplaceAllString(text, ""), -1) {
		if !elsewhere.MatchString(m[1]) {
			links = append(links, m[1])
		}
	}
	return links
}

// anchorsOf are the names by which a link reaches the headings of a page, as GitHub
// makes them.
func anchorsOf(text string) []string {
	var anchors []string
	for _, m := range pageTitle.FindAllStringSubmatch(text, -1) {
		title := strings.ToLower(titleLink.ReplaceAllString(strings.TrimSpace(m[1]), "$1"))
		anchors = append(anchors, strings.ReplaceAll(noAnchor.ReplaceAllString(title, ""), " ", "-"))
	}
	return anchors
}
