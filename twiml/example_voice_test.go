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

// Conditions stay plain Go: a nil verb is skipped.
func ExampleVoiceResponse_Append() {
	var closed twiml.VoiceVerb
	if late := false; late {
		closed = twiml.Say("We are closed.")
	}
	doc := twiml.Voice(closed).Append(twiml.Say("Please wait."), twiml.Enqueue("support"))
	fmt.Print(doc.Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Say>Please wait.</Say>
	//   <Enqueue>support</Enqueue>
	// </Response>
}

func ExampleSay() {
	fmt.Print(twiml.Voice(
		twiml.Say("Your code is ", twiml.SayAs("1234").InterpretAs(twiml.Digits), twiml.Text(". "),
			twiml.Break(time.Second), twiml.Text("Goodbye.")),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Say>Your code is <say-as interpret-as="digits">1234</say-as>. <break time="1s"/>Goodbye.</Say>
	// </Response>
}

func ExampleGather() {
	fmt.Print(twiml.Voice(
		twiml.Gather(
			twiml.Say("Say yes, or press 1."), twiml.Pause(time.Second),
		).Input(twiml.InputDTMF, twiml.InputSpeech).Hints("yes, no").SpeechTimeoutAuto().FinishOnKey("").Action("/answer"),
		twiml.Say("We heard nothing. Goodbye."),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Gather input="dtmf speech" hints="yes, no" speechTimeout="auto" finishOnKey="" action="/answer">
	//     <Say>Say yes, or press 1.</Say>
	//     <Pause length="1"/>
	//   </Gather>
	//   <Say>We heard nothing. Goodbye.</Say>
	// </Response>
}

func ExampleRecord() {
	fmt.Print(twiml.Voice(
		twiml.Say("Leave a message after the beep."),
		twiml.Record().MaxLength(2*time.Minute).Transcribe(true).TranscribeCallback("/transcription").Action("/recording"),
	).Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Say>Leave a message after the beep.</Say>
	//   <Record maxLength="120" transcribe="true" transcribeCallback="/transcription" action="/recording"/>
	// </Response>
}

func ExampleReject() {
	fmt.Println(twiml.Voice(twiml.Reject().Reason(twiml.ReasonBusy)))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy"/></Response>
}
