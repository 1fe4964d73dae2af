package devstack

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// The free space, in bytes, below which nothing is started, and below which a
// part that ended is taken to have ended for lack of it.
const (
	leastToStart = 100 << 20
	leastToRun   = 1 << 20
)

// prepareFolder makes the folder of the stack and sees that it can be written.
func prepareFolder(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o755); err != nil {
		return fmt.Errorf("making %s: %w", dir, err)
	}
	probe, err := os.CreateTemp(dir, ".probe-")
	if err != nil {
		return fmt.Errorf("writing to %s: %w", dir, err)
	}
	probe.Close()
	if err := os.Remove(probe.Name()); err != nil {
		return fmt.Errorf("writing to %s: %w", dir, err)
	}
	return diskFull(dir, leastToStart)
}

// diskFull is a Problem when fewer than least bytes are free where dir is.
func diskFull(dir string, least uint64) error {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return fmt.Errorf("asking for the free space of %s: %w", dir, err)
	}
	if free := st.Bavail * uint64(st.Bsize); free < least {
		return problem(nil, "The disk that holds %s is full (%d MB free): free some space, or set REDRESS_DIR to a folder elsewhere.", dir, free>>20)
	}
	return nil
}
