package stage

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// Bounds of what a person may say into a call.
const (
	maxTyped = 4 << 10
	maxSound = time.Minute
	maxPiece = 400 * time.Millisecond // of live sound
	maxTone  = 10 * time.Second
)

// ErrInput is the error for an act in a live call that cannot be read.
var ErrInput = errors.New("stage: invalid act")

// A LiveAct is what a person does in a call that is connected to a WebSocket.
type LiveAct struct {
	Do   string `json:"do"`   // types, tone, plays, drops
	Text string `json:"text"` // of types: all that was typed so far
	Last bool   `json:"last"` // of types: the prompt is complete
	WAV  []byte `json:"wav"`  // of plays
	MS   int    `json:"ms"`   // of tone: its length; zero: a second
}

// LiveAct does what a says. The error is [ErrNotFound] for a call that does not
// exist, [ErrNotNow] where nothing listens, and [ErrInput] for an act or a file
// that cannot be read.
func (s *Stage) LiveAct(sid string, a LiveAct) error {
	c, err := s.find(sid)
	if err != nil {
		return err
	}
	ok := false
	switch a.Do {
	case "types":
		if len(a.Text) > maxTyped {
			return fmt.Errorf("%w: the text is longer than %d bytes", ErrInput, maxTyped)
		}
		ok = c.leg.Type(a.Text, a.Last)
	case "tone":
		d := time.Duration(a.MS) * time.Millisecond
		if d <= 0 {
			d = time.Second
		}
		ok = c.leg.SpeakSound(tone(min(d, maxTone)))
	case "plays":
		sound, err := readWAV(a.WAV)
		if err != nil {
			return err
		}
		ok = c.leg.SpeakSound(sound)
	case "drops":
		ok = c.leg.Drop()
	default:
		return fmt.Errorf("%w: unknown act %q", ErrInput, a.Do)
	}
	if !ok {
		return ErrNotNow
	}
	return nil
}

// tone is a test tone of 440 Hz.
func tone(d time.Duration) []byte {
	sound, err := audio.Convert(sine(8000, d), audio.PCM8k, audio.MuLaw8k)
	if err != nil {
		panic(err) // both formats are constants
	}
	return sound
}

// readWAV returns the first channel of a WAV file as a telephone line carries
// it.
func readWAV(file []byte) ([]byte, error) {
	r, err := audio.NewWAVReader(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	limit := r.Format().Bytes(maxSound)
	sound, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	if len(sound) > limit {
		return nil, fmt.Errorf("%w: the file is longer than %v", ErrInput, maxSound)
	}
	if sound, err = audio.Convert(sound, r.Format(), audio.MuLaw8k); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInput, err)
	}
	return sound, nil
}

func decode(payload string) []byte {
	sound, err := base64.StdEncoding.DecodeString(payload)
	if err != nil {
		return nil
	}
	return sound
}

// An Ear is a person's phone: what they say goes into the call, and what the
// program plays comes out. It is for one goroutine that reads C and one that
// speaks.
type Ear struct {
	// C has what the person hears, and is closed when another phone has taken the
	// place of this one, or when this one reads too slowly.
	C    <-chan Heard
	c    chan Heard
	leg  *dialogue.Call
	done func()
}

// Heard is sound, μ-law at 8 kHz, or the news that sound which has not been
// heard yet was cleared.
type Heard struct {
	Sound   []byte
	Cleared bool
}

// heardAhead is how many pieces of sound may wait to be read.
const heardAhead = 256

// maxEars is how many phones may be connected.
const maxEars = 8

// ErrEars is the error for more phones than there may be.
var ErrEars = errors.New("stage: too many calls have a microphone")

// Listen connects a phone to a call, in place of the one before.
func (s *Stage) Listen(sid string) (*Ear, error) {
	call, err := s.find(sid)
	if err != nil {
		return nil, err
	}
	if call.leg.Activity().State == dialogue.StateOver {
		return nil, ErrNotNow
	}
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.ears[sid]; old != nil {
		l.deafen(sid, old)
	}
	if len(l.ears) >= maxEars {
		return nil, ErrEars
	}
	c := make(chan Heard, heardAhead)
	e := &Ear{C: c, c: c, leg: call.leg}
	e.done = func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.ears[sid] == e {
			l.deafen(sid, e)
		}
	}
	l.ears[sid] = e
	return e, nil
}

