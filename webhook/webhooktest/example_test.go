package webhooktest_test

import (
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// A person texts and calls a support line: press 1 for sales, 2 for the
// voice mailbox. In a test t is the *testing.T.
func Example() {
	t, done := exampleT()
	defer done()
	handler := new(supportLine).handler()

	twilio := webhooktest.New(t, handler, nil)
	twilio.Text("/sms", "hello").Replies("Thanks, we got: hello")

	call := twilio.Call("/voice")
	call.Hears("Press 2 to leave a message").Presses("2")
	call.Hears("after the tone").Records(20 * time.Second).Presses("#")
	call.Hears("Goodbye").Ends()
	fmt.Print(call.Transcript())
	// Output:
	// 00:00  call +15550101 to +15550100
	// 00:00  POST /voice CallStatus=ringing -> 200
	// 00:00  Twilio answers
	// 00:00  the caller hears "Welcome to our support line."
	// 00:02  the caller hears "Press 1 for sales. Press 2 to leave a message."
	// 00:02  the caller presses 2
	// 00:02  gathered "2"
	// 00:02  POST /voice/menu CallStatus=in-progress Digits=2 -> 200
	// 00:02  the caller hears "Please leave a message after the tone."
	// 00:04  recording
	// 00:04  the caller talks for 20s
	// 00:24  the caller presses #
	// 00:24  recorded 20s, ended by key #
	// 00:24  POST /voice/thanks CallStatus=in-progress Digits=# RecordingDuration=20 -> 200
	// 00:24  the caller hears "We keep your message of 20 seconds. Goodbye."
	// 00:25  POST /events RecordingStatus=completed RecordingDuration=20 -> 204
	// 00:28  call ended: completed
}

// What a test says that fails: the expectation, the transcript, the request
// and the document, with an arrow at the line that the call had come to.
func Example_failure() {
	t, done := exampleT()
	defer done()
	twilio := webhooktest.New(t, xml(`<Response>
  <Gather numDigits="1" action="/menu">
    <Say>Press 1 for sales.</Say>
  </Gather>
</Response>`), &webhooktest.Options{To: "client:support"})
	twilio.As("client:ada").Call("/voice").Hears("Press 2")
	// Output:
	// FAIL: the caller does not hear "Press 2": the call has ended (completed), after waiting for the caller to press a key; heard instead: "Press 1 for sales."
	//     00:00  call client:ada to client:support
	//     00:00  POST /voice CallStatus=ringing -> 200
	//     00:00  Twilio answers
	//     00:00  the caller hears "Press 1 for sales."
	//     00:01  listening for 5s
	//     00:06  nothing gathered
	//     00:06  call ended: completed
	//
	//     request (IncomingCall):
	//         POST https://webhooktest.example.com/voice
	//         Direction=inbound
	//         CallSid=CAda8534a800f5e86ca1ce9edbd61129d7
	//         To=client:support
	//         CallStatus=ringing
	//         From=client:ada
	//     answer: 200 text/xml
	//         1  <Response>
	//      -> 2    <Gather numDigits="1" action="/menu">
	//         3      <Say>Press 1 for sales.</Say>
	//         4    </Gather>
	//         5  </Response>
	//     lint: /Response/Gather[1] (line 2): Nothing follows this Gather: the call ends if the caller gives no input. Add verbs after it, or set actionOnEmptyResult.
}

// Two people on the phone: the caller, and the person a Dial rings.
func ExampleCall_Rings() {
	t, done := exampleT()
	defer done()
	twilio := webhooktest.New(t, new(supportLine).handler(), nil)

	call := twilio.Call("/voice").Presses("1")
	agent := call.Rings("+15550123").Answers()
	agent.Speaks("Sales, good day")
	call.Hears("good day")
	agent.HangsUp()
	call.Hears("Thank you for calling").Ends()
	fmt.Println(call.Param("DialCallStatus"))
	// Output: completed
}

// A request as Twilio would send it, for a handler on its own.
func ExampleNewRequest() {
	r := webhooktest.NewRequest("/sms", webhook.IncomingMessage{Message: webhook.Message{Body: "hello", From: "+15550107"}})
	w := httptest.NewRecorder()
	new(supportLine).handler().ServeHTTP(w, r)
	fmt.Println(w.Code, w.Body)
	// Output: 200 <?xml version="1.0" encoding="UTF-8"?><Response><Message>Thanks, we got: hello</Message></Response>
}

// The life of a message, in order and as Twilio promises it.
func ExampleTwilio_Deliver() {
	t, done := exampleT()
	defer done()
	line := new(supportLine)
	twilio := webhooktest.New(t, line.handler(), nil)

	twilio.Deliver("/status", "SM00000000000000000000000000000001", "sent", "delivered")
	fmt.Println(line.statuses)
	twilio.Shuffled(3, "/status", "SM00000000000000000000000000000002", "sent", "delivered", "read")
	fmt.Println(line.statuses[2:])
	// Output:
	// [sent delivered]
	// [read delivered read sent delivered]
}

// Real requests of every kind, as values.
func ExampleFixture() {
	m := webhooktest.Fixture("mms_three_media").(webhook.IncomingMessage)
	for _, f := range m.Media {
		fmt.Println(f.ContentType)
	}
	// Output:
	// image/jpeg
	// video/3gpp
	// text/x-vcard
}

// Every key of every menu, and what is wrong with the call.
func ExampleExplore() {
	t, finish := exampleT() // the *testing.T of a test
	defer finish()
	tree := webhooktest.Explore(t, new(supportLine).handler(), "/voice", nil)
	fmt.Print(tree)
	fmt.Println("problems:", len(tree.Problems()))
	// Output:
	// #1 /voice "Welcome to our support line. Press 1 for sales. Press 2 to leave a message." (menu)
	// ├─ 1: #2 /voice/menu (dials +15550123)
	// │  ├─ answered: #5 /voice/after "Thank you for calling." (ends: completed)
	// │  ├─ busy: #6 /voice/after "Nobody is there: busy." (ends: completed)
	// │  └─ no-answer: #7 /voice/after "Nobody is there: no-answer." (ends: completed)
	// ├─ 2: #3 /voice/menu "Please leave a message after the tone." (records)
	// │  ├─ message: #8 /voice/thanks "We keep your message of 5 seconds. Goodbye." (ends: completed)
	// │  ├─ silence: #9 /voice/menu (ends: completed)
	// │  └─ hangs up: #10 /voice/menu (ends: completed)
	// ├─ 3-9 0 *: back to #1
	// └─ silence: #4 /voice "We did not hear you. Goodbye." (ends: completed)
	// problems: 0
}

// exampleT stands for the *testing.T of a test: it prints failures.
func exampleT() (*printingTB, func()) {
	t := new(printingTB)
	return t, t.finish
}
