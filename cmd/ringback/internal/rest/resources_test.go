package rest_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	api "github.com/twilio/twilio-go/rest/api/v2010"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/webhook/mediastream/audio"
)

const service = "MG0123456789abcdef0123456789abcdef"

// do makes one request of the API without a client library.
func (w *world) do(t *testing.T, method, path, contentType string, body io.Reader) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequest(method, w.api+"/2010-04-01/Accounts/"+w.stage.AccountSID()+path, body)
	require.NoError(t, err)
	r.SetBasicAuth(w.stage.AccountSID(), authToken)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, data
}

// apiExchanges returns what was kept of requests to the API, the latest first.
func (w *world) apiExchanges() []capture.Exchange {
	return w.stage.Config().Store.List(capture.Query{Source: capture.API})
}

// answered lets the person answer once their phone rings.
func (w *world) answered(t *testing.T, sid string) {
	t.Helper()
	until(t, "the ringing", func() bool {
		_, err := w.stage.Act(sid, stage.Act{Do: "answers"})
		return err == nil
	})
	until(t, "the talk", func() bool {
		leg, err := w.stage.Leg(sid)
		return err == nil && leg.Status() == "in-progress"
	})
}

func TestMessagingService(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	sent, err := c.Api.CreateMessage(new(api.CreateMessageParams).SetTo("+15550101").SetMessagingServiceSid(service).SetBody(strings.Repeat("中", 71)))
	require.NoError(t, err)
	assert.Equal(t, "accepted", *sent.Status)
	assert.Nil(t, sent.From)
	assert.Equal(t, service, *sent.MessagingServiceSid)
	assert.Equal(t, "0", *sent.NumSegments, "no sender has been chosen yet")
	fetched, err := c.Api.FetchMessage(*sent.Sid, nil)
	require.NoError(t, err)
	assert.Equal(t, "+15550100", *fetched.From)
	assert.Equal(t, service, *fetched.MessagingServiceSid)
	assert.Equal(t, "2", *fetched.NumSegments)
}

func TestSegmentsAreThoseOfTheBill(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	for _, row := range []struct{ body, segments string }{
		{strings.Repeat("a", 160), "1"},
		{strings.Repeat("a", 307), "3"},
		{strings.Repeat("😀", 36), "2"},
		{strings.Repeat("中", 71), "2"},
	} {
		sent, err := c.Api.CreateMessage(new(api.CreateMessageParams).SetTo("+15550101").SetFrom("+15550100").SetBody(row.body))
		require.NoError(t, err)
		assert.Equal(t, row.segments, *sent.NumSegments)
	}
}

func TestScheduledMessage(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	at := time.Now().Add(time.Hour)
	params := func() *api.CreateMessageParams {
		return new(api.CreateMessageParams).SetTo("+15550101").SetBody("later").SetMessagingServiceSid(service).SetScheduleType("fixed").SetSendAt(at).
			SetStatusCallback(w.base + "/status")
	}
	sent, err := c.Api.CreateMessage(params())
	require.NoError(t, err)
	assert.Equal(t, "scheduled", *sent.Status)
	assert.Nil(t, sent.DateSent)
	_, shown, err := w.stage.Messages("+15550101")
	require.NoError(t, err)
	require.Len(t, shown, 1)
	assert.Equal(t, "scheduled", shown[0].Status)
	assert.WithinDuration(t, at, shown[0].SendAt, time.Second)
	assertCode(t, 20009, c.Api.DeleteMessage(*sent.Sid, nil))
	canceled, err := c.Api.UpdateMessage(*sent.Sid, new(api.UpdateMessageParams).SetStatus("canceled"))
	require.NoError(t, err)
	assert.Equal(t, "canceled", *canceled.Status)
	until(t, "the report", func() bool { return slices.Contains(w.app.told(), *sent.Sid+" canceled") })
	_, err = c.Api.UpdateMessage(*sent.Sid, new(api.UpdateMessageParams).SetStatus("canceled"))
	assert.Error(t, err, "it waits no longer")
	_, err = w.stage.SendNow(*sent.Sid)
	require.ErrorIs(t, err, stage.ErrNotNow)
	_, err = w.stage.SendNow("SM0123456789abcdef0123456789abcdef")
	require.ErrorIs(t, err, stage.ErrNotFound)

	// Nobody waits for an hour: the page sends it at once.
	sent, err = c.Api.CreateMessage(params())
	require.NoError(t, err)
	now, err := w.stage.SendNow(*sent.Sid)
	require.NoError(t, err)
	assert.NotEqual(t, "scheduled", now.Status)
	fetched, err := c.Api.FetchMessage(*sent.Sid, nil)
	require.NoError(t, err)
	assert.Equal(t, "+15550100", *fetched.From)
	assert.NotNil(t, fetched.DateSent)
	until(t, "the delivery", func() bool { return slices.Contains(w.app.told(), *sent.Sid+" delivered") })

	for _, row := range []struct {
		name string
		code int
		p    *api.CreateMessageParams
	}{
		{"too soon", 35114, params().SetSendAt(time.Now().Add(time.Minute))},
		{"too late", 35114, params().SetSendAt(time.Now().Add(40 * 24 * time.Hour))},
		{"without a service", 35118, new(api.CreateMessageParams).SetTo("+15550101").SetBody("x").SetFrom("+15550100").SetScheduleType("fixed").SetSendAt(at)},
		{"without a time", 35111, new(api.CreateMessageParams).SetTo("+15550101").SetBody("x").SetMessagingServiceSid(service).SetScheduleType("fixed")},
	} {
		_, err := c.Api.CreateMessage(row.p)
		t.Run(row.name, func(t *testing.T) { assertCode(t, row.code, err) })
	}
}

