package devstack

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTakePortsNamesPortAndVariable(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	_, text, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)
	number, err := strconv.Atoi(text)
	require.NoError(t, err)

	err = takePorts([]port{{"the API", "REDRESS_API_PORT", &number}}, false)
	var p *Problem
	require.ErrorAs(t, err, &p)
	require.Contains(t, p.Error(), "Port "+text+", needed for the API, is taken")
	require.Contains(t, p.Error(), "REDRESS_API_PORT")
}

func TestTakePortsChoosesFreeOnes(t *testing.T) {
	t.Parallel()
	a, b := 1, 1
	require.NoError(t, takePorts([]port{{"a", "A", &a}, {"b", "B", &b}}, true))
	require.NotEqual(t, a, b)
	require.Greater(t, a, 1)
}

func TestExplainGivesTheRemedy(t *testing.T) {
	t.Parallel()
	known := problem(nil, "As it is.")
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"disk full":      {&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, "The disk that holds .redress is full"},
		"no permission":  {fmt.Errorf("deep: %w", os.ErrPermission), ".redress cannot be written by this user"},
		"read only":      {&os.PathError{Op: "open", Path: "x", Err: syscall.EROFS}, ".redress cannot be written by this user"},
		"already a text": {fmt.Errorf("in a step: %w", known), "in a step: As it is."},
		"another":        {errors.New("boom"), "boom"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, explain(".redress", c.err), c.want)
		})
	}
	require.NoError(t, explain(".redress", nil))
}
