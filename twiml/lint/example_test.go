package lint_test

import (
	"fmt"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
)

func Example() {
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
	for _, p := range lint.Check(doc, twiml.VoiceDocument) {
		fmt.Printf("%s %s\n  %s\n  %s\n", p.Rule, p.Path, p.Text, p.URL())
	}
	// Output:
	// value /Response/Gather[1]/@timeout
	//   timeout of Gather is "soon"; it takes whole units of time, as digits.
	//   https://www.twilio.com/docs/api/errors/13313
	// value-unknown /Response/Gather[1]/Say[1]/@voice
	//   voice of Say is "Polly.Joana", which is not a known value; Twilio may have added it since. Did you mean "Polly.Joanna"?
	//   https://www.twilio.com/docs/api/errors/13321
	// unknown-element /Response/say[1]
	//   There is no element "say" in TwiML. TwiML is case-sensitive: write "Say".
	//   https://www.twilio.com/docs/api/errors/12200
	// unreachable /Response/Redirect[1]
	//   Redirect is never reached: Hangup ends the call.
	//   https://www.twilio.com/docs/voice/twiml
}

func ExampleExcept() {
	doc := twiml.Voice(twiml.Gather(twiml.Say("Press 1.")).NumDigits(1), twiml.Hangup())
	problems := lint.Check(doc.Node(), twiml.VoiceDocument)
	fmt.Println(problems[0].Rule, len(lint.Except(problems, "action-loop")))
	// Output: action-loop 0
}

func ExampleRules() {
	for _, r := range lint.Rules()[:3] {
		fmt.Printf("%s: %s\n", r.Name, r.Check)
	}
	// Output:
	// well-formed: the names in a document made by hand are XML names, and no attribute is repeated
	// limits: at most 2,000 elements, 32 deep, with 64 attributes each
	// document-size: the document has at most 65,536 bytes
}
