package livetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/webhook/relay"
)

// Delays of a [Relay], close to Twilio's.
const (
	SoundDelay  = 350 * time.Millisecond // from the first token to the first sound
	CharTime    = 70 * time.Millisecond  // of speech, both ways
	PartialTime = 250 * time.Millisecond // between partial prompts
	FinalDelay  = 400 * time.Millisecond // from the end of speech to the final prompt
	EndDelay    = 88 * time.Millisecond  // from an end message to the close
	DigitsTime  = 2100 * time.Millisecond
	GreetDelay  = 500 * time.Millisecond
	PlayLength  = 2 * time.Second
)

// RelayConfig describes the TwiML and the call.
type RelayConfig struct {
	URL      string // of the TwiML: wss://…
	Secret   string // auth token; empty: the handshake is not signed
	Header   http.Header
	Setup    relay.Setup // CallSID and so on; SessionID and Type may be empty
	Greeting string
	Blind    bool // no speaker-events and tokens-played
	Mute     bool // plays nothing that the program sends; the test sends the reports
	Partials bool
	Fixed    bool // interruptible="none" reportInputDuringAgentSpeech="any"
}

// A Relay is Twilio's side of one ConversationRelay session: a play queue, and
// a caller that the test controls. Speaks and Presses take as long as in a real
// call.
type Relay struct {
	cfg RelayConfig
	ws  *websocket.Conn

	mu       sync.Mutex
	queue    []*utterance
	speaking bool
	piece    string // being spoken
	since    time.Time
	timer    *time.Timer
	heard    strings.Builder
	messages []Sent
	bad      int
	err      error
	ended    *relay.End
	hungUp   bool
	closed   chan struct{}
	start    time.Time
}

// Sent is a message that the program has sent.
type Sent struct {
	At      time.Duration // since the session began
	Message relay.Message
}

type utterance struct {
	text    string // that has not been spoken
	digits  string
	play    bool
	closed  bool
	fixed   bool
	preempt bool
}

// Relay opens a session and sends the setup. After a refusal the error wraps a
// [Refused].
func (s *Server) Relay(ctx context.Context, cfg RelayConfig) (*Relay, error) {
	ws, resp, err := s.Dial(ctx, cfg.URL, cfg.Secret, cfg.Header)
	if err != nil {
		if resp != nil {
			err = Refused{resp.StatusCode}
		}
		return nil, err
	}
	r := &Relay{cfg: cfg, ws: ws, closed: make(chan struct{}), start: time.Now()}
	r.timer = time.AfterFunc(time.Hour, r.tick)
	r.timer.Stop()
	if cfg.Setup.SessionID == "" {
		r.cfg.Setup.SessionID = "VX" + strings.Repeat("0", 32)
	}
	r.Event(r.cfg.Setup)
	go r.read()
	if cfg.Greeting != "" {
		r.mu.Lock()
		r.queue = append(r.queue, &utterance{text: cfg.Greeting, closed: true})
		r.timer.Reset(GreetDelay)
		r.mu.Unlock()
	}
	return r, nil
}

// Refused is the status of a handshake that was not accepted. Twilio logs 64102,
// and the caller hears busy.
type Refused struct{ Status int }

// Error names the status.
func (e Refused) Error() string { return fmt.Sprintf("the handshake was answered with %d", e.Status) }

// Event sends an event unchanged.
func (r *Relay) Event(e relay.Event) { r.Raw(relay.AppendEvent(nil, e)) }

// Raw sends a frame unchanged.
func (r *Relay) Raw(frame []byte) {
	_ = r.ws.Write(context.Background(), websocket.MessageText, frame)
}

func (r *Relay) info(name, value string) {
	if r.cfg.Blind {
		return
	}
	r.Event(relay.Info{Name: name, Value: fmt.Appendf(nil, "%q", value)})
}

func (r *Relay) read() {
	defer close(r.closed)
	defer r.timer.Stop()
	for {
		_, frame, err := r.ws.Read(context.Background())
		if err != nil {
			r.mu.Lock()
			r.err = err
			r.mu.Unlock()
			return
		}
		r.mu.Lock()
		r.message(frame)
		r.mu.Unlock()
	}
}

