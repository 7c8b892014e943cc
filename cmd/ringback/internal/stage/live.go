package stage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

// A Session is a WebSocket between Twilio and the program, as the page shows it.
// Times are in milliseconds since At.
type Session struct {
	SID      string    `json:"sid"`
	Call     string    `json:"call"`
	Kind     string    `json:"kind"` // ConversationRelay, Stream
	Verb     string    `json:"verb"` // Connect, Start
	URL      string    `json:"url"`
	State    string    `json:"state"` // connecting, open, closed, failed
	At       time.Time `json:"at"`    // when the handshake began
	Opened   *int64    `json:"opened,omitempty"`
	Ended    *int64    `json:"ended,omitempty"`
	Status   int       `json:"status,omitempty"` // of the answer to a handshake that was refused
	Close    *Close    `json:"close,omitempty"`
	Problems []Problem `json:"problems"`
	Partials bool      `json:"partials"` // the program gets partial prompts
	Keys     bool      `json:"keys"`     // the program gets keys
	Sent     int       `json:"sent"`     // messages to the program so far
	Received int       `json:"received"` // messages of the program so far
	Items    []Item    `json:"items"`
	Frames   []Frame   `json:"frames"`
	Levels   Levels    `json:"levels"`
}

// Close is how a WebSocket was closed.
type Close struct {
	Code   int    `json:"code"` // -1: without a close frame
	Reason string `json:"reason,omitempty"`
	By     string `json:"by"` // program, Twilio
}

// A Problem is an error or a warning that Twilio logs for a session, and what to
// do about it.
type Problem struct {
	At     int64  `json:"at"`
	Code   int    `json:"code,omitempty"`
	Text   string `json:"text"`
	Advice string `json:"advice,omitempty"`
	Flag   string `json:"flag,omitempty"` // of the command, that helps
	Mild   bool   `json:"mild,omitempty"` // a warning
}

// An Item is a step of the conversation in a session.
type Item struct {
	N             int    `json:"n"`
	At            int64  `json:"at"`
	Who           string `json:"who"`  // caller, agent, Twilio
	Kind          string `json:"kind"` // speech, keys, greeting, reply, play, digits, language, sound, interrupt, end, action
	Text          string `json:"text,omitempty"`
	Lang          string `json:"lang,omitempty"`
	Open          bool   `json:"open,omitempty"` // more of it may come: a partial prompt, a reply without its last token, sound
	Tokens        int    `json:"tokens,omitempty"`
	Heard         string `json:"heard,omitempty"`  // the part of a reply that the caller has heard
	Cut           bool   `json:"cut,omitempty"`    // the caller hears no more of it
	Length        int64  `json:"length,omitempty"` // of sound; of an interrupt: durationUntilInterruptMs
	FirstToken    *int64 `json:"firstToken,omitempty"`
	FirstSound    *int64 `json:"firstSound,omitempty"`
	Interruptible *bool  `json:"interruptible,omitempty"`
	Preemptible   bool   `json:"preemptible,omitempty"`
	Exchange      int64  `json:"exchange,omitempty"` // of an action

	asked time.Time // what a reply answers, until its first sound
}

// A Frame is a WebSocket message.
type Frame struct {
	N    int    `json:"n"`
	At   int64  `json:"at"`
	Out  bool   `json:"out"` // the program has sent it
	Type string `json:"type"`
	Size int    `json:"size"`
	Text string `json:"text"` // JSON without sound
}

// Levels are the loudness of both directions in steps of 100 ms, from 0 to 1000.
type Levels struct {
	From int   `json:"from"` // the step with which the lists begin
	In   []int `json:"in"`   // the caller
	Out  []int `json:"out"`  // the program
}

// LiveNews is what has changed in a session. Items and frames replace those with
// the same number, and levels those of the same steps.
type LiveNews struct {
	Session
	Dropped int `json:"dropped"` // frames up to this number are not kept any more
}

// Bounds of what is kept of live calls.
const (
	keptSessions   = 20
	keptItems      = 500
	keptText       = 16 << 10 // of an item
	keptFrame      = 4 << 10
	keptFrames     = 1000 // of each session, without sound
	keptMedia      = 400  // messages with sound
	keptProblems   = 50
	keptRecordings = 4
	recordedLength = 10 * time.Minute
	keptLevels     = 36_000

	levelStep = 100 * time.Millisecond
	liveBeat  = 100 * time.Millisecond // how often news of sessions is sent
)

