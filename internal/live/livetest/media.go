package livetest

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/webhook/mediastream"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// FrameTime is the length of a frame of a media stream.
const FrameTime = 20 * time.Millisecond

// firstFrame is the timestamp of the first frame, as recorded.
const firstFrame = 57 * time.Millisecond

// MediaConfig describes the TwiML and the call.
type MediaConfig struct {
	URL    string // of the TwiML: wss://…
	Secret string // auth token; empty: the handshake is not signed
	Header http.Header
	Start  mediastream.Start // CallSID and so on; the rest has defaults
	OneWay bool              // the stream of a <Start>
}

// A Media is Twilio's side of one media stream: a caller whose audio is sent in
// frames, and who hears what the program plays.
type Media struct {
	cfg   MediaConfig
	ws    *websocket.Conn
	start time.Time

	mu       sync.Mutex
	sequence int64
	chunk    int64
	says     []byte
	until    time.Time // when the playback buffer runs dry
	heard    []Heard
	marks    []pendingMark
	warnings []int
	stopped  bool
	err      error
	closed   chan struct{}
}

// Heard is a sound that the caller has heard.
type Heard struct {
	At    time.Duration // since the stream began
	Sound []byte
}

type pendingMark struct {
	name  string
	timer *time.Timer
}

// Media opens a stream and sends connected and start. After a refusal the error
// is a [Refused].
func (s *Server) Media(ctx context.Context, cfg MediaConfig) (*Media, error) {
	ws, resp, err := s.Dial(ctx, cfg.URL, cfg.Secret, cfg.Header)
	if err != nil {
		if resp != nil {
			err = Refused{resp.StatusCode}
		}
		return nil, err
	}
	if cfg.Start.StreamSID == "" {
		cfg.Start.StreamSID = "MZ" + strings.Repeat("0", 32)
	}
	if cfg.Start.MediaFormat.Encoding == "" {
		cfg.Start.MediaFormat = mediastream.MediaFormat{Encoding: "audio/x-mulaw", SampleRate: 8000, Channels: 1}
	}
	if cfg.Start.Tracks == nil {
		cfg.Start.Tracks = []mediastream.Track{mediastream.Inbound}
	}
	m := &Media{cfg: cfg, ws: ws, start: time.Now(), closed: make(chan struct{})}
	m.Event(&mediastream.Connected{Protocol: "Call", Version: "1.0.0"})
	m.mu.Lock()
	m.sequence = 1
	start := cfg.Start
	start.SequenceNumber = 1
	m.mu.Unlock()
	m.Event(&start)
	go m.read()
	go m.speak()
	return m, nil
}

// Event sends an event unchanged.
func (m *Media) Event(e mediastream.Event) { m.Raw(mediastream.AppendEvent(nil, e)) }

// Raw sends a frame unchanged.
func (m *Media) Raw(frame []byte) {
	_ = m.ws.Write(context.Background(), websocket.MessageText, frame)
}

// next numbers a message. m.mu must be held.
func (m *Media) next() int64 {
	m.sequence++
	return m.sequence
}

// speak sends the caller's audio, or silence, every 20 ms.
func (m *Media) speak() {
	for n := 0; ; n++ {
		at := firstFrame + time.Duration(n)*FrameTime
		select {
		case <-time.After(time.Until(m.start.Add(at))):
		case <-m.closed:
			return
		}
		m.mu.Lock()
		if m.stopped {
			m.mu.Unlock()
			return
		}
		size := audio.MuLaw8k.Bytes(FrameTime)
		frame := append([]byte(nil), m.says[:min(size, len(m.says))]...)
		m.says = m.says[len(frame):]
		frame = audio.MuLaw8k.Silence(frame, size-len(frame))
		m.chunk++
		e := &mediastream.Media{
			SequenceNumber: m.next(), StreamSID: m.cfg.Start.StreamSID, Track: mediastream.Inbound,
			Chunk: m.chunk, Timestamp: at, Payload: frame,
		}
		m.mu.Unlock()
		m.Event(e)
	}
}

// Says makes the caller speak: sound is μ-law at 8 kHz.
func (m *Media) Says(sound []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.says = append(m.says, sound...)
}

// Presses makes the caller press keys.
func (m *Media) Presses(keys string) {
	for _, key := range keys {
		m.mu.Lock()
		e := &mediastream.DTMF{SequenceNumber: m.next(), StreamSID: m.cfg.Start.StreamSID, Track: "inbound_track", Digit: string(key)}
		m.mu.Unlock()
		m.Event(e)
	}
}

