package pgcluster

import (
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
)

// places are where systems put the programs when they are not on PATH.
var places = []string{
	"/usr/lib/postgresql/*/bin",          // Debian, Ubuntu
	"/usr/pgsql-*/bin",                   // Red Hat
	"/opt/homebrew/opt/postgresql@*/bin", // macOS
	"/usr/local/opt/postgresql@*/bin",
}

// FindPrograms returns the folder of initdb and postgres: from PATH, else from
// where Debian and others put them, the newest version first. It fails with
// ErrNoPrograms.
func FindPrograms() (string, error) {
	if p, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			p = real
		}
		if dir := filepath.Dir(p); complete(dir) {
			return dir, nil
		}
	}
	for _, place := range places {
		dirs, err := filepath.Glob(place)
		if err != nil {
			continue
		}
		sort.Slice(dirs, func(i, j int) bool { return version(dirs[i]) > version(dirs[j]) })
		for _, dir := range dirs {
			if complete(dir) {
				return dir, nil
			}
		}
	}
	return "", ErrNoPrograms
}

func complete(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		if _, err := exec.LookPath(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// version is the last number in the folder's path, 0 if there is none.
func version(dir string) int {
	end := len(dir)
	for end > 0 && (dir[end-1] < '0' || dir[end-1] > '9') {
		end--
	}
	start := end
	for start > 0 && dir[start-1] >= '0' && dir[start-1] <= '9' {
		start--
	}
	n, err := strconv.Atoi(dir[start:end])
	if err != nil {
		return 0
	}
	return n
}
