package dispute

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"
)

// PolicySource is one version of a policy as it was written: its files by name.
// Each holds some of the sections of a Policy, and a section stands in one file
// only. File names are free; a policy of one file calls it policy.yaml.
type PolicySource struct {
	Name    string            `json:"name"`
	Version int               `json:"version"`
	Files   map[string]string `json:"files"`
}

var policyFileName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\.yaml$`)

// ReadPolicySource reads the *.yaml files at the top of a directory. It leaves
// Name and Version empty: they stand in the files. Errors are a *FileError.
//
// Symbolic links that lead out of the directory are refused by what they say;
// whoever reads a directory of somebody else's from disk passes an os.Root's FS,
// which refuses those that lead out by way of others too.
func ReadPolicySource(files fs.FS, dir string) (PolicySource, error) {
	fail := func(name, format string, args ...any) error {
		return &FileError{File: path.Join(dir, name), Problems: []FileProblem{{Message: fmt.Sprintf(format, args...)}}}
	}
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return PolicySource{}, fail("", "expected a directory with the *.yaml files of a policy: %v", pathReason(err))
	}
	source, size := PolicySource{Files: map[string]string{}}, 0
	for _, entry := range entries {
		name := entry.Name()
		switch path.Ext(name) {
		case ".yml":
			return PolicySource{}, fail(name, "expected a name that ends with .yaml")
		case ".yaml":
		default:
			continue
		}
		if len(source.Files) == maxFiles {
			return PolicySource{}, fail("", "expected at most %d files", maxFiles)
		}
		if entry.Type()&fs.ModeSymlink != 0 && linksOut(files, dir, name) {
			return PolicySource{}, fail(name, "expected a file of this directory, found a link that leads out of it")
		}
		text, err := readBounded(files, path.Join(dir, name))
		if err != nil {
			return PolicySource{}, fail(name, "%v", pathReason(err))
		}
		if size += len(text); size > maxPolicySize {
			return PolicySource{}, fail("", "expected at most %d bytes in all files", maxPolicySize)
		}
		source.Files[name] = text
	}
	if len(source.Files) == 0 {
		return PolicySource{}, fail("", "expected at least one *.yaml file")
	}
	return source, nil
}

// linksOut says whether a symbolic link names a place outside its directory; one
// that cannot be read does.
func linksOut(files fs.FS, dir, name string) bool {
	target, err := fs.ReadLink(files, path.Join(dir, name))
	if err != nil || path.IsAbs(target) || strings.Contains(target, `\`) || strings.Contains(target, ":") {
		return true
	}
	clean := path.Clean(target)
	return clean == ".." || strings.HasPrefix(clean, "../")
}

// readBounded reads a regular file up to a byte more than may be in it.
func readBounded(files fs.FS, name string) (text string, err error) {
	// Looked at before it is opened: a pipe would be waited for.
	if info, err := fs.Stat(files, name); err != nil {
		return "", err
	} else if !info.Mode().IsRegular() {
		return "", errors.New("expected a regular file")
	}
	file, err := files.Open(name)
	if err != nil {
		return "", err
	}
	defer func() {
		if closing := file.Close(); err == nil {
			err = closing
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", errors.New("expected a regular file")
	}
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err != nil {
		return "", err
	}
	if len(data) > maxFileSize {
		return "", fmt.Errorf("expected at most %d bytes", maxFileSize)
	}
	return string(data), nil
}

// pathReason is an error of a file system without the path, which the message has.
func pathReason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// names lists the files in order.
func (s PolicySource) names() []string {
	names := make([]string, 0, len(s.Files))
	for name := range s.Files {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// SHA256 is the hash, in hexadecimal, of the files with their names; line ends,
// blanks at the end of lines and empty lines at the end of files do not count.
func (s PolicySource) SHA256() string {
	h := sha256.New()
	for _, name := range s.names() {
		lines := strings.Split(strings.ReplaceAll(s.Files[name], "\r\n", "\n"), "\n")
		for i := range lines {
			lines[i] = strings.TrimRight(lines[i], " \t")
		}
		text := strings.TrimRight(strings.Join(lines, "\n"), "\n")
		_, _ = fmt.Fprintf(h, "%d %s %d\n%s\n", len(name), name, len(text), text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// check says what is wrong with the files before anybody reads them.
func (s PolicySource) check(dir string) error {
	var problems []FileProblem
	size := 0
	for _, name := range s.names() {
		size += len(s.Files[name])
		if !policyFileName.MatchString(name) {
			problems = append(problems, FileProblem{Message: fmt.Sprintf("expected the name of a *.yaml file in letters, digits, ., _ and -, found %s", shortened(name))})
		}
	}
	switch {
	case len(s.Files) == 0:
		problems = append(problems, FileProblem{Message: "expected at least one *.yaml file"})
	case len(s.Files) > maxFiles:
		problems = append(problems, FileProblem{Message: fmt.Sprintf("expected at most %d files, found %d", maxFiles, len(s.Files))})
	case size > maxPolicySize:
		problems = append(problems, FileProblem{Message: fmt.Sprintf("expected at most %d bytes in all files, found %d", maxPolicySize, size)})
	}
	if len(problems) > 0 {
		return &FileError{File: dir, Problems: problems}
	}
	return nil
}
