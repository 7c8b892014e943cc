package mediastream

import (
	"io"
	"time"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// Listen returns the audio of a track in the format f, from the first frame
// that was not received yet. Read waits for audio and returns io.EOF at the end
// of the stream. If nothing reads for ten seconds, the oldest audio is dropped
// and counted in Stats.
//
// A track has one listener: a second call for the same track replaces the
// first, whose Read then returns io.EOF. The error of Read wraps
// [audio.ErrFormat] if the formats cannot be converted. Read must not be called
// concurrently.
func (s *Stream) Listen(f audio.Format, t Track) io.Reader {
	from, err := s.Format()
	l := &listener{s: s, arrived: make(chan struct{}, 1), from: from}
	if err == nil {
		l.convert, err = audio.NewConverter(from, f)
	}
	if err != nil {
		return &listener{err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.listeners[t]; old != nil {
		l.raw, old.raw = old.raw, nil
		old.close()
	}
	rest := s.queue[:0]
	for _, w := range s.queue {
		switch e := w.event.(type) {
		case *Media:
			if e.Track == t {
				l.add(e.Payload)
				s.size -= w.size
				continue
			}
		case *Gap:
			if e.Track == t {
				s.size -= w.size
				continue
			}
		}
		rest = append(rest, w)
	}
	clear(s.queue[len(rest):])
	s.queue = rest
	delete(s.sounds, t)
	s.listeners[t] = l
	if s.conn.Err() != nil {
		l.closed = true
	}
	return l
}

// listener is the reader of a track.
type listener struct {
	s       *Stream
	from    audio.Format
	convert *audio.Converter
	err     error // of the formats

	arrived chan struct{}
	raw     []byte // as received; guarded by s.mu
	closed  bool   // guarded by s.mu
	ready   []byte // converted, not yet read
	room    []byte
	sound   []byte
}

// add appends audio. s.mu must be held.
func (l *listener) add(sound []byte) {
	l.raw = append(l.raw, sound...)
	if most := l.from.Bytes(keepSound); len(l.raw) > most {
		l.s.h.server.Counters().Overflows.Add(1)
		drop := len(l.raw) - most + l.from.Bytes(time.Second)
		drop -= drop % l.from.SampleBytes()
		l.raw = append(l.raw[:0], l.raw[drop:]...)
	}
	l.wake()
}

func (l *listener) wake() {
	select {
	case l.arrived <- struct{}{}:
	default:
	}
}

// close ends the reader after the audio that is there. s.mu must be held.
func (l *listener) close() {
	if l.s != nil && !l.closed {
		l.closed = true
		l.wake()
	}
}

func (l *listener) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	for len(l.ready) == 0 && len(p) > 0 {
		l.s.mu.Lock()
		l.room = append(l.room[:0], l.raw...)
		l.raw = l.raw[:0]
		over := l.closed || l.s.conn.Err() != nil
		l.s.mu.Unlock()
		if len(l.room) > 0 {
			l.sound = l.convert.Append(l.sound[:0], l.room)
			l.ready = l.sound
			continue
		}
		if over {
			return 0, io.EOF
		}
		select {
		case <-l.arrived:
		case <-l.s.conn.Done():
		}
	}
	n := copy(p, l.ready)
	l.ready = l.ready[n:]
	return n, nil
}
