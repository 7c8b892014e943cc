package main

import (
	"net/url"
	"runtime"
	"strconv"
	"testing"

	"github.com/gorilla/schema"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

func decodeRows() []row {
	return []row{
		decodeRow("decode/sms-22", smsForm(text), decodeWith[webhook.IncomingMessage], bySwitch(switchMessage), bySchema[messageSchema]),
		decodeRow("decode/call-30", callForm("CHICAGO"), decodeWith[webhook.CallStatusCallback], bySwitch(switchCall), bySchema[callSchema]),
	}
}

// decodeRow compares the step from a verified request to an event. Parsing the
// form belongs to the check in our case and to decoding in that of the peers, so
// a second contender, also Ringback, reads and parses as well.
func decodeRow(name string, params url.Values, ours func(*testing.B, *signature.Verified), peer, schema func(*testing.B, string)) row {
	body, d := params.Encode(), postForm(params, token)
	return row{
		name: name,
		contenders: []contender{
			{name: "ringback", run: func(b *testing.B) {
				b.ReportAllocs()
				v, err := newVerifier().Verify(postForm(params, token).Request)
				if err != nil {
					b.Fatal(err)
				}
				ours(b, v)
			}},
			{name: "ringback, read and parse too", run: loop(func() error {
				v, err := signature.Unverified(d.rewind())
				if err == nil {
					_, err = webhook.Parse(v)
				}
				return err
			})},
			{name: "url.ParseQuery and switch", run: func(b *testing.B) { b.ReportAllocs(); peer(b, body) }},
			{name: "gorilla/schema", run: func(b *testing.B) { b.ReportAllocs(); schema(b, body) }},
		},
		ratios: []ratio{{peer: "url.ParseQuery and switch", atLeast: 3}, {peer: "gorilla/schema", atLeast: 15}},
	}
}

func decodeWith[E any](b *testing.B, v *signature.Verified) {
	for b.Loop() {
		e, err := webhook.Parse(v)
		if err != nil {
			b.Fatal(err)
		}
		if _, ok := e.(E); !ok {
			b.Fatalf("decoded a %T", e)
		}
	}
}

func bySwitch[T any](set func(*T, string, string)) func(*testing.B, string) {
	return func(b *testing.B, body string) {
		for b.Loop() {
			values, err := url.ParseQuery(body)
			if err != nil {
				b.Fatal(err)
			}
			event := new(T)
			for name, vs := range values {
				set(event, name, vs[0])
			}
			runtime.KeepAlive(event)
		}
	}
}

func bySchema[T any](b *testing.B, body string) {
	dec := schema.NewDecoder()
	dec.IgnoreUnknownKeys(true)
	for b.Loop() {
		values, err := url.ParseQuery(body)
		if err != nil {
			b.Fatal(err)
		}
		event := new(T)
		if err := dec.Decode(event, values); err != nil {
			b.Fatal(err)
		}
		runtime.KeepAlive(event)
	}
}

type messageSchema struct {
	MessageSid, SmsSid, SmsMessageSid, AccountSid, MessagingServiceSid string
	From, To, Body, SmsStatus, ApiVersion, OptOutType, AddOns          string
	FromCity, FromState, FromZip, FromCountry                          string
	ToCity, ToState, ToZip, ToCountry                                  string
	NumMedia, NumSegments                                              int
}

func switchMessage(m *messageSchema, name, value string) {
	switch name {
	case "MessageSid":
		m.MessageSid = value
	case "SmsSid":
		m.SmsSid = value
	case "SmsMessageSid":
		m.SmsMessageSid = value
	case "AccountSid":
		m.AccountSid = value
	case "MessagingServiceSid":
		m.MessagingServiceSid = value
	case "From":
		m.From = value
	case "To":
		m.To = value
	case "Body":
		m.Body = value
	case "SmsStatus":
		m.SmsStatus = value
	case "ApiVersion":
		m.ApiVersion = value
	case "OptOutType":
		m.OptOutType = value
	case "AddOns":
		m.AddOns = value
	case "FromCity":
		m.FromCity = value
	case "FromState":
		m.FromState = value
	case "FromZip":
		m.FromZip = value
	case "FromCountry":
		m.FromCountry = value
	case "ToCity":
		m.ToCity = value
	case "ToState":
		m.ToState = value
	case "ToZip":
		m.ToZip = value
	case "ToCountry":
		m.ToCountry = value
	case "NumMedia":
		m.NumMedia, _ = strconv.Atoi(value)
	case "NumSegments":
		m.NumSegments, _ = strconv.Atoi(value)
	}
}

type callSchema struct {
	CallSid, AccountSid, From, To, Caller, Called                string
	Direction, CallStatus, CallbackSource, Timestamp, ApiVersion string
	CallerCity, CallerState, CallerZip, CallerCountry            string
	CalledCity, CalledState, CalledZip, CalledCountry            string
	FromCity, FromState, FromZip, FromCountry                    string
	ToCity, ToState, ToZip, ToCountry                            string
	SequenceNumber, Duration, CallDuration                       int
}

func switchCall(c *callSchema, name, value string) {
	switch name {
	case "CallSid":
		c.CallSid = value
	case "AccountSid":
		c.AccountSid = value
	case "From":
		c.From = value
	case "To":
		c.To = value
	case "Caller":
		c.Caller = value
	case "Called":
		c.Called = value
	case "Direction":
		c.Direction = value
	case "CallStatus":
		c.CallStatus = value
	case "CallbackSource":
		c.CallbackSource = value
	case "Timestamp":
		c.Timestamp = value
	case "ApiVersion":
		c.ApiVersion = value
	case "CallerCity":
		c.CallerCity = value
	case "CallerState":
		c.CallerState = value
	case "CallerZip":
		c.CallerZip = value
	case "CallerCountry":
		c.CallerCountry = value
	case "CalledCity":
		c.CalledCity = value
	case "CalledState":
		c.CalledState = value
	case "CalledZip":
		c.CalledZip = value
	case "CalledCountry":
		c.CalledCountry = value
	case "FromCity":
		c.FromCity = value
	case "FromState":
		c.FromState = value
	case "FromZip":
		c.FromZip = value
	case "FromCountry":
		c.FromCountry = value
	case "ToCity":
		c.ToCity = value
	case "ToState":
		c.ToState = value
	case "ToZip":
		c.ToZip = value
	case "ToCountry":
		c.ToCountry = value
	case "SequenceNumber":
		c.SequenceNumber, _ = strconv.Atoi(value)
	case "Duration":
		c.Duration, _ = strconv.Atoi(value)
	case "CallDuration":
		c.CallDuration, _ = strconv.Atoi(value)
	}
}
