package mediastream

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// How audio is sent.
const (
	lead      = 400 * time.Millisecond // maximum that Twilio has
	firstSend = 20 * time.Millisecond  // first message, for a quick start
	eachSend  = 100 * time.Millisecond // later messages: larger ones cost less
	eachMark  = 200 * time.Millisecond // between marks
	maxQueued = 30 * time.Second       // limit of Write before it waits
	markGrace = 3 * time.Second        // wait for a mark after its audio has ended
)

// markPrefix starts the names of the marks that report how far a speech was
// heard. [Stream.Receive] does not return them.
const markPrefix = "ringback-"

// Played says how much of some audio was sent and heard.
type Played struct {
	Sent  time.Duration // handed to Twilio
	Heard time.Duration // played to the caller
	Exact bool          // Heard was reported by Twilio; otherwise it is at most 0.2 seconds off
}

// Play plays the audio of r, which has the format f, and returns when the
// caller has heard it: nil at its end, [ErrCleared] if Clear cut it,
// [ErrOneWay] if the stream accepts no audio, an error that wraps [ErrHungUp]
// at the end of the stream, or the error of r. If ctx ends, the audio is cut
// like by [Stream.Clear], and the error is the cause.
//
// Concurrent calls play one after the other. For a WAV file use
// [audio.NewWAVReader], which determines the format.
func (s *Stream) Play(ctx context.Context, r io.Reader, f audio.Format) (Played, error) {
	sp := s.Speak(f)
	cut := context.AfterFunc(ctx, func() { s.clear(context.Cause(ctx)) })
	defer cut()
	buf := make([]byte, max(f.Bytes(eachSend), 2))
	for {
		n, err := r.Read(buf)
		if n > 0 {
			if _, err := sp.Write(buf[:n]); err != nil {
				return sp.Played(), err
			}
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			_ = sp.Close()
			return sp.Played(), err
		}
	}
	_ = sp.Close()
	return sp.Wait(context.WithoutCancel(ctx))
}

// Speak returns a writer for audio that arrives in pieces, such as from a
// speech API. Pieces may have any length.
func (s *Stream) Speak(f audio.Format) *Speech {
	sp := &Speech{s: s, done: make(chan struct{})}
	to, err := s.Format()
	if err == nil {
		sp.convert, err = audio.NewConverter(f, to)
	}
	if slices.Contains(s.start.Tracks, Outbound) {
		err = ErrOneWay
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.player.add(sp)
	if err != nil {
		s.player.over(sp, err)
	} else if end := s.conn.Err(); end != nil {
		s.player.over(sp, hungUp(end))
	}
	return sp
}

// Clear cuts all audio that was not heard, here and at Twilio, and returns what
// was cut: the first at its position, later ones at zero. Call it when the
// caller interrupts, even if all audio was sent long ago. It returns nothing if
// nothing was left to be heard.
func (s *Stream) Clear() []Played { return s.clear(ErrCleared) }

func (s *Stream) clear(cause error) []Played {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.player.clear(cause, time.Now())
}

// A Speech is audio that is being written. Use [Stream.Speak] to make one.
// Write and Close must not be called concurrently with each other.
type Speech struct {
	s       *Stream
	convert *audio.Converter
	done    chan struct{} // closed when err is set

	// Guarded by s.mu.
	tag     uint64
	pending []byte        // in the format of the stream, not sent
	sent    time.Duration // passed to Twilio
	heard   time.Duration // by marks
	marked  time.Duration // position of the last mark sent
	marks   []mark        // that have not come back
	began   time.Time     // when its first sound is heard
	closed  bool
	err     error
	finish  bool // err is final
}

type mark struct {
	name string
	at   time.Duration
}

// Write queues audio. It waits while thirty seconds are queued. After Clear it
// returns [ErrCleared], after the end of the stream an error that wraps
// [ErrHungUp].
func (p *Speech) Write(sound []byte) (int, error) {
	s := p.s
	for {
		s.mu.Lock()
		if p.finish || p.closed {
			err := p.err
			s.mu.Unlock()
			if err == nil {
				err = errors.New("mediastream: write to a closed speech")
			}
			return 0, err
		}
		if s.duration(len(p.pending)) < maxQueued {
			p.pending = p.convert.Append(p.pending, sound)
			s.player.tick(time.Now())
			s.mu.Unlock()
			return len(sound), nil
		}
		moved := s.player.moved
		s.mu.Unlock()
		select {
		case <-moved:
		case <-p.done:
		}
	}
}

// Close ends the audio. It does not wait until it was heard; see Wait.
func (p *Speech) Close() error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.close()
	return nil
}

