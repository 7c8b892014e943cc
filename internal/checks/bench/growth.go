package main

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/ringback-go/ringback/signature"
)

// growthRow shows that the cost of a parameter does not grow with their number.
func growthRow() row {
	return row{
		name: "growth/per-parameter",
		contenders: []contender{
			{name: "8000 parameters", run: verifyMany(8000), each: 8000},
			{name: "2000 parameters", run: verifyMany(2000), each: 2000},
		},
		ratios: []ratio{{peer: "2000 parameters", atMost: 3}},
	}
}

func verifyMany(n int) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		params := make(url.Values, n)
		for i := range n {
			// Descending names, so that sorting has all of its work to do.
			params.Set(fmt.Sprintf("Parameter%06d", n-i), "value")
		}
		v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token), MaxParams: n})
		if err != nil {
			b.Fatal(err)
		}
		d := postForm(params, token)
		for b.Loop() {
			if _, err := v.Verify(d.rewind()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
