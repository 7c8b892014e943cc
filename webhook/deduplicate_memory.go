package webhook

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// MemoryAnswers is an [AnswerStore] in the memory of one process. The zero value
// is ready; the fields must not be changed once it is in use. It must not be
// copied.
//
// Beyond its bounds the oldest answers are forgotten first. Requests at work are
// never forgotten; there are as many as the server lets in.
type MemoryAnswers struct {
	Max      int // answers; zero or less: 10,000
	MaxBytes int // of bodies and headers, about; zero or less: 16 MiB

	mu      sync.Mutex
	entries map[AnswerKey]*memoryEntry
	answers list.List // *memoryEntry that are answered, the oldest first
	bytes   int
}

type memoryEntry struct {
	key    AnswerKey
	owner  string        // while it is claimed
	ended  chan struct{} // closed when the claim ends
	answer *Answer
	until  time.Time // end of the lease, or of the answer's life
	place  *list.Element
	bytes  int
}

const (
	defaultMaxAnswers     = 10_000
	defaultMaxAnswerBytes = 16 << 20
)

// Claim implements [AnswerStore].
func (m *MemoryAnswers) Claim(_ context.Context, key AnswerKey, owner string, lease time.Duration) (Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Now()
	m.expire(now)
	if e := m.entries[key]; e != nil {
		if now.Before(e.until) {
			return Claim{Owner: e.owner, Answer: e.answer}, nil
		}
		m.remove(e)
	}
	if m.entries == nil {
		m.entries = make(map[AnswerKey]*memoryEntry)
	}
	m.entries[key] = &memoryEntry{key: key, owner: owner, ended: make(chan struct{}), until: now.Add(lease)}
	return Claim{Owner: owner}, nil
}

// Wait implements [AnswerStore].
func (m *MemoryAnswers) Wait(ctx context.Context, key AnswerKey, owner string) error {
	m.mu.Lock()
	e := m.entries[key]
	if e == nil || e.owner != owner {
		m.mu.Unlock()
		return nil
	}
	ended, left := e.ended, time.Until(e.until)
	m.mu.Unlock()

	lease := time.NewTimer(left)
	defer lease.Stop()
	select {
	case <-ended:
		return nil
	case <-lease.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Finish implements [AnswerStore].
func (m *MemoryAnswers) Finish(_ context.Context, key AnswerKey, owner string, a *Answer, keep time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.entries[key]
	if e == nil || e.answer != nil || e.owner != owner {
		return nil
	}
	close(e.ended)
	if a == nil {
		delete(m.entries, key)
		return nil
	}
	e.owner, e.answer, e.until = "", a, time.Now().Add(keep)
	e.bytes = a.size()
	e.place = m.answers.PushBack(e)
	m.bytes += e.bytes
	m.shrink()
	return nil
}

// remove takes an entry out; whoever waits for it looks again.
func (m *MemoryAnswers) remove(e *memoryEntry) {
	delete(m.entries, e.key)
	if e.answer == nil {
		close(e.ended)
		return
	}
	m.answers.Remove(e.place)
	m.bytes -= e.bytes
}

// expire forgets answers whose time is up. They are in the order in which they
// were given, and all live equally long or nearly so.
func (m *MemoryAnswers) expire(now time.Time) {
	for front := m.answers.Front(); front != nil; front = m.answers.Front() {
		e := front.Value.(*memoryEntry)
		if now.Before(e.until) {
			return
		}
		m.remove(e)
	}
}

func (m *MemoryAnswers) shrink() {
	most, bytes := m.Max, m.MaxBytes
	if most <= 0 {
		most = defaultMaxAnswers
	}
	if bytes <= 0 {
		bytes = defaultMaxAnswerBytes
	}
	for m.answers.Len() > most || m.bytes > bytes && m.answers.Len() > 0 {
		m.remove(m.answers.Front().Value.(*memoryEntry))
	}
}

// size is about what an answer takes in memory.
func (a *Answer) size() int {
	n := 256 + len(a.Body)
	for name, values := range a.Header {
		n += 32 + len(name)
		for _, v := range values {
			n += 16 + len(v)
		}
	}
	return n
}
