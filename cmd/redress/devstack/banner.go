package devstack

import (
	"fmt"
	"time"

	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/dispute"
)

// tokenLife is how long the tokens of the banner are good.
const tokenLife = 30 * 24 * time.Hour

// tokens are those of the three people that the banner introduces.
type tokens struct {
	customer, agent, supervisor string
}

func mintTokens(key, customerID string) (tokens, error) {
	var t tokens
	for _, who := range []struct {
		into    *string
		subject string
		role    dispute.Role
	}{
		{&t.customer, customerID, dispute.RoleCustomer},
		{&t.agent, "agent_demo", dispute.RoleAgent},
		{&t.supervisor, "supervisor_demo", dispute.RoleSupervisor},
	} {
		token, err := auth.MintDevToken([]byte(key), who.subject, who.role, tokenLife)
		if err != nil {
			return tokens{}, fmt.Errorf("making the token of %s: %w", who.subject, err)
		}
		*who.into = token
	}
	return t, nil
}

// banner says where everything is and what to try.
func (s *stack) banner() {
	p := s.out
	p.linef("\nRedress is up. Ctrl-C stops it in order; what happened stays in %s.\n", s.settings.Dev.Dir)
	p.linef("  API            %s  (%s/openapi.yaml)", s.apiURL(), s.apiURL())
	if s.uiURL != "" {
		p.linef("  Temporal UI    %s", s.uiURL)
	}
	p.linef("  Temporal       %s, namespace %s", s.settings.Temporal.Address, s.settings.Temporal.Namespace)
	for _, partner := range s.partners() {
		p.linef("  %-14s %s", partner.name, partner.url)
	}
	p.linef("  Logs           %s", s.logs())
	p.linef("\nTokens (good for 30 days; `redress token` makes more):\n")
	p.linef("  export CUSTOMER=%s", s.tokens.customer)
	p.linef("  export AGENT=%s", s.tokens.agent)
	p.linef("  export SUPERVISOR=%s", s.tokens.supervisor)
	if s.settings.Policy == demoPolicy {
		p.linef("\nUnder the policy %s clocks run in seconds. To act by hand, give people their days: REDRESS_POLICY=default make run", demoPolicy)
	}
	p.linef("\nTry:\n")
	p.linef(`  curl -s -H "Authorization: Bearer $AGENT" '%s/v1/cases?limit=5'`, s.apiURL())
	p.linef(`  curl -s -H "Authorization: Bearer $CUSTOMER" -H 'Idempotency-Key: try-1' -H 'Content-Type: application/json' \`)
	p.linef(`    -d '{"shop_id":"shop_main","kind":"complaint","reason":"service_attitude","order_id":"%s","lines":[{"line_id":"line-1","quantity":1}],"statement":"Nobody answers."}' \`, s.order)
	p.linef(`    %s/v1/cases`, s.apiURL())
	p.linef(`  curl -s -H "Authorization: Bearer $SUPERVISOR" '%s/v1/cases/%s/timeline?limit=200'`, s.apiURL(), s.caseID)
	p.linef("")
}