func TestMessageErrors(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	require.NoError(t, w.stage.SetOutcome(stage.Outcome{Address: "+15550102", Result: "21614"}))
	_, err := w.stage.Send(stage.Text{Person: "+15550103", Body: "STOP"})
	require.NoError(t, err)
	for _, row := range []struct {
		name, from, to string
		code           int
	}{
		{"To is not a number", "+15550100", "abc", 21211},
		{"a plus that was not encoded", "+15550100", " 15550101", 21211},
		{"From with a lost plus", " 15550100", "+15550101", 21212},
		{"to itself", "+15550100", "+15550100", 21266},
		{"two channels", "+15550100", "whatsapp:+15550101", 21910},
		{"opted out", "+15550100", "+15550103", 21610},
		{"an outcome", "+15550100", "+15550102", 21614},
		{"test number: invalid To", "+15550100", "+15005550001", 21211},
		{"test number: no route", "+15550100", "+15005550002", 21612},
		{"test number: no permission", "+15550100", "+15005550003", 21408},
		{"test number: blocked", "+15550100", "+15005550004", 21610},
		{"test number: no SMS", "+15550100", "+15005550009", 21614},
		{"test number: invalid From", "+15005550001", "+15550101", 21212},
		{"test number: not owned", "+15005550007", "+15550101", 21606},
		{"test number: full queue", "+15005550008", "+15550101", 21611},
	} {
		_, err := c.Api.CreateMessage(new(api.CreateMessageParams).SetFrom(row.from).SetTo(row.to).SetBody("hi"))
		t.Run(row.name, func(t *testing.T) { assertCode(t, row.code, err) })
	}
	_, err = c.Api.CreateMessage(new(api.CreateMessageParams).SetFrom("+15005550006").SetTo("+1 (555) 010-1").SetBody("hi"))
	require.NoError(t, err)
}

func TestCallErrors(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	params := func() *api.CreateCallParams {
		return new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetUrl(w.base + "/hello")
	}
	for _, row := range []struct {
		name string
		code int
		p    *api.CreateCallParams
	}{
		{"To is not a number", 21211, params().SetTo("abc")},
		{"no such scheme", 21211, params().SetTo("tel:+15550101")},
		{"From is not a number", 21212, params().SetFrom("abc")},
		{"Url", 21205, params().SetUrl("/hello")},
		{"Method", 21209, params().SetMethod("PUT")},
		{"SendDigits", 21206, params().SetSendDigits("12x")},
		{"two events in one parameter", 21626, params().SetStatusCallbackEvent([]string{"initiated ringing"})},
		{"unknown event", 21626, params().SetStatusCallbackEvent([]string{"hung-up"})},
		{"MachineDetection", 20001, params().SetMachineDetection("Nonsense")},
		{"ApplicationSid", 21218, new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetApplicationSid("AP0")},
		{"test number: invalid To", 21217, params().SetTo("+15005550001")},
		{"test number: no route", 21214, params().SetTo("+15005550002")},
		{"test number: no permission", 21215, params().SetTo("+15005550003")},
		{"test number: blocked", 21216, params().SetTo("+15005550004")},
	} {
		_, err := c.Api.CreateCall(row.p)
		t.Run(row.name, func(t *testing.T) { assertCode(t, row.code, err) })
	}
	_, err := c.Api.CreateCall(params().SetStatusCallbackEvent([]string{"initiated ringing"}))
	assert.ErrorContains(t, err, "one event per parameter")
}

