package statustest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/statustest"
)

// A store that fails after every commit: trying again is harmless, and
// everything is there.
func ExampleFaulty() {
	memory := new(status.Memory)
	store := statustest.Faulty(memory, statustest.Faults{AfterCommit: 1})
	ctx := context.Background()

	for range 3 {
		_, err := store.Apply(ctx, status.Observation{SID: "SM1", Status: "sent"})
		fmt.Println(errors.Is(err, statustest.ErrInjected))
	}
	state, err := memory.Get(ctx, "SM1")
	fmt.Println(state.Status, len(state.Reports), err)
	// Output:
	// true
	// true
	// true
	// sent 1 <nil>
}
