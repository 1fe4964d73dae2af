package api

import (
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"github.com/redresshq/redress/dispute"
)

// credentials finds out who calls, and whether their role may use the operation at all.
func (s *Server) credentials(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := exchangeOf(c.Request().Context())
		scheme, token, _ := strings.Cut(c.Request().Header.Get("Authorization"), " ")
		token = strings.TrimSpace(token)
		if !strings.EqualFold(scheme, "bearer") || token == "" {
			return dispute.Errorf(dispute.CodeUnauthorized, "a bearer token is needed")
		}
		caller, err := s.Auth.Verify(c.Request().Context(), token)
		if err != nil {
			return err
		}
		x.caller = caller
		if x.grant.to(caller.Role) == none {
			return dispute.Errorf(dispute.CodeForbidden, "the role %s may not do this", caller.Role)
		}
		return next(c)
	}
}

// rate holds one caller to a fair share.
func (s *Server) rate(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := exchangeOf(c.Request().Context())
		if !s.limits.allow(string(x.caller.Role) + "/" + x.caller.Subject) {
			return dispute.Errorf(dispute.CodeTooMany, "too many requests; slow down")
		}
		return next(c)
	}
}

// maxBuckets is how many callers a limiter remembers before it forgets the idle ones.
const maxBuckets = 10_000

// limiter counts the requests of each caller in this process.
type limiter struct {
	mu        sync.Mutex
	buckets   map[string]*bucket
	perSecond float64 // negative: no limit
	burst     int
	now       func() time.Time
}

type bucket struct {
	*rate.Limiter
	seen time.Time
}

func newLimiter(perSecond float64, burst int, now func() time.Time) *limiter {
	return &limiter{buckets: map[string]*bucket{}, perSecond: perSecond, burst: max(burst, 1), now: now}
}

// allow counts a request of the caller and says whether it is within the limit.
func (l *limiter) allow(caller string) bool {
	if l.perSecond < 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b, ok := l.buckets[caller]
	if !ok {
		if len(l.buckets) >= maxBuckets {
			l.forget(now)
		}
		b = &bucket{Limiter: rate.NewLimiter(rate.Limit(l.perSecond), l.burst)}
		l.buckets[caller] = b
	}
	b.seen = now
	return b.AllowN(now, 1)
}

// forget drops whoever has been silent long enough to have a full bucket again.
func (l *limiter) forget(now time.Time) {
	idle := time.Duration(float64(l.burst)/l.perSecond*float64(time.Second)) + time.Second
	for caller, b := range l.buckets {
		if now.Sub(b.seen) > idle {
			delete(l.buckets, caller)
		}
	}
}