func (r *Relay) message(frame []byte) {
	m, err := relay.ParseMessage(frame)
	if raw, ok := m.(relay.Raw); ok && raw.Type() != "config" && raw.Type() != "hints" {
		err = relay.ErrMalformed
	}
	if err != nil {
		r.Event(relay.Error{Description: "Invalid message received, code: 64107, " + string(frame)})
		if r.bad++; r.bad == 10 {
			go r.ws.Close(1007, "Too many consecutive malformed messages.")
		}
		return
	}
	r.bad = 0
	r.messages = append(r.messages, Sent{time.Since(r.start), m})
	if _, ends := m.(relay.End); r.cfg.Mute && !ends {
		return
	}
	switch m := m.(type) {
	case relay.Text:
		r.text(m)
	case relay.Play:
		r.add(&utterance{play: true, closed: true})
	case relay.SendDigits:
		r.add(&utterance{digits: m.Digits, closed: true})
	case relay.End:
		r.ended = &m
		r.timer.Stop()
		time.AfterFunc(EndDelay, func() { r.ws.Close(1000, "Closing websocket session") })
	}
}

func (r *Relay) text(m relay.Text) {
	if n := len(r.queue); n > 0 && !r.queue[n-1].closed {
		u := r.queue[n-1]
		u.text += m.Token
		u.closed = m.Last
		if n == 1 && r.piece == "" && r.speaking {
			r.next()
		}
		if !r.speaking && n == 1 && r.since.IsZero() {
			r.wake()
		}
		return
	}
	if m.Token == "" {
		return
	}
	r.add(&utterance{
		text: m.Token, closed: m.Last, fixed: m.Interruptible != nil && !*m.Interruptible,
		preempt: m.Preemptible != nil && *m.Preemptible,
	})
}

func (r *Relay) add(u *utterance) {
	if len(r.queue) > 0 && r.queue[0].preempt && r.piece != "" {
		r.info(relay.TokensPlayed, r.fragment())
		r.queue, r.piece = nil, ""
	}
	r.queue = append(r.queue, u)
	if len(r.queue) == 1 {
		r.wake()
	}
}

// wake starts playback after the usual delay.
func (r *Relay) wake() {
	delay := SoundDelay
	if r.queue[0].digits != "" {
		delay = DigitsTime
	}
	r.since = time.Now()
	r.timer.Reset(delay)
}

// tick ends a piece and starts the next.
func (r *Relay) tick() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.piece != "" {
		r.info(relay.TokensPlayed, r.piece)
		r.heard.WriteString(r.piece)
		r.piece = ""
	}
	r.next()
}

// next starts the next piece, if there is one.
func (r *Relay) next() {
	for len(r.queue) > 0 {
		u := r.queue[0]
		switch {
		case u.digits != "":
			if r.speaking {
				r.silence()
				r.timer.Reset(DigitsTime)
				return
			}
			r.info(relay.TokensPlayed, u.digits)
			r.queue = r.queue[1:]
			continue
		case u.play:
			u.play = false
			r.sound()
			r.timer.Reset(PlayLength)
			return
		}
		if piece := clause(u.text, u.closed); piece != "" {
			u.text = u.text[len(piece):]
			r.sound()
			r.piece, r.since = piece, time.Now()
			r.timer.Reset(time.Duration(utf8.RuneCountInString(piece)) * CharTime)
			return
		}
		if !u.closed {
			r.since = time.Time{}
			r.silence()
			return // until more tokens come
		}
		r.queue = r.queue[1:]
	}
	r.silence()
}

func (r *Relay) sound() {
	if !r.speaking {
		r.speaking = true
		r.info(relay.AgentSpeaking, "on")
	}
}

func (r *Relay) silence() {
	if r.speaking {
		r.speaking = false
		r.info(relay.AgentSpeaking, "off")
	}
}

// clause returns the first piece of text that is spoken as a unit.
func clause(text string, closed bool) string {
	if i := strings.IndexAny(text, ".,:;!?"); i >= 0 {
		return text[:i+1]
	}
	if closed {
		return text
	}
	return ""
}