// Loudness of a stream.
const (
	loud       = 0.02
	audible    = 0.005
	talkPause  = 400 * time.Millisecond // ends what the caller says
	soundPause = 300 * time.Millisecond // ends what the program plays
)

// liveCalls is the state of the WebSockets of all calls.
type liveCalls struct {
	mu         sync.Mutex
	sessions   []*session
	recordings []*recording
	ears       map[string]*Ear
	changed    chan struct{}
}

// session is a Session with what the page need not know.
type session struct {
	Session
	items []*Item
	said  int // items so far
	count int // frames so far
	media int // frames with sound that are kept

	head    int       // the first item of the program that is not heard to its end
	asked   time.Time // when the program was last given something to answer
	speech  *Item     // a partial prompt
	talking *Item     // sound of the caller
	playing *Item     // sound of the program
	lastIn  time.Time // sound of the caller
	lastOut time.Time // end of the program's sound
	over    bool      // the program has ended it

	dirty      map[int]bool // items that are news
	toldFrames int
	dirtyLevel int
	news       bool
	dropped    int
}

func newLiveCalls() *liveCalls {
	return &liveCalls{ears: map[string]*Ear{}, changed: make(chan struct{}, 1)}
}

// Sessions returns the WebSockets of a call, the first one first.
func (s *Stage) Sessions(call string) []Session {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Session{}
	for _, v := range l.sessions {
		if v.Call == call {
			out = append(out, v.whole())
		}
	}
	return out
}

// AllSessions returns the WebSockets of all calls, the latest first, without their
// items, frames and levels.
func (s *Stage) AllSessions() []Session {
	l := s.live
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []Session{}
	for _, v := range slices.Backward(l.sessions) {
		c := v.Session
		c.Problems = append([]Problem{}, v.Problems...)
		c.Items, c.Frames, c.Levels = []Item{}, []Frame{}, Levels{In: []int{}, Out: []int{}}
		out = append(out, c)
	}
	return out
}

// whole returns everything that is kept of a session.
func (v *session) whole() Session {
	c := v.Session
	c.Problems = append([]Problem{}, v.Problems...)
	c.Items = make([]Item, len(v.items))
	for i, item := range v.items {
		c.Items[i] = *item
	}
	c.Frames = append([]Frame{}, v.Frames...)
	c.Levels.In, c.Levels.Out = append([]int{}, v.Levels.In...), append([]int{}, v.Levels.Out...)
	return c
}

// changes returns what is new in a session since the last call.
func (v *session) changes() LiveNews {
	n := LiveNews{Session: v.Session, Dropped: v.dropped}
	n.Problems = append([]Problem{}, v.Problems...)
	n.Items = []Item{}
	for _, item := range v.items {
		if v.dirty[item.N] {
			n.Items = append(n.Items, *item)
		}
	}
	i := len(v.Frames)
	for i > 0 && v.Frames[i-1].N > v.toldFrames {
		i--
	}
	n.Frames = append([]Frame{}, v.Frames[i:]...)
	from := min(v.dirtyLevel, max(len(v.Levels.In), len(v.Levels.Out)))
	n.Levels = Levels{From: from, In: tail(v.Levels.In, from), Out: tail(v.Levels.Out, from)}
	v.news, v.toldFrames, v.dirtyLevel = false, v.count, keptLevels
	clear(v.dirty)
	return n
}

func tail(list []int, from int) []int {
	if from >= len(list) {
		return []int{}
	}
	return append([]int{}, list[from:]...)
}

// tellLive reports what happens on WebSockets, a few times a second.
func (s *Stage) tellLive(ctx context.Context) {
	l := s.live
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.changed:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(liveBeat):
		}
		var news []LiveNews
		l.mu.Lock()
		for _, v := range l.sessions {
			if v.news {
				news = append(news, v.changes())
			}
		}
		l.mu.Unlock()
		for _, n := range news {
			s.tell(News{"live", n})
		}
	}
}

