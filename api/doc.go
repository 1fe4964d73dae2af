// Package api is the door of Redress: REST for customers, staff and machines, and
// signed webhooks for partners.
//
// One request goes one way: route, credentials, role, rate, parameters, the case
// and whose it is, body, idempotency key, handler. Each of these is one step in
// steps.go, the same for every operation; handlers bind, call and answer, and
// return their error to the one error handler in problem.go. Nothing here knows a
// rule: rules live in package dispute, and what the record or the engine refuses
// comes back as a *dispute.Error.
//
// openapi.yaml is the source of the types and routes in gen.go, of the validation
// of every request, and of the validation of every answer in the tests.
package api

import _ "embed"

//go:generate go tool -modfile=../tools/codegen/go.mod oapi-codegen -config oapi-codegen.yaml openapi.yaml

// Spec is the OpenAPI document that the server is made from.
//
//go:embed openapi.yaml
var Spec []byte
