package api

import (
	"errors"
	"maps"
	"regexp"
	"slices"
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
		if e.SchemaField == "allOf" && e.Origin != nil { // what is wrong is one of them
			collect(e.Origin, at, reason, fields)
			return
		}
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
	pointer, detail := inWords(e, pointer)
	return dispute.Field{Pointer: safe(pointer), Detail: safe(detail)}
}

// dayPattern is how api/openapi.yaml writes the days of a report.
const dayPattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

// unknownField finds the name in what the validator says of a field that no schema has.
var unknownField = regexp.MustCompile(`^property "(.*)" is unsupported$`)

// inWords says what was expected where the validator only says which pattern failed, and
// names the fields that there are beside one that there is not.
func inWords(e *openapi3.SchemaError, pointer string) (string, string) {
	reason := firstLine(e.Reason)
	switch {
	case e.Schema == nil:
	case e.SchemaField == "format" && e.Schema.Format == "date-time":
		return pointer, "is not an instant such as 2026-11-01T00:00:00Z"
	case e.Schema.Pattern == dayPattern || e.SchemaField == "format" && e.Schema.Format == "date":
		return pointer, "is not a day such as 2026-11-01"
	case e.SchemaField == "pattern":
		return pointer, "is not written as it must be: " + e.Schema.Pattern
	case e.SchemaField == "properties" && len(e.Schema.Properties) > 0 && unknownField.MatchString(reason):
		known := slices.Sorted(maps.Keys(e.Schema.Properties))
		return pointer + "/" + escapePointer(unknownField.FindStringSubmatch(reason)[1]),
			"there is no such field here; there are: " + strings.Join(known, ", ")
	}
	return pointer, reason
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
