package devstack

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// printer writes what the stack does, a line a step, from several goroutines.
type printer struct {
	mu  sync.Mutex
	out io.Writer
}

// linef prints one line; a terminal that is gone is no reason to stop.
func (p *printer) linef(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, format+"\n", args...)
}

// step runs f and says what it was, how it went and how long it took.
func (p *printer) step(name string, f func() (string, error)) error {
	start := time.Now()
	detail, err := f()
	took := time.Since(start).Round(10 * time.Millisecond).Seconds()
	if err != nil {
		p.linef("  %-24s %6.2f s  failed", name, took)
		return err
	}
	p.linef("  %-24s %6.2f s  %s", name, took, detail)
	return nil
}
