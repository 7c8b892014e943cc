package live

import "sync"

// outbox is the bounded queue of messages that wait to be written. They are
// stored in one buffer, so a steady stream allocates nothing.
type outbox struct {
	wake chan struct{} // holds one element if there may be something to write

	mu     sync.Mutex
	limit  int
	buf    []byte
	start  int // of the first message in buf
	frames []queued
	room   chan struct{} // closed at the next progress; nil if nothing waits
	busy   bool          // a message has been taken and is being written
	closed bool
}

type queued struct {
	size    int
	tag     uint64
	dropped bool
}

func (o *outbox) init(limit int) {
	o.limit = limit
	o.wake = make(chan struct{}, 1)
}

func (o *outbox) put(tag uint64, frames [][]byte) (room <-chan struct{}, err error) {
	size := 0
	for _, f := range frames {
		size += len(f)
	}
	if size > o.limit {
		return nil, ErrTooLarge
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return nil, ErrClosed
	}
	if len(o.buf)-o.start+size > o.limit {
		return o.waiting(), nil
	}
	if o.start > 0 && len(o.buf)+size > cap(o.buf) {
		o.buf = o.buf[:copy(o.buf, o.buf[o.start:])]
		o.start = 0
	}
	for _, f := range frames {
		o.buf = append(o.buf, f...)
		o.frames = append(o.frames, queued{size: len(f), tag: tag})
	}
	o.signal()
	return nil, nil
}

// signal wakes the writer.
func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) waiting() chan struct{} {
	if o.room == nil {
		o.room = make(chan struct{})
	}
	return o.room
}

func (o *outbox) progress() {
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
}

// next appends the first message to dst and removes it.
func (o *outbox) next(dst []byte) ([]byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.busy = false
	for i, f := range o.frames {
		from := o.start
		o.start += f.size
		if f.dropped {
			continue
		}
		dst = append(dst, o.buf[from:o.start]...)
		o.frames = o.frames[:copy(o.frames, o.frames[i+1:])]
		if len(o.frames) == 0 {
			o.buf, o.start = o.buf[:0], 0
		}
		o.busy = true
		o.progress()
		return dst, true
	}
	o.frames, o.buf, o.start = o.frames[:0], o.buf[:0], 0
	o.progress()
	return dst, false
}

func (o *outbox) drop(tag uint64) (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i := range o.frames {
		if f := &o.frames[i]; f.tag == tag && !f.dropped {
			f.dropped = true
			n++
		}
	}
	return n
}

// flushed returns nil if everything was written, and otherwise a channel that
// is closed at the next progress.
func (o *outbox) flushed() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || len(o.frames) == 0 && !o.busy {
		return nil
	}
	return o.waiting()
}

// close refuses further messages and wakes all waiters.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.buf, o.frames, o.start, o.busy = nil, nil, 0, false
	o.progress()
}
