package stage

import (
	"cmp"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// Tunnel is the capturing endpoint: it receives requests through a tunnel,
// forwards the same bytes only to the program, keeps both sides, and returns
// the program's answer. It listens on its own port, which serves nothing of the
// console (T37).
//
// A web page can make the developer's browser send requests to this port, too.
// So a request must name the host that Twilio calls or this machine, must not
// come from another site, and must have a method that Twilio uses (T32).
func (s *Stage) Tunnel() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		target := r.RequestURI
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodPost && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD, POST")
			http.Error(w, "Twilio sends GET, HEAD and POST only", http.StatusMethodNotAllowed)
			return
		case !s.mayName(r.Host):
			s.tell(News{"refused", r.Host})
			http.Error(w, "this host is not expected here: start ringback dev with --base-url https://HOST, or name the host with --tunnel-host", http.StatusMisdirectedRequest)
			return
		case fromAnotherSite(r):
			http.Error(w, "requests from web pages are refused", http.StatusForbidden)
			return
		case !strings.HasPrefix(target, "/") || r.URL.Opaque != "" || r.URL.Host != "":
			http.Error(w, "the request target is not a path", http.StatusBadRequest)
			return
		}
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
			Request: capture.Request{Method: r.Method, URL: s.cfg.BaseURL + target, Header: header, Body: body},
		}
		s.name(&e)
		kept, err := s.Exchange(r.Context(), e)
		switch {
		case errors.Is(err, remote.ErrTarget):
			http.Error(w, "the request target cannot be forwarded unchanged", http.StatusBadRequest)
			return
		case err != nil || kept.Response.Status == 0:
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

// mayName reports whether a request to the tunnel may name host: this machine,
// the host of the base URL, or one that was configured. A page that reaches this
// port by DNS rebinding has a host name of its own.
func (s *Stage) mayName(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	if name == "" {
		return false
	}
	if isLoopback(name) {
		return true
	}
	base, err := url.Parse(s.cfg.BaseURL)
	if err != nil {
		return false
	}
	for _, allowed := range append([]string{base.Hostname()}, s.cfg.Hosts...) {
		if strings.EqualFold(name, allowed) {
			return true
		}
	}
	return false
}

// isLoopback reports whether a host name is one of this machine.
func isLoopback(name string) bool {
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// fromAnotherSite reports whether a browser says that a page of another origin
// made the request. Twilio sends neither header.
func fromAnotherSite(r *http.Request) bool {
	for _, site := range r.Header.Values("Sec-Fetch-Site") {
		if site != "" && site != "same-origin" && site != "none" {
			return true
		}
	}
	for _, origin := range r.Header.Values("Origin") {
		u, err := url.Parse(origin)
		if err != nil || !strings.EqualFold(u.Host, r.Host) || u.Scheme != "https" && !(u.Scheme == "http" && isLoopback(u.Hostname())) {
			return true
		}
	}
	return false
}

// Ingest keeps an exchange of a one-shot command with the program.
func (s *Stage) Ingest(e capture.Exchange) (capture.Exchange, error) {
	e.Source, e.Pinned, e.Parent, e.Fault = capture.Command, false, 0, ""
	s.name(&e)
	switch {
	case e.Error == "" && e.Response.Status >= 200 && e.Response.Status < 400:
		e.Code = 0
	case e.Error == "" && e.Response.Status == http.StatusSwitchingProtocols:
		e.Code, e.Kind = 0, "WebSocket"
	case e.Error == "" || e.Code < 11200 || e.Code > 11299: // those of HTTP
		e.Code = 11200
	}
	e.Verdict = s.Verdict(e.Request)
	e.Lint = s.lint(e)
	return s.Record(e)
}

// name sets the kind of a request and what it is about.
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
	if body, media := param("Body"), param("NumMedia"); body != "" || media != "" && media != "0" {
		e.Summary = texts(param("From"), body, media)
	}
	if e.Summary == "" {
		e.Summary = e.Request.Method + " request"
	}
}
