package partnerhttp

import (
	"net"
	"net/http"
	"time"

	"code.dny.dev/ssrf"
)

// DefaultTimeout is the limit of one call when Options has none.
const DefaultTimeout = 10 * time.Second

// Options is how a partner is called. The zero value is usable.
type Options struct {
	// Token is sent as "Authorization: Bearer" when set.
	Token string
	// Timeout limits one call, on top of its context; 0 means DefaultTimeout.
	Timeout time.Duration
	// UserAgent names the caller; "" means "redress".
	UserAgent string
	// PublicOnly refuses to connect to addresses that are not public, whatever a
	// name resolves to. Set it where the address comes from data. Base URLs from
	// the configuration may be private, and for them it stays off.
	PublicOnly bool
	// Transport replaces the connection handling, PublicOnly included (tracing, tests).
	Transport http.RoundTripper
}

func (o Options) withDefaults() Options {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.UserAgent == "" {
		o.UserAgent = "redress"
	}
	if o.Transport == nil {
		o.Transport = newTransport(o.PublicOnly)
	}
	return o
}

// newTransport returns connections of its own for a partner, so that one that
// hangs holds up none of another's.
func newTransport(publicOnly bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	t := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       60 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
	}
	if publicOnly {
		// A proxy would resolve the name itself, behind the guard's back.
		t.Proxy = nil
		dialer.Control = ssrf.New(ssrf.WithAnyPort()).Safe
	}
	t.DialContext = dialer.DialContext
	return t
}
