package status_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/webhook"
)

// The whole of it: one URL for the status callbacks of everything you send, and
// a question whenever you like. The callbacks of this message come in the wrong
// order, and one of them twice.
func Example() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.Tokens("0123456789abcdef0123456789abcdef"),
	})
	if err != nil {
		log.Fatal(err)
	}
	hooks := webhook.NewReceiver(verifier, nil)
	tracker := status.NewTracker(new(status.Memory), nil)

	mux := http.NewServeMux()
	mux.Handle("POST /status", tracker.Handler(hooks))

	for _, word := range []string{"delivered", "sent", "delivered"} {
		fmt.Println(word, twilioSends(mux, "/status", word))
	}
	state, err := tracker.Get(context.Background(), "SM00000000000000000000000000000001")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("it is", state.Status, state.Final)
	// Output:
	// delivered 204
	// sent 204
	// delivered 204
	// it is delivered true
}

// twilioSends plays Twilio: a signed status callback.
func twilioSends(h http.Handler, path, word string) int {
	form := url.Values{
		"MessageSid": {"SM00000000000000000000000000000001"}, "MessageStatus": {word},
		"AccountSid": {"AC00000000000000000000000000000001"}, "From": {"+15550100"}, "To": {"+15550101"}, "ApiVersion": {"2010-04-01"},
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign("0123456789abcdef0123456789abcdef", "https://hooks.example.com"+path, form))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code
}

// Order and repetition make no difference, and a contradiction is shown.
func ExampleState_Merge() {
	var state status.State
	for _, word := range []string{"undelivered", "queued", "delivered", "sent", "queued"} {
		state = state.Merge(status.Of(status.Observation{SID: "SM1", Status: word}))
	}
	fmt.Printf("%s, although also reported %s\n", state.Status, state.Conflict)
	for _, r := range state.Reports {
		fmt.Print(r.Status, " ")
	}
	// Output:
	// delivered, although also reported undelivered
	// queued sent undelivered delivered
}

// An event is taken apart without a tracker.
func ExampleObserve() {
	e := webhook.CallStatusCallback{Call: webhook.Call{CallSID: "CA1", CallStatus: "completed"}, SequenceNumber: 3, CallDuration: 42 * time.Second}
	if o, ok := status.Observe(e, time.Now()); ok {
		fmt.Println(o.SID, o.Status, o.Duration, status.KindOf(o.SID))
	}
	_, ok := status.Observe(webhook.DebuggerEvent{}, time.Now())
	fmt.Println(ok)
	// Output:
	// CA1 completed 42s call
	// false
}

// The answer of the REST API to the request that sent a message is an
// observation like any other, so that a message is known from the start and
// can become overdue even if no callback ever comes.
func ExampleTracker_Observe() {
	tracker := status.NewTracker(new(status.Memory), nil)
	ctx := context.Background()
	err := tracker.Observe(ctx, status.Observation{SID: "SM1", Status: "accepted"})
	fmt.Println(err)
	// Output: <nil>
}

// Messages without a report for a day.
func ExampleTracker_Overdue() {
	tracker := status.NewTracker(new(status.Memory), nil)
	ctx := context.Background()
	yesterday := time.Now().Add(-25 * time.Hour)
	err := tracker.Observe(ctx,
		status.Observation{SID: "SM1", Status: "sent", Seen: yesterday},
		status.Observation{SID: "SM2", Status: "delivered", Seen: yesterday},
		status.Observation{SID: "SM3", Status: "queued"},
	)
	if err != nil {
		log.Fatal(err)
	}
	for state, err := range tracker.Overdue(ctx, 24*time.Hour) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(state.SID, "is still", state.Status)
	}
	// Output: SM1 is still sent
}
