package mediastream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/internal/live"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

const (
	maxEvents  = 256              // events other than audio that wait for Receive
	maxWaiting = 4 << 20          // bytes of everything that waits for Receive
	eventSize  = 256              // bytes that an event takes besides its message
	keepSound  = 10 * time.Second // per track, if nothing reads
	heardWait  = 30 * time.Second // until what was to be played was heard
	moveWait   = 8 * time.Second  // the same, during a shutdown
)

// A Stream is one media stream of a call. Its methods may be called
// concurrently, except that only one goroutine at a time may receive.
type Stream struct {
	h     *Handler
	conn  *live.Conn
	req   *http.Request
	start Start
	began time.Time     // when the start arrived
	ready chan struct{} // closed when the start has arrived

	mu        sync.Mutex
	connected bool
	queue     []waiting // for Receive
	size      int       // sum of their sizes
	control   int       // of these, other than audio
	arrived   chan struct{}
	sounds    map[Track]int // bytes of audio in queue; no entry is zero
	listeners map[Track]*listener
	scratch   Media // that scanMedia fills
	player    player
	recorder  *recorder
}

// waiting is an event in the queue. Its size is at least the memory that it
// takes, apart from unused capacity.
type waiting struct {
	event Event
	size  int
}

func newStream(h *Handler, c *live.Conn, r *http.Request) *Stream {
	s := &Stream{
		h: h, conn: c, req: r,
		ready: make(chan struct{}), arrived: make(chan struct{}, 1),
		sounds: map[Track]int{}, listeners: map[Track]*listener{},
	}
	s.player.init(s)
	return s
}

// Start returns the message that started the stream.
func (s *Stream) Start() Start { return s.start }

// Request returns the handshake, for path values and headers. Its body is gone.
func (s *Stream) Request() *http.Request { return s.req }

// Format returns the audio format of the stream, in both directions. The error
// wraps [audio.ErrFormat] if Twilio announced one that cannot be converted;
// Receive and Send still work.
func (s *Stream) Format() (audio.Format, error) {
	m := s.start.MediaFormat
	f := audio.Format{Rate: m.SampleRate}
	switch strings.ToLower(m.Encoding) {
	case "audio/x-mulaw", "audio/mulaw", "audio/pcmu", "mulaw":
		f.Encoding = audio.MuLaw
	case "audio/x-alaw", "audio/alaw", "audio/pcma", "alaw":
		f.Encoding = audio.ALaw
	case "audio/l16", "audio/x-l16", "audio/pcm", "l16", "pcm":
		f.Encoding = audio.PCM16
	default:
		f.Encoding = audio.Encoding(m.Encoding)
	}
	if m.Channels > 1 {
		return f, fmt.Errorf("%w: %d channels", audio.ErrFormat, m.Channels)
	}
	return f, f.Check()
}

// Receive returns the next event: [*Media], [*DTMF], [*Mark], [*Gap], [*Stop]
// or [*Unknown]. Audio that arrives while the function is busy is joined, so
// one [*Media] may hold several frames. If the function does not receive for ten
// seconds, the oldest audio is replaced by a [*Gap]. The stream ends with
// [ErrOverflow] if more than 256 other events or 4 MiB in total wait. Receive does not return the audio of a
// track with a listener, or the marks of Play and Speak.
//
// Receive returns io.EOF when Twilio has closed the stream, and otherwise an
// error. The end of ctx ends only the wait, not the stream.
func (s *Stream) Receive(ctx context.Context) (Event, error) {
	for {
		if e, ok := s.next(); ok {
			return e, nil
		}
		select {
		case <-s.arrived:
			continue
		case <-s.conn.Done():
		case <-ctx.Done():
			if !errors.Is(context.Cause(ctx), ErrHungUp) {
				return nil, context.Cause(ctx)
			}
			<-s.conn.Done() // at once: it is why the context of the stream has ended
		}
		if e, ok := s.next(); ok {
			return e, nil
		}
		return nil, s.err()
	}
}

func (s *Stream) next() (Event, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return nil, false
	}
	w := s.queue[0]
	s.queue[0] = waiting{}
	s.queue = s.queue[1:]
	s.size -= w.size
	switch e := w.event.(type) {
	case *Media:
		s.lessSound(e.Track, len(e.Payload))
	case *Gap:
	default:
		s.control--
	}
	if len(s.queue) > 0 {
		s.wake()
	}
	return w.event, true
}

func (s *Stream) wake() {
	select {
	case s.arrived <- struct{}{}:
	default:
	}
}

