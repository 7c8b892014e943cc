package console

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/internal/form"
)

// export writes one exchange in a format of other tools. The file name contains
// only the number of the exchange, because captured data must not choose it
// (T38).
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	e, err := s.Store.Get(idOf(r))
	if err != nil {
		answer(w, nil, err)
		return
	}
	writers := map[string]struct {
		ending, media string
		write         func(capture.Exchange) string
	}{
		"curl":    {"sh", "text/plain; charset=utf-8", curl},
		"go":      {"go", "text/plain; charset=utf-8", goTest},
		"fixture": {"http", "text/plain; charset=utf-8", fixture},
		"har": {"har", "application/json", func(e capture.Exchange) string {
			var b strings.Builder
			writeHAR(&b, s.Version, slices.Values([]capture.Exchange{e})) // a Builder takes everything
			return b.String()
		}},
	}
	form, ok := writers[r.PathValue("form")]
	if !ok {
		fail(w, http.StatusNotFound, errors.New("an exchange can be exported as curl, go, fixture or har"))
		return
	}
	w.Header().Set("Content-Type", form.media)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="exchange-%d.%s"`, e.ID, form.ending))
	w.Write([]byte(form.write(e)))
}

// made are headers that the other tool adds itself.
var made = []string{"Host", "Content-Length", "Connection", "Accept-Encoding", "Transfer-Encoding"}

func headersOf(r capture.Request) [][2]string {
	var out [][2]string
	for name, values := range r.Header {
		if slices.Contains(made, name) {
			continue
		}
		for _, value := range values {
			out = append(out, [2]string{name, value})
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	return out
}

// quote makes text one word of a POSIX shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// visible is text without control characters.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}

// curl is a command line that sends the request. All captured data is quoted
// for the shell, and no option gives values a special meaning: --data-raw reads
// no file, and --globoff expands no brackets in the URL.
//
// A body with control characters is piped in as escapes, because terminals
// interpret some of them in pasted text, even between quotes.
func curl(e capture.Exchange) string {
	var b strings.Builder
	body := string(e.Request.Body)
	piped := !utf8.ValidString(body) || strings.ContainsFunc(body, func(r rune) bool { return unicode.IsControl(r) && r != '\n' })
	if piped {
		fmt.Fprintf(&b, "printf %%b %s | ", quote(octal(body)))
	}
	fmt.Fprintf(&b, "curl -i --globoff -X %s %s", quote(visible(e.Request.Method)), quote(visible(e.Request.URL)))
	for _, h := range headersOf(e.Request) {
		header := h[0] + ": " + h[1]
		if h[1] == "" {
			header = h[0] + ";" // this is how curl sends a header without a value
		}
		fmt.Fprintf(&b, " \\\n  -H %s", quote(visible(header)))
	}
	if e.Request.Header.Get("Content-Type") == "" && body != "" {
		fmt.Fprintf(&b, " \\\n  -H %s", quote("Content-Type:")) // curl adds none
	}
	switch {
	case piped:
		b.WriteString(" \\\n  --data-binary @-")
	case body != "":
		fmt.Fprintf(&b, " \\\n  --data-raw %s", quote(body))
	}
	return b.String() + "\n"
}

// octal writes text in the escapes that printf %b knows in every shell.
func octal(text string) string {
	var b strings.Builder
	for i := range len(text) {
		fmt.Fprintf(&b, `\0%03o`, text[i])
	}
	return b.String()
}

// goTest is a test that sends the same request, signed by webhooktest. All
// captured data is in quoted Go strings.
func goTest(e capture.Exchange) string {
	var b strings.Builder
	path, _, _ := strings.Cut(e.Request.Target(), "bodySHA256=") // which NewRequest adds again
	path = strings.TrimRight(path, "?&")
	values, err := url.ParseQuery(string(e.Request.Body))
	readable := e.Request.IsForm() && err == nil
	fmt.Fprintf(&b, `package main

import (
	"net/http/httptest"
%s	"testing"

	"github.com/ringback-go/ringback/webhook/webhooktest/fixture"
)

