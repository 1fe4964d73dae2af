package dispute

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed policies/*/*/*.yaml calendars/*.yaml
var ruleFiles embed.FS

// Embedded returns the library of the policies and calendars built into this
// binary: `default` and `demo`. An error (a *FileError) is a mistake of the build.
func Embedded() (*Library, error) { return ReadLibrary(ruleFiles) }

// EmbeddedPolicies returns the sources of the policies built into this binary.
func EmbeddedPolicies() ([]PolicySource, error) { return readPolicySources(ruleFiles) }

// ReadLibrary reads policies/<name>/<version>/*.yaml and calendars/<id>-<year>.yaml.
func ReadLibrary(files fs.FS) (*Library, error) {
	calendars, err := readCalendars(files)
	if err != nil {
		return nil, err
	}
	sources, err := readPolicySources(files)
	if err != nil {
		return nil, err
	}
	policies := make([]*Policy, 0, len(sources))
	for _, source := range sources {
		p, err := ParsePolicy(path.Join("policies", source.Name, strconv.Itoa(source.Version)), source, calendars)
		if err != nil {
			return nil, err
		}
		policies = append(policies, p)
	}
	var none *Library
	return none.With(policies, calendars)
}

// readPolicySources reads policies/<name>/<version>/*.yaml, in order.
func readPolicySources(files fs.FS) ([]PolicySource, error) {
	dirs, err := fs.Glob(files, "policies/*/*")
	if err != nil {
		return nil, fmt.Errorf("list policies: %w", err)
	}
	sources := make([]PolicySource, 0, len(dirs))
	for _, dir := range dirs {
		source, err := ReadPolicySource(files, dir)
		if err != nil {
			return nil, err
		}
		version, err := strconv.Atoi(path.Base(dir))
		if err != nil || version < 1 || strconv.Itoa(version) != path.Base(dir) {
			return nil, &FileError{File: dir, Problems: []FileProblem{{Message: "expected a folder policies/<name>/<version>"}}}
		}
		source.Name, source.Version = path.Base(path.Dir(dir)), version
		sources = append(sources, source)
	}
	return sources, nil
}

func readCalendars(files fs.FS) (map[string]Calendar, error) {
	names, err := fs.Glob(files, "calendars/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list calendars: %w", err)
	}
	yearly := map[string]*YearlyCalendar{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read calendar: %w", err)
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(name, "calendars/"), "-")
		y, err := ParseCalendarYear(name, data, yearly[id])
		if err != nil {
			return nil, err
		}
		if y.id != id {
			return nil, &FileError{File: name, Problems: []FileProblem{{Message: "expected calendar " + id + ", as the file is named"}}}
		}
		yearly[id] = y
	}
	calendars := make(map[string]Calendar, len(yearly))
	for id, y := range yearly {
		calendars[id] = y
	}
	return calendars, nil
}
