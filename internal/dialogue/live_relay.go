package dialogue

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// Times of a ConversationRelay session, near what was recorded.
const (
	greetDelay   = 500 * time.Millisecond  // from the setup to the greeting
	soundDelay   = 350 * time.Millisecond  // from the first token to the first sound
	hearDelay    = 300 * time.Millisecond  // until speech is recognized as such
	partialTime  = 250 * time.Millisecond  // between partial prompts
	finalDelay   = 400 * time.Millisecond  // from the end of speech to the last prompt
	endDelay     = 88 * time.Millisecond   // from the end message to the close
	digitsTime   = 2100 * time.Millisecond // from sendDigits to the end of the tones
	errorDelay   = 65 * time.Millisecond   // from the tenth error to the close
	charTime     = 85 * time.Millisecond   // of speech
	begunTime    = 10 * time.Millisecond   // after which a word counts as heard when it is cut
	maxMalformed = 10
	maxQueued    = 1000     // utterances that wait
	maxUnspoken  = 64 << 10 // bytes of them, which are more than an hour of speech
)

const sessionClosed = "Closing websocket session"

// relay plays Twilio's side of a ConversationRelay session.
type relay struct {
	s *session
	c *Call
	k *socket

	// From the attributes of the element.
	tokens, speakers bool
	interruptible    mode
	report           mode
	partials, keys   bool
	lang             string
	queue            []*utterance
	sounding         bool
	piece, heard     string // being spoken, and the part that the caller has heard
	word             string // being spoken
	wordBegan        time.Time
	began            time.Time
	cuts             int
	speaker, mouth   *proc
	sayings          []input
	typing           bool // the person types what they say
	malformed        int
	flooded          bool // the queue was full once
	over             bool
	ended            *SessionEnd
	delay            time.Duration // until the action request
}

// runRelay connects the call to a ConversationRelay session until that ends.
func (c *Call) runRelay(s *session, u *url.URL) outcome {
	k, no := s.openSocket(c.p, u, "Jetty/11.0.24")
	if no != nil {
		f := failure(64102, "the WebSocket of the ConversationRelay could not be opened: %s", no.reason())
		f.URL, f.Err, f.Line, f.Col = u.String(), no.err, s.v.Line, s.v.Column
		c.failed(f)
		c.killed = webhook.CallStatusBusy
		return outcome{err: errEnded}
	}
	r := newRelay(s, k)
	s.started = c.e.now
	k.start(r.frame, r.closed)
	r.setup()
	c.answer()
	if greeting := attr(s.v, "welcomeGreeting", ""); greeting != "" {
		r.queue = append(r.queue, &utterance{
			text: greeting, whole: true, closed: true, at: c.e.now.Add(greetDelay),
			interruptible: mode(attr(s.v, "welcomeGreetingInterruptible", attr(s.v, "interruptible", "any"))),
		})
	}
	r.speaker = c.e.spawn(r.speak)
	r.mouth = c.e.spawn(r.say)
	c.link = r
	unlisten := c.listen(&listener{keys: r.keys, speech: true})
	err := r.run()
	unlisten()
	c.link = nil
	r.stop()
	if s.stopped.IsZero() {
		s.stopped = c.e.now
	}
	if err == nil || s.actionAfter(err) {
		c.pause(r.delay)
	}
	return outcome{r.ended, err}
}

func newRelay(s *session, k *socket) *relay {
	v := s.v
	events := strings.Fields(attr(v, "events", "") + " " + attr(v, "debug", ""))
	r := &relay{
		s: s, c: s.call, k: k, delay: actionDelay,
		interruptible: mode(attr(v, "interruptible", "any")), report: mode(attr(v, "reportInputDuringAgentSpeech", "none")),
		partials: attr(v, "partialPrompts", "false") == "true", keys: attr(v, "dtmfDetection", "false") == "true",
		lang: attr(v, "transcriptionLanguage", attr(v, "language", "en-US")),
	}
	if attr(v, "speechModel", "") == "flux" {
		r.lang, _, _ = strings.Cut(r.lang, "-")
	}
	for _, event := range events {
		r.tokens = r.tokens || event == "tokens-played"
		r.speakers = r.speakers || event == "speaker-events"
	}
	return r
}

// reason says why a WebSocket was not opened.
func (no *refused) reason() string {
	switch {
	case no.status != 0:
		return "the server answered " + strconv.Itoa(no.status) + ", not 101"
	case no.err != nil && !strings.Contains(no.err.Error(), "websocket"):
		return no.err.Error()
	}
	return "there was no answer"
}

