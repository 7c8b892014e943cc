package dialogue

import (
	"errors"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// SessionEnd is how the program's side ends a session of Connect.
type SessionEnd struct {
	// Status is SessionStatus of a ConversationRelay: ended (the default) or
	// failed; completed is sent when the caller hung up.
	Status      string
	HandoffData string
	ErrorCode   int
	Message     string
}

// EndSession ends the session of a Connect: the server closed the stream, or
// the relay handed the call over. It reports whether there was a session.
func (c *Call) EndSession(end SessionEnd) bool {
	defer c.e.act()()
	if c.activity.State != StateInSession || c.over() {
		return false
	}
	switch live := c.link.(type) {
	case nil:
		c.sessionEnd = &end
	case *relay:
		live.ended = &end
	case *stream:
		live.stop()
	}
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// connect connects the call to a stream, relay or agent until that ends.
func (c *Call) connect(doc *document, v *twiml.Node) (*transfer, error) {
	noun := nounOf(v)
	if noun == nil {
		c.answer()
		return nil, nil
	}
	u, played := c.liveURL(doc, noun)
	if !played || noun.Name != "ConversationRelay" { // a relay answers when it is connected
		c.answer()
	}
	idle := c.busy(Activity{State: StateInSession})
	s := c.begin(doc, noun)
	c.sessionEnd = nil
	var out outcome
	if played {
		out = s.runLive(u)
	} else {
		out.err = c.until(time.Time{}, func() bool { return c.sessionEnd != nil })
		out.end, c.sessionEnd = c.sessionEnd, nil
	}
	idle()
	s.end()
	if out.err != nil && !s.actionAfter(out.err) {
		return nil, out.err
	}
	action := attr(v, "action", "")
	if action == "" {
		return nil, out.err
	}
	kind, params := s.actionParams(out.end)
	t, f := c.transferTo(doc, action, attr(v, "method", ""), kind, params)
	if f != nil {
		return nil, f
	}
	if out.err != nil {
		return nil, c.farewell(t, out.err)
	}
	return t, nil
}

// actionAfter reports whether the action is requested although the call has
// ended.
func (s *session) actionAfter(err error) bool {
	return errors.Is(err, errHungUp) ||
		s.kind == "ConversationRelay" && errors.Is(err, errEnded) && s.call.killed == webhook.CallStatusCompleted
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
	stopped := s.stopped
	if stopped.IsZero() {
		stopped = s.call.e.now
	}
	p := pairs("SessionId", s.sid, "SessionStatus", status, "SessionDuration", itoa(seconds(stopped.Sub(s.started))))
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
