package dialogue

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/signature"
)

var (
	errConnectTimeout = errors.New("dialogue: no connection in time")
	errReadTimeout    = errors.New("dialogue: no answer in time")
	errTotalTimeout   = errors.New("dialogue: all tries together took too long")
)

// fetch requests rq.url with retries and redirects, as Twilio does, and reports
// every exchange. Without a failure, the answer has a 2xx status.
func (e *Engine) fetch(p *proc, rq request) (*answer, *Failure) {
	o, f := overrides(rq.url.EscapedFragment(), e.limits.Timeout)
	if f != nil {
		f.URL = rq.url.String()
		e.show(&Exchange{Kind: rq.kind, Call: rq.call, Method: rq.method, URL: rq.url.String(), Attempt: 1, Async: rq.async, Failure: f})
		return nil, f
	}
	token := e.newToken()
	left := o.total
	u, method, params := rq.url, rq.method, rq.params
	for hop := 0; ; hop++ {
		for tries := 1; ; tries++ {
			x := &Exchange{Kind: rq.kind, Call: rq.call, Attempt: tries, Hop: hop, Async: rq.async}
			if rq.last != nil {
				*rq.last = x
			}
			spent, sort := e.try(p, x, rq, attempt{u, method, params, token, o, left})
			left -= spent
			if x.Failure != nil && o.retry(sort, tries) && left > 0 {
				e.show(x)
				continue
			}
			if x.Failure != nil {
				e.show(x)
				return nil, x.Failure
			}
			if x.Status == http.StatusNotModified {
				if doc := e.documents[x.URL]; doc != nil {
					e.show(x)
					return &answer{exchange: doc.exchange, url: u, cached: doc}, nil
				}
			}
			next, redirected, f := redirect(x, u)
			switch {
			case f == nil && redirected && hop == e.limits.Redirects:
				f = failure(11215, "the server redirected more than %d times", e.limits.Redirects)
			case f == nil && redirected && rq.kind == KindMedia && e.foreign(next):
				e.show(x)
				return nil, e.elsewhere(rq.what(), next)
			case f == nil && redirected && e.confined(next):
				f = e.elsewhere(rq.what(), next)
			case f == nil && redirected:
				e.show(x)
				if x.Status != http.StatusTemporaryRedirect && x.Status != http.StatusPermanentRedirect {
					method = http.MethodGet
				}
				u, params = next, rq.bare
			}
			if f != nil {
				f.URL = cmp.Or(f.URL, x.URL)
				x.Failure = f
				e.show(x)
				return nil, f
			}
			if redirected {
				break
			}
			return &answer{exchange: x, url: u}, nil
		}
	}
}

func (e *Engine) show(x *Exchange) {
	if e.cfg.Observe == nil {
		return
	}
	text := x.Method + " " + x.URL
	if x.Status != 0 {
		text += " " + strconv.Itoa(x.Status)
	}
	e.emit(Event{Type: EventFetched, Call: x.Call, Exchange: x, Text: text, Failure: x.Failure})
}

// redirect reports where an answer sends the client.
func redirect(x *Exchange, from *url.URL) (*url.URL, bool, *Failure) {
	switch x.Status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, false, nil
	}
	location := x.ResponseHeader.Get("Location")
	if location == "" {
		return nil, true, failure(11206, "the server answered %d without a Location", x.Status)
	}
	to, err := url.Parse(location)
	if err == nil {
		to = from.ResolveReference(to)
	}
	if err != nil || to.Hostname() == "" || to.Scheme != "http" && to.Scheme != "https" {
		return nil, true, failure(11100, "the server redirects to %q, which is not an http or https URL", location)
	}
	return to, true, nil
}

// attempt is one attempt at a request.
type attempt struct {
	url    *url.URL
	method string
	params Params
	token  string
	override
	left time.Duration // of the time for all tries
}