// run passes on what the caller does until one side ends the session.
func (r *relay) run() error {
	c := r.c
	for {
		if err := c.until(time.Time{}, func() bool { return r.ended != nil || len(c.inbox) > 0 }); err != nil {
			return err
		}
		if r.ended != nil {
			return nil
		}
		in, _ := c.take()
		if in.key != "" {
			r.press(in.key)
			continue
		}
		r.sayings = append(r.sayings, in)
		c.e.wake(r.mouth)
	}
}

func (r *relay) socket() *socket { return r.k }

func (r *relay) speaking() bool { return r.sounding }

// stop ends the session.
func (r *relay) stop() {
	if !r.over {
		r.finish()
		r.k.close(websocket.StatusNormalClosure, sessionClosed)
	}
}

// finish makes everything that the session does stop.
func (r *relay) finish() {
	if r.piece != "" {
		r.cutOff()
	}
	r.over, r.sounding, r.queue = true, false, nil
	r.s.stopped = r.c.e.now
	r.cuts++
	r.c.e.wake(r.speaker)
	r.c.e.wake(r.mouth)
}

// setup sends the first message.
func (r *relay) setup() {
	c := r.c
	status := "IN_PROGRESS"
	if c.rings() {
		status = "RINGING"
	}
	kind := "PSTN"
	switch address, _, _ := strings.Cut(c.person(), ":"); address {
	case "client":
		kind = "CLIENT"
	case "sip", "sips":
		kind = "SIP"
	}
	parent := ""
	if c.parent != nil {
		parent = c.parent.sid
	}
	r.send(struct {
		Type             string            `json:"type"`
		SessionID        string            `json:"sessionId"`
		CallSID          string            `json:"callSid"`
		ParentCallSID    string            `json:"parentCallSid"`
		From             string            `json:"from"`
		To               string            `json:"to"`
		ForwardedFrom    string            `json:"forwardedFrom"`
		CallerName       string            `json:"callerName"`
		Direction        string            `json:"direction"`
		CallType         string            `json:"callType"`
		CallStatus       string            `json:"callStatus"`
		AccountSID       string            `json:"accountSid"`
		CustomParameters map[string]string `json:"customParameters"`
	}{
		"setup", r.s.sid, c.sid, parent, c.from.Address, c.to.Address, c.setup.Params.Get("ForwardedFrom"),
		c.setup.Params.Get("CallerName"), string(c.direction), kind, status, c.e.cfg.AccountSID, parameters(r.s.v),
	})
}

