package rest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/twiml"
)

func (a *api) messages() {
	a.handle("POST /Messages.json", "sends a message",
		"From To Body MediaUrl MessagingServiceSid StatusCallback ScheduleType SendAt ContentSid ContentVariables",
		"ProvideFeedback Attempt ValidityPeriod ForceDelivery ContentRetention AddressRetention SmartEncoded PersistentAction TrafficType ShortenUrls SendAsMms RiskCheck MaxPrice ApplicationSid",
		a.createMessage)
	a.handle("GET /Messages.json", "lists messages", paging+"To From "+dates("DateSent"), "", a.listMessages)
	a.handle("GET /Messages/{sid}", "fetches a message", "", "", a.fetchMessage)
	a.handle("POST /Messages/{sid}", "updates a message", "Body Status", "", a.updateMessage)
	a.handle("DELETE /Messages/{sid}", "deletes a message", "", "", a.deleteMessage)
	a.handle("GET /Messages/{message}/Media.json", "lists the media of a message", paging+dates("DateCreated"), "", a.listMedia)
	a.handle("GET /Messages/{message}/Media/{sid}", "fetches a medium", "", "", a.fetchMedia)
}

// message is the resource as Twilio writes it.
type message struct {
	SID                 string            `json:"sid"`
	AccountSID          string            `json:"account_sid"`
	MessagingServiceSID *string           `json:"messaging_service_sid"`
	From                *string           `json:"from"`
	To                  string            `json:"to"`
	Body                string            `json:"body"`
	Status              string            `json:"status"`
	Direction           string            `json:"direction"`
	NumMedia            string            `json:"num_media"`
	NumSegments         string            `json:"num_segments"`
	ErrorCode           *int              `json:"error_code"`
	ErrorMessage        *string           `json:"error_message"`
	Price               *string           `json:"price"`
	PriceUnit           string            `json:"price_unit"`
	DateCreated         *string           `json:"date_created"`
	DateUpdated         *string           `json:"date_updated"`
	DateSent            *string           `json:"date_sent"`
	APIVersion          string            `json:"api_version"`
	URI                 string            `json:"uri"`
	SubresourceURIs     map[string]string `json:"subresource_uris"`
}

// Test numbers of Twilio's, and the errors that they cause.
var (
	testFrom = map[string]int{"+15005550001": 21212, "+15005550007": 21606, "+15005550008": 21611}
	testTo   = map[string]int{"+15005550001": 21211, "+15005550002": 21612, "+15005550003": 21408, "+15005550004": 21610, "+15005550009": 21614}
)

// name is what an error number is called.
func name(code int) string {
	return cmp.Or(status.Code(code).Name(), "the request was refused") + "."
}

func (a *api) createMessage(r *request) (any, error) {
	out := stage.Outgoing{
		From: canonical(r.get("From")), To: canonical(r.get("To")), Body: r.get("Body"), Media: r.form["MediaUrl"],
		Service: r.get("MessagingServiceSid"), StatusCallback: r.get("StatusCallback"),
	}
	content := r.get("ContentSid")
	if err := a.checkMessage(r, &out, content); err != nil {
		return nil, err
	}
	if content != "" {
		r.note("the template is unknown here, so its SID is shown instead")
		out.Body = strings.TrimSpace(cmp.Or(out.Body, "Content template "+content+" "+r.get("ContentVariables")))
	}
	if from := out.From; from != "" {
		if _, number := channel(from); number != a.stage.Config().Number && number != "+15005550006" {
			r.note("From is not the number of this console: Twilio accepts only numbers of the account")
		}
	}
	m, err := a.stage.SendOut(out)
	switch {
	case errors.Is(err, stage.ErrOptedOut):
		return nil, refused(21610, "The recipient has unsubscribed by texting STOP.")
	case errors.Is(err, stage.ErrScheduled):
		return nil, refused(35125, "Maximum limit reached in the account for scheduling messages.")
	case err != nil:
		return nil, err
	}
	return a.message(m), nil
}

