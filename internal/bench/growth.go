package main

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/ringback-go/ringback/signature"
)

// growthRow shows that the cost of a parameter does not grow with their number:
// four times as many may cost at most twelve times as much in all.
func growthRow() row {
	return row{
		name: "growth/8000-parameters",
		contenders: []contender{
			{"8000", verifyMany(8000)},
			{"2000", verifyMany(2000)},
		},
		ratios: []ratio{{"2000", 1.0 / (4 * 3)}},
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
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/param")
	}
}
