package dispute

import (
	"embed"
	"fmt"
	"io/fs"
	"sort"
	"strings"
)

//go:embed policies/*.yaml calendars/*.yaml
var ruleFiles embed.FS

// Library holds all versions of all policies, with the calendars they name. It
// never changes and may be shared.
type Library struct {
	books  map[string]*Rulebook // by "name@version"
	newest map[string]*Rulebook // by name
}

// Embedded returns the library of the policies and calendars built into this
// binary: `default` and `demo`. An error (a *FileError) is a mistake of the build.
func Embedded() (*Library, error) { return ReadLibrary(ruleFiles) }

// ReadLibrary reads policies/*.yaml and calendars/<id>-<year>.yaml.
func ReadLibrary(files fs.FS) (*Library, error) {
	calendars, err := readCalendars(files)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "policies/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list policies: %w", err)
	}
	l := &Library{books: map[string]*Rulebook{}, newest: map[string]*Rulebook{}}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read policy: %w", err)
		}
		p, err := ParsePolicy(name, data, calendars)
		if err != nil {
			return nil, err
		}
		if _, twice := l.books[p.ID()]; twice {
			return nil, &FileError{File: name, Problems: []FileProblem{{Message: p.ID() + " stands in another file too"}}}
		}
		b := &Rulebook{policy: p, calendar: calendars[p.Calendar]}
		l.books[p.ID()] = b
		if old := l.newest[p.Name]; old == nil || old.policy.Version < p.Version {
			l.newest[p.Name] = b
		}
	}
	return l, nil
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

// Book returns a policy by its exact version ("default@1") or the newest of a
// name ("default"). It fails with CodeNotFound.
func (l *Library) Book(version string) (*Rulebook, error) {
	if b, ok := l.books[version]; ok {
		return b, nil
	}
	if b, ok := l.newest[version]; ok {
		return b, nil
	}
	return nil, Errorf(CodeNotFound, "no policy %q; there are %s", version, strings.Join(l.Versions(), ", "))
}

// Versions lists all policies as name@version, in order.
func (l *Library) Versions() []string {
	versions := make([]string, 0, len(l.books))
	for v := range l.books {
		versions = append(versions, v)
	}
	sort.Strings(versions)
	return versions
}