// checkMessage returns what is wrong with a message.
func (a *api) checkMessage(r *request, out *stage.Outgoing, content string) error {
	channelTo, to := channel(out.To)
	channelFrom, from := channel(out.From)
	switch {
	case out.To == "":
		return refused(21604, "A 'To' phone number is required.")
	case out.From == "" && out.Service == "":
		return refused(21603, "A 'From' phone number is required.")
	case out.Body == "" && len(out.Media) == 0 && content == "":
		return refused(21602, "Message body is required.")
	case len([]rune(out.Body)) > 1600:
		return refused(21617, "The message body exceeds the 1600 character limit.")
	case len(out.Media) > 10:
		return refused(21623, "Number of media files exceeds allowed limit: 10.")
	case out.StatusCallback != "" && !link(out.StatusCallback):
		return refused(21609, "The 'StatusCallback' URL is not a valid URL.")
	case out.Service != "" && (!sidShape.MatchString(out.Service) || !strings.HasPrefix(out.Service, "MG")):
		return refused(21701, "The Messaging Service does not exist: its SID is MG and 32 hexadecimal digits.")
	case content != "" && (!sidShape.MatchString(content) || !strings.HasPrefix(content, "HX")):
		return refused(21655, "The ContentSid is invalid: it is HX and 32 hexadecimal digits.")
	case r.get("ContentVariables") != "" && !json.Valid([]byte(r.get("ContentVariables"))):
		return refused(21656, "The ContentVariables parameter is invalid: it is a JSON object.")
	}
	for _, media := range out.Media {
		if !link(media) {
			return refused(21620, "Invalid media URL(s).")
		}
	}
	if code := testFrom[from]; code != 0 {
		return refused(code, name(code))
	}
	if code := testTo[to]; code != 0 {
		return refused(code, name(code))
	}
	switch {
	case to == "" || channelTo == "" && !e164.MatchString(to):
		return refused(21211, "Invalid 'To' Phone Number"+hint(out.To)+": write it as +15550101.")
	case out.From != "" && (from == "" || channelFrom == "" && !e164.MatchString(from) && !shortCode.MatchString(from) && !alpha.MatchString(from)):
		return refused(21212, "The 'From' number is not a valid phone number, short code, or alphanumeric sender ID"+hint(out.From)+".")
	case out.From != "" && out.From == out.To:
		return refused(21266, "'To' and 'From' number cannot be the same.")
	case out.From != "" && channelFrom != channelTo:
		return refused(21910, "Invalid 'From' and 'To' pair: both must be of the same channel.")
	}
	if err := readTime(r, out); err != nil {
		return err
	}
	if code := a.stage.Rejected(out.To); code != 0 {
		return refused(code, name(code))
	}
	return nil
}

// readTime reads when a message is to be sent.
func readTime(r *request, out *stage.Outgoing) error {
	kind, at := r.get("ScheduleType"), r.get("SendAt")
	switch {
	case kind == "" && at == "":
		return nil
	case kind != "fixed":
		return refused(35119, "SendAt can only be used when ScheduleType is 'fixed'.")
	case at == "":
		return refused(35111, "SendAt timestamp is missing.")
	case out.Service == "":
		return refused(35118, "MessagingServiceSid is required to schedule a message.")
	}
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return refused(35114, "SendAt is not in ISO 8601 format, such as 2026-01-31T18:00:00Z.")
	}
	if ahead := time.Until(t); ahead < 5*time.Minute || ahead > 35*24*time.Hour {
		return refused(35114, "SendAt must be between 300 seconds and 35 days in the future.")
	}
	out.SendAt = t
	return nil
}

func (a *api) listMessages(r *request) (any, error) {
	out := []message{}
	for _, m := range a.stage.AllMessages() {
		sent := m.At
		if waits(m.Status) {
			sent = time.Time{}
		}
		if r.equal("To", m.To) && r.equal("From", m.From) && r.within("DateSent", sent) {
			out = append(out, a.message(m))
		}
	}
	return list(r, "messages", out), nil
}

// waits reports whether a message has not been sent yet.
func waits(status string) bool {
	return status == "queued" || status == "accepted" || status == "scheduled" || status == "canceled"
}

func (a *api) fetchMessage(r *request) (any, error) {
	m, err := a.stage.Message(r.sid())
	if err != nil {
		return nil, err
	}
	return a.message(m), nil
}

// updateMessage redacts, or cancels a scheduled message.
func (a *api) updateMessage(r *request) (any, error) {
	body, given := r.form["Body"]
	var m stage.Message
	var err error
	switch status := r.get("Status"); {
	case status == "canceled":
		m, err = a.stage.Cancel(r.sid())
		if errors.Is(err, stage.ErrNotNow) {
			return nil, refused(30409, "This message cannot be canceled: it is not scheduled.")
		}
	case status != "":
		return nil, refused(20001, "Status can only be set to canceled.")
	case !given || body[0] != "":
		return nil, refused(20001, "Only an empty Body can be set: it redacts the message.")
	default:
		if m, err = a.stage.Message(r.sid()); err == nil && waits(m.Status) && m.Status != "canceled" {
			return nil, &refusal{http.StatusConflict, 20009, "The message cannot be redacted before it is complete."}
		}
		m, err = a.stage.Redact(r.sid())
	}
	if err != nil {
		return nil, err
	}
	return a.message(m), nil
}