// touch notes that there is news of a session. The lock is held.
func (l *liveCalls) touch(v *session) {
	v.news = true
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

func (l *liveCalls) of(sid string) *session {
	for _, v := range slices.Backward(l.sessions) {
		if v.SID == sid {
			return v
		}
	}
	return nil
}

// latest returns the last session of a call that has begun.
func (l *liveCalls) latest(call string) *session {
	for _, v := range slices.Backward(l.sessions) {
		if v.Call == call {
			return v
		}
	}
	return nil
}

// event takes what happens on a WebSocket. It runs on the engine's goroutine and
// must not call the engine.
func (l *liveCalls) event(ev dialogue.LiveEvent) {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := l.of(ev.SID)
	if v == nil {
		v = l.begin(ev)
	}
	defer l.touch(v)
	at := v.ms(ev.At)
	switch ev.Type {
	case dialogue.LiveOpen:
		v.State, v.Opened = "open", &at
		if greeting := attribute(ev, "welcomeGreeting", ""); v.Kind == "ConversationRelay" && greeting != "" {
			v.add(ev.At, Item{Who: "agent", Kind: "greeting", Text: clip(greeting, keptText)})
		}
		if v.Kind == "Stream" {
			l.record(v.Call, ev.At)
		}
	case dialogue.LiveRefused:
		v.State, v.Ended, v.Status = "failed", &at, ev.Status
	case dialogue.LiveClosed:
		if v.State != "failed" {
			v.State = "closed"
		}
		by := "program"
		if ev.Ours {
			by = "Twilio"
		}
		v.Ended, v.Close = &at, &Close{ev.Status, clip(ev.Text, keptFrame), by}
		v.finish(ev.At)
	case dialogue.LiveSent:
		v.Sent++
		m, sound := v.frame(ev, at, false)
		if len(sound) > 0 && m.Media.Track == "inbound" && v.Opened != nil {
			l.heardCaller(v, v.time(*v.Opened+number(m.Media.Timestamp)), sound)
		}
	case dialogue.LiveReceived:
		v.Received++
		v.frame(ev, at, true)
	case dialogue.LiveSpeaking:
		v.speaking(ev.At, ev.Text)
	case dialogue.LivePlaying:
		l.heardProgram(v, ev.At, ev.Data)
	case dialogue.LiveCut:
		v.cut(ev.At)
		if v.Kind == "Stream" {
			v.silence(ev.At)
			l.cut(v.Call, ev.At)
		}
	}
}

func (l *liveCalls) begin(ev dialogue.LiveEvent) *session {
	v := &session{
		Session: Session{
			SID: ev.SID, Call: rootOf(ev.Call).SID(), Kind: ev.Node.Name, Verb: "Connect", URL: clip(ev.Text, keptFrame), State: "connecting", At: ev.At,
			Partials: attribute(ev, "partialPrompts", "false") == "true", Keys: ev.Node.Name == "Stream" || attribute(ev, "dtmfDetection", "false") == "true",
		},
	}
	if ev.Beside {
		v.Verb = "Start"
	}
	return l.append(v)
}

// append adds a session. The lock is held.
func (l *liveCalls) append(v *session) *session {
	v.dirty, v.dirtyLevel = map[int]bool{}, keptLevels
	l.sessions = append(l.sessions, v)
	if len(l.sessions) > keptSessions {
		if i := slices.IndexFunc(l.sessions, func(o *session) bool { return o.Ended != nil }); i >= 0 {
			l.sessions = slices.Delete(l.sessions, i, i+1)
		} else {
			l.sessions = slices.Delete(l.sessions, 0, 1)
		}
	}
	return v
}

func attribute(ev dialogue.LiveEvent, name, def string) string {
	if value, ok := ev.Node.Attr(name); ok {
		return value
	}
	return def
}

func clip(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "") + "…"
}

// ms is a time as the page gets it.
func (v *session) ms(at time.Time) int64 { return at.Sub(v.At).Milliseconds() }

// time is the reverse of ms.
func (v *session) time(ms int64) time.Time { return v.At.Add(time.Duration(ms) * time.Millisecond) }

func (v *session) add(at time.Time, item Item) *Item {
	v.said++
	item.N, item.At = v.said, v.ms(at)
	if len(v.items) >= keptItems {
		v.items = v.items[1:]
		v.head = max(v.head-1, 0)
	}
	v.items = append(v.items, &item)
	v.dirty[item.N] = true
	return &item
}

