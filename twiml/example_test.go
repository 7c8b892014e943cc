package twiml_test

import (
	"fmt"
	"time"

	"github.com/ringback-go/ringback/twiml"
)

func ExampleVoice() {
	menu := twiml.Voice(
		twiml.Say("Welcome to our support line.").Voice(twiml.PollyJoanna),
		twiml.Gather(
			twiml.Say("Press 1 for sales. Press 2 for support."),
		).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu"),
		twiml.Redirect("/voice"),
	)
	fmt.Print(menu.Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Say voice="Polly.Joanna">Welcome to our support line.</Say>
	//   <Gather numDigits="1" timeout="5" action="/voice/menu">
	//     <Say>Press 1 for sales. Press 2 for support.</Say>
	//   </Gather>
	//   <Redirect>/voice</Redirect>
	// </Response>
}

func ExampleSay() {
	fmt.Println(twiml.Voice(
		twiml.Say("Your code is ", twiml.SayAs("1234").InterpretAs(twiml.Digits), twiml.Text(". "),
			twiml.Break(time.Second), twiml.Text("Goodbye.")),
	))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Say>Your code is <say-as interpret-as="digits">1234</say-as>. <break time="1s"/>Goodbye.</Say></Response>
}

func ExampleReply() {
	fmt.Println(twiml.Reply("Thanks, we got: <3"))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Message>Thanks, we got: &lt;3</Message></Response>
}