func (a *api) deleteMessage(r *request) (any, error) {
	m, err := a.stage.Message(r.sid())
	if err == nil && waits(m.Status) && m.Status != "canceled" {
		return nil, &refusal{http.StatusConflict, 20009, "Cannot delete this resource before it is complete."}
	}
	if err = a.stage.Delete(r.sid()); err != nil {
		return nil, err
	}
	return nil, nil
}

func (a *api) message(m stage.Message) message {
	out := message{
		SID: m.SID, AccountSID: a.stage.AccountSID(), To: m.To, Body: m.Body, Status: m.Status, Direction: "outbound-api",
		NumMedia: strconv.Itoa(len(m.Media)), NumSegments: strconv.Itoa(segments(m)), PriceUnit: "USD",
		DateCreated: date(m.At), DateUpdated: date(m.Updated), APIVersion: version, URI: a.uri("/Messages/" + m.SID + ".json"),
		SubresourceURIs: map[string]string{"media": a.uri("/Messages/" + m.SID + "/Media.json")},
	}
	if m.From != "" {
		out.From = &m.From
	}
	if m.Service != "" {
		out.MessagingServiceSID = &m.Service
	}
	switch {
	case m.Direction == "to-app":
		out.Direction = "inbound"
		out.Status = "received"
	case m.Reply:
		out.Direction = "outbound-reply"
	}
	if !waits(m.Status) {
		out.DateSent = date(m.At)
	}
	if m.ErrorCode != 0 && m.Direction != "to-app" {
		text := status.Code(m.ErrorCode).Name()
		out.ErrorCode, out.ErrorMessage = &m.ErrorCode, &text
	}
	return out
}

// segments is how many are billed. A message of a service has none until its
// sender is chosen.
func segments(m stage.Message) int {
	switch kind, _ := channel(m.To); {
	case m.From == "":
		return 0
	case kind != "" || len(m.Media) > 0:
		return max(1, len(m.Media))
	}
	return twiml.Segments(m.Body)
}

// A medium is a file of a message.
type medium struct {
	SID         string  `json:"sid"`
	AccountSID  string  `json:"account_sid"`
	ParentSID   string  `json:"parent_sid"`
	ContentType string  `json:"content_type"`
	DateCreated *string `json:"date_created"`
	DateUpdated *string `json:"date_updated"`
	URI         string  `json:"uri"`

	url string
}

// media returns the files of a message. A file that the program sent stays at
// its URL; its SID is derived from its position.
func (a *api) media(m stage.Message) []medium {
	out := make([]medium, 0, len(m.Media))
	for i, file := range m.Media {
		sid := file.SID
		if sid == "" {
			sum := sha256.Sum256([]byte(m.SID + " " + strconv.Itoa(i)))
			sid = "ME" + hex.EncodeToString(sum[:16])
		}
		kind := file.Type
		if !strings.Contains(kind, "/") {
			kind = "application/octet-stream"
		}
		out = append(out, medium{
			SID: sid, AccountSID: a.stage.AccountSID(), ParentSID: m.SID, ContentType: kind,
			DateCreated: date(m.At), DateUpdated: date(m.At), URI: a.uri("/Messages/" + m.SID + "/Media/" + sid + ".json"), url: file.URL,
		})
	}
	return out
}

func (a *api) listMedia(r *request) (any, error) {
	m, err := a.stage.Message(r.PathValue("message"))
	if err != nil {
		return nil, err
	}
	return list(r, "media_list", a.media(m)), nil
}

// fetchMedia returns a picture that a person sent, or redirects to one of the
// program. With .json it returns the resource.
func (a *api) fetchMedia(r *request) (any, error) {
	m, err := a.stage.Message(r.PathValue("message"))
	if err != nil {
		return nil, err
	}
	for _, one := range a.media(m) {
		if one.SID != r.sid() {
			continue
		}
		if strings.HasSuffix(r.PathValue("sid"), ".json") {
			return one, nil
		}
		kind, data, err := a.stage.Picture(one.SID)
		if err != nil {
			return http.RedirectHandler(one.url, http.StatusTemporaryRedirect), nil
		}
		return file(kind, data), nil
	}
	return nil, stage.ErrNotFound
}
