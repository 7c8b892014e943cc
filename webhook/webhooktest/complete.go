package webhooktest

import (
	"iter"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/ringback-go/ringback/webhook"
)

// complete fills in what Twilio always sends and a test may omit.
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
	for field, prefix := range sidsOf(v.Type()) {
		set(field, newSID(prefix))
	}
	same("SMSSID", "MessageSID")
	return copied.Interface().(webhook.Event)
}

// sidsOf yields the SIDs, with their prefixes, that a request of a kind always
// has. The tags of its struct define them: the required ones, the subject of
// the report, and its parent.
func sidsOf(t reflect.Type) iter.Seq2[string, string] {
	return func(yield func(field, prefix string) bool) {
		for _, f := range reflect.VisibleFields(t) {
			options := strings.Split(f.Tag.Get("twilio"), ",")
			for _, option := range options {
				prefix, ok := strings.CutPrefix(option, "sid=")
				always := slices.Contains(options, "required") || slices.Contains(options, "subject") || slices.Contains(options, "parent")
				if ok && always && !yield(f.Name, prefix) {
					return
				}
			}
		}
	}
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