// close is Close with s.mu held.
func (p *Speech) close() {
	if p.closed || p.finish {
		return
	}
	p.closed = true
	p.pending = p.convert.Flush(p.pending)
	p.s.player.tick(time.Now())
}

// Wait returns when the audio was heard or cut, or when ctx ends, which does
// not cut it. The errors are those of [Stream.Play]. Call it after Close.
func (p *Speech) Wait(ctx context.Context) (Played, error) {
	select {
	case <-p.done:
		return p.Played(), p.err
	case <-ctx.Done():
		return p.Played(), context.Cause(ctx)
	}
}

// Played returns how far the caller has heard.
func (p *Speech) Played() Played {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	return p.played(time.Now())
}

// played estimates between two marks. s.mu must be held.
func (p *Speech) played(now time.Time) Played {
	switch {
	case p.finish || p.sent == 0 || p.heard == p.sent:
		return Played{p.sent, p.heard, p.sent == p.heard || p.sent == 0 || p.err != nil && p.heard == 0}
	}
	heard := p.heard
	if !p.began.IsZero() {
		limit := p.sent
		if len(p.marks) > 0 {
			limit = p.marks[0].at // the next mark has not come back
		}
		heard = max(heard, min(now.Sub(p.began), limit))
	}
	return Played{p.sent, max(heard, 0), false}
}

// player sends the audio of a stream in time. Its methods must be called with
// s.mu held, except where noted.
type player struct {
	s      *Stream
	items  []*Speech // not heard to their end
	tags   uint64
	names  int
	until  time.Time // when Twilio's buffer runs dry
	echoes bool      // a mark came back
	timer  *time.Timer
	moved  chan struct{} // closed and replaced at each progress
	frame  []byte
}

func (p *player) init(s *Stream) {
	p.s = s
	p.moved = make(chan struct{})
	p.timer = time.AfterFunc(time.Hour, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		p.tick(time.Now())
	})
	p.timer.Stop()
}

func (p *player) add(sp *Speech) {
	p.tags++
	sp.tag = p.tags
	p.items = append(p.items, sp)
}

func (p *player) progress() {
	close(p.moved)
	p.moved = make(chan struct{})
}

// over ends a speech.
func (p *player) over(sp *Speech, err error) {
	if sp.finish {
		return
	}
	sp.err, sp.finish, sp.closed = err, true, true
	sp.pending, sp.marks = nil, nil
	close(sp.done)
	p.items = slices.DeleteFunc(p.items, func(o *Speech) bool { return o == sp })
	p.progress()
}

// tick sends what is due and sets the timer for the rest.
func (p *player) tick(now time.Time) {
	for {
		sp := p.current()
		if sp == nil {
			p.await(now)
			return
		}
		if p.until.Before(now) {
			p.until = now
		}
		if ahead := p.until.Sub(now); ahead >= lead {
			p.timer.Reset(ahead - lead + eachSend)
			return
		}
		if !p.send(sp, now) {
			return
		}
	}
}

// current returns the speech whose audio is sent next, or nil if none has any.
func (p *player) current() *Speech {
	for _, sp := range p.items {
		if len(sp.pending) > 0 {
			if !sp.closed && p.s.duration(len(sp.pending)) < firstSend {
				return nil // less than a frame: more will come
			}
			return sp
		}
		if !sp.closed {
			return nil // its turn, and it has nothing yet
		}
	}
	return nil
}

// send sends one audio message. It returns false if there is no space.
func (p *player) send(sp *Speech, now time.Time) bool {
	f, err := p.s.Format()
	if err != nil {
		return false
	}
	size := f.Bytes(eachSend)
	if p.until.Equal(now) {
		size = f.Bytes(firstSend)
	}
	sound := sp.pending[:min(size, len(sp.pending))]
	whole := f.Bytes(firstSend)
	if rest := len(sound) % whole; rest > 0 && len(sound) > whole && len(sound) < size && !sp.closed {
		sound = sound[:len(sound)-rest]
	}
	last := sp.closed && len(sound) == len(sp.pending)
	taken := len(sound)
	if rest := taken % whole; last && rest > 0 {
		sound = f.Silence(sound, whole-rest)
	}
	length := f.Duration(len(sound))
	frame, err := Append(p.frame[:0], Media{StreamSID: p.s.start.StreamSID, Payload: sound})
	if err != nil {
		p.over(sp, err)
		return true
	}
	frames := [][]byte{frame}
	var m mark
	if last || sp.sent+length-sp.marked >= eachMark {
		p.names++
		m = mark{markPrefix + strconv.Itoa(p.names), sp.sent + length}
		n := len(frame)
		if frame, err = Append(frame, Mark{StreamSID: p.s.start.StreamSID, Name: m.name}); err != nil {
			p.over(sp, err)
			return true
		}
		frames = [][]byte{frame[:n], frame[n:]}
	}
	p.frame = frame
	room, err := p.s.conn.TryEnqueue(sp.tag, frames...)
	if err != nil {
		p.over(sp, hungUp(err))
		return true
	}
	if room != nil {
		p.timer.Reset(eachSend) // the network is slow
		return false
	}
	if sp.began.IsZero() {
		sp.began = p.until
	}
	if p.s.recorder != nil {
		p.s.recorder.spoken(p.until, sound)
	}
	if m.name != "" {
		sp.marks, sp.marked = append(sp.marks, m), m.at
	}
	sp.sent += length
	p.until = p.until.Add(length)
	sp.pending = sp.pending[:copy(sp.pending, sp.pending[taken:])]
	p.progress()
	return true
}