// try makes one request. It returns how long it took and, for a failure, its
// class in retry policies.
func (e *Engine) try(p *proc, x *Exchange, rq request, a attempt) (spent time.Duration, sort string) {
	r := e.compose(x, rq, a)
	limit, cause := a.read, errReadTimeout
	if a.left <= limit {
		limit = a.left
		if a.totalSet {
			cause = errTotalTimeout
		}
	}
	var err error
	p.await(func() { err = e.roundTrip(r, x, limit, cause, a.connect) })
	x.Err = err
	if err == nil && rq.jar != nil {
		if cookies := (&http.Response{Header: x.ResponseHeader}).Cookies(); len(cookies) > 0 {
			rq.jar.SetCookies(r.URL, cookies)
		}
	}
	spent, sort = e.judge(x, rq, r, limit, a.connect)
	if e.cfg.Clock == nil && !e.inStep() && spent > 0 {
		p.sleep(spent)
	}
	return spent, sort
}

// compose makes a request as Twilio does, and records it in x.
func (e *Engine) compose(x *Exchange, rq request, a attempt) *http.Request {
	target := *a.url
	target.Fragment, target.RawFragment, target.User = "", "", nil
	if target.Path == "" {
		target.Path = "/"
	}
	body, signed, contentType := e.sign(&target, rq, a)
	x.Method, x.URL, x.Params, x.Body = a.method, target.String(), a.params, body

	header := make(http.Header, 8)
	header["User-Agent"] = []string{"TwilioProxy/1.1"}
	header["Accept"] = []string{"*/*"}
	header["I-Twilio-Idempotency-Token"] = []string{a.token}
	if a.method != http.MethodGet {
		header["Content-Type"] = []string{contentType}
	} else if doc := e.documents[x.URL]; doc != nil {
		if doc.etag != "" {
			header["If-None-Match"] = []string{doc.etag}
		}
		if doc.modified != "" {
			header["If-Modified-Since"] = []string{doc.modified}
		}
	}
	signed.Set(header)
	x.Header = header

	r := &http.Request{
		Method: a.method, URL: &target, Host: target.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}
	if body != "" {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	}
	if user := a.url.User; user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	if rq.jar != nil {
		for _, c := range rq.jar.Cookies(&target) {
			r.AddCookie(c)
		}
	}
	return r
}

// sign puts the parameters where they belong, in the query of target or in the
// body, and returns the headers that sign both.
func (e *Engine) sign(target *url.URL, rq request, a attempt) (body string, signed signature.Headers, contentType string) {
	switch {
	case rq.json != nil && a.method != http.MethodGet:
		signed, address := e.signBody(target.String(), rq.json)
		if u, err := url.Parse(address); err == nil {
			*target = *u
		}
		return string(rq.json), signed, "application/json"
	case a.method == http.MethodGet:
		if query := a.params.Encode(); query != "" {
			if target.RawQuery != "" {
				target.RawQuery += "&"
			}
			target.RawQuery += query
		}
		return "", e.signForm(target.String(), nil), ""
	}
	return a.params.Encode(), e.signForm(target.String(), a.params.Values()), "application/x-www-form-urlencoded; charset=UTF-8"
}

func (e *Engine) signForm(url string, params url.Values) (h signature.Headers) {
	switch {
	case e.cfg.Key != signature.Token{}:
		return e.cfg.Key.Sign(url, params)
	case e.cfg.AuthToken != "":
		h.Signature = signature.Sign(e.cfg.AuthToken, url, params)
	}
	return h
}

func (e *Engine) signBody(url string, body []byte) (h signature.Headers, signedURL string) {
	if e.cfg.Key != (signature.Token{}) {
		return e.cfg.Key.SignBody(url, body)
	}
	h.Signature, signedURL = signature.SignBody(e.cfg.AuthToken, url, body)
	if e.cfg.AuthToken == "" {
		h.Signature = ""
	}
	return h, signedURL
}