// HangUp ends the call: stop, and the close.
func (m *Media) HangUp() {
	m.mu.Lock()
	m.stopped = true
	e := &mediastream.Stop{
		SequenceNumber: m.next(), StreamSID: m.cfg.Start.StreamSID,
		AccountSID: m.cfg.Start.AccountSID, CallSID: m.cfg.Start.CallSID,
	}
	m.mu.Unlock()
	m.Event(e)
	_ = m.ws.Close(websocket.StatusNormalClosure, "")
}

// Drop closes the TCP connection without a close frame.
func (m *Media) Drop() { _ = m.ws.CloseNow() }

// Closed is closed when the connection is over.
func (m *Media) Closed() <-chan struct{} { return m.closed }

// Err returns how the program closed the connection, once Closed is closed.
func (m *Media) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

func (m *Media) read() {
	defer close(m.closed)
	for {
		_, frame, err := m.ws.Read(context.Background())
		m.mu.Lock()
		if err != nil {
			m.err = err
			for _, mark := range m.marks {
				mark.timer.Stop()
			}
			m.mu.Unlock()
			return
		}
		m.message(frame)
		m.mu.Unlock()
	}
}

// Twilio's warnings about what a server sends.
const (
	notJSON    = 31950
	notKnown   = 31951
	notAllowed = 31924
)

func (m *Media) message(frame []byte) {
	msg, err := mediastream.ParseMessage(frame)
	switch {
	case err != nil && (len(frame) == 0 || frame[0] != '{'):
		m.warnings = append(m.warnings, notJSON)
		return
	case err != nil:
		m.warnings = append(m.warnings, notKnown)
		return
	case m.cfg.OneWay:
		m.warnings = append(m.warnings, notAllowed)
		return
	}
	now := time.Now()
	if m.until.Before(now) {
		m.until = now
	}
	switch msg := msg.(type) {
	case mediastream.Media:
		m.heard = append(m.heard, Heard{m.until.Sub(m.start), msg.Payload})
		m.until = m.until.Add(audio.MuLaw8k.Duration(len(msg.Payload)))
	case mediastream.Mark:
		name := msg.Name
		m.marks = append(m.marks, pendingMark{name, time.AfterFunc(m.until.Sub(now), func() { m.echo(name) })})
	case mediastream.Clear:
		m.clear(now)
	}
}

// echo sends a mark back.
func (m *Media) echo(name string) {
	m.mu.Lock()
	for i, mark := range m.marks {
		if mark.name == name {
			m.marks = append(m.marks[:i], m.marks[i+1:]...)
			break
		}
	}
	e := &mediastream.Mark{SequenceNumber: m.next(), StreamSID: m.cfg.Start.StreamSID, Name: name}
	m.mu.Unlock()
	m.Event(e)
}

// clear empties the buffer and sends all marks back.
func (m *Media) clear(now time.Time) {
	at := now.Sub(m.start)
	for i := len(m.heard) - 1; i >= 0; i-- {
		h := &m.heard[i]
		left := audio.MuLaw8k.Bytes(max(at-h.At, 0))
		if left >= len(h.Sound) {
			break
		}
		h.Sound = h.Sound[:left]
	}
	m.until = now
	marks := m.marks
	m.marks = nil
	go func() {
		for _, mark := range marks {
			mark.timer.Stop()
			m.echo(mark.name)
		}
	}()
}

// Warnings are the codes that Twilio's debugger would show.
func (m *Media) Warnings() []int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]int(nil), m.warnings...)
}

// Heard returns what the caller has heard until now, piece by piece.
func (m *Media) Heard() []Heard {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := time.Since(m.start)
	var out []Heard
	for _, h := range m.heard {
		if n := min(audio.MuLaw8k.Bytes(max(now-h.At, 0)), len(h.Sound)); n > 0 {
			out = append(out, Heard{h.At, append([]byte(nil), h.Sound[:n]...)})
		}
	}
	return out
}

// Sound returns what the caller has heard until now in one piece, without the
// silence between.
func (m *Media) Sound() []byte {
	var all []byte
	for _, h := range m.Heard() {
		all = append(all, h.Sound...)
	}
	return all
}

// Gaps returns the silences between the pieces that were heard.
func (m *Media) Gaps() []time.Duration {
	var gaps []time.Duration
	heard := m.Heard()
	for i := 1; i < len(heard); i++ {
		end := heard[i-1].At + audio.MuLaw8k.Duration(len(heard[i-1].Sound))
		if gap := heard[i].At - end; gap > 0 {
			gaps = append(gaps, gap)
		}
	}
	return gaps
}
