package dispute

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
)

// What nobody writes by mistake alone gets a clear error, and soon.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	laughs := "a: &a [lol, lol]\n"
	for i := 'b'; i < 'k'; i++ {
		laughs += fmt.Sprintf("%c: &%c [*%c, *%c, *%c]\n", i, i, i-1, i-1, i-1)
	}
	deepIndent := ""
	for i := range 200 {
		deepIndent += strings.Repeat(" ", i) + "a:\n"
	}
	rows := []struct{ name, text, want string }{
		{"empty", "", "expected exactly one document, found 0"},
		{"comment only", "# nothing\n", "expected exactly one document"},
		{"several documents", "name: a\n---\nname: b\n", "expected exactly one document, found 2"},
		{"a text", "hello", "expected keys with values, found \"hello\""},
		{"a list", "- a\n", "expected keys with values, found a list"},
		{"huge", "name: " + strings.Repeat("a", maxFileSize), "expected at most 1048576 bytes"},
		{"too many words", strings.Repeat("- a\n", maxTokens/2+1), "expected at most 40000 words and signs, found 40002: use several files"},
		{"byte order mark", "\ufeffname: a\n", "found a byte order mark"},
		{"NUL", "name: a\x00b\n", "x/policy.yaml:1:8: expected text, found the control character U+0000"},
		{"invalid UTF-8", "name: a\nteam: \xff\n", "x/policy.yaml:2:7: expected UTF-8, found another byte"},
		{"billion laughs", laughs, "anchors and aliases are not read"},
		{"alias", "a: *b\n", "anchors and aliases are not read"},
		{"merge key", "<<: {a: b}\n", "anchors and aliases are not read"},
		{"tag", "name: !!binary aGk=\n", "tags and directives are not read"},
		{"directive", "%YAML 1.2\n---\nname: a\n", "tags and directives are not read"},
		{"complex key", "? [a]\n: b\n", "expected a plain key"},
		{"deep flow", strings.Repeat("[", 200_000), "expected at most 24 lists and mappings inside each other"},
		{"deep braces", strings.Repeat("{a: ", 100_000), "expected at most 24 lists and mappings inside each other"},
		{"deep block", strings.Repeat("- ", 200_000), "expected less indentation"},
		{"long emptiness", "a: |\n" + strings.Repeat(" \n", 64_000), "empty lines one after another"},
		{"deep indentation", deepIndent, "expected less indentation"},
		{"depth of a known key", "kinds: {return: {offer: [[[[a]]]]}}", "kinds.return.offer[0]: expected a text, found a list"},
		{"duplicate key", "name: a\nname: b\n", `name: the key "name" is already defined on line 1`},
		{"duplicate nested key", "kinds: {return: {}, return: {}}\n", `kinds.return: the key "return" is already defined on line 1`},
		{"number as a key", "kinds: {1: {}}\n", "kinds.1: expected one of the kinds"},
		{"date far away", "effective_from: 99999-01-01\nformat: 2\n", "effective_from: expected the date"},
		{"windows line ends", "name: a\r\nversion: 0\r\n", "x/policy.yaml:2:10: version: expected a number from 1, found 0\n    2 | version: 0\n"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := parse(t, row.text)
			var fail *FileError
			require.ErrorAs(t, err, &fail)
			require.ErrorContains(t, err, row.want)
			require.Less(t, time.Since(start), 10*time.Second)
			require.LessOrEqual(t, len(fail.Problems), maxFileProblems)
		})
	}
}

// Long files take bounded time, and those with too many words are refused.
func TestLargeFilesTakeBoundedTime(t *testing.T) {
	t.Parallel()
	const size = 160_000
	for name, unit := range map[string]string{
		"keys": "key%d: value\n", "comments": "# %d\n", "flow": "f%d: [a, b, {c: d}]\n", "quotes": "q%d: \"a 'b' \\n c\"\n", "blocks": "b%d: |\n  text\n  more\n",
		"apostrophes": "it's%d: it's\n", "colons": "a:b:c%d: d\n", "dashes": "k%d:\n  - - - a\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var text strings.Builder
			for i := 0; text.Len() < size; i++ {
				fmt.Fprintf(&text, unit, i)
			}
			start := time.Now()
			_, err := parse(t, text.String())
			require.Error(t, err)
			require.Less(t, time.Since(start), 60*time.Second)
		})
	}
}

func TestPolicySourceBounds(t *testing.T) {
	t.Parallel()
	many := PolicySource{Files: map[string]string{}}
	for i := range maxFiles + 1 {
		many.Files[fmt.Sprintf("f%d.yaml", i)] = "a: b"
	}
	large := PolicySource{Files: map[string]string{}}
	for i := range 5 {
		large.Files[fmt.Sprintf("f%d.yaml", i)] = strings.Repeat("#", maxFileSize)
	}
	for want, source := range map[string]PolicySource{
		"x: expected at least one *.yaml file":                                                  {},
		"x: expected at most 64 files, found 65":                                                many,
		"x: expected at most 4194304 bytes in all files":                                        large,
		"x: expected the name of a *.yaml file in letters, digits, ., _ and -, found \"../a\"":  {Files: map[string]string{"../a": ""}},
		"x: expected the name of a *.yaml file in letters, digits, ., _ and -, found \"a.yml\"": {Files: map[string]string{"a.yml": ""}},
	} {
		_, err := ParsePolicy("x", source, calendars(t))
		var fail *FileError
		require.ErrorAs(t, err, &fail)
		require.ErrorContains(t, err, want)
	}
}