// err returns why the connection is over, as an error of this package.
func (s *Stream) err() error {
	err := s.conn.Err()
	if err == nil || err == io.EOF {
		return err
	}
	return fmt.Errorf("mediastream: %w", err)
}

// Send queues a message. It fills in an empty StreamSID. An error that wraps
// [ErrMessage] means that the message is invalid; after the end of the stream
// the error wraps [ErrHungUp]. Audio sent this way is not paced: Twilio buffers
// up to ten minutes of it.
//
// ctx limits only the wait for space in the queue, which is long only if Twilio
// does not read.
func (s *Stream) Send(ctx context.Context, m Message) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	frame, err := Append(nil, s.named(m))
	if err != nil {
		return err
	}
	if err := s.conn.Enqueue(ctx, 0, frame); err != nil {
		if end := s.conn.Err(); end != nil {
			return hungUp(end)
		}
		return err
	}
	return nil
}

// named fills in the SID of the stream.
func (s *Stream) named(m Message) Message {
	switch v := m.(type) {
	case Media:
		v.StreamSID = cmp.Or(v.StreamSID, s.start.StreamSID)
		return v
	case *Media:
		return s.named(*v)
	case Mark:
		v.StreamSID = cmp.Or(v.StreamSID, s.start.StreamSID)
		return v
	case *Mark:
		return s.named(*v)
	case Clear:
		v.StreamSID = cmp.Or(v.StreamSID, s.start.StreamSID)
		return v
	case *Clear:
		return s.named(*v)
	}
	return m
}

// duration returns how long n bytes of the stream take to play.
func (s *Stream) duration(n int) time.Duration { return s.known().Duration(n) }

// known returns the format of the stream, or the usual one if it is unknown.
func (s *Stream) known() audio.Format {
	f, err := s.Format()
	if err != nil {
		return audio.MuLaw8k
	}
	return f
}

// enqueue adds an event to the queue. s.mu must be held.
func (s *Stream) enqueue(e Event, size int) error {
	if err := s.grow(size); err != nil {
		return err
	}
	s.queue = append(s.queue, waiting{e, size})
	s.wake()
	return nil
}

// grow counts bytes of the queue. The duration of the audio does not bound
// them: a peer can name any number of tracks, and send frames without audio.
func (s *Stream) grow(size int) error {
	if s.size+size > maxWaiting+s.h.opts.MaxMessage {
		return fmt.Errorf("%w: over %d bytes wait", ErrOverflow, maxWaiting)
	}
	s.size += size
	return nil
}

// lessSound counts audio that no longer waits.
func (s *Stream) lessSound(track Track, n int) {
	if s.sounds[track] -= n; s.sounds[track] <= 0 {
		delete(s.sounds, track)
	}
}

