// Package webhook turns Twilio's requests into typed events, hands them to your
// functions, and sends what these answer.
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
//	server := &http.Server{
//		Addr:              ":8080",
//		ReadHeaderTimeout: 5 * time.Second,
//		ReadTimeout:       10 * time.Second,
//		WriteTimeout:      20 * time.Second, // longer than a function may take
//		IdleTimeout:       time.Minute,
//		MaxHeaderBytes:    64 << 10,
//	}
//	log.Fatal(server.ListenAndServe())
//
// # Receiving
//
// A request is verified by package signature, decoded into the event that the
// function takes, and answered by the document that the function returns. The
// type of the event decides the type of the document, so a function that answers
// a message with a voice document does not compile. [Handle] is for requests
// that want an answer, [Notify] for those that only tell something, [Events] for
// one URL that gets all of them.
//
// The answer is in time and complete, or it is the fallback: a function that is
// late, panics, fails, or makes a document that Twilio would drop costs neither
// the caller's patience nor half a document. See [Options].
//
// # Events
//
// An event is plain data with Go's types and names: [IncomingMessage] has
// MessageSID, From, NumMedia and Media. What Twilio sends beyond the fields is
// in the event's Extra, and a request of a kind that is not known arrives whole
// as [Unknown], so nothing is lost and tomorrow's parameters break nothing.
// [Parse] finds the kind, [Decode] takes the one it is told, [Encode] is the way
// back.
//
// # Around them
//
// [Callback] makes the URLs that Twilio is to call, with parameters of your own
// and Twilio's settings for timeouts and retries. [Deduplicate] answers a retry
// with the first answer. [Downloader] fetches media and recordings without
// trusting the URL.
//
// # What it does not do
//
// It sends nothing on its own account: no calls, no messages. It does not keep
// what became of them, which is the business of package status, and it does not
// route: use [http.ServeMux] or any router. A signature makes a request
// authentic; what is in it was still typed, spoken or chosen by a stranger.
package webhook