func TestReadPolicySourceFromDisk(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(root, name), []byte(text), 0o600))
	}
	write("secret", "team: x")
	write("good/policy.yaml", "name: a")
	write("good/clocks.yaml", "clocks: {}")
	write("good/README.md", "words")
	write("good/deeper/other.yaml", "no: part of it")
	require.NoError(t, os.Symlink("policy.yaml", filepath.Join(root, "good", "link.yaml")))
	source, err := ReadPolicySource(os.DirFS(root), "good")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"policy.yaml": "name: a", "clocks.yaml": "clocks: {}", "link.yaml": "name: a"}, source.Files)

	write("yml/policy.yml", "name: a")
	write("empty/README.md", "words")
	write("big/policy.yaml", strings.Repeat("#", maxFileSize+1))
	write("out/policy.yaml", "name: a")
	write("abs/policy.yaml", "name: a")
	require.NoError(t, os.Symlink("../secret", filepath.Join(root, "out", "team.yaml")))
	require.NoError(t, os.Symlink("/etc/hostname", filepath.Join(root, "abs", "team.yaml")))
	require.NoError(t, os.MkdirAll(filepath.Join(root, "folder", "policy.yaml"), 0o755))
	for dir, want := range map[string]string{
		"none": "expected a directory with the *.yaml files of a policy", "yml": "yml/policy.yml: expected a name that ends with .yaml",
		"empty": "empty: expected at least one *.yaml file", "big": "big/policy.yaml: expected at most 1048576 bytes",
		"out": "out/team.yaml: expected a file of this directory, found a link that leads out of it",
		"abs": "abs/team.yaml: expected a file of this directory", "folder": "folder/policy.yaml: expected a regular file",
	} {
		_, err := ReadPolicySource(os.DirFS(root), dir)
		var fail *FileError
		require.ErrorAs(t, err, &fail, dir)
		require.ErrorContains(t, err, want)
	}
}

func TestPolicySourceHash(t *testing.T) {
	t.Parallel()
	a := PolicySource{Files: map[string]string{"p.yaml": "name: a\nversion: 1\n", "q.yaml": "team: b\n"}}
	same := PolicySource{Name: "a", Files: map[string]string{"q.yaml": "team: b", "p.yaml": "name: a  \r\nversion: 1\r\n\r\n"}}
	require.Equal(t, a.SHA256(), same.SHA256())
	require.Len(t, a.SHA256(), 64)
	for _, other := range []map[string]string{
		{"p.yaml": "name: a\nversion: 2\n", "q.yaml": "team: b\n"},
		{"p.yaml": "name: a\nversion: 1\n", "r.yaml": "team: b\n"},
		{"p.yaml": "name: a\nversion: 1\nteam: b\n", "q.yaml": ""},
		{"p.yaml": "name: a\n version: 1\n", "q.yaml": "team: b\n"},
	} {
		require.NotEqual(t, a.SHA256(), PolicySource{Files: other}.SHA256())
	}
}

func TestReadLibraryFolders(t *testing.T) {
	t.Parallel()
	cal, err := fs.ReadFile(ruleFiles, "calendars/cn-2026.yaml")
	require.NoError(t, err)
	read := func(folder, text string) error {
		_, err := ReadLibrary(fstest.MapFS{"calendars/cn-2026.yaml": {Data: cal}, folder + "/policy.yaml": {Data: []byte(text)}})
		return err
	}
	require.NoError(t, read("policies/default/1", policyText(t)))
	require.ErrorContains(t, read("policies/default/3", policyText(t)), "policies/default/3/policy.yaml:8:10: version: expected 3, as the policy is filed, found 1")
	require.ErrorContains(t, read("policies/other/1", policyText(t)), "name: expected other, as the policy is filed")
	require.ErrorContains(t, read("policies/default/first", policyText(t)), "policies/default/first: expected a folder policies/<name>/<version>")
	require.ErrorContains(t, read("policies/default/01", policyText(t)), "expected a folder policies/<name>/<version>")

	sources, err := EmbeddedPolicies()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(sources), 2)
	for _, s := range sources {
		require.NotEmpty(t, s.Files)
		require.Positive(t, s.Version)
	}
}

// Whatever a file holds, reading it gives an error or a policy, soon.
func FuzzReadPolicy(f *testing.F) {
	text, err := fs.ReadFile(ruleFiles, "policies/default/1/policy.yaml")
	require.NoError(f, err)
	f.Add(text)
	f.Add([]byte(secondPolicy(f)))
	for _, seed := range []string{"", "a: b", "[", "{", "- - -", "a: |\n  b", "? a", "&a b", "*a", "name: \"\\0\"", "\ufeffa: b", "a: 'b", "%YAML", "---\n---\n", "a: >\n", "kinds: {return: {offer: [1, 2.5, ~, true]}}"} {
		f.Add([]byte(seed))
	}
	cal := calendars(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		p, err := ParsePolicy("x", oneFile(string(data)), cal)
		require.Equal(t, err == nil, p != nil)
		if err != nil {
			require.NotEmpty(t, err.Error())
		}
		require.Less(t, time.Since(start), 10*time.Second)
	})
}
