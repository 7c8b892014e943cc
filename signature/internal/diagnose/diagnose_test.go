package diagnose_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/signature/internal/diagnose"
)

// TestHostileRequestsAreBounded counts the computations of a search for
// requests with much of everything. A stranger can send any of them.
func TestHostileRequestsAreBounded(t *testing.T) {
	many := make([]form.Pair, 1000)
	for i := range many {
		many[i] = form.Pair{Name: "a ", Value: "+1"}
	}
	claims := http.Header{}
	for _, name := range []string{"X-Forwarded-Host", "X-Original-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Original-Uri", "Forwarded"} {
		claims[name] = []string{strings.Repeat("/h,host=x,80,", 10_000), "/x?y"}
	}
	base := diagnose.Request{Scheme: "http", User: "u:p@", Host: "a.b.c.example.com", Port: ":81", Prefix: "/x", Path: "/a/b/%41//d", Hosts: []string{"h:1"}, Header: claims}
	for name, change := range map[string]func(r *diagnose.Request){
		"many parameters": func(r *diagnose.Request) { r.Form, r.Pairs = true, many },
		"a large parameter": func(r *diagnose.Request) {
			r.Form, r.Pairs = true, []form.Pair{{Name: "Body", Value: strings.Repeat("x ", 1<<19)}}
		},
		"many pairs":         func(r *diagnose.Request) { r.Query = "?" + strings.Repeat("x=1&y=+%27'&", 50) },
		"a very long query":  func(r *diagnose.Request) { r.Query = "?" + strings.Repeat("%26&x=%3a&", 100_000) },
		"escaped separators": func(r *diagnose.Request) { r.Query = "?a=1&b=" + strings.Repeat("%26", 30) },
		"equal pairs":        func(r *diagnose.Request) { r.Query = "?a&a&a&a&a" },
		"five spelled pairs": func(r *diagnose.Request) { r.Query = "?a=+%27&b=%20'&c=%3a@&d=[%5b&e=%2A" },
		"a long path":        func(r *diagnose.Request) { r.Path = strings.Repeat("/%41%3f", 100_000) },
	} {
		for _, keys := range []int{1, 5} {
			r := base
			change(&r)
			signatures, bytes := 0, 0
			r.Keys = keys
			r.Signs = func(text string) bool {
				signatures += keys
				bytes += keys * len(text)
				return false
			}
			findings := diagnose.Mismatch(&r)
			assert.NotEmpty(t, findings, name)
			assert.Positive(t, signatures, name)
			assert.LessOrEqual(t, signatures, diagnose.MaxTrials, name)
			assert.LessOrEqual(t, bytes, diagnose.MaxBytes+keys*2<<20, name) // the last text may exceed the limit
			assert.NotContains(t, findings[0].Cause+findings[0].Remedy, "u:p", name)
		}
	}
}