// roundTrip sends r and reads the answer into x. It uses nothing else of the
// engine, because in real time it runs concurrently.
func (e *Engine) roundTrip(r *http.Request, x *Exchange, limit time.Duration, cause error, connect time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(context.Background(), limit, cause)
	defer cancel()
	if _, local := e.cfg.Transport.(handlerTransport); !local {
		withCause, give := context.WithCancelCause(ctx)
		defer give(nil)
		late := time.AfterFunc(connect, func() { give(errConnectTimeout) })
		defer late.Stop()
		ctx = httptrace.WithClientTrace(withCause, &httptrace.ClientTrace{
			GotConn: func(httptrace.GotConnInfo) { late.Stop() },
		})
	}
	res, err := e.cfg.Transport.RoundTrip(r.WithContext(ctx))
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	defer res.Body.Close()
	x.Status, x.ResponseHeader = res.StatusCode, res.Header
	if res.ContentLength < 0 {
		x.ResponseHeader = res.Header.Clone()
		x.ResponseHeader.Set("Transfer-Encoding", "chunked")
	}
	x.ResponseBody, err = io.ReadAll(io.LimitReader(res.Body, int64(e.limits.Body)+1))
	if err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return errors.Join(io.ErrUnexpectedEOF, err)
	}
	return nil
}

// fail records why Twilio would not use the answer.
func (x *Exchange) fail(code int, format string, args ...any) {
	x.Failure = failure(code, format, args...)
	x.Failure.URL, x.Failure.Err = x.URL, x.Err
}

// judge finds Twilio's error number for x.
func (e *Engine) judge(x *Exchange, rq request, r *http.Request, limit, connect time.Duration) (spent time.Duration, sort string) {
	if errors.Is(x.Err, ErrNotSent) {
		x.Failure = e.elsewhere(rq.what(), r.URL)
		return 0, ""
	}
	if x.Err != nil {
		return x.judgeError(limit, connect)
	}
	switch s := x.Status; {
	case s < 200 || s == http.StatusNotModified && e.documents[x.URL] == nil || s >= 400:
		x.fail(11200, "the server answered %d %s", s, http.StatusText(s))
		switch s / 100 {
		case 4:
			sort = "4xx"
		case 5:
			sort = "5xx"
		}
	case s == 300 || s > 303 && s < 307 && s != http.StatusNotModified || s > 308:
		x.fail(11200, "the server answered %d %s", s, http.StatusText(s))
	}
	return 0, sort
}

// judgeError is judge for a request that has no answer.
func (x *Exchange) judgeError(limit, connect time.Duration) (spent time.Duration, sort string) {
	var (
		dns      *net.DNSError
		op       *net.OpError
		host     x509.HostnameError
		invalid  x509.CertificateInvalidError
		unknown  x509.UnknownAuthorityError
		record   tls.RecordHeaderError
		alert    tls.AlertError
		panicked *HandlerPanic
	)
	switch err := x.Err; {
	case errors.Is(err, errConnectTimeout):
		x.fail(11205, "no connection to the server within %v", connect)
		return connect, "ct"
	case errors.Is(err, errTotalTimeout):
		x.fail(11203, "all attempts together took more than the total timeout in the URL")
		return limit, ""
	case errors.Is(err, errReadTimeout):
		x.fail(11200, "the server did not answer within %v", limit)
		return limit, "rt"
	case errors.As(err, &panicked):
		x.fail(11200, "the server closed the connection without an answer: %v", panicked)
		return 0, "rt"
	case errors.As(err, &dns):
		x.fail(11210, "the host name does not resolve")
		return 0, "ct"
	case errors.As(err, &host):
		x.fail(11235, "the certificate is for another host")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		x.fail(11236, "the certificate has expired or is not valid yet")
	case errors.As(err, &invalid), errors.As(err, &unknown):
		x.fail(11237, "the certificate is not signed by a trusted authority")
	case errors.As(err, &record), errors.As(err, &alert), strings.Contains(err.Error(), "tls:"):
		x.fail(11220, "the TLS handshake with the server failed")
	case errors.As(err, &op) && op.Op == "dial":
		x.fail(11205, "the server refused the connection")
		return 0, "ct"
	case errors.Is(err, io.ErrUnexpectedEOF):
		x.fail(11206, "the server closed the connection in the middle of its answer")
		return 0, "rt"
	case strings.Contains(err.Error(), "malformed"):
		x.fail(11206, "the answer is not HTTP")
	default:
		x.fail(11200, "the server closed the connection without an answer")
		return 0, "rt"
	}
	return 0, ""
}