// frame keeps a message and reads what it says. It returns the sound in it.
func (v *session) frame(ev dialogue.LiveEvent, at int64, out bool) (message, []byte) {
	var m message
	bad := json.Unmarshal(ev.Data, &m) != nil
	text, sound := withoutSound(ev.Data, m.Media.Payload)
	kind := m.Type + m.Event
	if bad || kind == "" {
		kind = "unreadable"
	}
	isMedia := kind == "media"
	v.count++
	if isMedia {
		v.media++
	}
	v.Frames = append(v.Frames, Frame{v.count, at, out, clip(kind, 40), len(ev.Data), clip(text, keptFrame)})
	v.trim()
	if bad {
		return m, nil
	}
	if v.Kind == "ConversationRelay" {
		v.spoken(ev.At, out, m)
	} else if kind == "dtmf" && !out {
		v.keys(ev.At, m.DTMF.Digit)
	}
	return m, sound
}

// trim drops the oldest frames: those with sound on their own, since they would
// push out all others.
func (v *session) trim() {
	others := len(v.Frames) - v.media
	if v.media <= keptMedia+keptMedia/4 && others <= keptFrames+keptFrames/4 {
		return
	}
	media := v.media - keptMedia
	others -= keptFrames
	kept := v.Frames[:0]
	for _, f := range v.Frames {
		if f.Type == "media" && media > 0 {
			media--
			v.media--
			continue
		}
		if f.Type != "media" && others > 0 {
			others--
			v.dropped = f.N
			continue
		}
		kept = append(kept, f)
	}
	v.Frames = kept
}

// message is what a frame may hold, of either protocol.
type message struct {
	Type        string  `json:"type"`
	Event       string  `json:"event"`
	VoicePrompt string  `json:"voicePrompt"`
	Lang        string  `json:"lang"`
	Last        bool    `json:"last"`
	Digit       string  `json:"digit"`
	Digits      string  `json:"digits"`
	Utterance   string  `json:"utteranceUntilInterrupt"`
	Duration    int64   `json:"durationUntilInterruptMs"`
	Token       *string `json:"token"`
	Interrupt   *bool   `json:"interruptible"`
	Preemptible bool    `json:"preemptible"`
	Source      string  `json:"source"`
	TTS         string  `json:"ttsLanguage"`
	STT         string  `json:"transcriptionLanguage"`
	Handoff     string  `json:"handoffData"`
	Media       struct {
		Track     string `json:"track"`
		Timestamp string `json:"timestamp"`
		Payload   string `json:"payload"`
	} `json:"media"`
	DTMF struct {
		Digit string `json:"digit"`
	} `json:"dtmf"`
}

// spoken takes a message of ConversationRelay.
func (v *session) spoken(at time.Time, out bool, m message) {
	if v.over {
		return
	}
	text := ""
	if m.Token != nil {
		text = *m.Token
	}
	switch {
	case !out && m.Type == "prompt":
		if v.speech == nil {
			v.speech = v.add(at, Item{Who: "caller", Kind: "speech", Lang: m.Lang})
		}
		v.speech.Text, v.speech.Open = clip(m.VoicePrompt, keptText), !m.Last
		v.dirty[v.speech.N] = true
		if m.Last {
			v.speech, v.asked = nil, at
		}
	case !out && m.Type == "dtmf":
		v.keys(at, m.Digit)
	case !out && m.Type == "interrupt":
		v.add(at, Item{Who: "caller", Kind: "interrupt", Text: clip(m.Utterance, keptText), Length: m.Duration})
		v.drop()
	case out && m.Type == "text":
		v.token(at, text, m)
	case out && m.Type == "play":
		v.queue(at, Item{Who: "agent", Kind: "play", Text: clip(m.Source, keptText)}, m)
	case out && m.Type == "sendDigits":
		v.queue(at, Item{Who: "agent", Kind: "digits", Text: clip(m.Digits, keptText)}, m)
	case out && m.Type == "language":
		v.add(at, Item{Who: "agent", Kind: "language", Text: clip(strings.TrimSpace(m.TTS+" "+m.STT), keptText)})
	case out && m.Type == "end":
		v.add(at, Item{Who: "agent", Kind: "end", Text: clip(m.Handoff, keptText)})
		v.over = true
	}
}

