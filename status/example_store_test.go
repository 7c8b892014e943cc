package status_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/ringback-go/ringback/status"
)

// A store can be used without a tracker.
func ExampleMemory() {
	store := &status.Memory{Limit: 1000} // states; the oldest final ones go first
	ctx := context.Background()
	changes, err := store.Apply(ctx,
		status.Observation{SID: "SM1", Status: "delivered"},
		status.Observation{SID: "SM1", Status: "sent"},
		status.Observation{SID: "SM2", Status: "sent", Seen: time.Now().Add(-time.Hour)},
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(changes), "changes")

	for state, err := range store.Pending(ctx, time.Now()) {
		fmt.Println(state.SID, state.Status, err)
	}
	_, err = store.Get(ctx, "SM3")
	fmt.Println(errors.Is(err, status.ErrNotFound))
	// Output:
	// 2 changes
	// SM2 sent <nil>
	// true
}

// For implementers of a Store: one state for each SID of a call.
func ExampleFold() {
	states, err := status.Fold(
		status.Observation{SID: "SM2", Status: "sent"},
		status.Observation{SID: "SM1", Status: "delivered"},
		status.Observation{SID: "SM2", Status: "queued"},
	)
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range states {
		fmt.Println(s.SID, s.Status, len(s.Reports))
	}
	// Output:
	// SM1 delivered 1
	// SM2 sent 2
}

// For implementers of a Store: what a call returns.
func ExampleDiff() {
	before := status.Of(status.Observation{SID: "SM1", Status: "delivered"})
	late := status.Of(status.Observation{SID: "SM1", Status: "sent"})
	change, changed := status.Diff(before, before.Merge(late))
	fmt.Println(changed, "moved:", change.Moved(), "ended:", change.Ended())
	// Output: true moved: false ended: false
}
