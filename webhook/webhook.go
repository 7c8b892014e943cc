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
// The setting of a URL at Twilio determines the type of its events:
//
//	A message comes in               IncomingMessage
//	A call comes in                  IncomingCall
//	Primary handler fails            MessagingFallback, FallbackRequest
//	Url of a call that you start     OutboundCallAnswered
//	StatusCallback of a message      MessageStatusCallback
//	StatusCallback of a call         CallStatusCallback
//	action of Gather, Record, Dial   GatherAction, RecordAction, DialAction
//	action of Enqueue, Pay, Connect  EnqueueAction, PayAction, ConnectAction
//	url of Number, Client, Sip       DialWhisper
//	Redirect                         TwiMLRedirectRequest
//	statusCallback of Conference     ConferenceCallback
//	recordingStatusCallback          RecordingStatusCallback
//	transcribeCallback of Record     RecordTranscription
//	a sink of Event Streams          EventStreams
//
// [Kind.Setting] and docs/coverage.md have all of them. Use [Handle] for requests
// that need a document, [Notify] for callbacks that need none, and [Events] for
// one URL that gets all of them. A function that answers a message with a voice
// document does not compile.
//
// Parameters without a field are in an event's Extra, and a request of an unknown
// kind arrives whole as [Unknown]. If an answer is not complete in time, the
// fallback is sent; see [Options].
//
// The package makes no calls, keeps no delivery status (package status does), and
// does not route. A verified request is authentic, but its content still comes
// from a stranger.
package webhook
