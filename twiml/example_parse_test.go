package twiml_test

import (
	"errors"
	"fmt"

	"github.com/ringback-go/ringback/twiml"
)

func ExampleParse() {
	doc, err := twiml.Parse([]byte(`<Response>
  <Gather action="/menu" numDigits="1">
    <Say>Press 1 for sales &amp; 2 for support.</Say>
  </Gather>
</Response>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for verb := range doc.Elements() {
		action, _ := verb.Attr("action")
		fmt.Printf("%s goes to %s\n", verb.Name, action)
		for say := range verb.Elements() {
			fmt.Printf("line %d, column %d: %s\n", say.Line, say.Column, say.Content())
		}
	}
	// Output:
	// Gather goes to /menu
	// line 3, column 5: Press 1 for sales & 2 for support.
}

func ExampleSyntaxError() {
	_, err := twiml.Parse([]byte("<Response>\n  <Say>Fish & chips</Say>\n</Response>"))
	if e, ok := errors.AsType[*twiml.SyntaxError](err); ok {
		fmt.Println(e)
		fmt.Println("Twilio's error:", e.Code, errors.Is(err, twiml.ErrMalformed))
	}
	// Output:
	// twiml: line 2, column 13: an "&" that begins no reference; write "&amp;"
	// Twilio's error: 12100 true
}

func ExampleLint() {
	doc, err := twiml.Parse([]byte(`<Response>
  <Gather timeout="soon" action="/menu">
    <Say voice="Polly.Joana">Press 1 for sales.</Say>
  </Gather>
  <say>We did not hear you.</say>
  <Hangup/>
  <Redirect>/voice</Redirect>
</Response>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, p := range twiml.Lint(doc, twiml.VoiceDocument) {
		fmt.Printf("%s %s\n  %s\n", p.Rule, p.Path, p.Text)
	}
	// Output:
	// value /Response/Gather[1]/@timeout
	//   timeout of Gather is "soon"; it takes whole units of time, as digits.
	// value-unknown /Response/Gather[1]/Say[1]/@voice
	//   voice of Say is "Polly.Joana", which is not among the known values; Twilio may have learned it since. Did you mean "Polly.Joanna"?
	// unknown-element /Response/say[1]
	//   There is no element "say" in TwiML. TwiML is case-sensitive: write "Say".
	// unreachable /Response/Redirect[1]
	//   Redirect is never reached: Hangup ends the call.
}

func ExampleStops() {
	doc, err := twiml.Parse([]byte(`<Response><Start><Stream url="https://example.com/audio"/></Start></Response>`))
	if err != nil {
		fmt.Println(err)
		return
	}
	if p, ok := twiml.Stops(doc, twiml.VoiceDocument); ok {
		fmt.Println(p)
	}
	// Output:
	// 1:18: /Response/Start[1]/Stream[1]/@url: "https://example.com/audio" is not the URL of a WebSocket; it must be absolute and begin with wss://. (31922)
}

func ExampleNode_AppendText() {
	doc := &twiml.Node{Name: "Response", Children: []*twiml.Node{
		{Name: "Message", Attrs: []twiml.Attr{{Name: "to", Value: "+15550100"}}, Text: "Fish & chips are ready."},
	}}
	text, err := doc.AppendText(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", text)
	// Output:
	// <Response><Message to="+15550100">Fish &amp; chips are ready.</Message></Response>
}
