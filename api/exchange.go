package api

import (
	"context"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/redresshq/redress/api/auth"
	"github.com/redresshq/redress/dispute"
)

// exchange is what is known of one request on its way through the steps.
type exchange struct {
	id        string // of the request; given out with every problem
	operation string // operation id
	request   *http.Request
	grant     grant
	caller    auth.Principal
	input     *openapi3filter.RequestValidationInput
	record    *dispute.CaseRecord // the case of the path, which the caller may see
	body      []byte              // a JSON body, as sent
	bodyHash  string              // of its canonical form, or of an upload
	upload    *upload             // a file handed in as evidence
	partner   *Partner            // whose signature the request bears
	message   string              // webhook-id
	row       dispute.OperationRow
}

type exchangeKey struct{}

// exchangeOf returns the exchange that the envelope put into the context.
func exchangeOf(ctx context.Context) *exchange {
	if x, ok := ctx.Value(exchangeKey{}).(*exchange); ok {
		return x
	}
	return &exchange{}
}

// actor is the caller as the record names them: a customer by the customer id.
// An administrator acts with the powers of a supervisor.
func (x *exchange) actor() dispute.Actor { return actorOf(x.caller) }

func actorOf(p auth.Principal) dispute.Actor {
	switch p.Role {
	case dispute.RoleCustomer:
		return dispute.Actor{Role: dispute.RoleCustomer, ID: p.CustomerID}
	case dispute.RoleAdmin:
		return dispute.Actor{Role: dispute.RoleSupervisor, ID: p.Subject}
	default:
		return dispute.Actor{Role: p.Role, ID: p.Subject}
	}
}

// customer says whether the caller is one.
func (x *exchange) customer() bool { return x.caller.Role == dispute.RoleCustomer }

// caseID is the id of the case of the path, "" if the operation has none.
func (x *exchange) caseID() string {
	if x.record == nil {
		return ""
	}
	return x.record.Case.ID
}

// command is the part that all commands share.
func (x *exchange) command(expected *int64) dispute.Command {
	return dispute.Command{UpdateID: x.row.UpdateID, Actor: x.actor(), ExpectedVersion: expected}
}

// derived makes an id that a retry of the same operation makes again.
func (x *exchange) derived(prefix string) string {
	return prefix + "_" + shortHash(x.row.UpdateID+"/"+prefix)
}
