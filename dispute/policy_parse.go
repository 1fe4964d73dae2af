package dispute

import (
	"strconv"
)

// ParsePolicy reads and checks one policy file against the calendars there are.
// All errors are a *FileError that says where and what was expected.
func ParsePolicy(file string, data []byte, calendars map[string]Calendar) (*Policy, error) {
	var p Policy
	f, err := readYAML(file, data, &p)
	if err != nil {
		return nil, err
	}
	c := policyCheck{yamlFile: f, policy: &p}
	c.frame(calendars)
	c.limits()
	c.risk()
	c.freight()
	c.sources()
	c.clocks()
	c.kinds()
	c.reasons()
	if err := f.err(); err != nil {
		return nil, err
	}
	return &p, nil
}

// element is the path of the i-th element of a list.
func element(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
