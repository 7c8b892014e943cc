package status_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"github.com/ringback-go/ringback/status"
)

// Waiting for the end of one message: watch first, then get, so that nothing is
// missed in between.
func ExampleTracker_Watch() {
	tracker := status.NewTracker(new(status.Memory), nil)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	changes := tracker.Watch(ctx, "SM1")
	if state, err := tracker.Get(ctx, "SM1"); err == nil && state.Final {
		return
	}
	for _, word := range []string{"queued", "sent", "delivered"} { // callbacks, elsewhere
		if err := tracker.Observe(ctx, status.Observation{SID: "SM1", Status: word}); err != nil {
			log.Fatal(err)
		}
	}
	for change := range changes {
		fmt.Println(change.After.Status)
		if change.Ended() {
			break
		}
	}
	// Output:
	// queued
	// sent
	// delivered
}

// A page that shows deliveries as they happen needs one line of JavaScript:
//
//	new EventSource("/deliveries/stream").addEventListener("state", e => show(JSON.parse(e.data)))
//
// The handler has no login of its own; put it behind that of your pages.
func ExampleTracker_Stream() {
	tracker := status.NewTracker(new(status.Memory), nil)
	login := func(h http.Handler) http.Handler { return h } // yours

	mux := http.NewServeMux()
	mux.Handle("GET /deliveries/stream", login(tracker.Stream()))
	fmt.Println(tracker.Counters().Streaming, "browsers")
	// Output: 0 browsers
}

// A hook for every change, here to keep a list of what failed for good.
func ExampleOptions() {
	tracker := status.NewTracker(new(status.Memory), &status.Options{
		Changed: func(_ context.Context, c status.Change) {
			if c.Ended() && status.Code(c.After.ErrorCode).Permanent() {
				fmt.Println("give up on", c.SID())
			}
		},
	})
	err := tracker.Observe(context.Background(),
		status.Observation{SID: "SM1", Status: "failed", ErrorCode: 21610},      // opted out
		status.Observation{SID: "SM2", Status: "undelivered", ErrorCode: 30003}, // switched off
	)
	if err != nil {
		log.Fatal(err)
	}
	counters := tracker.Counters()
	fmt.Println(counters.Observed, "observed,", counters.Ended, "ended")
	// Output:
	// give up on SM1
	// 2 observed, 2 ended
}
