package dispute

import (
	"path"
	"strconv"
)

// ParsePolicy reads and checks the files of one policy version against the
// calendars there are. Dir is how messages call the directory. Where the source
// has a name or a version, the files must agree. All errors are a *FileError that
// tells everything that is wrong: where, and what was expected.
func ParsePolicy(dir string, source PolicySource, calendars map[string]Calendar) (*Policy, error) {
	if err := source.check(dir); err != nil {
		return nil, err
	}
	files := make([]yamlText, 0, len(source.Files))
	for _, name := range source.names() {
		files = append(files, yamlText{path.Join(dir, name), source.Files[name]})
	}
	var p Policy
	f, err := readYAMLFiles(dir, files, &p)
	if err != nil {
		return nil, err
	}
	c := policyCheck{yamlFile: f, policy: &p, calendars: calendars}
	if source.Name != "" && p.Name != source.Name {
		c.problem("$.name", "expected %s, as the policy is filed, found %q", source.Name, p.Name)
	}
	if source.Version != 0 && p.Version != source.Version {
		c.problem("$.version", "expected %d, as the policy is filed, found %d", source.Version, p.Version)
	}
	c.all()
	if err := f.err(); err != nil {
		return nil, err
	}
	return &p, nil
}

// element is the path of the i-th element of a list.
func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
