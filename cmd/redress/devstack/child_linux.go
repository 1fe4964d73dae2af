package devstack

import "syscall"

// processAttributes puts a child into a group of its own and ends it with us.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
