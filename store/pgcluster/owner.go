package pgcluster

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// owner is the unprivileged user that the server runs as when we are root; nil
// when we are not.
type owner struct {
	uid, gid uint32
}

// newOwner finds whom to run the server as; it fails with ErrNoUser.
func newOwner() (*owner, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			continue
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			continue
		}
		return &owner{uid: uint32(uid), gid: uint32(gid)}, nil
	}
	return nil, ErrNoUser
}

func (o *owner) credential() *syscall.Credential {
	if o == nil {
		return nil
	}
	return &syscall.Credential{Uid: o.uid, Gid: o.gid}
}

func (o *owner) chown(path string) error {
	if o == nil {
		return nil
	}
	return os.Chown(path, int(o.uid), int(o.gid))
}

// reaches says whether the owner may pass through all folders above dir.
func (o *owner) reaches(dir string) bool {
	if o == nil {
		return true
	}
	for parent := filepath.Dir(dir); ; parent = filepath.Dir(parent) {
		info, err := os.Stat(parent)
		if err != nil {
			return false
		}
		mode := info.Mode().Perm()
		pass := mode&0o001 != 0
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			switch {
			case st.Uid == o.uid:
				pass = mode&0o100 != 0
			case st.Gid == o.gid:
				pass = mode&0o010 != 0
			}
		}
		if !pass {
			return false
		}
		if parent == filepath.Dir(parent) {
			return true
		}
	}
}

// home makes the folder that the server lives in and gives it to the owner. It is
// dir itself, unless the owner cannot reach dir (below /root, say): then a folder
// of its own below /var/lib/redress-postgres; Cluster.Dir tells.
func (o *owner) home(dir string) (string, error) {
	home, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("database directory: %w", err)
	}
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", explain("database directory", err, "")
	}
	if !o.reaches(home) {
		sum := sha256.Sum256([]byte(home))
		home = filepath.Join("/var/lib/redress-postgres", hex.EncodeToString(sum[:6]))
		if err := os.MkdirAll(home, 0o755); err != nil {
			return "", explain("database directory", err, "")
		}
	}
	if err := o.chown(home); err != nil {
		return "", fmt.Errorf("database directory: %w", err)
	}
	return home, nil
}
