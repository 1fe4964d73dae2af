package main

import (
	"context"
	"errors"
	"os"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/cmd/redress/devstack"
)

type testenvCommand struct {
	Command []string `arg:"" passthrough:"" help:"The command and its arguments, after --."`
}

// Run starts what tests need, runs the command, and ends with its exit code.
func (c testenvCommand) Run(ctx context.Context, settings config.Config) error {
	command := c.Command
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		return errors.New("redress testenv needs a command after --")
	}
	code, err := devstack.TestEnv(ctx, settings.Dev.Dir, os.Stdout, command)
	if err != nil {
		return err
	}
	if code != 0 {
		return exitCode(code)
	}
	return nil
}