// TestOutcomeOfAMessage lets the program's own messages fail.
func TestOutcomeOfAMessage(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	for _, row := range []struct {
		to, result, status string
		code               int
	}{
		{"+15550101", "30003", "undelivered", 30003},
		{"+15550102", "blocked", "undelivered", 30007},
		{"+15550103", "30001", "failed", 30001},
	} {
		require.NoError(t, w.stage.SetOutcome(stage.Outcome{Address: row.to, Result: row.result}))
		for _, callback := range []string{"", w.base + "/status"} {
			params := new(api.CreateMessageParams).SetFrom("+15550100").SetTo(row.to).SetBody("hi")
			if callback != "" {
				params.SetStatusCallback(callback)
			}
			sent, err := c.Api.CreateMessage(params)
			require.NoError(t, err)
			until(t, row.result, func() bool {
				m, err := c.Api.FetchMessage(*sent.Sid, nil)
				return err == nil && *m.Status == row.status && (callback != "" || *m.ErrorCode == row.code)
			})
			i := 0
			until(t, "the delivery", func() bool {
				all := w.stage.Deliveries()
				for i = range all {
					if all[i].SID == *sent.Sid {
						return all[i].Status == row.status && all[i].ErrorCode == row.code
					}
				}
				return false
			})
		}
	}
	require.ErrorIs(t, w.stage.SetOutcome(stage.Outcome{Address: "+15550101", Result: "eaten"}), stage.ErrOutcome)
	require.NoError(t, w.stage.SetOutcome(stage.Outcome{Address: "+15550101", Result: "normal"}))
	assert.Len(t, w.stage.OutcomeList(), 2)
}

func TestOutcomeOfACall(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	for to, row := range map[string][2]string{"+15550101": {"busy", "busy"}, "+15550102": {"unreachable", "failed"}} {
		require.NoError(t, w.stage.SetOutcome(stage.Outcome{Address: to, Result: row[0]}))
		made, err := c.Api.CreateCall(new(api.CreateCallParams).SetFrom("+15550100").SetTo(to).SetUrl(w.base + "/hello"))
		require.NoError(t, err)
		until(t, row[1], func() bool {
			call, err := c.Api.FetchCall(*made.Sid, nil)
			return err == nil && *call.Status == row[1] && *call.Duration == "0"
		})
	}
}

func TestListsOfMessages(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	_, err := w.stage.Send(stage.Text{Person: "+15550102", Body: "hello"})
	require.NoError(t, err)
	for range 5 {
		_, err := c.Api.CreateMessage(new(api.CreateMessageParams).SetFrom("+15550100").SetTo("+15550101").SetBody("hi"))
		require.NoError(t, err)
	}
	all, err := c.Api.ListMessage(new(api.ListMessageParams).SetPageSize(2))
	require.NoError(t, err)
	assert.Len(t, all, 6, "the client follows next_page_uri")
	limited, err := c.Api.ListMessage(new(api.ListMessageParams).SetLimit(3))
	require.NoError(t, err)
	assert.Len(t, limited, 3)
	to, err := c.Api.ListMessage(new(api.ListMessageParams).SetTo("+15550101"))
	require.NoError(t, err)
	assert.Len(t, to, 5)
	from, err := c.Api.ListMessage(new(api.ListMessageParams).SetFrom("+15550102"))
	require.NoError(t, err)
	require.Len(t, from, 1)
	assert.Equal(t, "inbound", *from[0].Direction)
	until(t, "all are sent", func() bool {
		today, err := c.Api.ListMessage(new(api.ListMessageParams).SetDateSent(time.Now()))
		return err == nil && len(today) == 6
	})
	past, err := c.Api.ListMessage(new(api.ListMessageParams).SetDateSentBefore(time.Now().Add(-48 * time.Hour)))
	require.NoError(t, err)
	assert.Empty(t, past)
	until(t, "the delivery", func() bool { return c.Api.DeleteMessage(*to[0].Sid, nil) == nil })
	_, err = c.Api.FetchMessage(*to[0].Sid, nil)
	assertCode(t, 20404, err)
	all, err = c.Api.ListMessage(nil)
	require.NoError(t, err)
	assert.Len(t, all, 5)
}

