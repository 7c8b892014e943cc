package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// exampleVerifier has a fixed token; a program takes it from its settings.
func exampleVerifier() *signature.Verifier {
	v, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(testToken)})
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// play sends a request as Twilio would and prints the answer.
func play(h http.Handler, path string, params url.Values) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, signed(path, params))
	doc := strings.TrimPrefix(w.Body.String(), `<?xml version="1.0" encoding="UTF-8"?>`)
	fmt.Println(strings.TrimSpace(fmt.Sprint(w.Code, " ", strings.TrimSpace(doc))))
}

func ExampleHandle() {
	hooks := webhook.NewReceiver(exampleVerifier(), nil)
	mux := http.NewServeMux()
	mux.Handle("POST /sms", webhook.Handle(hooks,
		func(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			return twiml.Reply("Thanks, we got: " + m.Body), nil
		}))

	play(mux, "/sms", message(url.Values{"Body": {"a table for four"}}))
	// Output: 200 <Response><Message>Thanks, we got: a table for four</Message></Response>
}

func ExampleNewReceiver() {
	hooks := webhook.NewReceiver(exampleVerifier(), &webhook.Options{
		Timeout: 5 * time.Second,
		Fallback: webhook.Fallback{
			Voice:     twiml.Voice(twiml.Say("We are sorry. Please call again.")),
			Messaging: twiml.Reply("We are sorry. Please try again."),
		},
		Error: func(_ context.Context, f *webhook.Failure) {
			fmt.Println("count:", f.Kind, f.Cause)
		},
	})
	h := webhook.Handle(hooks, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		return nil, errors.New("the database is down")
	})

	play(h, "/sms", message(nil))
	// Output:
	// count: IncomingMessage failed
	// 200 <Response><Message>We are sorry. Please try again.</Message></Response>
}

// A function that is late loses its answer to the fallback. The reply can still
// be sent as a new message.
func ExampleOptions_late() {
	sent := make(chan string)
	hooks := webhook.NewReceiver(exampleVerifier(), &webhook.Options{
		Timeout:  10 * time.Millisecond,
		Logger:   slog.New(slog.DiscardHandler),
		Fallback: webhook.Fallback{Messaging: twiml.Reply("One moment, please.")},
		Late: func(_ context.Context, e webhook.Event, reply webhook.Reply) {
			if m, ok := e.(webhook.IncomingMessage); ok {
				sent <- fmt.Sprint("send to ", m.From, " by the REST API: ", reply)
			}
		},
	})
	fallback := make(chan bool)
	h := webhook.Handle(hooks, func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		<-fallback // a slow model
		return twiml.Reply("The answer is 42."), nil
	})

	play(h, "/sms", message(nil))
	close(fallback)
	fmt.Println(strings.ReplaceAll(<-sent, "\n", ""))
	// Output:
	// 200 <Response><Message>One moment, please.</Message></Response>
	// send to +15550101 by the REST API: <?xml version="1.0" encoding="UTF-8"?><Response><Message>The answer is 42.</Message></Response>
}

// One route serves many orders.
func ExampleRequestFromContext() {
	hooks := webhook.NewReceiver(exampleVerifier(), nil)
	mux := http.NewServeMux()
	mux.Handle("POST /orders/{order}/sms", webhook.Handle(hooks,
		func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			r, _ := webhook.RequestFromContext(ctx)
			return twiml.Reply("Order " + r.PathValue("order") + ": " + m.Body), nil
		}))

	play(mux, "/orders/4711/sms", message(url.Values{"Body": {"cancel it"}}))
	// Output: 200 <Response><Message>Order 4711: cancel it</Message></Response>
}

func ExampleNotify() {
	hooks := webhook.NewReceiver(exampleVerifier(), nil)
	h := webhook.Notify(hooks, func(_ context.Context, m webhook.MessageStatusCallback) error {
		fmt.Println(m.MessageSID, "is", m.MessageStatus)
		return nil
	})

	play(h, "/status", messageStatus())
	// Output:
	// SM0123456789abcdef0123456789abcdef is delivered
	// 204
}

func ExampleEvents() {
	hooks := webhook.NewReceiver(exampleVerifier(), nil)
	h := webhook.Events(hooks, func(_ context.Context, e webhook.Event) (webhook.Reply, error) {
		switch e := e.(type) {
		case webhook.IncomingMessage:
			return twiml.Reply("Thanks, we got: " + e.Body), nil
		case webhook.IncomingCall:
			return twiml.Voice(twiml.Say("Please text us.")), nil
		}
		return nil, nil // taken note of
	})

	play(h, "/", message(nil))
	play(h, "/", incomingCall())
	play(h, "/", messageStatus())
	// Output:
	// 200 <Response><Message>Thanks, we got: hello</Message></Response>
	// 200 <Response><Say>Please text us.</Say></Response>
	// 204
}

func ExampleCalls() {
	hooks := webhook.NewReceiver(exampleVerifier(), nil)
	h := webhook.Calls(hooks, func(_ context.Context, c webhook.Call, e webhook.Event) (*twiml.VoiceResponse, error) {
		switch e := e.(type) {
		case webhook.IncomingCall:
			return twiml.Voice(twiml.Gather(twiml.Say("Press a key."))), nil
		case webhook.GatherAction:
			return twiml.Voice(twiml.Say("You pressed " + e.Digits + ".")), nil
		}
		fmt.Println(c.CallSID, "is", c.CallStatus)
		return nil, nil
	})

	play(h, "/voice", incomingCall())
	key, end := incomingCall(), incomingCall()
	key.Set("Digits", "5")
	key.Set("msg", "Gather End")
	play(h, "/voice", key)
	end.Set("CallStatus", "completed")
	end.Set("CallbackSource", "call-progress-events")
	play(h, "/voice", end)
	// Output:
	// 200 <Response><Gather><Say>Press a key.</Say></Gather></Response>
	// 200 <Response><Say>You pressed 5.</Say></Response>
	// CA0123456789abcdef0123456789abcdef is completed
	// 204
}

func ExampleDeduplicate() {
	orders := 0
	hooks := webhook.NewReceiver(exampleVerifier(), nil)
	h := webhook.Deduplicate(hooks, new(signature.MemoryClaims), webhook.Handle(hooks,
		func(context.Context, webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
			orders++
			return twiml.Reply(fmt.Sprint("Order ", orders, " is on its way.")), nil
		}))

	play(h, "/sms", message(nil))
	play(h, "/sms", message(nil)) // Twilio tries again
	// Output:
	// 200 <Response><Message>Order 1 is on its way.</Message></Response>
	// 200 <Response><Message>Order 1 is on its way.</Message></Response>
}
