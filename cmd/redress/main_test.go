package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

func TestEveryCommandHasHelp(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"", "dev", "api", "worker", "migrate", "partners", "token", "key", "recovery", "recovery restart", "case", "case list",
		"case show", "case verify", "case restart", "policy", "policy check", "policy publish", "policy list", "policy show", "policy diff",
		"policy explain", "policy due", "policy simulate", "calendar", "calendar check", "calendar publish", "calendar list", "calendar show"} {
		t.Run("redress "+command, func(t *testing.T) {
			t.Parallel()
			var said bytes.Buffer
			ended := false
			parser := newParser(kong.Writers(&said, &said), kong.Exit(func(code int) {
				require.Zero(t, code)
				ended = true
			}))
			// Parse goes on after the exit that is no exit here, and may then complain.
			if _, err := parser.Parse(append(strings.Fields(command), "--help")); err != nil {
				require.True(t, ended, err)
			}
			require.True(t, ended)
			require.Contains(t, said.String(), "Usage: redress")
			require.NotContains(t, said.String(), "testenv", "hidden commands stay hidden")
		})
	}
}

func TestTokenKnowsItsRoles(t *testing.T) {
	t.Parallel()
	_, err := newParser().Parse([]string{"token", "king", "karl"})
	require.ErrorContains(t, err, "must be one of")
	_, err = newParser().Parse([]string{"token", "agent", "agent_7", "--ttl", "1h"})
	require.NoError(t, err)
}