// deafen disconnects a phone. The lock is held.
func (l *liveCalls) deafen(sid string, e *Ear) {
	delete(l.ears, sid)
	close(e.c)
}

// Close disconnects the phone. It may be called more than once.
func (e *Ear) Close() { e.done() }

// Speak says a piece of sound, at most 400 ms. It reports false when the call is
// over, or the piece is too long. A piece that comes too early is dropped.
func (e *Ear) Speak(sound []byte) bool {
	if audio.MuLaw8k.Duration(len(sound)) > maxPiece {
		return false
	}
	return e.leg.SpeakLive(sound) || e.leg.Activity().State != dialogue.StateOver
}

// tellEar passes something on to the phone of a call. The lock is held.
func (l *liveCalls) tellEar(call string, h Heard) {
	e := l.ears[call]
	if e == nil {
		return
	}
	select {
	case e.c <- h:
	default:
		l.deafen(call, e)
	}
}

// recording is what both sides of a call have said into its streams.
type recording struct {
	call            string
	start           time.Time
	caller, program []byte // μ-law at 8 kHz, from start
}

// slip is how many samples two pieces may be apart, or overlap, that follow each
// other: times are rounded.
const slip = 8

// record begins to record a call. The lock is held.
func (l *liveCalls) record(call string, at time.Time) {
	if l.recordingOf(call) != nil {
		return
	}
	if len(l.recordings) >= keptRecordings {
		l.recordings = slices.Delete(l.recordings, 0, 1)
	}
	l.recordings = append(l.recordings, &recording{call: call, start: at})
}

func (l *liveCalls) recordingOf(call string) *recording {
	for _, r := range l.recordings {
		if r.call == call {
			return r
		}
	}
	return nil
}

// put places sound on a track.
func (r *recording) put(track *[]byte, at time.Time, sound []byte) {
	from := audio.MuLaw8k.Bytes(at.Sub(r.start))
	limit := audio.MuLaw8k.Bytes(recordedLength)
	if from < 0 || from >= limit {
		return
	}
	switch gap := from - len(*track); {
	case gap < -slip:
		*track = (*track)[:from]
	case gap > slip:
		*track = audio.MuLaw8k.Silence(*track, gap)
	}
	*track = append(*track, sound[:min(len(sound), limit-from)]...)
}

// cut notes that the caller hears no more of what the program plays. The lock is
// held.
func (l *liveCalls) cut(call string, at time.Time) {
	if r := l.recordingOf(call); r != nil {
		if from := audio.MuLaw8k.Bytes(at.Sub(r.start)); from >= 0 && from < len(r.program) {
			r.program = r.program[:from]
		}
	}
	l.tellEar(call, Heard{Cleared: true})
}

// StreamRecording returns what was said in the streams of a call as a WAV file: the
// caller left, the program right, the first ten minutes.
func (s *Stage) StreamRecording(sid string) ([]byte, error) {
	l := s.live
	l.mu.Lock()
	r := l.recordingOf(sid)
	if r == nil {
		l.mu.Unlock()
		return nil, ErrNotFound
	}
	caller, program := slices.Clone(r.caller), slices.Clone(r.program)
	l.mu.Unlock()
	n := max(len(caller), len(program))
	caller = audio.MuLaw8k.Silence(caller, n-len(caller))
	program = audio.MuLaw8k.Silence(program, n-len(program))
	left, err := audio.Convert(caller, audio.MuLaw8k, audio.PCM8k)
	if err != nil {
		return nil, err
	}
	right, err := audio.Convert(program, audio.MuLaw8k, audio.PCM8k)
	if err != nil {
		return nil, err
	}
	return wavOf(stereo(left, right), 2), nil
}
