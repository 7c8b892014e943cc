package stage

import (
	"cmp"
	"io"
	"net/http"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// Tunnel is the capturing endpoint: it takes what comes through a tunnel,
// passes the same bytes on to the program, keeps both sides, and answers as the
// program did. It listens on a port of its own, where there is nothing of the
// console (T37).
//
// The signature that Twilio made stays as it is, and so must the host that it
// was made for: the program verifies it by its own configuration.
func (s *Stage) Tunnel() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err != nil {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		if strings.Count(string(body), "&") >= 1000 {
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			return
		}
		header := r.Header.Clone()
		header.Set("Host", r.Host) // net/http keeps it elsewhere
		e := capture.Exchange{
			Source:  capture.Tunnel,
			Request: capture.Request{Method: r.Method, URL: s.cfg.BaseURL + r.URL.RequestURI(), Header: header, Body: body},
		}
		s.name(&e)
		kept, err := s.Exchange(r.Context(), e)
		if err != nil || kept.Response.Status == 0 {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if t := kept.Response.Header.Get("Content-Type"); t != "" {
			w.Header().Set("Content-Type", t)
		}
		for _, name := range []string{"Location", "Set-Cookie", "Cache-Control", "Etag", "Last-Modified"} {
			if values := kept.Response.Header[name]; len(values) > 0 {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(kept.Response.Status)
		w.Write(kept.Response.Body)
	})
}

// name finds out what kind of request e is and what it is about.
func (s *Stage) name(e *capture.Exchange) {
	req, err := request(e.Request, s.cfg.BaseURL)
	if err != nil {
		return
	}
	v, err := signature.Unverified(req)
	if err != nil {
		e.Summary = "Not a webhook"
		return
	}
	if event, err := webhook.Parse(v); event != nil && err == nil {
		e.Kind = string(event.Kind())
	}
	param := func(name string) string {
		value, _ := v.Param(name)
		return value
	}
	e.SID = cmp.Or(param("MessageSid"), param("SmsSid"), param("CallSid"), param("ConferenceSid"), param("RecordingSid"))
	e.Thread = cmp.Or(param("ParentCallSid"), e.SID)
	e.Summary = s.cfg.Facts.Title(e.Kind)
	if body := param("Body"); body != "" {
		e.Summary = param("From") + " texts " + shorten(body, 40)
	}
	if e.Summary == "" {
		e.Summary = e.Request.Method + " request"
	}
}
