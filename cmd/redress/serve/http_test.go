package serve

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// freeAddress is one that nobody listens on just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

func TestDrainLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}), make(chan struct{})
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			close(entered)
			<-leave
		}
		if _, err := io.WriteString(w, "done"); err != nil {
			t.Error(err)
		}
	})
	address := freeAddress(t)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- listenAndDrain(ctx, address, handler, 10*time.Second, slog.New(slog.DiscardHandler)) }()
	require.Eventually(t, func() bool {
		resp, err := http.Get("http://" + address + "/")
		return err == nil && resp.Body.Close() == nil
	}, 5*time.Second, 10*time.Millisecond)

	answered := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + address + "/slow")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			answered <- err.Error()
			return
		}
		answered <- string(body)
	}()
	<-entered
	stop()
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		return err != nil || c.Close() != nil
	}, 5*time.Second, 10*time.Millisecond, "it still takes new connections")
	close(leave)
	require.Equal(t, "done", <-answered)
	require.NoError(t, <-served)
}

func TestTakenAddressIsAnError(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	err = listenAndDrain(context.Background(), l.Addr().String(), http.NotFoundHandler(), time.Second, slog.New(slog.DiscardHandler))
	require.ErrorContains(t, err, "listening on "+l.Addr().String())
}
