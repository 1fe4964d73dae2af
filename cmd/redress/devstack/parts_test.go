package devstack

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func newParts() (*parts, context.Context) {
	ctx, fail := context.WithCancelCause(context.Background())
	return &parts{fail: fail}, ctx
}

func quietPrinter() *printer { return &printer{out: io.Discard} }

func TestPartsStopInReverse(t *testing.T) {
	t.Parallel()
	p, ctx := newParts()
	var order []string
	for _, name := range []string{"first", "second", "third"} {
		p.onStop(name, func(context.Context) error {
			order = append(order, name)
			return errors.New("does not matter to the others")
		})
	}
	p.stop(quietPrinter())
	require.Equal(t, []string{"third", "second", "first"}, order)
	require.NoError(t, ctx.Err(), "an orderly stop is no failure")
}

func TestChildThatDiesEndsTheStack(t *testing.T) {
	t.Parallel()
	p, ctx := newParts()
	log := filepath.Join(t.TempDir(), "child.log")
	c, err := startChild("The child", log, "/bin/sh", "-c", "echo last words; exit 3")
	require.NoError(t, err)
	p.child(c)
	<-ctx.Done()
	require.ErrorContains(t, context.Cause(ctx), "The child ended by itself: its last words are in "+log)
	said, err := os.ReadFile(log)
	require.NoError(t, err)
	require.Equal(t, "last words\n", string(said))
	p.stop(quietPrinter())
}

func TestChildEndsWithItsWholeGroup(t *testing.T) {
	t.Parallel()
	p, ctx := newParts()
	c, err := startChild("The child", filepath.Join(t.TempDir(), "child.log"), "/bin/sh", "-c", "sleep 1000 & sleep 1000")
	require.NoError(t, err)
	p.child(c)
	p.stop(quietPrinter())
	require.NoError(t, ctx.Err())
	require.Eventually(t, func() bool {
		return errors.Is(syscall.Kill(-c.cmd.Process.Pid, 0), syscall.ESRCH)
	}, 5*time.Second, 10*time.Millisecond, "somebody of the group still runs")
}

func TestChildThatDoesNotListenIsKilled(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "child.log")
	c, err := startChild("The child", log, "/bin/sh", "-c", "trap '' TERM; echo deaf; while :; do sleep 1; done")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		said, err := os.ReadFile(log)
		return err == nil && len(said) > 0
	}, 5*time.Second, 10*time.Millisecond)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, c.stop(ctx), "was killed")
	<-c.done
}

func TestPartThatReturnsEndsTheStack(t *testing.T) {
	t.Parallel()
	p, ctx := newParts()
	p.run("API", filepath.Join(t.TempDir(), "api.log"), func(context.Context) error { return errors.New("no door") })
	<-ctx.Done()
	require.ErrorContains(t, context.Cause(ctx), "API ended by itself")
	require.ErrorContains(t, context.Cause(ctx), "no door")
}
