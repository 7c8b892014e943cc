package dialogue

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// session is a running Stream, Siprec, Transcription, Recording or Connect.
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
	stopped  time.Time // when a relay was over
	beside   bool      // a stream of Start
	stream   *stream   // of Start, once it is open
	over     bool
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
	if n.Name == "Stream" && strings.Contains(attr(n, "url", ""), "?") {
		c.warn(&Failure{Text: "Twilio drops the query of a Stream's url; pass values with Parameter", Line: n.Line, Col: n.Column})
	}
	c.emit(Event{Type: EventSessionStarted, Node: n, Text: n.Name})
	if _, played := c.liveURL(doc, n); !played || n.Name != "Stream" { // a stream reports when it is open
		s.report("started", nil)
	}
	return s
}

// end ends a session and reports it.
func (s *session) end() {
	if s.over {
		return
	}
	s.over = true
	c := s.call
	if s.stream != nil {
		s.stream.stop()
	}
	c.sessions = slices.DeleteFunc(c.sessions, func(o *session) bool { return o == s })
	c.emit(Event{Type: EventSessionEnded, Node: s.v, Text: s.kind})
	if s.rec != nil {
		s.rec.length = c.e.now.Sub(s.rec.started)
		s.rec.trimmed = s.rec.length
		c.e.report(c, s.recTo, *s.rec, "completed")
		return
	}
	s.report("stopped", nil)
}

// report sends an event of the session to its statusCallback.
func (s *session) report(event string, extra Params) {
	if s.ref == "" {
		return
	}
	c := s.call
	common := pairs("AccountSid", c.e.cfg.AccountSID, "CallSid", c.sid)
	switch s.kind {
	case "Stream":
		c.callback(webhook.KindStreamStatus, s.base, s.ref, s.via, append(append(common, pairs(
			"StreamSid", s.sid, "StreamName", s.name, "StreamEvent", "stream-"+event)...),
			append(extra, Param{"Timestamp", stampISO(c.e.now)})...))
	case "Siprec":
		c.callback(webhook.KindSIPRECStatus, s.base, s.ref, s.via, append(append(common, pairs(
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
		c.callback(webhook.KindTranscriptionCallback, s.base, s.ref, "POST", p)
	case "VirtualAgent":
		if event == "started" {
			return
		}
		c.callback(webhook.KindUnknown, s.base, s.ref, s.via, append(common, pairs("VirtualAgentSid", s.sid, "Timestamp", stampISO(c.e.now))...))
	}
}

// provider is how a transcription is set up, as JSON of texts.
func (s *session) provider() string {
	return `{"profanityFilter":` + quoteJSON(attr(s.v, "profanityFilter", "true")) +
		`,"speechModel":` + quoteJSON(attr(s.v, "speechModel", "telephony")) +
		`,"enableAutomaticPunctuation":` + quoteJSON(attr(s.v, "enableAutomaticPunctuation", "true")) + `}`
}

// overheard reports whether a job of Start receives what the person says.
func (c *Call) overheard() bool {
	return slices.ContainsFunc(c.sessions, func(s *session) bool {
		return (s.kind == "Transcription" || s.stream != nil) && s.track != "outbound_track"
	})
}

// transcribe passes words of one side to the running transcriptions.
func (c *Call) transcribe(track, words string) {
	if words == "" {
		return
	}
	for _, s := range c.sessions {
		if s.kind != "Transcription" || s.track != "" && s.track != "both_tracks" && s.track != track {
			continue
		}
		data := `{"transcript":` + quoteJSON(words) + `,"confidence":0.9}`
		s.report("content", pairs("LanguageCode", attr(s.v, "languageCode", "en-US"), "TranscriptionData", data, "Final", "true", "Track", track))
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

// start begins a background job.
func (c *Call) start(doc *document, v *twiml.Node) (*transfer, error) {
	for n := range v.Elements() {
		if n.Name == "Transcription" {
			switch engine := attr(n, "transcriptionEngine", "google"); engine {
			case "google", "deepgram":
			default:
				c.warn(failure(32650, "the transcription engine %q is unknown", engine))
				continue
			}
		}
		s := c.begin(doc, n)
		if u, played := c.liveURL(doc, n); played {
			c.startStream(s, u)
		}
	}
	return nil, nil
}

// stopSessions ends a background job by its name. Without a name, or with an
// unknown one, it stops nothing.
func (c *Call) stopSessions(_ *document, v *twiml.Node) (*transfer, error) {
	for n := range v.Elements() {
		for _, s := range slices.Clone(c.sessions) {
			if s.kind == n.Name && s.name == attr(n, "name", "") {
				s.end()
			}
		}
	}
	return nil, nil
}

func (c *Call) endSessions() {
	for _, s := range slices.Clone(c.sessions) {
		s.end()
	}
}