func TestExchange%d(t *testing.T) {
`, map[bool]string{true: "\t\"net/url\"\n"}[readable], e.ID)
	body := strconv.Quote(string(e.Request.Body))
	if readable {
		body = "params.Encode()"
		b.WriteString("\tparams := url.Values{\n")
		for _, name := range slices.Sorted(maps.Keys(values)) {
			fmt.Fprintf(&b, "\t\t%q: %#v,\n", name, values[name])
		}
		b.WriteString("\t}\n")
	}
	fmt.Fprintf(&b, `	r := fixture.NewRequest(%q, %q, %q, []byte(%s))
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r) // your http.Handler, with fixture.BaseURL and fixture.AuthToken
	if w.Code != %d {
		t.Errorf("status %%d", w.Code)
	}
	if got, want := w.Body.String(), %q; got != want {
		t.Errorf("got %%s, want %%s", got, want)
	}
}
`, e.Request.Method, path, e.Request.Header.Get("Content-Type"), body, e.Response.Status, e.Response.Body)
	text, err := format.Source([]byte(b.String()))
	if err != nil {
		return b.String()
	}
	return string(text)
}

// fixture is the request in wire format. A line break in captured data cannot
// start another header.
func fixture(e capture.Exchange) string {
	var b strings.Builder
	host := ""
	if u, err := url.Parse(e.Request.URL); err == nil {
		host = u.Host
	}
	oneLine := strings.NewReplacer("\r", " ", "\n", " ").Replace
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", oneLine(e.Request.Method), oneLine(e.Request.Target()), oneLine(host))
	for _, h := range headersOf(e.Request) {
		fmt.Fprintf(&b, "%s: %s\r\n", oneLine(h[0]), oneLine(h[1]))
	}
	if len(e.Request.Body) > 0 {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(e.Request.Body))
	}
	b.WriteString("\r\n")
	b.Write(e.Request.Body)
	return b.String()
}

// writeHAR writes a HAR 1.2 log, one entry after the other.
func writeHAR(w io.Writer, version string, exchanges iter.Seq[capture.Exchange]) error {
	enc := json.NewEncoder(w)
	if _, err := io.WriteString(w, "{\"log\":{\"version\":\"1.2\",\"creator\":"); err != nil {
		return err
	}
	if err := enc.Encode(map[string]string{"name": "ringback", "version": version}); err != nil {
		return err
	}
	before := ",\"entries\":["
	for e := range exchanges {
		if _, err := io.WriteString(w, before); err != nil {
			return err
		}
		if err := enc.Encode(entryOf(e)); err != nil {
			return err
		}
		before = ","
	}
	if before != "," {
		if _, err := io.WriteString(w, before); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "]}}\n")
	return err
}

// secret are headers that a HAR file has without their values: such files are made
// to be given to others.
var secret = []string{"Authorization", "Cookie", "Proxy-Authorization", "Set-Cookie"}

// entryOf is an exchange as an entry of a HAR log.
func entryOf(e capture.Exchange) map[string]any {
	type pair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	headers := func(h http.Header) []pair {
		out := []pair{}
		for _, kv := range headersOf(capture.Request{Header: h}) {
			if slices.Contains(secret, kv[0]) {
				kv[1] = "(not kept)"
			}
			out = append(out, pair{kv[0], kv[1]})
		}
		return out
	}
	query := []pair{}
	if u, err := url.Parse(e.Request.URL); err == nil {
		pairs, err := form.Parse(u.RawQuery, form.Limits{Lenient: true})
		if err == nil {
			for _, p := range pairs {
				query = append(query, pair{p.Name, p.Value})
			}
		}
	}
	ms := float64(e.Took) / float64(time.Millisecond)
	request := map[string]any{
		"method": e.Request.Method, "url": e.Request.URL, "httpVersion": "HTTP/1.1", "cookies": []pair{}, "headers": headers(e.Request.Header),
		"queryString": query, "headersSize": -1, "bodySize": len(e.Request.Body),
	}
	if len(e.Request.Body) > 0 {
		request["postData"] = content(e.Request.Header.Get("Content-Type"), e.Request.Body)
	}
	return map[string]any{
		"startedDateTime": e.At.Format(time.RFC3339Nano), "time": ms, "request": request,
		"response": map[string]any{
			"status": e.Response.Status, "statusText": http.StatusText(e.Response.Status), "httpVersion": "HTTP/1.1", "cookies": []pair{},
			"headers": headers(e.Response.Header), "redirectURL": e.Response.Header.Get("Location"), "headersSize": -1, "bodySize": len(e.Response.Body),
			"content": content(e.Response.Header.Get("Content-Type"), e.Response.Body),
		},
		"cache": struct{}{}, "timings": map[string]float64{"send": 0, "wait": ms, "receive": 0},
	}
}

// content is a body in a HAR file, in base64 if JSON cannot represent its
// bytes.
func content(kind string, body []byte) map[string]any {
	c := map[string]any{"size": len(body), "mimeType": kind, "text": string(body)}
	if !utf8.Valid(body) {
		c["text"], c["encoding"] = base64.StdEncoding.EncodeToString(body), "base64"
	}
	return c
}
