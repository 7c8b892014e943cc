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
// A request is verified by package signature, decoded into the event that the
// function takes, and answered with the document that the function returns. The
// type of the event decides the type of the document, so a function that answers
// a message with a voice document does not compile. [Handle] is for requests
// that need a document, [Notify] for callbacks that need none, [Events] for one
// URL that gets all of them.
//
// The answer is complete and in time, or it is the fallback: a function may be
// late, panic, fail, or return a document that Twilio would drop. See [Options].
//
// An event is plain data with Go's types and names: [IncomingMessage] has
// MessageSID, From, NumMedia and Media. Parameters without a field are in Extra,
// and a request of an unknown kind arrives whole as [Unknown], so nothing is
// lost. [Parse] finds the kind, [Decode] reads a kind that is known, [Encode] is
// the inverse.
//
// [Deduplicate] answers a retry with the first answer. Package callback makes
// URLs with parameters of your own, and package media downloads pictures and
// recordings.
//
// The package makes no calls and sends no messages. It does not keep delivery
// status (package status does), and it does not route: use [http.ServeMux] or
// any router. A signature makes a request authentic; its content was still
// typed, spoken or chosen by a stranger.
package webhook
