package devstack

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
)

// Problem is a failure that the person at the keyboard can mend: one sentence
// with the remedy, and the cause for those who want to know.
type Problem struct {
	Sentence string
	Cause    error
}

// Error is the sentence; the cause follows in parentheses when it says more.
func (p *Problem) Error() string {
	if p.Cause == nil {
		return p.Sentence
	}
	return p.Sentence + " (" + p.Cause.Error() + ")"
}

// Unwrap returns the cause.
func (p *Problem) Unwrap() error { return p.Cause }

func problem(cause error, format string, args ...any) *Problem {
	return &Problem{Sentence: fmt.Sprintf(format, args...), Cause: cause}
}

// explain turns errors that every step may meet into a Problem; others pass.
func explain(dir string, err error) error {
	var p *Problem
	switch {
	case err == nil, errors.As(err, &p):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return problem(err, "The disk that holds %s is full: free some space, or set REDRESS_DIR to a folder elsewhere.", dir)
	case errors.Is(err, os.ErrPermission), errors.Is(err, syscall.EROFS):
		return problem(err, "%s cannot be written by this user: give it to you with chown, or set REDRESS_DIR to a folder of yours.", dir)
	}
	return err
}

// port is one TCP port of the stack and the variable that changes it.
type port struct {
	what, variable string
	number         *int
}

// takePorts checks that every port is free, or with free set chooses free ones.
func takePorts(ports []port, free bool) error {
	held := make([]net.Listener, 0, len(ports))
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	for _, p := range ports {
		number := *p.number
		if free {
			number = 0
		}
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(number)))
		if err != nil {
			return problem(nil, "Port %d, needed for %s, is taken: end what uses it (perhaps another `make run`), or set %s to a free port.",
				number, p.what, p.variable)
		}
		held = append(held, l)
		if addr, ok := l.Addr().(*net.TCPAddr); ok {
			*p.number = addr.Port
		}
	}
	return nil
}
