package webhook

import (
	"strings"

	"github.com/ringback-go/ringback/signature"
)

// misrouted returns the kind that a request seems to be if it has come to the
// wrong URL: a status callback at the URL of a document, or a request for a
// document where only status callbacks belong. The parameters of a status
// callback include those of the document's request, so decoding alone does not
// find it. It returns "" if all is well.
func misrouted(v *signature.Verified, want Event) Kind {
	kind := lookalike(v, want.Kind())
	switch {
	case kind == "" || kind == KindUnknown:
		return ""
	case want.Kind() == KindMessageActionCallback && kind == KindMessageStatusCallback:
		return "" // only the URL tells them apart
	}
	found, _ := decodeKind(kind, new(signature.Verified)) // incomplete, but of its type
	if found == nil || isNotice(found) == isNotice(want) {
		return ""
	}
	return kind
}

// lookalike returns the kind that a form seems to be, or "" if that is want.
func lookalike(v *signature.Verified, want Kind) Kind {
	if isJSON(v) || want == KindUnknown {
		return ""
	}
	if kind := detect(v); kind != want {
		return kind
	}
	return ""
}

func isNotice(e Event) bool {
	_, ok := e.(interface{ notice() })
	return ok
}

// settings name the setting that leads requests of a kind to a URL, by the
// beginning of the kind's name.
var settings = []struct{ kind, setting string }{
	{"MessageStatus", "the StatusCallback of the message, or the delivery status callback of its Messaging Service"},
	{"CallStatus", "the StatusCallback of the call, or the call status changes of the phone number"},
	{"DialLeg", "the statusCallback of the Number, Client or Sip in a Dial"},
	{"AsyncAMD", "the AsyncAmdStatusCallback of the call"},
	{"SIPDomain", "the call status URL of the SIP domain"},
	{"ConferenceRecording", "the recordingStatusCallback of the Conference"},
	{"Conference", "the statusCallback of the Conference"},
	{"RecordingStatus", "the recordingStatusCallback of the Record, the Dial or the recording"},
	{"RecordTranscription", "the transcribeCallback of the Record"},
	{"Transcription", "the statusCallbackUrl of the Transcription"},
	{"GatherPartial", "the partialResultCallback of the Gather"},
	{"Stream", "the statusCallback of the Stream"},
	{"Siprec", "the statusCallback of the Siprec"},
	{"PayStatus", "the statusCallback of the Pay"},
	{"PromptStatus", "the statusCallback of the Pay"},
	{"Video", "the StatusCallback of the video room"},
	{"Conversations", "the webhook URLs of Conversations"},
	{"TaskRouter", "the event or assignment callback URL of TaskRouter"},
	{"Debugger", "the debugging webhook of the account"},
	{"IncomingMessage", "the URL for incoming messages of the phone number or the Messaging Service"},
	{"IncomingCall", "the URL for incoming calls of the phone number"},
	{"GatherAction", "the action of the Gather"},
	{"RecordAction", "the action of the Record"},
	{"DialAction", "the action of the Dial"},
	{"OutboundCall", "the Url of the call"},
}

// settingOf says what to look at when requests of a kind arrive at a wrong URL.
func settingOf(k Kind) string {
	for _, s := range settings {
		if len(k) >= len(s.kind) && strings.EqualFold(string(k[:len(s.kind)]), s.kind) {
			return s.setting + " points at this URL"
		}
	}
	return "a callback or action URL points at this URL"
}
