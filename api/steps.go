package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/redresshq/redress/dispute"
)

// envelope surrounds every request, routed or not: it gives it an id, sets the
// headers that all answers have, and turns a panic into an answer.
func (s *Server) envelope(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id, err := uuid.NewV7()
		if err != nil {
			return fmt.Errorf("make a request id: %w", err)
		}
		x := &exchange{id: "req_" + id.String()}
		c.SetRequest(c.Request().WithContext(context.WithValue(c.Request().Context(), exchangeKey{}, x)))
		x.request = c.Request()
		h := c.Response().Header()
		h.Set("X-Request-Id", x.id)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		return s.guarded(next)(c)
	}
}

// chains builds the steps of each operation from the document and the grants.
func (s *Server) chains() (map[string][]echo.MiddlewareFunc, error) {
	chains := map[string][]echo.MiddlewareFunc{}
	for path, item := range s.doc.Paths.Map() {
		for method, op := range item.Operations() {
			g, ok := grants[op.OperationID]
			if !ok {
				return nil, fmt.Errorf("operation %s has no row in the table of grants", op.OperationID)
			}
			route := &routers.Route{Spec: s.doc, Path: path, PathItem: item, Method: method, Operation: op}
			chains[op.OperationID] = s.chain(route, g)
		}
	}
	return chains, nil
}

// chain is the order of the steps: who, whether, what, which case, once.
func (s *Server) chain(route *routers.Route, g grant) []echo.MiddlewareFunc {
	steps := []echo.MiddlewareFunc{s.begin(route, g)}
	switch {
	case g.public:
		return steps
	case g.signed:
		return append(steps, s.parameters, s.signature)
	}
	steps = append(steps, s.credentials, s.rate, s.keyed, s.parameters)
	if strings.Contains(route.Path, "{case_id}") {
		steps = append(steps, s.scope)
	}
	if route.Operation.RequestBody != nil {
		steps = append(steps, s.jsonBody, s.uploaded)
	}
	if writes(route) {
		steps = append(steps, s.once)
	}
	return steps
}

// writes says whether an operation changes something: by its method, since some writes,
// such as a new label, have no body.
func writes(route *routers.Route) bool { return route.Method != http.MethodGet }

// begin notes the operation, and reads the path parameters as the generated code does.
func (s *Server) begin(route *routers.Route, g grant) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			x := exchangeOf(c.Request().Context())
			x.operation, x.grant, x.request = route.Operation.OperationID, g, c.Request()
			params := map[string]string{}
			for _, name := range c.ParamNames() {
				value, err := url.PathUnescape(c.Param(name))
				if err != nil {
					return malformed("the path is not readable")
				}
				params[name] = value
			}
			x.input = &openapi3filter.RequestValidationInput{
				Request: c.Request(), PathParams: params, Route: route,
				Options: &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true,
					AuthenticationFunc: openapi3filter.NoopAuthenticationFunc},
			}
			return next(c)
		}
	}
}

// keyed asks every write for its idempotency key.
func (s *Server) keyed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !writes(exchangeOf(c.Request().Context()).input.Route) {
			return next(c)
		}
		keys := c.Request().Header.Values("Idempotency-Key")
		if len(keys) != 1 || keys[0] == "" {
			return dispute.Errorf(dispute.CodeKeyMissing, "every write needs exactly one header Idempotency-Key that is not empty: any text of your own, the same when you try the same again")
		}
		if len(keys[0]) > 200 || strings.ContainsFunc(keys[0], func(r rune) bool { return r < ' ' || r > '~' }) {
			return malformed("an Idempotency-Key has 1 to 200 printable ASCII characters")
		}
		return next(c)
	}
}

// parameters validates path, query and header parameters against the document.
func (s *Server) parameters(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := exchangeOf(c.Request().Context())
		var all openapi3.MultiError
		if _, err := url.ParseQuery(c.Request().URL.RawQuery); err != nil {
			return malformed("the query is not readable")
		}
		for name, values := range c.QueryParams() {
			for _, v := range values {
				if !storable(v) || !storable(name) {
					return dispute.Invalid("a parameter is not valid UTF-8 text", dispute.Field{Pointer: safe(name), Detail: "not text"})
				}
			}
		}
		for _, list := range []openapi3.Parameters{x.input.Route.PathItem.Parameters, x.input.Route.Operation.Parameters} {
			for _, p := range list {
				if x.grant.signed && p.Value.In == openapi3.ParameterInHeader {
					continue // judged with the signature
				}
				if err := openapi3filter.ValidateParameter(c.Request().Context(), x.input, p.Value); err != nil {
					all = append(all, err)
				}
			}
		}
		if len(all) > 0 {
			return invalidRequest(all)
		}
		return next(c)
	}
}

// scope reads the case of the path and hides it from whom it does not concern.
func (s *Server) scope(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x := exchangeOf(c.Request().Context())
		record, err := s.Store.GetCase(c.Request().Context(), x.input.PathParams["case_id"])
		if dispute.CodeOf(err) == dispute.CodeNotFound && x.operation == "getCase" {
			return s.neverOpened(c.Request().Context(), x, err)
		}
		if err != nil {
			return err
		}
		if x.grant.to(x.caller.Role) == own && record.Case.CustomerID != x.caller.CustomerID {
			return dispute.Errorf(dispute.CodeNotFound, "no such case")
		}
		record.Case = record.Case.AsOf(s.now())
		x.record = &record
		return next(c)
	}
}

// neverOpened says of a case that is not on record whether its opening was
// refused: whoever was told that it is accepted learns here what became of it.
func (s *Server) neverOpened(ctx context.Context, x *exchange, missing error) error {
	refused, err := s.Store.RefusedOpening(ctx, x.input.PathParams["case_id"])
	switch {
	case dispute.CodeOf(err) == dispute.CodeNotFound:
		return missing
	case err != nil:
		return err
	case x.grant.to(x.caller.Role) == own && refused.CustomerID != x.caller.CustomerID:
		return missing
	}
	return dispute.Errorf(dispute.CodeDuplicateCase, "the case was not opened: another open case claims the same units").
		WithRef(refused.DuplicateOf)
}