// await sets the timer to the time when the first mark is overdue, and ends
// speeches that have nothing left to be heard.
func (p *player) await(now time.Time) {
	for _, sp := range slices.Clone(p.items) {
		if len(sp.pending) > 0 || !sp.closed {
			break
		}
		if sp.sent == sp.heard {
			p.over(sp, nil)
			continue
		}
		if len(sp.marks) == 0 || sp.marks[len(sp.marks)-1].at < sp.sent {
			p.mark(sp) // it was closed after all its sound had been sent
		}
		due := sp.began.Add(sp.sent + markGrace)
		if due.After(now) {
			p.timer.Reset(due.Sub(now))
			return
		}
		if !p.echoes {
			p.over(sp, ErrOneWay)
			continue
		}
		sp.heard = sp.sent
		p.over(sp, nil)
	}
}

// mark requests a report for the end of a speech.
func (p *player) mark(sp *Speech) {
	p.names++
	m := mark{markPrefix + strconv.Itoa(p.names), sp.sent}
	frame, err := Append(p.frame[:0], Mark{StreamSID: p.s.start.StreamSID, Name: m.name})
	if err != nil {
		return
	}
	p.frame = frame
	if room, err := p.s.conn.TryEnqueue(sp.tag, frame); err == nil && room == nil {
		sp.marks, sp.marked = append(sp.marks, m), m.at
	}
}

// echoed handles a mark that came back. It reports whether the mark is our own.
// A mark of a cut speech changes nothing.
func (p *player) echoed(name string, now time.Time) bool {
	if !strings.HasPrefix(name, markPrefix) {
		return false
	}
	p.echoes = true
	for _, sp := range p.items {
		for i, m := range sp.marks {
			if m.name != name {
				continue
			}
			sp.heard = m.at
			sp.began = now.Add(-m.at)
			sp.marks = sp.marks[i+1:]
			if len(sp.marks) == 0 && sp.closed && len(sp.pending) == 0 && sp.heard == sp.sent {
				p.over(sp, nil)
			}
			p.progress()
			return true
		}
	}
	return true
}

// clear cuts everything.
func (p *player) clear(cause error, now time.Time) []Played {
	var cut []Played
	sounding := false
	for _, sp := range slices.Clone(p.items) {
		if sp.closed || sp.sent > 0 || len(sp.pending) > 0 {
			played := sp.played(now)
			p.s.conn.Drop(sp.tag)
			sounding = sounding || sp.sent > 0
			sp.heard = played.Heard
			cut = append(cut, played)
		}
		p.over(sp, cause)
	}
	p.until = time.Time{}
	p.timer.Stop()
	if sounding {
		if frame, err := Append(nil, Clear{StreamSID: p.s.start.StreamSID}); err == nil {
			_, _ = p.s.conn.TryEnqueue(0, frame)
		}
		if p.s.recorder != nil {
			p.s.recorder.cut(now)
		}
	}
	if len(cut) > 0 {
		p.s.h.server.Counters().Interrupted.Add(1)
	}
	return cut
}

// quiet waits until everything was heard, or ctx or the stream has ended. It
// locks s.mu itself. Nothing more can be written after it.
func (p *player) quiet(ctx context.Context) {
	for {
		p.s.mu.Lock()
		for _, sp := range slices.Clone(p.items) {
			sp.close()
		}
		idle, moved := len(p.items) == 0, p.moved
		p.s.mu.Unlock()
		if idle {
			return
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return
		case <-p.s.conn.Done():
			return
		}
	}
}

// stop ends everything when the stream is over.
func (p *player) stop() {
	p.timer.Stop()
	end := ErrHungUp
	if err := p.s.conn.Err(); err != nil {
		end = hungUp(err)
	}
	for _, sp := range slices.Clone(p.items) {
		sp.heard = sp.played(time.Now()).Heard
		p.over(sp, end)
	}
}
