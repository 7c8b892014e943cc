package dialogue

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
)

// SessionEnd is how the other side ends what Connect began.
type SessionEnd struct {
	// Status is SessionStatus of a ConversationRelay: ended (the default) or
	// failed; completed is sent when the caller hung up.
	Status      string
	HandoffData string
	ErrorCode   int
	Message     string
}

// session is a Stream, Siprec, Transcription, Recording or Connect at work.
type session struct {
	call     *Call
	v        *twiml.Node
	kind     string
	name     string
	sid      string
	started  time.Time
	sequence int
	base     *url.URL
	ref, via string
	track    string
	rec      *recording
	recTo    reporting
}

var sessionPrefix = map[string]string{
	"Stream": "MZ", "Siprec": "SR", "Transcription": "GT", "Recording": "RE", "ConversationRelay": "VX", "VirtualAgent": "VA",
}

// begin makes a session of a noun of Start or Connect.
func (c *Call) begin(doc *document, n *twiml.Node) *session {
	prefix := sessionPrefix[n.Name]
	if prefix == "" {
		prefix = "VX"
	}
	s := &session{
		call: c, v: n, kind: n.Name, sid: c.e.newSID(prefix), started: c.e.now, base: doc.base,
		ref: attr(n, "statusCallback", attr(n, "statusCallbackUrl", "")), via: attr(n, "statusCallbackMethod", ""),
		track: attr(n, "track", ""),
	}
	s.name = attr(n, "name", s.sid)
	if n.Name == "Recording" {
		s.rec = &recording{sid: s.sid, source: "StartCallRecordingTwiML", call: c.sid, channels: 2, track: attr(n, "track", "both"), started: c.e.now}
		if attr(n, "channels", "dual") == "mono" {
			s.rec.channels = 1
		}
		s.recTo = reportingOf(doc, n)
		c.e.report(c, s.recTo, *s.rec, "in-progress")
	}
	c.sessions = append(c.sessions, s)
	c.emit(Event{Type: SessionStarted, Node: n, Text: n.Name})
	s.tell("started", nil)
	return s
}

// end ends a session and reports it.
func (s *session) end() {
	c := s.call
	c.sessions = slices.DeleteFunc(c.sessions, func(o *session) bool { return o == s })
	c.emit(Event{Type: SessionEnded, Node: s.v, Text: s.kind})
	if s.rec != nil {
		s.rec.length = c.e.now.Sub(s.rec.started)
		s.rec.trimmed = s.rec.length
		c.e.report(c, s.recTo, *s.rec, "completed")
		return
	}
	s.tell("stopped", nil)
}

// tell sends an event of the session to its statusCallback.
func (s *session) tell(event string, extra Params) {
	if s.ref == "" {
		return
	}
	c := s.call
	common := pairs("AccountSid", c.e.cfg.AccountSID, "CallSid", c.sid)
	switch s.kind {
	case "Stream":
		c.callback(kindStreamStatus, s.base, s.ref, s.via, append(append(common, pairs(
			"StreamSid", s.sid, "StreamName", s.name, "StreamEvent", "stream-"+event)...),
			append(extra, Param{"Timestamp", stampISO(c.e.now)})...))
	case "Siprec":
		c.callback(kindSIPRECStatus, s.base, s.ref, s.via, append(append(common, pairs(
			"SiprecSid", s.sid, "SiprecName", s.name, "SiprecEvent", "siprec-"+event)...),
			append(extra, Param{"Timestamp", stampISO(c.e.now)})...))
	case "Transcription":
		s.sequence++
		p := pairs("TranscriptionSid", s.sid, "Timestamp", stampISO(c.e.now), "AccountSid", c.e.cfg.AccountSID)
		if event == "started" {
			p = append(p, pairs("Name", s.name, "LanguageCode", attr(s.v, "languageCode", "en-US"),
				"PartialResults", attr(s.v, "partialResults", "false"),
				"TranscriptionEngine", attr(s.v, "transcriptionEngine", "google"), "ProviderConfiguration", s.provider(),
				"Track", attr(s.v, "track", "both_tracks"))...)
		}
		p = append(append(p, extra...), pairs("TranscriptionEvent", "transcription-"+event, "CallSid", c.sid, "SequenceId", itoa(s.sequence))...)
		c.callback(kindTranscriptionCallback, s.base, s.ref, "POST", p)
	case "VirtualAgent":
		if event == "started" {
			return
		}
		c.callback(kindUnknown, s.base, s.ref, s.via, append(common, pairs("VirtualAgentSid", s.sid, "Timestamp", stampISO(c.e.now))...))
	}
}

