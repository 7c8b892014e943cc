package webhooktest

import (
	"reflect"
	"strconv"

	"github.com/ringback-go/ringback/webhook"
)

// sidField is a field of an event that holds a SID of that prefix.
type sidField struct{ field, prefix string }

var (
	conferenceSID = sidField{"ConferenceSID", "CF"}
	liveSID       = sidField{"TranscriptionSID", "GT"}
	recordingSID  = sidField{"RecordingSID", "RE"}
	roomSID       = sidField{"RoomSID", "RM"}
	memberSID     = sidField{"ParticipantSID", "PA"}
)

// namedAlways are the SIDs, beside those of the account, the call and the
// message, without which a request is not of its kind.
var namedAlways = map[webhook.Kind][]sidField{
	webhook.KindConferenceAnnouncementEnd:         {conferenceSID},
	webhook.KindConferenceAnnouncementFail:        {conferenceSID},
	webhook.KindConferenceEnd:                     {conferenceSID},
	webhook.KindConferenceParticipantHold:         {conferenceSID},
	webhook.KindConferenceParticipantJoin:         {conferenceSID},
	webhook.KindConferenceParticipantLeave:        {conferenceSID},
	webhook.KindConferenceParticipantModify:       {conferenceSID},
	webhook.KindConferenceParticipantMute:         {conferenceSID},
	webhook.KindConferenceParticipantUnhold:       {conferenceSID},
	webhook.KindConferenceParticipantUnmute:       {conferenceSID},
	webhook.KindConferenceRecordEnd:               {conferenceSID},
	webhook.KindConferenceRecordingStatusCallback: {conferenceSID, recordingSID},
	webhook.KindConferenceSpeechStart:             {conferenceSID},
	webhook.KindConferenceSpeechStop:              {conferenceSID},
	webhook.KindConferenceStart:                   {conferenceSID},
	webhook.KindConversationsDeliveryUpdated:      {{"ChannelMessageSID", "SM"}, {"DeliveryReceiptSID", "DY"}},
	webhook.KindDebuggerEvent:                     {{"SID", "NO"}},
	webhook.KindEnqueueWaitURL:                    {{"QueueSID", "QU"}},
	webhook.KindFaxReceived:                       {{"FaxSID", "FX"}},
	webhook.KindLinkClickCallback:                 {{"SMSSID", "SM"}},
	webhook.KindMessageActionCallback:             {{"MessageSID", "SM"}},
	webhook.KindMessagingFallback:                 {{"MessageSID", "SM"}},
	webhook.KindQueueURL:                          {{"QueueSID", "QU"}},
	webhook.KindRecordTranscription:               {recordingSID, {"TranscriptionSID", "TR"}},
	webhook.KindRecordingStatusCallback:           {recordingSID},
	webhook.KindStreamStatus:                      {{"StreamSID", "MZ"}},
	webhook.KindTaskRouterAssignment:              {{"WorkspaceSID", "WS"}, {"TaskSID", "WT"}, {"ReservationSID", "WR"}},
	webhook.KindTaskRouterEvent:                   {{"WorkspaceSID", "WS"}},
	webhook.KindTranscriptionContent:              {liveSID},
	webhook.KindTranscriptionError:                {liveSID},
	webhook.KindTranscriptionStarted:              {liveSID},
	webhook.KindTranscriptionStopped:              {liveSID},
	webhook.KindVideoCompositionEvent:             {roomSID, {"CompositionSID", "CJ"}},
	webhook.KindVideoParticipantEvent:             {roomSID, memberSID},
	webhook.KindVideoRecordingEvent:               {roomSID, memberSID, {"RecordingSID", "RT"}, {"SourceSID", "MT"}},
	webhook.KindVideoRoomEvent:                    {roomSID},
	webhook.KindVideoTrackEvent:                   {roomSID, memberSID, {"TrackSID", "MT"}},
	webhook.KindVoiceIntelligenceTranscript:       {{"ServiceSID", "GA"}, {"TranscriptSID", "GT"}},
}

// complete fills in what Twilio always sends and a test need not say.
func (t *Twilio) complete(e webhook.Event) webhook.Event {
	return complete(e, t.opts.AccountSID, string(t.from), string(t.opts.To), t.engine.NewSID)
}

func complete(e webhook.Event, account webhook.SID, person, number string, newSID func(string) string) webhook.Event {
	v := reflect.ValueOf(e)
	if v.Kind() != reflect.Struct {
		return e
	}
	copied := reflect.New(v.Type()).Elem()
	copied.Set(v)
	set := func(name, value string) {
		if f := copied.FieldByName(name); f.IsValid() && f.Kind() == reflect.String && f.CanSet() && f.String() == "" {
			f.SetString(value)
		}
	}
	same := func(name, as string) {
		if f := copied.FieldByName(as); f.IsValid() && f.Kind() == reflect.String {
			set(name, f.String())
		}
	}
	set("AccountSID", string(account))
	set("APIVersion", "2010-04-01")
	if f := copied.FieldByName("CallSID"); f.IsValid() && f.Kind() == reflect.String && f.String() == "" {
		set("CallSID", newSID("CA"))
	}
	for _, sid := range namedAlways[e.Kind()] {
		set(sid.field, newSID(sid.prefix))
	}
	switch e.(type) {
	case webhook.IncomingMessage:
		prefix := "SM"
		if n := copied.FieldByName("Media").Len(); n > 0 {
			prefix = "MM"
			if f := copied.FieldByName("NumMedia"); f.Int() == 0 {
				f.SetInt(int64(n))
			}
		}
		set("MessageSID", newSID(prefix))
		same("SMSSID", "MessageSID")
		same("SMSMessageSID", "MessageSID")
		set("SMSStatus", "received")
		if f := copied.FieldByName("NumSegments"); f.Int() == 0 {
			f.SetInt(1)
		}
		set("From", person)
		set("To", number)
	case webhook.MessageStatusCallback:
		set("MessageSID", newSID("SM"))
		same("SMSSID", "MessageSID")
		same("SMSStatus", "MessageStatus")
		set("From", number)
		set("To", person)
	default:
		set("From", person)
		set("To", number)
		same("Caller", "From")
		same("Called", "To")
		set("Direction", "inbound")
		status := "in-progress"
		switch e.(type) {
		case webhook.IncomingCall, webhook.ClientCallRequest, webhook.SIPIncomingCall:
			status = "ringing"
		}
		set("CallStatus", status)
	}
	return copied.Interface().(webhook.Event)
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
