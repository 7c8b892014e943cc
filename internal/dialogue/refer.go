package dialogue

import (
	"strings"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// refer transfers the caller's SIP phone to someone else.
func (c *Call) refer(doc *document, v *twiml.Node) (*transfer, error) {
	if !strings.HasPrefix(c.from.Address, "sip:") {
		return nil, &Failure{Code: 13801, Text: "Refer works on calls from SIP phones only", Line: v.Line, Col: v.Column}
	}
	target := text(v)
	c.emit(Event{Type: EventReferred, Node: v, Text: target})
	action := attr(v, "action", "")
	if action == "" {
		return nil, nil
	}
	return c.transferTo(doc, action, attr(v, "method", ""), webhook.KindReferAction, pairs(
		"ReferCallStatus", "in-progress", "ReferSipResponseCode", "202", "NotifySipResponseCode", "200",
	))
}
