package api

import (
	"errors"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/redresshq/redress/dispute"
)

// maxFields is how many faults one answer lists.
const maxFields = 50

// invalidRequest turns what the validator found into one error with its fields.
func invalidRequest(err error) error {
	var fields []dispute.Field
	collect(err, "", "", &fields)
	if len(fields) > maxFields {
		fields = fields[:maxFields]
	}
	return dispute.Invalid("the request is not valid", fields...)
}

// collect walks the validator's nested errors; at names the parameter they are
// about, and reason is what the validator said above.
func collect(err error, at, reason string, fields *[]dispute.Field) {
	switch e := err.(type) { //nolint:errorlint // the nesting is walked by hand
	case openapi3.MultiError:
		for _, one := range e {
			collect(one, at, reason, fields)
		}
	case *openapi3filter.RequestError:
		if e.Parameter != nil {
			at = e.Parameter.Name
		}
		if e.Err == nil {
			*fields = append(*fields, dispute.Field{Pointer: at, Detail: safe(e.Reason)})
			return
		}
		collect(e.Err, at, e.Reason, fields)
	case *openapi3.SchemaError:
		*fields = append(*fields, schemaField(e, at))
	default:
		if next := errors.Unwrap(err); next != nil {
			collect(next, at, reason, fields)
			return
		}
		if reason == "" {
			reason = firstLine(err.Error())
		}
		*fields = append(*fields, dispute.Field{Pointer: at, Detail: safe(reason)})
	}
}

func schemaField(e *openapi3.SchemaError, at string) dispute.Field {
	pointer := at
	if at == "" {
		for _, part := range e.JSONPointer() {
			pointer += "/" + escapePointer(part)
		}
	}
	return dispute.Field{Pointer: safe(pointer), Detail: safe(firstLine(e.Reason))}
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
