package reach_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/webhook/reach"
)

// names are what a resolver knows; the rest it cannot find.
var names = map[string][]string{
	"public.example": {"93.184.216.34"}, "inside.example": {"10.0.0.5", "fd00::5"}, "meta.example": {"169.254.169.254"},
	"mixed.example": {"10.0.0.5", "93.184.216.34"}, "2130706433": {"127.0.0.1"}, "mapped.example": {"::ffff:127.0.0.1"},
}

func lookup(_ context.Context, name string) ([]netip.Addr, error) {
	var all []netip.Addr
	for _, text := range names[name] {
		all = append(all, netip.MustParseAddr(text))
	}
	if all == nil {
		return nil, errors.New("no such host")
	}
	return all, nil
}

func TestWhatCanNeverBeReachedIsWrong(t *testing.T) {
	t.Parallel()
	public, private := reach.New(nil, lookup), reach.New([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}, lookup)
	for _, row := range []struct {
		url             string
		public, private string // words of what is wrong; "" for nothing
	}{
		{"https://public.example/hook", "", ""},
		{"https://public.example:8443/hook?a=b", "", ""},
		{"https://93.184.216.34/", "", ""},
		{"https://[2606:2800:220:1::1]:8443/", "", ""},
		{"https://nowhere.example/", "", ""}, // it may be known tomorrow
		{"https://mixed.example/", "", ""},
		{"ftp://public.example/", "https", "https"},
		{"//public.example/", "https", "https"},
		{"https:///hook", "absolute", "absolute"},
		{"https://:443/", "absolute", "absolute"},
		{"https://exa mple/", "absolute", "absolute"},
		{"https://user:pw@public.example/", "without user", "without user"},
		{"https://@public.example/", "without user", "without user"},
		{"https://public.example/#here", "fragment", "fragment"},
		{"https://public.example/#", "fragment", "fragment"},
		{"https://public.example:0/", "port", "port"},
		{"https://public.example:65536/", "port", "port"},
		{"https://public.example:/", "port", "port"},
		{"https://[2606:2800:220:1::1]:99999/", "port", "port"},
		{"http://public.example/", "https", "only to networks"},
		{"http://93.184.216.34/", "https", "only to networks"},
		{"http://nowhere.example/", "https", ""},
		{"http://inside.example/", "https", ""},
		{"http://10.1.2.3:8080/", "https", ""},
		{"https://10.1.2.3/", "not a public address", ""},
		{"https://inside.example/", "all that it has now", ""},
		{"https://meta.example/", "all that it has now", "all that it has now"},
		{"https://2130706433/", "all that it has now", "all that it has now"},
		{"https://mapped.example/", "all that it has now", "all that it has now"},
		{"https://localhost/", "not public", ""},
		{"https://app.LOCALHOST./", "not public", ""},
		{"https://127.0.0.1/", "not a public address", "not a public address"},
		{"https://[::1]/", "not a public address", ""},
		{"https://[::ffff:127.0.0.1]/", "not a public address", "not a public address"},
		{"https://[::ffff:10.0.0.1]/", "not a public address", ""},
		{"https://169.254.169.254/latest", "not a public address", "not a public address"},
		{"https://[fe80::1%25eth0]/", "not a public address", "not a public address"},
		{"https://0.0.0.0/", "not a public address", "not a public address"},
		{"https://[::]/", "not a public address", "not a public address"},
		{"https://224.0.0.1/", "not a public address", "not a public address"},
		{"https://[ff02::1]/", "not a public address", "not a public address"},
		{"https://100.64.0.1/", "not a public address", "not a public address"},
		{"https://255.255.255.255/", "not a public address", "not a public address"},
		{"https://[64:ff9b::7f00:1]/", "not a public address", "not a public address"},
	} {
		for name, side := range map[string]struct {
			guard *reach.Guard
			want  string
		}{"public": {public, row.public}, "private": {private, row.private}} {
			got := side.guard.Wrong(t.Context(), row.url)
			if side.want == "" {
				require.Empty(t, got, "%s, %s", row.url, name)
				continue
			}
			require.Contains(t, got, side.want, "%s, %s", row.url, name)
		}
	}
}

// A resolver that hangs is not waited for.
func TestALookupEndsInTime(t *testing.T) {
	t.Parallel()
	guard := reach.New(nil, func(ctx context.Context, _ string) ([]netip.Addr, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	})
	require.Empty(t, guard.Wrong(context.Background(), "https://slow.example/"))
}
