// Package webhook turns Twilio's requests into typed events, calls your functions
// with them, and sends their answers.
//
//	verifier, err := signature.New(signature.Config{
//		BaseURL: "https://hooks.example.com",
//		Tokens:  signature.Tokens(os.Getenv("TWILIO_AUTH_TOKEN")),
//	})
//	if err != nil {
//		log.Fatal(err)
//	}
//	hooks := webhook.NewReceiver(verifier, nil)
//	http.Handle("POST /sms", webhook.Handle(hooks,
//		func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
//			return twiml.Reply("Thanks, we got: " + m.Body), nil
//		}))
//
// The setting that leads to a URL decides the type of its event:
//
//	A message comes in                 IncomingMessage
//	A call comes in                    IncomingCall
//	StatusCallback of a message, call  MessageStatusCallback, CallStatusCallback
//	action of Gather, Record, Dial     GatherAction, RecordAction, DialAction
//	statusCallback of Conference       ConferenceCallback
//	recordingStatusCallback            RecordingStatusCallback
//	a sink of Event Streams            EventStreams
//
// [Kind.Setting] and docs/coverage.md have all of them. Use [Handle] for requests
// that need a document, [Notify] for callbacks that need none, and [Events] for
// one URL that gets all of them. A function that answers a message with a voice
// document does not compile.
//
// Parameters without a field are in an event's Extra, and a request of an unknown
// kind arrives whole as [Unknown]. An answer is complete and in time, or it is
// the fallback; see [Options].
//
// The package makes no calls, keeps no delivery status (package status does), and
// does not route. A signature makes a request authentic; its content was still
// typed, spoken or chosen by a stranger.
package webhook
