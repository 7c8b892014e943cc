package webhooktest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// WriteFixtures writes all [Fixtures] into dir, which it makes if need be: one
// file a request, named after the fixture, as it goes over the wire and signed
// for [BaseURL] with [AuthToken]. Tools in any language can send them as they
// are, to a program that is told that address and that token:
//
//	nc localhost 8080 < testdata/sms_in_basic.http
//
// Line ends are CRLF, the body is as long as Content-Length says and has no
// line end of its own.
func WriteFixtures(dir, path string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, f := range allFixtures() {
		r := f.request(path)
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, f.name+".http"), wire(r, body), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// wire writes a request as HTTP/1.1 text, its headers sorted.
func wire(r *http.Request, body []byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.RequestURI, r.Host)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", name, value)
		}
	}
	if len(body) > 0 {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(body))
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// errNoFixture is the error of a file that is no HTTP request.
var errNoFixture = errors.New("webhooktest: the file holds no HTTP request")

// ReadRequest reads a file that [WriteFixtures] or [Record] has written, or
// another that holds one HTTP request, and signs it anew for [BaseURL] with
// [AuthToken]. Line ends may be LF; the length of the body is the file's.
func ReadRequest(file string) (*http.Request, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	head, body, ok := bytes.Cut(data, []byte("\r\n\r\n"))
	if !ok {
		head, body, ok = bytes.Cut(data, []byte("\n\n"))
	}
	if !ok {
		return nil, fmt.Errorf("%w: %s", errNoFixture, file)
	}
	r, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n"))))
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errNoFixture, file, err)
	}
	contentType := r.Header.Get("Content-Type")
	var form url.Values
	if strings.HasPrefix(contentType, "application/json") {
		contentType = "application/json"
	} else if form, err = url.ParseQuery(string(body)); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", errNoFixture, file, err)
	}
	target := r.URL
	if q := target.Query(); q.Has("bodySHA256") {
		q.Del("bodySHA256")
		target.RawQuery = q.Encode()
	}
	if !strings.HasPrefix(target.RequestURI(), "/") {
		return nil, fmt.Errorf("%w: %s: the target is no path", errNoFixture, file)
	}
	out := newRequest(r.Method, target.RequestURI(), contentType, body, form)
	for _, name := range []string{"I-Twilio-Idempotency-Token", "User-Agent"} {
		if value := r.Header.Get(name); value != "" {
			out.Header.Set(name, value)
		}
	}
	return out, nil
}
