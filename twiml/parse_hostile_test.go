package twiml_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/ringback-go/ringback/twiml"
)

// hostileInputs are documents of the largest size that are hard on one part.
func hostileInputs() map[string][]byte {
	fill := func(head, unit, tail string, most int) []byte {
		n := min(most, (64<<10-len(head)-len(tail))/len(unit))
		return []byte(head + strings.Repeat(unit, n) + tail)
	}
	return map[string][]byte{
		"elements":   fill("<Response>", "<sayy a='' b='' c=''/>", "</Response>", 1999),
		"attributes": fill("<Response>", "<Say "+hostileAttrs(60)+">x</Say>", "</Response>", 1999),
		"comments":   fill("<Response>", "<!---->", "</Response>", 1<<20),
		"references": fill("<Response>", "&#65;", "</Response>", 1<<20),
		"line-ends":  fill("<Response>", "\r", "</Response>", 1<<20),
		"name":       fill("<Response><", "a", "/></Response>", 1<<20),
		"brackets":   fill("<Response>", "]", "</Response>", 1<<20),
		"open-tags":  fill("<Response>", "<", "", 1<<20),
	}
}

func hostileAttrs(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "q%d='' ", i)
	}
	return b.String()
}

// BenchmarkParseHostile shows that time is linear in the size, whatever the
// document is: no row is far from the others in bytes per second.
func BenchmarkParseHostile(b *testing.B) {
	for name, doc := range hostileInputs() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				twiml.Parse(doc)
			}
		})
	}
}