func TestMediaOfMessages(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	inbound, err := w.stage.Send(stage.Text{Person: "+15550102", Picture: true})
	require.NoError(t, err)
	media, err := c.Api.ListMedia(inbound.SID, nil)
	require.NoError(t, err)
	require.Len(t, media, 1)
	assert.Equal(t, "image/jpeg", *media[0].ContentType)
	fetched, err := c.Api.FetchMedia(inbound.SID, *media[0].Sid, nil)
	require.NoError(t, err)
	assert.Equal(t, inbound.SID, *fetched.ParentSid)
	res, data := w.do(t, "GET", "/Messages/"+inbound.SID+"/Media/"+*media[0].Sid, "", nil)
	assert.Equal(t, "image/jpeg", res.Header.Get("Content-Type"))
	assert.NotEmpty(t, data)

	sent, err := c.Api.CreateMessage(new(api.CreateMessageParams).SetFrom("+15550100").SetTo("+15550101").
		SetMediaUrl([]string{"https://media.example.com/a.png", "https://media.example.com/b.png"}))
	require.NoError(t, err)
	media, err = c.Api.ListMedia(*sent.Sid, nil)
	require.NoError(t, err)
	assert.Len(t, media, 2)
}

func TestMachineDetection(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	require.NoError(t, w.stage.SetOutcome(stage.Outcome{Address: "+15550101", Result: "machine"}))
	made, err := c.Api.CreateCall(new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetUrl(w.base + "/hello").SetMachineDetection("Enable"))
	require.NoError(t, err)
	param := func(kind, sid, name string) string {
		for _, x := range w.stage.Config().Store.List(capture.Query{Kind: kind, SID: sid}) {
			whole, err := w.stage.Config().Store.Get(x.ID)
			require.NoError(t, err)
			values, err := url.ParseQuery(string(whole.Request.Body))
			require.NoError(t, err)
			return values.Get(name)
		}
		return ""
	}
	later, err := c.Api.CreateCall(new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetUrl(w.base + "/hello").
		SetMachineDetection("DetectMessageEnd").SetAsyncAmd("true").SetAsyncAmdStatusCallback(w.base + "/amd"))
	require.NoError(t, err)

	until(t, "the request for the document", func() bool { return param("OutboundCallAnswered", *made.Sid, "AnsweredBy") == "machine_start" })
	fetched, err := c.Api.FetchCall(*made.Sid, nil)
	require.NoError(t, err)
	assert.Equal(t, "machine_start", *fetched.AnsweredBy)
	until(t, "the callback", func() bool { return param("AsyncAMDCallback", *later.Sid, "AnsweredBy") == "machine_end_beep" })
}

// TestCallIsUpdatedWithTwiML is the main example of Twilio's documentation for
// changing a call.
func TestCallIsUpdatedWithTwiML(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	made, err := c.Api.CreateCall(new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetUrl(w.base + "/hello").SetSendDigits("1w2"))
	require.NoError(t, err)
	if *made.Status == "queued" { // the phone may ring before the answer is written
		assert.Nil(t, made.StartTime)
	}
	w.answered(t, *made.Sid)
	_, err = c.Api.UpdateCall(*made.Sid, new(api.UpdateCallParams).SetTwiml("<Response><Say>Ahoy</Say><Pause length=\"60\"/></Response>"))
	require.NoError(t, err)
	until(t, "the new document", func() bool {
		call, err := w.stage.Call(*made.Sid)
		if err != nil {
			return false
		}
		for _, l := range call.Lines {
			if l.Text == "Ahoy" {
				return true
			}
		}
		return false
	})
	ended, err := c.Api.UpdateCall(*made.Sid, new(api.UpdateCallParams).SetStatus("completed"))
	require.NoError(t, err)
	assert.Equal(t, "completed", *ended.Status)
	calls, err := c.Api.ListCall(new(api.ListCallParams).SetStatus("completed").SetPageSize(1))
	require.NoError(t, err)
	assert.Len(t, calls, 1)
	_, err = c.Api.UpdateCall(*made.Sid, new(api.UpdateCallParams).SetTwiml("<Response/>"))
	assertCode(t, 21220, err)
}

