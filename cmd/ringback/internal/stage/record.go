package stage

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fault"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// describe converts an exchange of the engine to one to keep, with the headers
// that were sent, which a fault may have changed.
func (s *Stage) describe(x *dialogue.Exchange, at time.Time) (capture.Exchange, *fault.Record) {
	rec := s.records.of(x.Header, at)
	header := x.Header
	if rec.Header != nil {
		header = rec.Header
	}
	e := capture.Exchange{
		At:       rec.At,
		Took:     at.Sub(rec.At),
		Kind:     string(x.Kind),
		SID:      cmp.Or(x.Params.Get("MessageSid"), x.Params.Get("SmsSid"), x.Params.Get("CallSid"), x.Params.Get("ConferenceSid"), x.Params.Get("RecordingSid")),
		Lint:     len(x.Problems),
		Fault:    string(rec.Fault),
		Request:  capture.Request{Method: x.Method, URL: x.URL, Header: header.Clone(), Body: []byte(x.Body)},
		Response: capture.Response{Status: x.Status, Header: x.ResponseHeader, Body: x.ResponseBody},
	}
	if x.Call != nil {
		e.Thread = rootOf(x.Call).SID()
	}
	e.Thread = cmp.Or(e.Thread, e.SID)
	if x.Err != nil {
		e.Error = x.Err.Error()
	}
	if x.Failure != nil {
		e.Code = x.Failure.Code
		e.Error = cmp.Or(x.Failure.Text, e.Error)
	}
	e.Summary = s.summary(x)
	e.Verdict = s.sentVerdict(e.Request)
	return e, rec
}

// summary describes an exchange in one line.
func (s *Stage) summary(x *dialogue.Exchange) string {
	p := x.Params
	title := s.cfg.Facts.Title(string(x.Kind))
	switch x.Kind {
	case webhook.KindIncomingMessage, webhook.KindMessagingFallback:
		title = texts(p.Get("From"), p.Get("Body"), p.Get("NumMedia"))
	case webhook.KindIncomingCall, webhook.KindSIPIncomingCall, webhook.KindClientCallRequest:
		title = p.Get("From") + " calls"
	case webhook.KindGatherAction:
		title = "Gather: " + cmp.Or(p.Get("Digits"), p.Get("SpeechResult"), "nothing")
	case webhook.KindMessageStatusCallback:
		title = "Message " + p.Get("MessageStatus")
	case webhook.KindCallStatusCallback, webhook.KindDialLegStatusCallback:
		title = "Call " + p.Get("CallStatus")
	case webhook.KindDialAction:
		title = "Dial " + p.Get("DialCallStatus")
	}
	if x.Attempt > 1 {
		title += fmt.Sprintf(" (try %d)", x.Attempt)
	}
	return title
}

// texts says who sent which message.
func texts(from, body, media string) string {
	switch {
	case body != "":
		return fmt.Sprintf("%s texts %q", from, shorten(body, 40))
	case media == "1":
		return from + " sends a picture"
	case media != "" && media != "0":
		return from + " sends " + media + " pictures"
	}
	return from + " sends an empty message"
}

func shorten(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return string(runes[:n-1]) + "…"
}

// Verdict returns "valid" for a request whose signature is right, and otherwise
// what is wrong with it.
func (s *Stage) Verdict(r capture.Request) string {
	return verdict(s.verifier, r, s.cfg.BaseURL)
}

func verdict(verifier *signature.Verifier, r capture.Request, base string) string {
	req, err := request(r, base)
	if err != nil {
		return err.Error()
	}
	if _, err := verifier.Verify(req); err != nil {
		return strings.TrimPrefix(err.Error(), "signature: ")
	}
	return "valid"
}

// sentVerdict is the verdict on a request that the engine has sent. A document may
// name the program by another scheme or host than the base URL: Twilio signs the
// URL that it requests.
func (s *Stage) sentVerdict(r capture.Request) string {
	u, err := url.Parse(r.URL)
	if _, below := s.route.Target(r.URL); below || err != nil {
		return s.Verdict(r)
	}
	origin := u.Scheme + "://" + u.Host
	verifier, err := signature.New(signature.Config{BaseURL: origin, Tokens: signature.Keys(s.key), Methods: []string{http.MethodPost, http.MethodGet}})
	if err != nil {
		return strings.TrimPrefix(err.Error(), "signature: ")
	}
	return verdict(verifier, r, origin)
}

// Diagnose explains why a request is refused.
func (s *Stage) Diagnose(r capture.Request) []signature.Finding {
	req, err := request(r, s.cfg.BaseURL)
	if err != nil {
		return nil
	}
	return s.verifier.Diagnose(req)
}

// request makes a server's view of a captured request. The target is cut from
// the URL as text, because it must not be re-encoded.
func request(r capture.Request, base string) (*http.Request, error) {
	target, ok := strings.CutPrefix(r.URL, base)
	if !ok {
		u, err := url.Parse(r.URL)
		if err != nil {
			return nil, fmt.Errorf("unreadable URL")
		}
		target = u.RequestURI()
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	req, err := http.NewRequest(r.Method, base, bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("unreadable request")
	}
	req.RequestURI = target
	if u, err := url.ParseRequestURI(target); err == nil {
		req.URL = u
	}
	req.Header = r.Header.Clone()
	if host := r.Header.Get("Host"); host != "" {
		req.Host = host
	}
	if len(r.Body) == 0 {
		req.Body, req.ContentLength = http.NoBody, 0
	}
	return req, nil
}

// records keeps what happened to requests by their tokens, because the engine
// reports an exchange only when it is over.
type records struct {
	next http.RoundTripper
	all  sync.Map // idempotency token to *fault.Record
}

const tokenHeader = "I-Twilio-Idempotency-Token"

func (s *records) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := new(fault.Record)
	s.all.Store(r.Header.Get(tokenHeader), rec)
	return s.next.RoundTrip(r.WithContext(fault.WithRecord(r.Context(), rec)))
}

// of returns the record of the request with these headers. A request that was
// never sent has an empty one, made at end.
func (s *records) of(h http.Header, end time.Time) *fault.Record {
	if rec, ok := s.all.LoadAndDelete(h.Get(tokenHeader)); ok {
		return rec.(*fault.Record)
	}
	return &fault.Record{At: end}
}

// Trouble reports that something could not be kept.
func (s *Stage) Trouble(err error) { s.tell(News{"trouble", err.Error()}) }