// provider is how a transcription is set up, as JSON of texts.
func (s *session) provider() string {
	return `{"profanityFilter":` + quoteJSON(attr(s.v, "profanityFilter", "true")) +
		`,"speechModel":` + quoteJSON(attr(s.v, "speechModel", "telephony")) +
		`,"enableAutomaticPunctuation":` + quoteJSON(attr(s.v, "enableAutomaticPunctuation", "true")) + `}`
}

// transcribe gives words of one side to the transcriptions that run.
func (c *Call) transcribe(track, words string) {
	if words == "" {
		return
	}
	for _, s := range c.sessions {
		if s.kind != "Transcription" || s.track != "" && s.track != "both_tracks" && s.track != track {
			continue
		}
		data := `{"transcript":` + quoteJSON(words) + `,"confidence":0.9}`
		s.tell("content", pairs("LanguageCode", attr(s.v, "languageCode", "en-US"), "TranscriptionData", data, "Final", "true", "Track", track))
	}
}

// quoteJSON quotes text for JSON.
func quoteJSON(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20:
			b.WriteString(`\u00`)
			b.WriteByte("0123456789abcdef"[r>>4])
			b.WriteByte("0123456789abcdef"[r&15])
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// start begins something that runs beside the document.
func (c *Call) start(doc *document, v *twiml.Node) error {
	for n := range v.Elements() {
		if n.Name == "Transcription" {
			switch engine := attr(n, "transcriptionEngine", "google"); engine {
			case "google", "deepgram":
			default:
				c.warn(failure(32650, "the transcription engine %q is unknown", engine))
				continue
			}
		}
		c.begin(doc, n)
	}
	return nil
}

// stopSession ends what Start began, by its name.
func (c *Call) stopSession(v *twiml.Node) error {
	for n := range v.Elements() {
		for _, s := range slices.Clone(c.sessions) {
			if s.kind == n.Name && (s.name == attr(n, "name", s.name)) {
				s.end()
			}
		}
	}
	return nil
}

func (c *Call) endSessions() {
	for _, s := range slices.Clone(c.sessions) {
		s.end()
	}
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
	idle := c.busy(Activity{State: InSession})
	s := c.begin(doc, noun)
	c.sessionEnd = nil
	err := c.until(time.Time{}, func() bool { return c.sessionEnd != nil })
	idle()
	end := c.sessionEnd
	c.sessionEnd = nil
	s.end()
	if err != nil && !errors.Is(err, errHungUp) {
		return nil, err
	}
	action := attr(v, "action", "")
	if action == "" {
		return nil, err
	}
	kind, params := s.actionParams(end)
	t, f := c.transferTo(doc, action, attr(v, "method", ""), kind, params)
	if f != nil {
		return nil, f
	}
	if err != nil {
		return nil, c.farewell(t, err)
	}
	return t, nil
}

// actionParams are what the end of a session adds to the action.
func (s *session) actionParams(end *SessionEnd) (string, Params) {
	if s.kind == "Stream" {
		return kindConnectAction, pairs("StreamSid", s.sid)
	}
	if s.kind == "VirtualAgent" {
		return kindConnectAction, pairs("VirtualAgentStatus", "completed")
	}
	if s.kind != "ConversationRelay" {
		return kindConnectAction, nil
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
	return kindConversationRelayAction, p
}

// EndSession ends what Connect began: the server closed the stream, or the
// relay handed the call over. It reports whether there was something to end.
func (c *Call) EndSession(end SessionEnd) bool {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.activity.State != InSession || c.over() {
		return false
	}
	c.sessionEnd = &end
	c.e.wake(c.p)
	c.e.touched()
	return true
}

// refer asks the caller's SIP phone to call somebody else.
func (c *Call) refer(doc *document, v *twiml.Node) (*transfer, error) {
	if !strings.HasPrefix(c.from.Address, "sip:") {
		return nil, &Failure{Code: 13801, Text: "Refer works on calls from SIP phones only", Line: v.Line, Col: v.Column}
	}
	target := text(v)
	c.emit(Event{Type: Referred, Node: v, Text: target})
	action := attr(v, "action", "")
	if action == "" {
		return nil, nil
	}
	return c.transferTo(doc, action, attr(v, "method", ""), kindReferAction, pairs(
		"ReferCallStatus", "in-progress", "ReferSipResponseCode", "202", "NotifySipResponseCode", "200",
	))
}
