package twiml_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/ringback-go/ringback/twiml"
)

func ExampleDial() {
	fmt.Print(twiml.Voice(
		twiml.Dial(
			twiml.Number("+15550100").StatusCallback("/legs").StatusCallbackEvent(twiml.CallAnswered, twiml.CallCompleted),
			twiml.Client("alice"),
			twiml.SIP("", twiml.URI("sip:bob@example.com").Priority(1)),
		).Timeout(20 * time.Second).AnswerOnBridge(true).Action("/dialed"),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Dial timeout="20" answerOnBridge="true" action="/dialed">
	//     <Number statusCallback="/legs" statusCallbackEvent="answered completed">+15550100</Number>
	//     <Client>alice</Client>
	//     <Sip>
	//       <Uri priority="1">sip:bob@example.com</Uri>
	//     </Sip>
	//   </Dial>
	// </Response>
}

func ExampleConference() {
	fmt.Print(twiml.Voice(
		twiml.Dial(twiml.Conference("stand-up").Muted(false).WaitURL("").EndConferenceOnExit(true)),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Dial>
	//     <Conference muted="false" waitUrl="" endConferenceOnExit="true">stand-up</Conference>
	//   </Dial>
	// </Response>
}

func ExampleEnqueue() {
	fmt.Print(twiml.Voice(
		twiml.Enqueue("", twiml.Task(`{"language":"de"}`).Priority(5)).WorkflowSID("WW00000000000000000000000000000000"),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Enqueue workflowSid="WW00000000000000000000000000000000">
	//     <Task priority="5">{"language":"de"}</Task>
	//   </Enqueue>
	// </Response>
}

func ExampleConnect() {
	fmt.Print(twiml.Voice(
		twiml.Connect(
			twiml.ConversationRelay("wss://relay.example.com",
				twiml.Language(twiml.LanguageDeDE).TTSProvider(twiml.TTSGoogle),
				twiml.Parameter("account", "42"),
			).WelcomeGreeting("Hello!").DTMFDetection(true),
		).Action("/ended"),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Connect action="/ended">
	//     <ConversationRelay url="wss://relay.example.com" welcomeGreeting="Hello!" dtmfDetection="true">
	//       <Language code="de-DE" ttsProvider="Google"/>
	//       <Parameter name="account" value="42"/>
	//     </ConversationRelay>
	//   </Connect>
	// </Response>
}

func ExampleStart() {
	fmt.Print(twiml.Voice(
		twiml.Start(twiml.Transcription().Name("call").StatusCallbackURL("/transcript")),
		twiml.Dial(twiml.Number("+15550100")),
		twiml.Stop(twiml.Transcription().Name("call")),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Start>
	//     <Transcription name="call" statusCallbackUrl="/transcript"/>
	//   </Start>
	//   <Dial>
	//     <Number>+15550100</Number>
	//   </Dial>
	//   <Stop>
	//     <Transcription name="call"/>
	//   </Stop>
	// </Response>
}

func ExamplePay() {
	fmt.Print(twiml.Voice(
		twiml.Pay(
			twiml.Prompt(twiml.PromptPaymentCardNumber, twiml.Say("Please key in your card number.")).
				ErrorType(twiml.PromptErrorTimeout).Attempt(2, 3),
		).ChargeAmount("20.45").ValidCardTypes(twiml.CardVisa, twiml.CardAmex).Action("/paid"),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Pay chargeAmount="20.45" validCardTypes="visa amex" action="/paid">
	//     <Prompt for="payment-card-number" errorType="timeout" attempt="2 3">
	//       <Say>Please key in your card number.</Say>
	//     </Prompt>
	//   </Pay>
	// </Response>
}

func ExampleRefer() {
	fmt.Println(twiml.Voice(twiml.Refer(twiml.ReferSIP("sip:alice@example.com"))))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Refer><Sip>sip:alice@example.com</Sip></Refer></Response>
}

// What Twilio adds tomorrow can be written today.
func ExampleCustom() {
	fmt.Println(twiml.Voice(
		twiml.Custom("Sing", twiml.Text("la la la")).Attr("key", "C"),
		twiml.Say("Goodbye.").Attr("mood", "sad"),
	))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Sing key="C">la la la</Sing><Say mood="sad">Goodbye.</Say></Response>
}

func ExampleRenderError() {
	_, err := twiml.Voice(twiml.Say("Hello.").Attr("bad name", "x")).AppendText(nil)
	if e, ok := errors.AsType[*twiml.RenderError](err); ok {
		fmt.Println(e.Path, e.Code, errors.Is(err, twiml.ErrMalformed))
	}
	// Output:
	// Response/Say 12100 true
}
