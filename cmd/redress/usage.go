package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// badUsage says in two lines what was wrong with a command line, and where its usage is;
// it returns the exit code.
func badUsage(out io.Writer, err error) int {
	name, said, code := "redress", err.Error(), 1
	var wrong *kong.ParseError
	if errors.As(err, &wrong) {
		code = wrong.ExitCode()
		if wrong.Context != nil {
			name += commandOf(wrong.Context)
			said = strings.TrimPrefix(said, strings.TrimPrefix(name, "redress ")+": ") // of a command's own check
			if wanted := commandsBelow(wrong.Context); len(wanted) > 0 && strings.HasPrefix(said, "expected ") {
				said = "expected one of " + strings.Join(wanted, ", ")
			}
		}
	}
	fmt.Fprintf(out, "%s: %s\n`%s -h` says how it is used\n", name, said, name)
	return code
}

// commandOf is the command that a line came to, with a space before each of its words.
func commandOf(c *kong.Context) string {
	var words strings.Builder
	for _, step := range c.Path {
		if step.Command != nil {
			words.WriteString(" " + step.Command.Name)
		}
	}
	return words.String()
}

// commandsBelow are those that could have followed.
func commandsBelow(c *kong.Context) []string {
	node := c.Selected()
	if node == nil {
		node = c.Model.Node
	}
	var all []string
	for _, child := range node.Children {
		if !child.Hidden {
			all = append(all, child.Name)
		}
	}
	return all
}

// oneOf refuses a value that is not among those that there are; "" stands for none.
func oneOf[T ~string](value T, all []T) error {
	if value == "" || slices.Contains(all, value) {
		return nil
	}
	names := make([]string, len(all))
	for i, one := range all {
		names[i] = string(one)
	}
	return fmt.Errorf("%q is none of %s", value, strings.Join(names, ", "))
}
