package dialogue

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// recording is a recording that was made.
type recording struct {
	sid, source string
	call        string // CallSid; empty for conferences
	room        string
	channels    int
	track       string
	started     time.Time
	length      time.Duration
	trimmed     time.Duration
}

func (e *Engine) recordingURL(sid string) string {
	return e.cfg.API + "/2010-04-01/Accounts/" + e.cfg.AccountSID + "/Recordings/" + sid
}

// reporting is the recordingStatusCallback of an element.
type reporting struct {
	base   *url.URL
	ref    string
	method string
	events []string
}

func reportingOf(doc *document, v *twiml.Node) reporting {
	return reporting{
		doc.base, attr(v, "recordingStatusCallback", ""), attr(v, "recordingStatusCallbackMethod", ""),
		strings.Fields(attr(v, "recordingStatusCallbackEvent", "completed")),
	}
}

// report reports a recording. The file of one that is complete takes a
// second to appear.
func (e *Engine) report(c *Call, to reporting, r recording, status string) {
	e.keepRecording(r, status)
	if to.ref == "" || !slices.Contains(to.events, status) {
		return
	}
	code := "0"
	if status == "absent" {
		code = "16101"
	}
	p := pairs("RecordingSource", r.source, "RecordingSid", r.sid)
	if r.room != "" {
		p = append(p, Param{"ConferenceSid", r.room})
	}
	p = append(p, pairs("RecordingUrl", e.recordingURL(r.sid), "RecordingStatus", status, "RecordingChannels", itoa(r.channels))...)
	if status == "completed" {
		p = append(p, Param{"RecordingDuration", itoa(seconds(r.trimmed))})
	}
	kind := webhook.KindConferenceRecordingStatusCallback
	if r.room == "" {
		kind = webhook.KindRecordingStatusCallback
		p = append(p, pairs("ErrorCode", code, "CallSid", r.call)...)
	}
	p = append(p, pairs("RecordingStartTime", stamp(r.started), "AccountSid", e.cfg.AccountSID)...)
	if r.track != "" {
		p = append(p, Param{"RecordingTrack", r.track})
	}
	if status == "in-progress" {
		e.callback(c, kind, to.base, to.ref, to.method, p)
		return
	}
	e.spawn(func(proc *proc) {
		proc.sleep(time.Second)
		e.callback(c, kind, to.base, to.ref, to.method, p)
	})
}

// record records a message (verb-semantics.md, 3, Record).
func (c *Call) record(doc *document, v *twiml.Node) (*transfer, error) {
	transcribe := attr(v, "transcribe", "false") == "true" || has(v, "transcribeCallback")
	longest := 3600
	if transcribe {
		longest = 120
	}
	maxLength := time.Duration(max(number(v, "maxLength", longest), 1)) * time.Second
	timeout := time.Duration(number(v, "timeout", 5)) * time.Second
	finish := attr(v, "finishOnKey", "1234567890*#")

	r := recording{sid: c.e.newSID("RE"), source: "RecordVerb", call: c.sid, channels: 1, track: "both", started: c.e.now}
	c.spoken, c.sounding = nil, time.Time{}
	ahead := c.ahead
	l := &listener{keys: true}
	unlisten := c.listen(l)
	idle := c.busy(Activity{State: StateRecording, Gather: v, FinishOnKey: finish})
	c.emit(Event{Type: EventRecordingStarted, Node: v})
	to := reportingOf(doc, v)
	c.e.report(c, to, r, "in-progress")

	key, why, err := c.recordUntil(l, finish, timeout, r.started.Add(maxLength))
	unlisten()
	idle()
	end := c.e.now.Add(c.ahead - ahead) // as if the person had waited
	r.length = end.Sub(r.started)
	r.trimmed = r.length
	if voice := c.sounding; attr(v, "trim", "trim-silence") == "trim-silence" && !voice.IsZero() && voice.Before(end) {
		r.trimmed = voice.Sub(r.started)
	}
	if errors.Is(err, errHungUp) {
		key, why = "hangup", "hangup"
	} else if err != nil {
		return nil, err
	}
	c.emit(Event{Type: EventRecordingEnded, Node: v, Duration: r.length, Text: why, Recording: r.sid})
	empty := why == "silence" && c.sounding.IsZero() // no speech
	if empty || r.length < time.Second {
		c.e.report(c, to, r, "absent")
	} else {
		c.e.report(c, to, r, "completed")
	}
	if empty { // no request: the next verb runs
		return nil, nil
	}
	t, failed := c.transferTo(doc, attr(v, "action", ""), attr(v, "method", ""), webhook.KindRecordAction, pairs(
		"RecordingUrl", c.e.recordingURL(r.sid), "RecordingSid", r.sid, "Digits", key, "RecordingDuration", itoa(seconds(r.length)),
	))
	if failed != nil {
		return nil, failed
	}
	if transcribe {
		c.transcribeRecording(doc, v, r)
	}
	if err != nil {
		return nil, c.farewell(t, err)
	}
	return t, nil
}

// recordUntil waits for the end of a recording.
func (c *Call) recordUntil(l *listener, finish string, timeout time.Duration, last time.Time) (key, why string, err error) {
	quiet := c.e.now
	for {
		quiet = laterOf(quiet, c.sounding)
		l.entered = !c.sounding.IsZero()
		end, reason := last, "maxLength"
		if timeout > 0 && quiet.Add(timeout).Before(last) {
			end, reason = quiet.Add(timeout), "silence"
		}
		before := c.sounding
		err := c.until(end, func() bool { return len(c.inbox) > 0 || !c.sounding.Equal(before) })
		if err != nil {
			return "", "", err
		}
		if in, ok := c.take(); ok {
			if strings.Contains(finish, in.key) {
				return in.key, "key " + in.key, nil
			}
			quiet = c.e.now
			continue
		}
		if c.sounding.Equal(before) {
			return "", reason, nil
		}
	}
}

// transcribeRecording sends the text of a recording, half a minute later.
func (c *Call) transcribeRecording(doc *document, v *twiml.Node, r recording) {
	ref := attr(v, "transcribeCallback", "")
	if ref == "" {
		return
	}
	words := strings.Join(c.spoken, " ")
	sid := c.e.newSID("TR")
	c.e.spawn(func(p *proc) {
		p.sleep(30 * time.Second)
		status := "failed"
		if r.length > 2*time.Second && r.length < 120*time.Second {
			status = "completed"
		}
		params := pairs("ApiVersion", "2010-04-01", "TranscriptionStatus", status, "CallSid", c.sid, "CallStatus", string(c.status), "TranscriptionSid", sid)
		if status == "completed" {
			params = append(params, Param{"TranscriptionText", words})
		}
		params = append(params, pairs(
			"AccountSid", c.e.cfg.AccountSID, "Caller", c.from.Address, "Called", c.to.Address,
			"RecordingSid", r.sid, "RecordingUrl", c.e.recordingURL(r.sid),
			"From", c.from.Address, "To", c.to.Address, "Direction", string(c.direction),
			"TranscriptionUrl", c.e.recordingURL(r.sid)+"/Transcriptions/"+sid,
		)...)
		c.callback(webhook.KindRecordTranscription, doc.base, ref, "POST", params)
	})
}
