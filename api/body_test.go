package api

import (
	"encoding/json"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
)

// A deep document costs what it is long: a megabyte of it kept a processor busy for half a
// minute. Not parallel, since it counts what the process allocates.
func TestADeepDocumentIsCheap(t *testing.T) {
	const depth = 9_900
	deep := []byte(strings.Repeat(`{"`+strings.Repeat("k", 98)+`":`, depth) + "1" + strings.Repeat("}", depth))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := canonicalHash(deep)
	_, found := repeated(deep)
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.False(t, found)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(100*len(deep)))
}

// What stands twice would be checked once and read twice: a remedy would keep what an
// earlier one of the same place had, and two bodies would be one to a retry.
func TestAFieldThatStandsTwice(t *testing.T) {
	t.Parallel()
	for pointer, body := range map[string]string{
		"/note":                 `{"remedies":[{"type":"apology"}],"note":"a","note":"b"}`,
		"/remedies":             `{"remedies":[{"type":"apology","gift":"` + strings.Repeat("g", 20_000) + `"}],"remedies":[{"type":"apology"}]}`,
		"/remedies/1/amount":    `{"remedies":[{"type":"apology"},{"type":"partial_refund","amount":{"amount":-5,"currency":"CNY"},"amount":{"amount":5,"currency":"CNY"}}]}`,
		"/remedies/0/lines/0/a": `{"remedies":[{"type":"apology","lines":[{"a":{"b":[1]},"c":[{"a":1}],"a":2}]}]}`,
		"/a~1b":                 `{"a/b":[],"a\u002fb":1}`,
	} {
		b := setup(t)
		a := b.do(call{method: http.MethodPost, path: "/v1/cases/case_mine/offers", as: dispute.RoleAgent, key: "k", body: body})
		require.Equal(t, http.StatusUnprocessableEntity, a.Code, "%s", a.Body)
		var p ProblemDocument
		require.NoError(t, json.Unmarshal(a.Body.Bytes(), &p))
		require.Len(t, p.Errors, 1, "%s", a.Body)
		require.Equal(t, pointer, p.Errors[0].Pointer)
		require.Equal(t, "stands twice", p.Errors[0].Detail)
	}
	pointer, found := repeated([]byte(`{"n":1e999,"a":1,"a":2}`))
	require.True(t, found, "a number that no float holds ends no search")
	require.Equal(t, "/a", pointer)
	for _, body := range []string{`{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1},"a","a"]}`, `[[],[]]`, `"a"`, `{"a":"a","b":"a"}`} {
		pointer, found := repeated([]byte(body))
		require.False(t, found, "%s: %s", body, pointer)
	}
}