// frame handles one message. It runs on the reader's goroutine.
func (s *Stream) frame(frame []byte) error {
	if s.begun() && scanMedia(&s.scratch, frame, s.start.StreamSID) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.sound(&s.scratch, len(frame))
	}
	e, err := parse(frame)
	if err != nil {
		return err
	}
	if !s.begun() {
		return s.begin(e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch e := e.(type) {
	case *Media:
		return s.sound(e, len(frame)+len(e.Extra)*eventSize)
	case *Mark:
		if s.player.echoed(e.Name, time.Now()) {
			return nil
		}
	case *Connected, *Start:
		return fmt.Errorf("%w: a second %T", ErrProtocol, e)
	}
	if s.control == maxEvents {
		return fmt.Errorf("%w: %d events wait", ErrOverflow, maxEvents)
	}
	s.control++
	return s.enqueue(e, eventSize+memory(e, len(frame)))
}

func (s *Stream) begun() bool {
	select {
	case <-s.ready:
		return true
	default:
		return false
	}
}

// begin handles the messages before the first audio.
func (s *Stream) begin(e Event) error {
	switch e := e.(type) {
	case *Connected:
		if s.connected {
			return fmt.Errorf("%w: connected twice", ErrProtocol)
		}
		s.connected = true
		return nil
	case *Start:
		if e.CallSID == "" || e.StreamSID == "" {
			return fmt.Errorf("%w: a start without callSid or streamSid", ErrProtocol)
		}
		s.start, s.began = *e, time.Now()
		s.conn.Accepted()
		close(s.ready)
		return nil
	case *Unknown:
		return nil
	}
	return fmt.Errorf("%w: %T before the start", ErrProtocol, e)
}

// sound passes on a frame of the given size. m is valid until it returns. s.mu
// must be held.
func (s *Stream) sound(m *Media, size int) error {
	if s.recorder != nil {
		s.recorder.heard(m)
	}
	if l := s.listeners[m.Track]; l != nil {
		l.add(m.Payload)
		return nil
	}
	if n := len(s.queue); n > 0 {
		w := &s.queue[n-1]
		if last, ok := w.event.(*Media); ok && last.Track == m.Track && len(m.Extra) == 0 && len(last.Extra) == 0 {
			if err := s.grow(len(m.Payload)); err != nil {
				return err
			}
			w.size += len(m.Payload)
			last.Payload = append(last.Payload, m.Payload...)
			s.keep(m)
			return nil
		}
	}
	copied := *m
	copied.Payload = append(make([]byte, 0, max(len(m.Payload), usualPayload)), m.Payload...)
	if err := s.enqueue(&copied, eventSize+size); err != nil {
		return err
	}
	s.keep(m)
	return nil
}

// keep drops the oldest audio of a track if more than ten seconds wait.
func (s *Stream) keep(m *Media) {
	if len(m.Payload) == 0 {
		return
	}
	s.sounds[m.Track] += len(m.Payload)
	f := s.known()
	for s.sounds[m.Track] > f.Bytes(keepSound) {
		s.drop(m.Track, f)
	}
}

// drop replaces the oldest audio of a track by a gap, a second at a time to
// avoid the work for each frame.
func (s *Stream) drop(track Track, f audio.Format) {
	s.h.server.Counters().Overflows.Add(1)
	var gap *Gap
	for i := range s.queue {
		w := &s.queue[i]
		switch e := w.event.(type) {
		case *Gap:
			if e.Track == track {
				gap = e
			}
		case *Media:
			if e.Track != track {
				continue
			}
			n := min(len(e.Payload), f.Bytes(time.Second))
			lost := f.Duration(n)
			e.Payload = append(make([]byte, 0, cap(e.Payload)), e.Payload[n:]...)
			e.Timestamp += lost
			s.lessSound(track, n)
			w.size -= n
			s.size -= n
			empty := len(e.Payload) == 0
			switch {
			case gap != nil && empty:
				s.size -= w.size
				s.queue = slices.Delete(s.queue, i, i+1)
			case gap == nil && empty: // the gap is not larger than the frame was
				gap = &Gap{Track: track}
				w.event = gap
			case gap == nil:
				gap = &Gap{Track: track}
				s.size += eventSize
				s.queue = slices.Insert(s.queue, i, waiting{gap, eventSize})
			}
			gap.Missing += lost
			return
		}
	}
	delete(s.sounds, track)
}

// memory returns about how many bytes an event takes whose message has the
// given size.
func memory(e Event, size int) int {
	n := 0
	switch e := e.(type) {
	case *DTMF:
		n = len(e.Extra)
	case *Mark:
		n = len(e.Extra)
	case *Stop:
		n = len(e.Extra)
	}
	return size + n*eventSize
}

// move ends the stream so that the verbs after <Connect> can connect the call
// again.
func (s *Stream) move(ctx context.Context) {
	wait, cancel := context.WithTimeout(ctx, moveWait)
	defer cancel()
	s.player.quiet(wait)
	s.conn.Finish(normalClosure, "the server is shutting down")
}

// expire closes a stream that reached MaxDuration.
func (s *Stream) expire() {
	s.h.log().Info("mediastream: closed a stream after MaxDuration", live.CallSID(s.start.CallSID))
	s.move(context.Background())
}

// finish ends the stream after the function returned err.
func (s *Stream) finish(ctx context.Context, err error) {
	switch {
	case s.conn.Err() != nil:
		// Twilio closed first.
		if err != nil && !errors.Is(err, ErrHungUp) && !errors.Is(err, io.EOF) && !errors.Is(err, context.Canceled) {
			s.h.log().Debug("mediastream: stream ended", live.CallSID(s.start.CallSID), "error", safe(err))
		}
	case err != nil && err != io.EOF:
		s.h.log().Warn("mediastream: stream failed", live.CallSID(s.start.CallSID), "error", safe(err))
		s.conn.Finish(internalError, "internal error")
	default:
		wait, cancel := context.WithTimeout(ctx, heardWait)
		defer cancel()
		s.player.quiet(wait)
		s.conn.Finish(normalClosure, "")
	}
}

// close ends everything that waits for the stream.
func (s *Stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.player.stop()
	for _, l := range s.listeners {
		l.close()
	}
	if s.recorder != nil {
		s.recorder.finish()
	}
}
