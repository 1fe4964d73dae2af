package pgcluster

import "syscall"

// attributes make the child a process group of its own, so that Ctrl-C in the
// terminal reaches us alone and we stop it in order, and have the kernel stop it
// should we die.
func attributes(o *owner) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGINT, Credential: o.credential()}
}