// send queues a message to the program.
func (r *relay) send(message any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(message) == nil {
		r.k.send(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
	}
}

type relayInfo struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// speakerEvent sends a change of who speaks, if the TwiML asks for it.
func (r *relay) speakerEvent(who, value string) {
	if r.speakers {
		r.send(relayInfo{"info", who, value})
	}
}

// played sends what has been played, if the TwiML asks for it.
func (r *relay) played(text string) {
	if r.tokens && text != "" {
		r.send(relayInfo{"info", "tokensPlayed", text})
	}
}

func (r *relay) prompt(text string, last bool) {
	r.send(struct {
		Type        string `json:"type"`
		VoicePrompt string `json:"voicePrompt"`
		Lang        string `json:"lang"`
		Last        bool   `json:"last"`
	}{"prompt", text, r.lang, last})
}

// relayMessage is any message of the program.
type relayMessage struct {
	Type                  string  `json:"type"`
	Token                 *string `json:"token"`
	Last                  bool    `json:"last"`
	Lang                  string  `json:"lang"`
	Interruptible         *bool   `json:"interruptible"`
	Preemptible           bool    `json:"preemptible"`
	Source                string  `json:"source"`
	Loop                  *int    `json:"loop"`
	Digits                string  `json:"digits"`
	TTSLanguage           string  `json:"ttsLanguage"`
	TranscriptionLanguage string  `json:"transcriptionLanguage"`
	HandoffData           *string `json:"handoffData"`
}

// valid reports whether Twilio takes the message.
func (m *relayMessage) valid() bool {
	switch m.Type {
	case "text":
		return m.Token != nil
	case "play":
		u, err := url.Parse(m.Source)
		return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && (m.Loop == nil || *m.Loop >= 0)
	case "sendDigits":
		return m.Digits != "" && strings.Trim(m.Digits, "0123456789*#w") == ""
	case "language":
		return m.TTSLanguage+m.TranscriptionLanguage != ""
	case "end", "config", "hints":
		return true
	}
	return false
}

// frame takes a message of the program.
func (r *relay) frame(data []byte) {
	if r.over {
		return
	}
	var m relayMessage
	if err := json.Unmarshal(data, &m); err != nil || !m.valid() {
		r.refuse(data)
		return
	}
	r.malformed = 0
	switch m.Type {
	case "text":
		r.text(&m)
	case "play":
		u := &utterance{play: m.Source, loops: 1, closed: true, interruptible: r.modeOf(m.Interruptible), preemptible: m.Preemptible}
		if m.Loop != nil {
			u.loops = min(*m.Loop, forever)
			if u.loops == 0 {
				u.loops = forever
			}
		}
		r.add(u)
	case "sendDigits":
		r.add(&utterance{digits: m.Digits, closed: true, interruptible: r.interruptible})
	case "language":
		if m.TranscriptionLanguage != "" {
			r.lang = m.TranscriptionLanguage
		}
	case "end":
		end := &SessionEnd{Status: "ended"}
		if m.HandoffData != nil {
			end.HandoffData = *m.HandoffData
		}
		r.endAfter(endDelay, end, websocket.StatusNormalClosure, sessionClosed)
	}
}

// refuse answers a message that Twilio does not read. The tenth in a row ends the
// session.
func (r *relay) refuse(data []byte) {
	r.c.failed(failure(64107, "the program sent a message that is not one of ConversationRelay"))
	r.send(struct {
		Type        string `json:"type"`
		Description string `json:"description"`
	}{"error", "Invalid message received, code: 64107, " + string(data)})
	if r.malformed++; r.malformed == maxMalformed {
		r.delay = 200 * time.Millisecond
		r.failedSession()
		r.endAfter(errorDelay, &SessionEnd{Status: "failed", ErrorCode: 64105, Message: "Websocket ended"},
			websocket.StatusInvalidFramePayloadData, "Too many consecutive malformed messages.")
	}
}

func (r *relay) failedSession() {
	r.c.failed(failure(64105, "the WebSocket of the ConversationRelay ended before the session did"))
}

// endAfter closes the WebSocket after d and lets the call go on.
func (r *relay) endAfter(d time.Duration, end *SessionEnd, code websocket.StatusCode, reason string) {
	r.finish()
	r.c.e.spawn(func(p *proc) {
		p.sleep(d)
		r.k.close(code, reason)
		r.s.stopped = r.c.e.now
		r.ended = end
		r.c.e.wake(r.c.p)
	})
}

// closed takes the end of the connection.
func (r *relay) closed(error) {
	if r.over {
		return
	}
	r.finish()
	r.delay = time.Second
	r.failedSession()
	r.ended = &SessionEnd{Status: "failed", ErrorCode: 64105, Message: "Websocket ended"}
	r.c.e.wake(r.c.p)
}

// press takes a key.
func (r *relay) press(key string) {
	cut := r.cuttable("dtmf")
	if r.sounding && !cut && !r.report.allows("dtmf") {
		return // the key is lost
	}
	r.send(struct {
		Type  string `json:"type"`
		Digit string `json:"digit"`
	}{"dtmf", key})
	if cut {
		r.cut()
		r.silence()
	}
}

// say lets the caller speak, one utterance after the other.
func (r *relay) say(p *proc) {
	for !r.over {
		if len(r.sayings) == 0 {
			p.park(time.Time{})
			continue
		}
		in := r.sayings[0]
		r.sayings = r.sayings[1:]
		r.utter(p, in)
	}
}

// pass lets d pass. It reports false when the session is over.
func (r *relay) pass(p *proc, d time.Duration) bool {
	end := p.e.now.Add(d)
	for !r.over && p.e.now.Before(end) {
		p.park(end)
	}
	return !r.over
}

func (r *relay) utter(p *proc, in input) {
	all := strings.Fields(in.speech)
	if len(all) == 0 {
		return
	}
	start := p.e.now
	if !r.pass(p, min(hearDelay, in.length)) {
		return
	}
	cut := r.cuttable("speech")
	if r.sounding && !cut && !r.report.allows("speech") {
		r.pass(p, in.length-hearDelay) // the words are lost
		return
	}
	r.speakerEvent("clientSpeaking", "on")
	if cut {
		r.cut()
	}
	spoken := func() int {
		return min(max(1, int(int64(len(all))*int64(p.e.now.Sub(start))/int64(in.length))), len(all))
	}
	sent := 0
	partial := func(n int) {
		if r.partials && n > sent {
			r.prompt(strings.Join(all[:n], " "), false)
			sent = n
		}
	}
	partial(spoken())
	if cut {
		r.silence()
	}
	for left := in.length - p.e.now.Sub(start); left > 0; left = in.length - p.e.now.Sub(start) {
		if !r.pass(p, min(left, partialTime)) {
			return
		}
		partial(spoken())
	}
	if !r.pass(p, finalDelay) {
		return
	}
	r.speakerEvent("clientSpeaking", "off")
	r.prompt(in.speech, true)
}

var _ link = (*relay)(nil)

// nounOf returns what Connect holds, or nil.
func nounOf(v *twiml.Node) *twiml.Node {
	for n := range v.Elements() {
		return n
	}
	return nil
}
