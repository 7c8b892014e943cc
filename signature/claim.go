package signature

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// A ClaimStore remembers actions that must happen only once: the requests that
// a [ReplayWindow] let through, and the answers that a retry receives again
// ([github.com/ringback-go/ringback/webhook.Deduplicate]). [MemoryClaims]
// serves a single process. Several processes need a shared store.
//
// A key is free, claimed, or finished. Implementations must be safe for
// concurrent use, must change a key in one atomic step, must treat an expired
// key as free, and must limit their size. Keys and owners are ASCII letters,
// digits, and colons, at most 100 bytes long. Each owner is used by one request
// only. TestClaims of package
// [github.com/ringback-go/ringback/status/statustest] tests an implementation.
type ClaimStore interface {
	// Claim gives a free key to owner for the duration of lease. The result
	// says who has the key afterwards: owner, another owner, or no owner
	// because the key is finished. Claiming a key again for the same owner
	// changes nothing, so a driver may repeat a claim whose reply was lost.
	Claim(ctx context.Context, key, owner string, lease time.Duration) (Claim, error)

	// Finish ends owner's claim with a non-empty value, which is kept for the
	// duration of keep. Finish does nothing if owner does not have the key.
	Finish(ctx context.Context, key, owner string, value []byte, keep time.Duration) error

	// Release frees the key. It does nothing if owner does not have it.
	Release(ctx context.Context, key, owner string) error
}

// A Claim is the state of a key in a [ClaimStore].
type Claim struct {
	Owner string // current owner; "" if the key is finished
	Value []byte // value of a finished key; must not be changed
}

// MemoryClaims is a [ClaimStore] in the memory of one process. The zero value
// is ready to use. The fields must not be changed after first use, and a
// MemoryClaims must not be copied.
//
// At a limit, finished keys are dropped before claimed ones, and those that
// expire first are dropped before the others.
type MemoryClaims struct {
	Limit    int   // maximum number of keys; zero or less means 100,000, about 25 MB
	MaxBytes int64 // maximum total size of the values; zero or less means 16 MiB

	mu                sync.Mutex
	known             map[string]*memoryClaim
	finished, claimed claimQueue
	bytes             int64
}

type memoryClaim struct {
	key     string
	claim   Claim
	expires time.Time
	place   int // index in its queue
}

const (
	defaultClaims     = 100_000
	defaultClaimBytes = 16 << 20
)

// Claim implements [ClaimStore]. It never fails.
func (m *MemoryClaims) Claim(_ context.Context, key, owner string, lease time.Duration) (Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	for _, q := range []*claimQueue{&m.finished, &m.claimed} {
		for len(*q) > 0 && !now.Before((*q)[0].expires) {
			m.drop((*q)[0])
		}
	}
	if c := m.known[key]; c != nil {
		return c.claim, nil
	}
	limit := m.Limit
	if limit <= 0 {
		limit = defaultClaims
	}
	for len(m.known) >= limit {
		if len(m.finished) > 0 {
			m.drop(m.finished[0])
		} else {
			m.drop(m.claimed[0])
		}
	}
	if m.known == nil {
		m.known = make(map[string]*memoryClaim)
	}
	c := &memoryClaim{key: key, claim: Claim{Owner: owner}, expires: now.Add(lease)}
	m.known[key] = c
	heap.Push(&m.claimed, c)
	return c.claim, nil
}

// Finish implements [ClaimStore]. It never fails.
func (m *MemoryClaims) Finish(_ context.Context, key, owner string, value []byte, keep time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.held(key, owner)
	if c == nil {
		return nil
	}
	heap.Remove(&m.claimed, c.place)
	c.claim = Claim{Value: value}
	c.expires = time.Now().Add(keep)
	heap.Push(&m.finished, c)
	m.bytes += int64(len(value))
	limit := m.MaxBytes
	if limit <= 0 {
		limit = defaultClaimBytes
	}
	for m.bytes > limit {
		m.drop(m.finished[0])
	}
	return nil
}

// Release implements [ClaimStore]. It never fails.
func (m *MemoryClaims) Release(_ context.Context, key, owner string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.held(key, owner); c != nil {
		m.drop(c)
	}
	return nil
}

// Len returns the number of keys held. Expired keys count until the next Claim
// removes them.
func (m *MemoryClaims) Len() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.known)
}

// held returns the claim of owner, or nil.
func (m *MemoryClaims) held(key, owner string) *memoryClaim {
	if c := m.known[key]; c != nil && c.claim.Owner == owner && owner != "" && time.Now().Before(c.expires) {
		return c
	}
	return nil
}

func (m *MemoryClaims) drop(c *memoryClaim) {
	queue := &m.finished
	if c.claim.Owner != "" {
		queue = &m.claimed
	}
	heap.Remove(queue, c.place)
	delete(m.known, c.key)
	m.bytes -= int64(len(c.claim.Value))
}

// A claimQueue is a heap of claims. The one that expires first is at the front.
type claimQueue []*memoryClaim

func (q claimQueue) Len() int           { return len(q) }
func (q claimQueue) Less(i, j int) bool { return q[i].expires.Before(q[j].expires) }

func (q claimQueue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}

func (q *claimQueue) Push(x any) {
	c := x.(*memoryClaim)
	c.place = len(*q)
	*q = append(*q, c)
}

func (q *claimQueue) Pop() any {
	last := len(*q) - 1
	c := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return c
}