func (v *session) keys(at time.Time, digit string) {
	if n := len(v.items); n > 0 {
		if last := v.items[n-1]; last.Kind == "keys" && len(last.Text) < 100 {
			last.Text += digit
			v.dirty[last.N] = true
			v.asked = at
			return
		}
	}
	v.add(at, Item{Who: "caller", Kind: "keys", Text: digit})
	v.asked = at
}

// token adds a token to the reply that is open, or begins one.
func (v *session) token(at time.Time, text string, m message) {
	if n := len(v.items); n > 0 {
		for _, item := range slices.Backward(v.items[v.head:]) {
			if item.Who != "agent" || item.Kind == "language" {
				continue
			}
			if item.Kind != "reply" || !item.Open || item.Cut {
				break
			}
			item.Text = clip(item.Text+text, keptText)
			item.Tokens++
			item.Open = !m.Last
			v.dirty[item.N] = true
			return
		}
	}
	if text == "" {
		return
	}
	v.queue(at, Item{Who: "agent", Kind: "reply", Text: clip(text, keptText), Lang: m.Lang, Open: !m.Last, Tokens: 1}, m)
}

// queue adds something that the program says, and measures how long that took.
func (v *session) queue(at time.Time, item Item, m message) {
	item.Interruptible, item.Preemptible = m.Interrupt, m.Preemptible
	added := v.add(at, item)
	if !v.asked.IsZero() {
		took := at.Sub(v.asked).Milliseconds()
		added.FirstToken, added.asked = &took, v.asked
		v.asked = time.Time{}
	}
}

// unheard reports whether the caller is still to hear something of an item.
func (i *Item) unheard() bool {
	said := i.Kind == "reply" || i.Kind == "greeting"
	return i.Who == "agent" && said && !i.Cut && (i.Open || len(i.Heard) < len(i.Text))
}

// hear notes that the caller has heard more of an item. Heard always begins Text,
// whatever the words are: those of an item that is not kept any more reach the
// next one.
func (i *Item) hear(words string) {
	n := min(len(i.Heard)+len(words), len(i.Text))
	i.Heard = strings.ToValidUTF8(i.Text[:n], "")
}

// current returns what the program says and the caller has not heard to its
// end.
func (v *session) current() *Item {
	for ; v.head < len(v.items); v.head++ {
		if item := v.items[v.head]; item.unheard() {
			return item
		}
	}
	return nil
}

// speaking notes that a clause begins to be heard. What should have been heard
// before it was dropped.
func (v *session) speaking(at time.Time, clause string) {
	i := slices.IndexFunc(v.items, func(item *Item) bool {
		return item.unheard() && strings.HasPrefix(item.Text[len(item.Heard):], clause)
	})
	if i < 0 {
		return
	}
	for _, item := range v.items[v.head:max(i, v.head)] {
		v.cutItem(item)
	}
	v.head = i
	if item := v.items[i]; !item.asked.IsZero() {
		took := at.Sub(item.asked).Milliseconds()
		item.FirstSound, item.asked = &took, time.Time{}
		v.dirty[item.N] = true
	}
}

// cutItem notes that the caller hears no more of an item.
func (v *session) cutItem(item *Item) {
	if item.unheard() {
		item.Cut, item.Open = true, false
		v.dirty[item.N] = true
	}
}

// word notes that the caller has heard a word.
func (v *session) word(text string) {
	if item := v.current(); item != nil {
		item.hear(text)
		v.dirty[item.N] = true
	}
}

// drop notes that nothing of what the program has said so far will be heard.
func (v *session) drop() {
	for _, item := range v.items {
		v.cutItem(item)
	}
	v.head = len(v.items)
}

// cut notes that the caller hears no more of what is being said.
func (v *session) cut(at time.Time) {
	if v.Kind == "Stream" {
		if v.playing != nil {
			v.playing.Cut = true
			v.stopPlaying(at)
		}
		return
	}
	if item := v.current(); item != nil {
		v.cutItem(item)
	}
}

// finish notes that the session is over.
func (v *session) finish(at time.Time) {
	v.over = true
	if v.speech != nil {
		v.speech.Open = false
		v.dirty[v.speech.N] = true
	}
	v.drop()
	v.stopPlaying(at)
	v.stopTalking()
}

