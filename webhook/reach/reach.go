// Package reach says where webhooks may be sent: to public addresses, and to networks
// that the operator allows. The door asks it before it takes an endpoint, the sender as
// it connects.
package reach

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// lookupTimeout is how long a name may take that is looked up before an endpoint is taken.
const lookupTimeout = 2 * time.Second

// Guard knows the networks.
type Guard struct {
	public  *ssrf.Guardian
	allowed []netip.Prefix
	lookup  Lookup
}

// Lookup finds the addresses of a name.
type Lookup func(ctx context.Context, name string) ([]netip.Addr, error)

// New makes a guard. Allowed are networks that are not public and may be sent webhooks
// all the same, and by http, e.g. 127.0.0.0/8 on a developer's machine. A nil lookup asks
// the resolver of this machine.
func New(allowed []netip.Prefix, lookup Lookup) *Guard {
	options := []ssrf.Option{ssrf.WithAnyPort()}
	var v4, v6 []netip.Prefix
	for _, p := range allowed {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	if len(v4) > 0 {
		options = append(options, ssrf.WithAllowedV4Prefixes(v4...))
	}
	if len(v6) > 0 {
		options = append(options, ssrf.WithAllowedV6Prefixes(v6...))
	}
	if lookup == nil {
		lookup = func(ctx context.Context, name string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
		}
	}
	return &Guard{public: ssrf.New(options...), allowed: allowed, lookup: lookup}
}

// Control is for a net.Dialer: it sees the address that is connected to, after the name
// was resolved. What a name said before does not count.
func (g *Guard) Control(network, address string, c syscall.RawConn) error {
	return g.public.Safe(network, address, c)
}

// may says whether an address may be connected to.
func (g *Guard) may(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	network := "tcp4"
	if a.Is6() {
		network = "tcp6"
	}
	return g.Control(network, netip.AddrPortFrom(a, 443).String(), nil) == nil
}

// mayByHTTP says whether an address lies in a network that the operator allows.
func (g *Guard) mayByHTTP(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(g.allowed, func(p netip.Prefix) bool { return p.Contains(a) })
}

// What a URL must be; Wrong answers one of these.
const (
	wantURL     = "an absolute URL with a host, https://shop.example.org/hook"
	wantPlain   = "without user, password and fragment"
	wantPort    = "a port from 1 to 65535"
	wantHTTPS   = "https"
	wantHTTP    = "https; http goes only to networks that the operator allows (REDRESS_WEBHOOK_ALLOW)"
	wantPublic  = "not a public address; the operator may allow its network (REDRESS_WEBHOOK_ALLOW)"
	wantPublics = "a name with a public address: all that it has now are not public; the operator may allow their network (REDRESS_WEBHOOK_ALLOW)"
)

// Wrong says what keeps an endpoint from ever being reached, "" if nothing does. A name
// is looked up, for two seconds at most; one that cannot be looked up now is taken, since
// it may be known tomorrow, and its messages wait.
func (g *Guard) Wrong(ctx context.Context, target string) string {
	u, err := url.Parse(target)
	switch {
	case err != nil || u.Hostname() == "":
		return wantURL
	case u.User != nil || strings.Contains(target, "#"):
		return wantPlain
	case u.Scheme != "https" && (u.Scheme != "http" || len(g.allowed) == 0):
		return wantHTTPS
	case !goodPort(u):
		return wantPort
	}
	addresses, named := g.addresses(ctx, u.Hostname())
	switch {
	case len(addresses) == 0:
		return ""
	case !slices.ContainsFunc(addresses, g.may):
		if named {
			return wantPublics
		}
		return wantPublic
	case u.Scheme == "http" && !slices.ContainsFunc(addresses, g.mayByHTTP):
		return wantHTTP
	}
	return ""
}

func goodPort(u *url.URL) bool {
	_, port, found := strings.Cut(u.Host[strings.LastIndex(u.Host, "]")+1:], ":")
	if !found {
		return true
	}
	n, err := strconv.Atoi(port)
	return err == nil && n >= 1 && n <= 65535
}

// addresses are those of a host, none where they cannot be had now, and whether it is a
// name. localhost is this machine, whatever a resolver says.
func (g *Guard) addresses(ctx context.Context, host string) (all []netip.Addr, named bool) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, false
	}
	name := strings.ToLower(strings.TrimSuffix(host, "."))
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, true
	}
	ctx, cancel := context.WithTimeout(ctx, lookupTimeout)
	defer cancel()
	all, err := g.lookup(ctx, host)
	if err != nil {
		return nil, true
	}
	return all, true
}
