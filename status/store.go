package status

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook"
)

var (
	// ErrNotFound says that no observation of that SID was stored, or that the
	// store no longer has it. The thing may still exist at Twilio.
	ErrNotFound = errors.New("status: not found")

	// ErrInvalid says that an observation has no usable SID or no status.
	// Trying again does not help; see [Observation.Validate].
	ErrInvalid = errors.New("status: invalid observation")
)

var (
	errSID    = fmt.Errorf("%w: the SID is empty, too long, or not visible ASCII", ErrInvalid)
	errStatus = fmt.Errorf("%w: the status is empty", ErrInvalid)
)

// A Store keeps one [State] for each SID. Implementations must pass
// statustest.TestStore; they are safe for concurrent use, also by several
// processes where they share a database.
type Store interface {
	// Apply merges obs into what is stored. When it returns nil, everything is
	// as durable as the store can make it.
	//
	// The change of one SID is atomic, and several observations of one SID in a
	// call are one change. Apply returns a change for each SID whose state is
	// now different, apart from the times it was seen (see [Diff]), in no
	// particular order. Repeating a call therefore returns none. Applying
	// nothing returns nil, nil.
	//
	// If an observation is invalid, nothing is stored, and the error wraps
	// [ErrInvalid]. After any other error, each SID may or may not have been
	// stored; the changes returned with it are some of those that were. Calling
	// again with the same obs is always harmless.
	Apply(ctx context.Context, obs ...Observation) ([]Change, error)

	// Get returns the state of sid, or an error that wraps [ErrNotFound], also for
	// text that is not a SID.
	Get(ctx context.Context, sid webhook.SID) (State, error)

	// Pending yields the states that are not final and were last seen before
	// the given time: those seen longest ago first, equal times by SID. It may
	// be stopped early, and Apply may be called from its loop. States that
	// change meanwhile may be yielded in the old form, in the new one, or not
	// at all. An error is yielded with the zero State and ends the sequence.
	Pending(ctx context.Context, before time.Time) iter.Seq2[State, error]
}

// A Notifier is a [Store] that is notified of changes made by other processes,
// such as one on PostgreSQL (LISTEN) or Redis (SUBSCRIBE). [Tracker.Watch] uses
// it if the store implements it.
type Notifier interface {
	// Listen returns once the store listens. From then on, every change that any
	// process commits, including this one, is sent at most once, for each SID in
	// the order of commits if the database can tell. The store closes the
	// channel when ctx ends or when its connection does, after which the caller
	// may listen again. A consumer that does not keep up may lose changes.
	Listen(ctx context.Context) (<-chan Change, error)
}

// A Change is what one call of [Store.Apply] did to the state of one SID.
type Change struct {
	Before State `json:"before,omitzero"` // the zero State if there was none
	After  State `json:"after"`
}

// SID is the SID of both states.
func (c Change) SID() webhook.SID { return c.After.SID }

// Moved reports whether the status changed. A change that did not move added
// something else: an earlier step that came late, a contradiction, the duration
// of a call.
func (c Change) Moved() bool { return c.Before.Status != c.After.Status }

// Ended reports whether the change made the state final.
func (c Change) Ended() bool { return c.After.Final && !c.Before.Final }

// Diff returns the change from before to after, and whether there is one: a
// difference only in the times at which they were seen does not count. It is for
// authors of a [Store].
func Diff(before, after State) (Change, bool) {
	if same(&before, &after, false) {
		return Change{}, false
	}
	return Change{Before: before, After: after}, true
}

// Fold merges obs into one state for each SID, ordered by SID. It is for authors
// of a [Store]: a call then writes each row once, and all callers lock rows in the
// same order. Its error is that of [Observation.Validate] for the first invalid
// observation.
func Fold(obs ...Observation) ([]State, error) {
	for i := range obs {
		if err := obs[i].Validate(); err != nil {
			return nil, err
		}
	}
	states := make([]State, 0, len(obs))
	for i := range obs {
		states = append(states, Of(obs[i]))
	}
	slices.SortStableFunc(states, func(a, b State) int {
		return strings.Compare(string(a.SID), string(b.SID))
	})
	out := states[:0]
	for _, s := range states {
		if n := len(out); n > 0 && out[n-1].SID == s.SID {
			out[n-1] = out[n-1].Merge(s)
			continue
		}
		out = append(out, s)
	}
	clear(states[len(out):])
	return out, nil
}
