package mediastream

import (
	"io"
	"slices"
	"time"

	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// Record writes the call to a stereo WAV file, 16 bits at the rate of the
// stream, from now until stop is called or the stream ends: the caller on the
// left, and what the caller heard on the right, cut where Clear cut it. On a
// stream of both tracks of <Start>, the right is the outbound track. Record
// writes continuously, so a long call does not take more memory.
//
// stop completes the header and returns the first error of w. It does not close
// w. w is used on the goroutines of the stream, so it must not block for long.
func (s *Stream) Record(w io.WriteSeeker) (stop func() error, err error) {
	from, err := s.Format()
	if err != nil {
		return nil, err
	}
	to := audio.Format{Encoding: audio.PCM16, Rate: from.Rate}
	wav, err := audio.NewWAVWriter(w, to, 2)
	if err != nil {
		return nil, err
	}
	r := &recorder{wav: wav, format: to, start: time.Now()}
	if r.left, err = audio.NewConverter(from, to); err != nil {
		return nil, err
	}
	if r.right, err = audio.NewConverter(from, to); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.recorder != nil {
		s.recorder.finish()
	}
	s.recorder = r
	return func() error {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.recorder == r {
			s.recorder = nil
		}
		r.finish()
		return r.err
	}, nil
}

// recorder mixes two channels. The left one sets the pace, 50 frames a second.
type recorder struct {
	wav         *audio.WAVWriter
	format      audio.Format
	left, right *audio.Converter
	start       time.Time
	written     int64 // samples
	spoke       []piece
	room, mixed []byte
	err         error
	finished    bool
}

// piece is audio of the right channel with its position in time.
type piece struct {
	at    int64 // sample
	sound []byte
}

func (r *recorder) sample(t time.Time) int64 {
	return int64(t.Sub(r.start) * time.Duration(r.format.Rate) / time.Second)
}

// spoken records audio that is heard from the time at on.
func (r *recorder) spoken(at time.Time, sound []byte) {
	if r.finished {
		return
	}
	r.spoke = append(r.spoke, piece{r.sample(at), r.right.Append(nil, sound)})
}

// cut removes what would be heard after now.
func (r *recorder) cut(now time.Time) {
	limit := r.sample(now)
	for i, p := range r.spoke {
		keep := min(max(limit-p.at, 0), int64(len(p.sound)/2))
		if r.spoke[i].sound = p.sound[:2*keep]; keep == 0 {
			r.spoke = r.spoke[:i]
			return
		}
	}
}

// heard writes a frame of the caller's audio, or keeps one of the outbound
// track.
func (r *recorder) heard(m *Media) {
	if r.finished {
		return
	}
	if m.Track == Outbound {
		r.spoke = append(r.spoke, piece{r.written, r.right.Append(nil, m.Payload)})
		r.trim()
		return
	}
	r.room = r.left.Append(r.room[:0], m.Payload)
	r.mixed = r.mixed[:0]
	for i := 0; i+1 < len(r.room); i += 2 {
		a, b := r.next()
		r.mixed = append(r.mixed, r.room[i], r.room[i+1], a, b)
		r.written++
	}
	if _, err := r.wav.Write(r.mixed); err != nil && r.err == nil {
		r.err = err
	}
}

// trim drops the oldest audio of an outbound track that is far ahead of the
// inbound one, whose frames are what moves the recording on.
func (r *recorder) trim() {
	n := 0
	for i := len(r.spoke) - 1; i >= 0; i-- {
		if n += len(r.spoke[i].sound) + 1; n > r.format.Bytes(keepSound) {
			r.spoke = slices.Delete(r.spoke, 0, i+1)
			return
		}
	}
}

// next returns the sample of the right channel that is due.
func (r *recorder) next() (byte, byte) {
	for len(r.spoke) > 0 {
		p := &r.spoke[0]
		skip := 2 * (r.written - p.at)
		switch {
		case skip < 0:
			return 0, 0
		case skip+1 < int64(len(p.sound)):
			return p.sound[skip], p.sound[skip+1]
		}
		r.spoke = r.spoke[1:]
	}
	return 0, 0
}

func (r *recorder) finish() {
	if r.finished {
		return
	}
	r.finished = true
	if err := r.wav.Close(); err != nil && r.err == nil {
		r.err = err
	}
}
