package dialogue

import (
	"slices"
	"time"

	"github.com/ringback-go/ringback/twiml"
)

// verb executes an element of a voice document. It returns where the call goes
// next, or nothing for the next verb.
type verb struct {
	run        func(*Call, *document, *twiml.Node) (*transfer, error)
	unanswered bool // it does not answer the call, or answers it itself
}

// verbs are the verbs of voice documents. Unknown ones do nothing. It is a
// function because verbs execute documents, which hold verbs.
func verbs() map[string]verb {
	return map[string]verb{
		"Connect":  {run: (*Call).connect, unanswered: true},
		"Dial":     {run: (*Call).dialVerb, unanswered: true},
		"Echo":     {run: (*Call).echo},
		"Enqueue":  {run: (*Call).enqueue},
		"Gather":   {run: (*Call).gather},
		"Hangup":   {run: (*Call).hangUp},
		"Leave":    {run: (*Call).leave, unanswered: true},
		"Pause":    {run: (*Call).speak, unanswered: true},
		"Pay":      {run: (*Call).pay},
		"Play":     {run: (*Call).speak},
		"Record":   {run: (*Call).record},
		"Redirect": {run: (*Call).redirect, unanswered: true},
		"Refer":    {run: (*Call).refer},
		"Reject":   {run: (*Call).reject, unanswered: true},
		"Say":      {run: (*Call).speak},
		"Sms":      {run: (*Call).sms, unanswered: true},
		"Start":    {run: (*Call).start},
		"Stop":     {run: (*Call).stopSessions, unanswered: true},
	}
}

func (c *Call) speak(doc *document, v *twiml.Node) (*transfer, error) {
	return nil, c.prompt(doc, v, nil)
}

func (c *Call) hangUp(*document, *twiml.Node) (*transfer, error) { return nil, errEnded }

func (c *Call) echo(*document, *twiml.Node) (*transfer, error) {
	return nil, c.until(time.Time{}, func() bool { return false })
}

// setting is where a document is executed, other than in the call itself. It
// limits the verbs of the document.
type setting struct {
	where string   // for the error
	code  int      // of the error
	only  []string // allowed verbs; nil: all but Dial
}

var (
	whisperSetting    = &setting{where: "the document that a dialed person hears", code: 13201}
	conferenceSetting = &setting{"a document for people who wait for a conference", 13238, []string{"Say", "Play", "Pause", "Redirect"}}
	queueSetting      = &setting{"a document for people who wait in a queue", 12200,
		[]string{"Say", "Play", "Pause", "Redirect", "Gather", "Record", "Hangup", "Leave"}}
	dequeueSetting = &setting{"a document for people who leave a queue", 12200, []string{"Say", "Play", "Pause", "Redirect"}}
)

// forbids returns why v is not allowed in the document, or nil.
func (s *setting) forbids(v *twiml.Node) *Failure {
	switch {
	case s == nil, s.only == nil && v.Name != "Dial", slices.Contains(s.only, v.Name):
		return nil
	}
	return &Failure{Code: s.code, Text: v.Name + " is not allowed in " + s.where, Line: v.Line, Col: v.Column}
}
