// Package auth finds out who calls: by an OIDC token, a development token, or an
// API key. It says who somebody is; what they may do stands in package api.
package auth

import (
	"context"
	"strings"

	"github.com/redresshq/redress/dispute"
)

// Principal is an authenticated caller.
type Principal struct {
	Subject    string       // the token's subject, or the id of the API key's owner
	Role       dispute.Role // one of CallerRoles
	CustomerID string       // whose cases a customer sees; set for customers only
}

// Verifier checks one kind of credential. It fails with CodeUnauthorized on a
// credential that is not good, and with CodeUnavailable where it cannot tell.
type Verifier interface {
	Verify(ctx context.Context, token string) (Principal, error)
}

// CallerRoles lists the roles that a credential may give.
func CallerRoles() []dispute.Role {
	return []dispute.Role{dispute.RoleCustomer, dispute.RoleAgent, dispute.RoleSupervisor, dispute.RoleFinance,
		dispute.RoleMachine, dispute.RoleAdmin}
}

// Chain sends API keys to Keys and tokens to Tokens; either may be nil.
type Chain struct {
	Keys   Verifier
	Tokens Verifier
}

// Verify implements Verifier.
func (c Chain) Verify(ctx context.Context, token string) (Principal, error) {
	v := c.Tokens
	if strings.HasPrefix(token, KeyPrefix) {
		v = c.Keys
	}
	if v == nil {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "this kind of credential is not accepted here")
	}
	return v.Verify(ctx, token)
}

// claims are what Redress reads from a token.
type claims struct {
	Subject    string       `json:"sub"`
	Role       dispute.Role `json:"role"`
	CustomerID string       `json:"customer_id,omitempty"`
}

// principal checks the claims and makes the caller of them.
func (c claims) principal() (Principal, error) {
	if c.Subject == "" || !printable(c.Subject) || !printable(c.CustomerID) {
		return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token names no usable subject")
	}
	for _, r := range CallerRoles() {
		if c.Role != r {
			continue
		}
		p := Principal{Subject: c.Subject, Role: c.Role}
		if r == dispute.RoleCustomer {
			if p.CustomerID = c.CustomerID; p.CustomerID == "" {
				return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token names no customer_id")
			}
		}
		return p, nil
	}
	return Principal{}, dispute.Errorf(dispute.CodeUnauthorized, "the token gives no role of Redress")
}

// printable says whether an id is at most 200 bytes of printable ASCII.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= 200
}
