package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fault"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/twiml/lint"
	"github.com/ringback-go/ringback/webhook"
)

// A Change is what to change in a replay. Its zero value repeats the request
// with a fresh signature.
type Change struct {
	Parameters [][2]string // nil: as they were
	Body       *string     // nil: as it was, or made of Parameters
	Path       string      // with query; empty: as it was
	Signature  string      // "" or fresh, kept, wrong, old
}

// answered is the maximum number of bytes read of an answer: one more than
// Twilio reads.
const answered = 64<<10 + 1

// deadline is how long Twilio waits.
const deadline = 15 * time.Second

// Replay sends a captured request again, only to the program: it keeps only the
// path and query of the URL (T35). It follows no redirects.
func (s *Stage) Replay(ctx context.Context, former capture.Exchange, c Change) (capture.Exchange, error) {
	if former.Source == capture.API {
		return capture.Exchange{}, fmt.Errorf("%w: it was a request of the program to the REST API, not one to the program", ErrNotNow)
	}
	r := capture.Request{Method: former.Request.Method, Header: former.Request.Header.Clone(), Body: former.Request.Body}
	target := c.Path
	if target == "" {
		target = targetOf(former.Request.URL, s.cfg.BaseURL)
	}
	if !strings.HasPrefix(target, "/") || strings.ContainsAny(target, " \r\n\t\\#") {
		return capture.Exchange{}, errors.New("the path starts with / and has no spaces")
	}
	if err := change(&r, c); err != nil {
		return capture.Exchange{}, err
	}
	r.URL = s.cfg.BaseURL + target
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if err := s.sign(&r, c.Signature); err != nil {
		return capture.Exchange{}, err
	}
	e := capture.Exchange{
		Source: capture.Replay, Kind: former.Kind, SID: former.SID, Thread: former.Thread, Parent: former.ID,
		Summary: former.Summary, Request: r,
	}
	return s.Exchange(ctx, e)
}

// change applies the changes to the body.
func change(r *capture.Request, c Change) error {
	switch {
	case c.Body != nil:
		r.Body = []byte(*c.Body)
	case c.Parameters != nil && r.Method != http.MethodGet:
		if !r.IsForm() {
			return errors.New("only a form has parameters to change; change the body instead")
		}
		pairs := make([]form.Pair, len(c.Parameters))
		for i, p := range c.Parameters {
			pairs[i] = form.Pair{Name: p[0], Value: p[1]}
		}
		r.Body = form.Append(nil, pairs...)
	}
	if len(r.Body) > 1<<20 {
		return errors.New("the body is larger than 1 MiB")
	}
	return nil
}

// sign adds the requested signature to r.
func (s *Stage) sign(r *capture.Request, how string) (err error) {
	key := s.key
	switch how {
	case "kept":
		return nil
	case "", "fresh", "wrong":
	case "old":
		if key, err = fault.Retired(key); err != nil {
			return err
		}
	default:
		return fmt.Errorf("a signature is fresh, kept, wrong or old, not %q", how)
	}
	var signed signature.Headers
	if len(r.Body) > 0 && !r.IsForm() {
		signed, r.URL = key.SignBody(r.URL, r.Body)
	} else {
		values, err := url.ParseQuery(string(r.Body))
		if err != nil {
			return errors.New("the form has a broken escape; set the signature to kept to send it anyway")
		}
		signed = key.Sign(r.URL, values)
	}
	if how == "wrong" {
		signed.Signature = strings.Map(func(c rune) rune {
			if 'a' <= c && c < 'z' {
				return c + 1
			}
			return c
		}, signed.Signature)
	}
	signed.Set(r.Header)
	return nil
}

// Exchange sends e.Request to the program, keeps the result and returns it. Time,
// verdict and problems are filled in. A URL that is not below the base URL is
// refused with [remote.ErrForeign].
func (s *Stage) Exchange(ctx context.Context, e capture.Exchange) (capture.Exchange, error) {
	target, ok := s.route.Target(e.Request.URL)
	if !ok {
		return e, remote.ErrForeign
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	rec := new(fault.Record)
	req, err := s.route.Request(fault.WithRecord(ctx, rec), e.Request.Method, target, bytes.NewReader(e.Request.Body))
	if err != nil {
		return e, err
	}
	for name, values := range e.Request.Header {
		// Headers that frame a message are set again (T35).
		switch http.CanonicalHeaderKey(name) {
		case "Connection", "Content-Length", "Host", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect":
			continue
		}
		req.Header[name] = values
	}
	resp, err := s.faults.RoundTrip(req)
	if errors.Is(err, remote.ErrTarget) || errors.Is(err, remote.ErrForeign) {
		return e, err // nothing was sent
	}
	if err == nil {
		e.Response.Status, e.Response.Header = resp.StatusCode, resp.Header
		e.Response.Body, err = io.ReadAll(io.LimitReader(resp.Body, answered))
		resp.Body.Close()
		if len(e.Response.Body) == answered {
			e.Response.Body, e.Response.Truncated = e.Response.Body[:answered-1], true
		}
	}
	e.At, e.Took, e.Fault = rec.At, time.Since(rec.At), string(rec.Fault)
	if rec.Header != nil { // what was sent is what is kept
		sent := rec.Header.Clone()
		for name, values := range e.Request.Header {
			if _, ok := sent[name]; !ok {
				sent[name] = values
			}
		}
		e.Request.Header = sent
	}
	if err != nil {
		e.Error, e.Code = err.Error(), remote.CodeOf(err)
	}
	e.Verdict = s.Verdict(e.Request)
	e.Lint = s.lint(e)
	return s.store(e, rec)
}

// lint counts the problems of an answer.
func (s *Stage) lint(e capture.Exchange) int {
	kind, ok := map[string]twiml.DocumentKind{"twiml-voice": twiml.VoiceDocument, "twiml-messaging": twiml.MessagingDocument}[s.cfg.Facts.Answer(e.Kind)]
	if !ok || len(e.Response.Body) == 0 || !strings.Contains(e.Response.Header.Get("Content-Type"), "xml") {
		return 0
	}
	doc, err := twiml.Parse(e.Response.Body)
	if err != nil {
		return 1
	}
	return len(lint.Check(doc, kind))
}

// targetOf cuts path and query from a URL, as text.
func targetOf(u, base string) string {
	if rest, ok := strings.CutPrefix(u, base); ok && strings.HasPrefix(rest, "/") {
		return rest
	}
	_, rest, ok := strings.Cut(u, "://")
	if !ok {
		return u
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// Forge sends a text of a person with a wrong signature, as a stranger would.
func (s *Stage) Forge(ctx context.Context, person string) (capture.Exchange, error) {
	var m webhook.IncomingMessage
	m.MessageSID, m.AccountSID = webhook.SID(s.engine.NewSID("SM")), webhook.SID(s.AccountSID())
	m.From, m.To, m.Body = webhook.Address(person), webhook.Address(s.cfg.Number), "Hello"
	params := webhook.Encode(m)
	former := capture.Exchange{Kind: string(webhook.KindIncomingMessage), SID: params.Get("MessageSid"), Summary: person + " texts \"Hello\" with a wrong signature"}
	former.Thread = former.SID
	former.Request = capture.Request{
		Method: http.MethodPost, URL: s.cfg.BaseURL + s.cfg.SMS,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte(params.Encode()),
	}
	if s.cfg.Method == http.MethodGet {
		former.Request = capture.Request{Method: http.MethodGet, URL: s.cfg.BaseURL + s.cfg.SMS + "?" + params.Encode(), Header: http.Header{}}
	}
	return s.Replay(ctx, former, Change{Signature: "wrong"})
}
