package webhook

import (
	"net/url"
	"time"
)

// An EnqueueWaitURL requests what a caller hears while waiting in a queue.
// Twilio sends it again each time the document ends. Answer it with a
// [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/enqueue
//
//twilio:place Enqueue waitUrl
//twilio:fact 2026-11
//twilio:answer voice
//twilio:detect 41 CallSid CallStatus QueuePosition
type EnqueueWaitURL struct {
	Call

	QueuePosition    int           `twilio:"QueuePosition"`           // place in the queue, from 1
	QueueSID         SID           `twilio:"QueueSid,sid=QU"`         // queue
	QueueTime        time.Duration `twilio:"QueueTime,always"`        // how long the caller has waited
	AvgQueueTime     time.Duration `twilio:"AvgQueueTime,always"`     // how long the callers in the queue have waited on average
	CurrentQueueSize int           `twilio:"CurrentQueueSize,always"` // number of callers in the queue
	MaxQueueSize     int           `twilio:"MaxQueueSize,always"`     // number of callers that the queue can hold

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// An EnqueueAction arrives when a caller has left a queue, and says why. If the
// caller was connected to someone, it arrives after that conversation. Answer
// it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/enqueue
//
//twilio:place Enqueue action
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 40 CallSid CallStatus QueueResult
type EnqueueAction struct {
	Call

	QueueResult QueueResult   `twilio:"QueueResult"`     // why the caller left the queue
	QueueSID    SID           `twilio:"QueueSid,sid=QU"` // queue; empty if the caller was never in one
	QueueTime   time.Duration `twilio:"QueueTime"`       // how long the caller waited

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A QueueURL requests what a caller in a queue hears just before being
// connected. CallSID is the caller who waited. Answer it with a
// [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/queue
//
//twilio:place Queue url
//twilio:fact 2026-11
//twilio:answer voice
//twilio:detect 42 CallSid CallStatus DequeingCallSid
//twilio:detect 42 CallSid CallStatus DequeueingCallSid
type QueueURL struct {
	Call

	QueueSID          SID           `twilio:"QueueSid,sid=QU"`  // queue
	QueueTime         time.Duration `twilio:"QueueTime,always"` // how long the caller waited
	DequeueingCallSID SID           `twilio:"DequeingCallSid"`  // leg that takes the caller out of the queue; Twilio spells it DequeingCallSid

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// QueueResult says why a caller left a queue.
type QueueResult string

// Values of QueueResult.
const (
	QueueResultBridged               QueueResult = "bridged"
	QueueResultBridgingInProcess     QueueResult = "bridging-in-process"
	QueueResultError                 QueueResult = "error"
	QueueResultHangup                QueueResult = "hangup"
	QueueResultLeave                 QueueResult = "leave"
	QueueResultRedirected            QueueResult = "redirected"
	QueueResultRedirectedFromBridged QueueResult = "redirected-from-bridged"
	QueueResultQueueFull             QueueResult = "queue-full"
	QueueResultSystemError           QueueResult = "system-error"
)