func TestRecordingOfACall(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	made, err := c.Api.CreateCall(new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetUrl(w.base + "/hello").
		SetRecord(true).SetRecordingChannels("dual").SetStatusCallback(w.base + "/status"))
	require.NoError(t, err)
	w.answered(t, *made.Sid)
	until(t, "a second of talk", func() bool {
		leg, err := w.stage.Leg(*made.Sid)
		if err != nil {
			return false
		}
		_, answered, _ := leg.Times()
		return time.Since(answered) > 1100*time.Millisecond
	})
	_, err = c.Api.UpdateCall(*made.Sid, new(api.UpdateCallParams).SetStatus("completed"))
	require.NoError(t, err)
	recordings, err := c.Api.ListRecording(new(api.ListRecordingParams).SetCallSid(*made.Sid))
	require.NoError(t, err)
	require.Len(t, recordings, 1)
	assert.Equal(t, "OutboundAPI", *recordings[0].Source)
	assert.Equal(t, "completed", *recordings[0].Status)
	assert.Equal(t, "1", *recordings[0].Duration)
	ofCall, err := c.Api.ListCallRecording(*made.Sid, nil)
	require.NoError(t, err)
	assert.Len(t, ofCall, 1)
	sid := *recordings[0].Sid
	fetched, err := c.Api.FetchRecording(sid, nil)
	require.NoError(t, err)
	assert.Equal(t, *made.Sid, *fetched.CallSid)

	res, sound := w.do(t, "GET", "/Recordings/"+sid, "", nil)
	assert.Equal(t, "audio/x-wav", res.Header.Get("Content-Type"))
	wav, err := audio.NewWAVReader(bytes.NewReader(sound))
	require.NoError(t, err)
	assert.Equal(t, audio.PCM8k, wav.Format())
	assert.Equal(t, 2, wav.Channels())
	res, sound = w.do(t, "GET", "/Recordings/"+sid+".mp3", "", nil)
	assert.Equal(t, "audio/mpeg", res.Header.Get("Content-Type"))
	assert.Equal(t, []byte{0xff, 0xf3}, sound[:2])
	assert.Zero(t, len(sound)%104)

	require.NoError(t, c.Api.DeleteRecording(sid, nil))
	_, err = c.Api.FetchRecording(sid, nil)
	assertCode(t, 20404, err)
}

func TestRecordingIsStartedAndStopped(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	made, err := c.Api.CreateCall(new(api.CreateCallParams).SetFrom("+15550100").SetTo("+15550101").SetUrl(w.base + "/hello"))
	require.NoError(t, err)
	_, err = c.Api.CreateCallRecording(*made.Sid, nil)
	assertCode(t, 21220, err)
	w.answered(t, *made.Sid)
	started, err := c.Api.CreateCallRecording(*made.Sid, nil)
	require.NoError(t, err)
	assert.Equal(t, "in-progress", *started.Status)
	stopped, err := c.Api.UpdateCallRecording(*made.Sid, "Twilio.CURRENT", new(api.UpdateCallRecordingParams).SetStatus("stopped"))
	require.NoError(t, err)
	assert.Equal(t, *started.Sid, *stopped.Sid)
	assert.Equal(t, "completed", *stopped.Status)
}

