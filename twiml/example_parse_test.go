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
	// twiml: line 2, column 13: an "&" that does not begin a reference; write "&amp;"
	// Twilio's error: 12100 true
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
