package status

import "github.com/ringback-go/ringback/webhook"

// observeCall reads the state of a call from whatever request names it: all of
// voice do, since CallStatus is a parameter of each.
func observeCall(e webhook.Event) Observation {
	switch e := e.(type) {
	case webhook.CallStatusCallback:
		return Observation{
			SID: e.CallSID, Status: string(e.CallStatus), Sequence: e.SequenceNumber, ErrorCode: e.ErrorCode, ErrorMessage: e.ErrorMessage,
			AccountSID: e.AccountSID, ParentSID: e.ParentCallSID, Duration: e.CallDuration, URL: e.RecordingURL, Time: e.Timestamp,
		}
	case webhook.DialLegStatusCallback:
		return Observation{
			SID: e.CallSID, Status: string(e.CallStatus), Sequence: e.SequenceNumber, ErrorCode: e.ErrorCode, ErrorMessage: e.ErrorMessage,
			AccountSID: e.AccountSID, ParentSID: e.ParentCallSID, Duration: e.CallDuration, URL: e.RecordingURL, Time: e.Timestamp,
		}
	case webhook.SIPDomainStatusCallback:
		return Observation{
			SID: e.CallSID, Status: string(e.CallStatus), Sequence: e.SequenceNumber, ErrorCode: e.ErrorCode, ErrorMessage: e.ErrorMessage,
			AccountSID: e.AccountSID, Duration: e.CallDuration, URL: e.RecordingURL, Time: e.Timestamp,
		}
	case webhook.DialAction:
		if e.DialCallSID == "" { // a conference, or nobody was dialed
			return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
		}
		o := leg(e.DialCallSID, webhook.CallStatus(e.DialCallStatus), e.AccountSID, e.CallSID)
		o.Duration = e.DialCallDuration
		return o
	case webhook.IncomingCall:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.OutboundCallAnswered:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.ClientCallRequest:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, "")
	case webhook.ClientIncomingNotification:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, "")
	case webhook.SIPIncomingCall:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, "")
	case webhook.FallbackRequest:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.TwiMLRedirectRequest:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.ElasticSIPTrunkDisasterRecovery:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.GatherAction:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.GatherPartialResult:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, "")
	case webhook.RecordAction:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.DialQueueAction:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.DialWhisper:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.DialReferURL:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.ReferAction:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.EnqueueWaitURL:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.EnqueueAction:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.QueueURL:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.PayAction:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.ConnectAction:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	case webhook.ConversationRelayAction:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, "")
	case webhook.ConferenceWaitURL:
		return leg(e.CallSID, e.CallStatus, e.AccountSID, e.ParentCallSID)
	}
	return Observation{}
}

func leg(sid webhook.SID, status webhook.CallStatus, account, parent webhook.SID) Observation {
	return Observation{SID: sid, Status: string(status), AccountSID: account, ParentSID: parent}
}