// dialogueEvent takes what the engine says of a call that has a session.
func (l *liveCalls) dialogueEvent(s *Stage, e dialogue.Event, exchange int64) {
	switch e.Type {
	case dialogue.EventWordHeard, dialogue.EventFailed, dialogue.EventWarned, dialogue.EventFetched:
	default:
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	call := rootOf(e.Call).SID()
	v := l.latest(call)
	if e.Type == dialogue.EventFailed && e.Failure != nil && e.Failure.Code == notWSS && (v == nil || v.Ended != nil) {
		// The document was refused, so that no WebSocket was tried.
		zero := int64(0)
		v = l.append(&session{Session: Session{SID: call + "/refused", Call: call, Kind: "WebSocket", Verb: "Connect", State: "failed", At: e.At, Ended: &zero}})
	}
	if v == nil {
		return
	}
	switch {
	case e.Type == dialogue.EventWordHeard:
		v.word(e.Text)
	case e.Type == dialogue.EventFetched:
		x := e.Exchange
		if x == nil || x.Kind != webhook.KindConversationRelayAction && x.Kind != webhook.KindConnectAction {
			return
		}
		u, _ := url.Parse(x.URL)
		text := x.Method
		if u != nil {
			text += " " + u.EscapedPath()
		}
		for _, name := range []string{"SessionStatus", "HandoffData", "ErrorCode"} {
			if value := x.Params.Get(name); value != "" {
				text += " " + name + "=" + value
			}
		}
		v.add(e.At, Item{Who: "Twilio", Kind: "action", Text: clip(fmt.Sprintf("%s → %d", text, x.Status), keptText), Exchange: exchange})
	case e.Failure != nil && liveCode(e.Failure.Code):
		if len(v.Problems) >= keptProblems {
			return
		}
		p := Problem{At: v.ms(e.At), Code: e.Failure.Code, Text: e.Failure.Text, Advice: s.advice(v, e.Failure), Mild: e.Type == dialogue.EventWarned}
		if p.Code == notWSS && strings.HasPrefix(s.cfg.BaseURL, "http://") {
			p.Flag = "--base-url https://app.example.com"
		}
		v.Problems = append(v.Problems, p)
		if v.Close != nil && v.Close.By == "program" && e.Failure.Code == 64105 {
			v.State = "failed"
		}
	default:
		return
	}
	l.touch(v)
}

// notWSS is the error for a URL that is not one of wss.
const notWSS = 31922

// liveCode reports whether an error number is one of ConversationRelay or Media
// Streams.
func liveCode(code int) bool { return code/100 == 641 || code/100 == 319 }

// advice says what to do about a failure of a session.
func (s *Stage) advice(v *session, f *dialogue.Failure) string {
	u, _ := url.Parse(v.URL)
	base, _ := url.Parse(s.cfg.BaseURL)
	switch {
	case f.Code == 64105:
		return "The program closed the WebSocket or lost it. To end a session in order, send an end message. An error in the program's output at this time is the likely cause."
	case f.Code == 64107:
		return "Look at the message in the list of frames. ConversationRelay takes text, play, sendDigits, language and end."
	case f.Code == 31921:
		return "The connection was cut without a close frame: the program has stopped or its handler has failed."
	case f.Code == 31924:
		return "A stream of <Start> only listens. To play sound, use <Connect><Stream>."
	case f.Code == 31930:
		return "The program reads too slowly. Read the WebSocket in a goroutine or task of its own."
	case f.Code == 31950, f.Code == 31951:
		return "Look at the message in the list of frames. A stream takes media, mark and clear, each with the streamSid."
	case f.Code != 64102 && f.Code != 31902 && f.Code != 31920 && f.Code != notWSS || u == nil || base == nil:
		return ""
	case f.Code == notWSS || !strings.EqualFold(u.Scheme, "wss"):
		if base.Scheme == "https" {
			return "Twilio opens only URLs that begin with wss://."
		}
		return "Twilio opens only URLs that begin with wss://. Most programs build the URL from their public address, which is " + s.cfg.BaseURL +
			" here. Start the console again with the flag below. A program that the console starts gets it as BASE_URL; set it yourself for a program that runs already."
	case errors.Is(f.Err, remote.ErrForeign):
		return "The console opens WebSockets only to the program, at wss://" + base.Host + ". The TwiML names another host."
	case v.Status == 401 || v.Status == 403:
		return "The program has refused the handshake. It must check the signature over " + v.URL + " with the console's auth token."
	case v.Status == 404:
		return "The program has nothing at " + u.EscapedPath() + "."
	case v.Status != 0:
		return fmt.Sprintf("The program answered %d. It must accept the WebSocket at %s.", v.Status, u.EscapedPath())
	}
	return "Nothing has answered. Is the program running, and does it accept WebSockets?"
}

// heardCaller takes a frame of the caller's sound.
func (l *liveCalls) heardCaller(v *session, at time.Time, sound []byte) {
	level := audio.MuLaw8k.Level(sound)
	v.level(&v.Levels.In, at, sound)
	if r := l.recordingOf(v.Call); r != nil {
		r.put(&r.caller, at, sound)
	}
	switch {
	case level >= loud:
		if v.talking == nil {
			v.talking = v.add(at, Item{Who: "caller", Kind: "sound", Open: true})
		}
		v.lastIn, v.asked = at.Add(audio.MuLaw8k.Duration(len(sound))), at.Add(audio.MuLaw8k.Duration(len(sound)))
		v.talking.Length = v.ms(v.lastIn) - v.talking.At
		v.dirty[v.talking.N] = true
	case v.talking != nil && at.Sub(v.lastIn) > talkPause:
		v.stopTalking()
	}
	if v.playing != nil && at.Sub(v.lastOut) > soundPause {
		v.stopPlaying(v.lastOut)
	}
}

func (v *session) stopTalking() {
	if v.talking != nil {
		v.talking.Open = false
		v.dirty[v.talking.N] = true
		v.talking = nil
	}
}

// heardProgram takes sound that the caller begins to hear.
func (l *liveCalls) heardProgram(v *session, at time.Time, sound []byte) {
	v.level(&v.Levels.Out, at, sound)
	if r := l.recordingOf(v.Call); r != nil {
		r.put(&r.program, at, sound)
	}
	l.tellEar(v.Call, Heard{Sound: sound})
	end := at.Add(audio.MuLaw8k.Duration(len(sound)))
	if audio.MuLaw8k.Level(sound) < audible {
		return
	}
	if v.playing != nil && at.Sub(v.lastOut) > soundPause {
		v.stopPlaying(v.lastOut)
	}
	if v.playing == nil {
		v.playing = v.add(at, Item{Who: "agent", Kind: "sound", Open: true})
		if !v.asked.IsZero() && !at.Before(v.asked) {
			took := at.Sub(v.asked).Milliseconds()
			v.playing.FirstSound = &took
		}
		v.asked = time.Time{}
	}
	v.lastOut = end
	v.playing.Length = v.ms(end) - v.playing.At
	v.dirty[v.playing.N] = true
}

func (v *session) stopPlaying(at time.Time) {
	if p := v.playing; p != nil {
		p.Open = false
		p.Length = min(p.Length, max(v.ms(at)-p.At, 0))
		v.dirty[p.N] = true
		v.playing = nil
	}
}

// level notes how loud sound is, step by step.
func (v *session) level(list *[]int, at time.Time, sound []byte) {
	step := audio.MuLaw8k.Bytes(levelStep)
	from := audio.MuLaw8k.Bytes(at.Sub(v.At))
	for len(sound) > 0 {
		i := from / step
		n := min(step-from%step, len(sound))
		if i >= keptLevels || from < 0 {
			return
		}
		for len(*list) <= i {
			*list = append(*list, 0)
		}
		(*list)[i] = max((*list)[i], int(audio.MuLaw8k.Level(sound[:n])*1000))
		v.dirtyLevel = min(v.dirtyLevel, i)
		sound, from = sound[n:], from+n
	}
}

// silence forgets the loudness of sound that will not be heard.
func (v *session) silence(at time.Time) {
	i := int(at.Sub(v.At)/levelStep) + 1
	if i < len(v.Levels.Out) {
		clear(v.Levels.Out[i:])
		v.dirtyLevel = min(v.dirtyLevel, i)
	}
}

// withoutSound returns a message in which the payload is replaced by its size,
// and the payload.
func withoutSound(data []byte, payload string) (text string, sound []byte) {
	text = string(data)
	if payload == "" {
		return text, nil
	}
	sound = decode(payload)
	if before, after, ok := strings.Cut(text, payload); ok {
		text = before + fmt.Sprintf("(%d bytes)", len(sound)) + after
	}
	return text, sound
}

// number reads a number that is written as text.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