func TestConferences(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	join := func(to, label string) *api.ApiV2010Participant {
		p, err := c.Api.CreateParticipant("daily", new(api.CreateParticipantParams).SetFrom("+15550100").SetTo(to).SetLabel(label))
		require.NoError(t, err)
		return p
	}
	ana, ben := join("+15550101", "ana"), join("+15550102", "ben")
	assert.Equal(t, *ana.ConferenceSid, *ben.ConferenceSid)
	assert.Equal(t, "queued", *ana.Status)
	room := *ana.ConferenceSid
	w.answered(t, *ana.CallSid)
	w.answered(t, *ben.CallSid)
	until(t, "the conference", func() bool {
		conference, err := c.Api.FetchConference(room, nil)
		return err == nil && *conference.Status == "in-progress"
	})
	participants, err := c.Api.ListParticipant(room, nil)
	require.NoError(t, err)
	assert.Len(t, participants, 2)
	held, err := c.Api.UpdateParticipant(room, "ana", new(api.UpdateParticipantParams).SetHold(true).SetMuted(true))
	require.NoError(t, err)
	assert.True(t, *held.Hold)
	assert.True(t, *held.Muted)
	onHold, err := c.Api.ListParticipant(room, new(api.ListParticipantParams).SetHold(true))
	require.NoError(t, err)
	require.Len(t, onHold, 1)
	assert.Equal(t, "connected", *onHold[0].Status)
	require.NoError(t, c.Api.DeleteParticipant(room, *ben.CallSid, nil))
	until(t, "one left", func() bool {
		participants, err := c.Api.ListParticipant(room, nil)
		return err == nil && len(participants) == 1
	})
	ended, err := c.Api.UpdateConference(room, new(api.UpdateConferenceParams).SetStatus("completed"))
	require.NoError(t, err)
	assert.Equal(t, "completed", *ended.Status)
	list, err := c.Api.ListConference(new(api.ListConferenceParams).SetFriendlyName("daily").SetStatus("completed"))
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "conference-ended-via-api", *list[0].ReasonConferenceEnded)
	_, err = c.Api.FetchParticipant(room, "nobody", nil)
	assertCode(t, 20404, err)
}

func TestMultipartForm(t *testing.T) {
	t.Parallel()
	w := open(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range map[string]string{"To": "+15550101", "From": "+15550100", "Body": "hello"} {
		require.NoError(t, form.WriteField(name, value))
	}
	require.NoError(t, form.Close())
	res, data := w.do(t, "POST", "/Messages.json", form.FormDataContentType(), &body)
	assert.Equal(t, http.StatusCreated, res.StatusCode, string(data))
	res, data = w.do(t, "POST", "/Messages.json", "application/json", strings.NewReader(`{"To":"+15550101"}`))
	assert.Equal(t, http.StatusBadRequest, res.StatusCode)
	assert.Contains(t, string(data), "form")
}

// TestRequestsAreCaptured looks at what Traffic shows of the API: a request, its
// answer, what was ignored, and no credentials.
func TestRequestsAreCaptured(t *testing.T) {
	t.Parallel()
	w := open(t)
	form := "To=%2B15550101&From=%2B15550199&Body=hi&SmartEncoded=true&Foo=bar"
	_, _ = w.do(t, "POST", "/Messages.json", "application/x-www-form-urlencoded", strings.NewReader(form))
	_, _ = w.do(t, "GET", "/Queues.json", "", nil)
	kept := w.apiExchanges()
	require.Len(t, kept, 2)
	assert.Equal(t, 20404, kept[0].Code)
	assert.Contains(t, kept[0].Error, "Messages, their Media, Calls")
	whole, err := w.stage.Config().Store.Get(kept[1].ID)
	require.NoError(t, err)
	assert.Equal(t, form, string(whole.Request.Body))
	assert.Equal(t, http.StatusCreated, whole.Response.Status)
	assert.Contains(t, string(whole.Response.Body), whole.SID)
	assert.Contains(t, whole.Summary, "Foo is not a parameter of this resource: ignored")
	assert.Contains(t, whole.Summary, "SmartEncoded has no effect here")
	assert.Contains(t, whole.Summary, "From is not the number of this console")
	assert.Equal(t, []string{"(not kept)"}, whole.Request.Header["Authorization"])
	assert.NotContains(t, whole.Summary, "+1555")
	_, err = w.stage.Replay(t.Context(), whole, stage.Change{})
	require.ErrorIs(t, err, stage.ErrNotNow, "it is not a request to the program")
	failed := w.stage.Config().Store.List(capture.Query{Source: capture.API, Failed: true})
	assert.Len(t, failed, 1)
}

func TestAccountAndNumbers(t *testing.T) {
	t.Parallel()
	w := open(t)
	c := w.client(authToken)
	account, err := c.Api.FetchAccount(w.stage.AccountSID())
	require.NoError(t, err)
	assert.Equal(t, "active", *account.Status)
	_, err = c.Api.FetchAccount("AC00000000000000000000000000000000")
	assertCode(t, 20404, err)
	numbers, err := c.Api.ListIncomingPhoneNumber(new(api.ListIncomingPhoneNumberParams).SetPhoneNumber("+15550100"))
	require.NoError(t, err)
	require.Len(t, numbers, 1)
	assert.Equal(t, w.base+"/voice", *numbers[0].VoiceUrl)
}
