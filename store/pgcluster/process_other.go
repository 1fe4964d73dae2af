//go:build !linux

package pgcluster

import "syscall"

// attributes make the child a process group of its own, so that Ctrl-C in the
// terminal reaches us alone and we stop it in order.
func attributes(o *owner) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: o.credential()}
}
