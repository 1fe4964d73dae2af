package main

import (
	"fmt"

	"github.com/redresshq/redress/dispute"
)

type policyCheckCommand struct {
	Dir       string `arg:"" help:"The policy's folder." type:"existingdir"`
	Calendars string `help:"A folder of calendars (<id>-<year>.yaml) beside those built in." type:"existingdir"`
}

// Run prints one line where all is right, and otherwise fails with every mistake: file,
// line, column, the line at fault with a caret, and what was expected.
func (c policyCheckCommand) Run() error {
	l, err := dispute.Embedded()
	if err != nil {
		return err
	}
	if l, err = withCalendars(l, c.Calendars); err != nil {
		return err
	}
	p, _, err := readPolicy(c.Dir, l)
	if err != nil {
		return err
	}
	fmt.Printf("ok: %s, %s, %s, %s\n", p.ID(), count(len(p.Reasons), "reason"), count(len(p.Clocks), "clock"), count(p.ConditionCount(), "condition"))
	return nil
}

// count is a number of things in words.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
