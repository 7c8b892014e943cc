package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook"
)

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

	dirty      map[int]bool // items that have changed
	toldFrames int
	dirtyLevel int
	news       bool
	dropped    int
}

func newLiveCalls() *liveCalls {
	return &liveCalls{ears: map[string]*Ear{}, changed: make(chan struct{}, 1)}
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

// frame keeps and reads a message. It returns the sound in it.
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

// dialogueEvent handles an event of a call that has a session.
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

// number reads a number that is written as text.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
