package dialogue

import (
	"errors"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// A Session is what Connect began: a call that goes on over a WebSocket until
// one side ends it. Its methods may be called from any goroutine, but not from
// within [SessionPeer].
type Session struct {
	s     *session
	peer  SessionPeer
	inbox []SessionEvent
	over  bool
}

// SessionPeer is the far side of a session: the program behind the WebSocket.
// Its methods are called while the engine is locked and must not call it.
type SessionPeer interface {
	// Input takes what the person does: a key, or words.
	Input(SessionInput)
	// Close is called once, when the session is over for whatever reason.
	Close()
}

// SessionInput is something the person did during a session.
type SessionInput struct {
	At     time.Time
	Key    string
	Speech string
	Length time.Duration // how long the words take to say
}

// SessionEvent is something the far side did. One field is set.
type SessionEvent struct {
	Said   string // words the person hears
	Played string // URL of a file the person hears
	Digits string // tones sent to the person
	End    *SessionEnd
}

// SessionEnd is how the far side ends a session.
type SessionEnd struct {
	// Status is SessionStatus of a ConversationRelay: ended (the default) or
	// failed; completed is sent when the caller hung up.
	Status      string
	HandoffData string
	ErrorCode   int
	Message     string
}

// SID returns the identifier of the session.
func (s *Session) SID() string { return s.s.sid }

// Call returns the call that is connected.
func (s *Session) Call() *Call { return s.s.call }

// Noun returns the element that Connect holds, such as a Stream.
func (s *Session) Noun() *twiml.Node { return s.s.v }

// Do takes something that the far side did. It reports false when the session
// is over.
func (s *Session) Do(ev SessionEvent) bool {
	e := s.s.call.e
	defer e.act()()
	return s.do(ev)
}

func (s *Session) do(ev SessionEvent) bool {
	c := s.s.call
	if s.over || c.over() {
		return false
	}
	s.inbox = append(s.inbox, ev)
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// EndSession ends what Connect began: the server closed the stream, or the
// relay handed the call over. It reports whether there was something to end.
func (c *Call) EndSession(end SessionEnd) bool {
	defer c.e.act()()
	return c.session != nil && c.session.do(SessionEvent{End: &end})
}

// connect hands the call to a stream, relay or agent until that ends.
func (c *Call) connect(doc *document, v *twiml.Node) (*transfer, error) {
	var noun *twiml.Node
	for n := range v.Elements() {
		noun = n
		break
	}
	if noun == nil {
		return nil, nil
	}
	idle := c.busy(Activity{State: StateInSession})
	s := &Session{s: c.begin(doc, noun)}
	c.session = s
	end, err := s.run()
	c.session = nil
	idle()
	s.s.end()
	if err != nil && !errors.Is(err, errHungUp) {
		return nil, err
	}
	action := attr(v, "action", "")
	if action == "" {
		return nil, err
	}
	kind, params := s.s.actionParams(end)
	t, f := c.transferTo(doc, action, attr(v, "method", ""), kind, params)
	if f != nil {
		return nil, f
	}
	if err != nil {
		return nil, c.farewell(t, err)
	}
	return t, nil
}

// run passes on what both sides do until one ends the session.
func (s *Session) run() (*SessionEnd, error) {
	c := s.s.call
	if open := c.e.cfg.Connect; open != nil {
		s.peer = open(s)
	}
	if s.peer != nil {
		defer c.listen(&listener{keys: true, speech: true})()
		defer s.peer.Close()
	}
	defer func() { s.over = true }()
	for {
		if err := c.until(time.Time{}, func() bool { return len(s.inbox)+len(c.inbox) > 0 }); err != nil {
			return nil, err
		}
		for in, ok := c.take(); ok; in, ok = c.take() {
			s.peer.Input(SessionInput{At: c.e.now, Key: in.key, Speech: in.speech, Length: in.length})
		}
		for len(s.inbox) > 0 {
			ev := s.inbox[0]
			s.inbox = s.inbox[1:]
			switch {
			case ev.End != nil:
				return ev.End, nil
			case ev.Said != "":
				c.emit(Event{Type: EventSaid, Node: s.s.v, Text: ev.Said, Duration: speakingTime(ev.Said)})
				c.transcribe("outbound_track", ev.Said)
			case ev.Played != "":
				c.emit(Event{Type: EventPlayed, Node: s.s.v, Text: ev.Played})
			case ev.Digits != "":
				c.emit(Event{Type: EventDigitsSent, Node: s.s.v, Text: ev.Digits})
			}
		}
	}
}

// actionParams are what the end of a session adds to the action.
func (s *session) actionParams(end *SessionEnd) (webhook.Kind, Params) {
	if s.kind == "Stream" {
		return webhook.KindConnectAction, pairs("StreamSid", s.sid)
	}
	if s.kind == "VirtualAgent" {
		return webhook.KindConnectAction, pairs("VirtualAgentStatus", "completed")
	}
	if s.kind != "ConversationRelay" {
		return webhook.KindConnectAction, nil
	}
	status := "completed"
	if end != nil {
		status = end.Status
		if status == "" {
			status = "ended"
		}
	}
	p := pairs("SessionId", s.sid, "SessionStatus", status, "SessionDuration", itoa(seconds(s.call.e.now.Sub(s.started))))
	if end != nil {
		if end.HandoffData != "" {
			p = append(p, Param{"HandoffData", end.HandoffData})
		}
		if end.ErrorCode != 0 {
			p = append(p, pairs("ErrorCode", itoa(end.ErrorCode), "ErrorMessage", end.Message)...)
		}
	}
	return webhook.KindConversationRelayAction, p
}
