package twiml_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/ringback-go/ringback/twiml"
)

// parseInputs are documents of three sizes: a reply, a menu, and fifty verbs
// with SSML.
func parseInputs() map[string][]byte {
	const declaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	var verbs strings.Builder
	verbs.WriteString(declaration + "<Response>\n")
	for i := range 50 {
		fmt.Fprintf(&verbs, "  <Say voice=\"Polly.Joanna\" language=\"en-US\">Order %d of <emphasis level=\"strong\">Smith &amp; Sons</emphasis>"+
			"<break time=\"500ms\"/> leaves at <say-as interpret-as=\"time\" format=\"hms12\">%d:30pm</say-as>.</Say>\n", i, i%12+1)
	}
	verbs.WriteString("</Response>\n")
	return map[string][]byte{
		"message": []byte(declaration + "<Response><Message>Thanks, we got your message &amp; will answer soon.</Message></Response>"),
		"menu": []byte(declaration + `<Response>
  <Gather input="dtmf speech" action="/voice/menu" method="POST" numDigits="1" timeout="5">
    <Say voice="Polly.Joanna">Welcome to our support line.</Say>
    <Say voice="Polly.Joanna">Press 1 for sales. Press 2 for support.</Say>
  </Gather>
  <Say>We did not hear you.</Say>
  <Redirect method="POST">https://hooks.example.com/voice?again=1&amp;from=menu</Redirect>
</Response>
`),
		"verbs-50": []byte(verbs.String()),
	}
}

func BenchmarkParse(b *testing.B) {
	for _, name := range []string{"message", "menu", "verbs-50"} {
		doc := parseInputs()[name]
		b.Run(name+"/ringback", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				if _, err := twiml.Parse(doc); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/encoding-xml-tokens", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				dec := xml.NewDecoder(bytes.NewReader(doc))
				for {
					if _, err := dec.Token(); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

func BenchmarkNodeAppendText(b *testing.B) {
	for _, name := range []string{"menu", "verbs-50"} {
		root, err := twiml.Parse(parseInputs()[name])
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				dst, err = root.AppendText(dst[:0])
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

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