// fragment returns the part of the piece that was heard, in whole words.
func (r *Relay) fragment() string {
	runes := []rune(r.piece)
	n := min(len(runes), int(time.Since(r.since)/CharTime))
	f := string(runes[:n])
	if n < len(runes) {
		f = f[:strings.LastIndexByte(f, ' ')+1]
	}
	return strings.TrimSpace(f)
}

// cut drops the play queue, if interruptions are allowed.
func (r *Relay) cut() {
	if r.cfg.Fixed || r.piece == "" || len(r.queue) > 0 && r.queue[0].fixed {
		return
	}
	fragment := r.fragment()
	r.heard.WriteString(" " + fragment + " –")
	r.info(relay.TokensPlayed, fragment)
	r.Event(relay.Interrupt{UtteranceUntilInterrupt: fragment, DurationUntilInterrupt: time.Since(r.since).Truncate(time.Millisecond)})
	r.queue, r.piece = nil, ""
	r.timer.Stop()
}

// Speaks says something, in real time, and returns when the final prompt was
// sent.
func (r *Relay) Speaks(text string) {
	r.mu.Lock()
	r.info(relay.ClientSpeaking, "on")
	r.cut()
	r.silence()
	r.mu.Unlock()
	for left := time.Duration(utf8.RuneCountInString(text)) * CharTime; left > 0; left -= PartialTime {
		time.Sleep(min(left, PartialTime))
		if r.cfg.Partials {
			said := text[:len(text)-min(len(text), int((left-min(left, PartialTime))/CharTime))]
			r.Event(relay.Prompt{VoicePrompt: said, Lang: "en"})
		}
	}
	time.Sleep(FinalDelay)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.info(relay.ClientSpeaking, "off")
	r.Event(relay.Prompt{VoicePrompt: text, Lang: "en-US", Last: true})
}

// Presses presses keys, one every 200 ms.
func (r *Relay) Presses(keys string) {
	for i, key := range keys {
		if i > 0 {
			time.Sleep(200 * time.Millisecond)
		}
		r.mu.Lock()
		r.Event(relay.DTMF{Digit: string(key)})
		r.cut()
		if r.piece == "" {
			r.silence()
		}
		r.mu.Unlock()
	}
}

// HangsUp ends the call and waits until the program has closed its side.
func (r *Relay) HangsUp() {
	r.timer.Stop()
	r.mu.Lock()
	r.hungUp = true
	r.mu.Unlock()
	_ = r.ws.Close(1000, "Closing websocket session")
	<-r.closed
}

// Drops closes the TCP connection.
func (r *Relay) Drops() {
	_ = r.ws.CloseNow()
	<-r.closed
}

// Quiet waits, for at most d, until the agent has said nothing for a second.
func (r *Relay) Quiet(d time.Duration) error {
	const look = 20 * time.Millisecond
	var quiet time.Duration
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(look) {
		r.mu.Lock()
		if len(r.queue) == 0 && !r.speaking && r.piece == "" {
			quiet += look
		} else {
			quiet = 0
		}
		r.mu.Unlock()
		if quiet > time.Second {
			return nil
		}
	}
	return errors.New("livetest: the agent is still speaking")
}

// Heard returns everything the caller heard. A dash marks an interruption.
func (r *Relay) Heard() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return strings.TrimSpace(r.heard.String())
}

// Messages returns what the program has sent.
func (r *Relay) Messages() []Sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Sent(nil), r.messages...)
}

// Closed is closed when the WebSocket is.
func (r *Relay) Closed() <-chan struct{} { return r.closed }

// CloseCode returns the close code of the WebSocket, or -1 if there was none.
func (r *Relay) CloseCode() websocket.StatusCode {
	r.mu.Lock()
	defer r.mu.Unlock()
	return websocket.CloseStatus(r.err)
}

// Outcome waits for the end of the session and returns the SessionStatus and the
// HandoffData of the action request that Twilio would make.
func (r *Relay) Outcome() (status, handoff string) {
	<-r.closed
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ended != nil:
		return "ended", r.ended.HandoffData
	case r.hungUp:
		return "completed", ""
	}
	return "failed", ""
}
