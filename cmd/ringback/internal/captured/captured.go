// Package captured reads a request that was kept: as HTTP text, as an archive
// of a browser or proxy (HAR), or by its number in the console's captures.
package captured

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
)

// Limit is how large a file may be.
const Limit = 8 << 20

// ErrFormat is returned for a file that holds no request in a form we know.
var ErrFormat = errors.New("captured: no request can be read; it is one HTTP request as text, a HAR file, or the number of an exchange")

// ErrNoEntry is returned for an archive that has no such entry.
var ErrNoEntry = errors.New("captured: the archive has no such entry")

// Parse reads a request from the content of a file. entry counts the entries
// of an archive from 1; zero takes the first one that is signed.
func Parse(data []byte, entry int) (*http.Request, error) {
	if len(data) > Limit {
		return nil, fmt.Errorf("%w: it is larger than 8 MiB", ErrFormat)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if start := bytes.TrimLeft(data, " \r\n\t"); len(start) > 0 && start[0] == '{' {
		return parseHAR(data, entry)
	}
	return parseText(data)
}

// parseText reads a request as it goes over the wire. Line ends may be LF, and
// the body is what follows, whatever its length was said to be: editors change
// both.
func parseText(data []byte) (*http.Request, error) {
	head, body, ok := bytes.Cut(data, []byte("\r\n\r\n"))
	if !ok {
		head, body, ok = bytes.Cut(data, []byte("\n\n"))
	}
	if !ok {
		head, body = bytes.TrimRight(data, "\r\n"), nil
	}
	r, err := http.ReadRequest(bufio.NewReader(io.MultiReader(bytes.NewReader(head), strings.NewReader("\r\n\r\n"))))
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrFormat, err)
	}
	kind := r.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
		body = bytes.TrimRight(body, "\r\n") // the editor's, never the form's
	}
	return withBody(r, body), nil
}

func withBody(r *http.Request, body []byte) *http.Request {
	r.ContentLength = int64(len(body))
	r.Header.Del("Content-Length")
	if len(body) == 0 {
		r.Body = http.NoBody
		return r
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return r
}

// archive is what we read of a HAR file.
type archive struct {
	Log struct {
		Entries []struct {
			Request struct {
				Method, URL string
				Headers     []pair
				PostData    *struct {
					MimeType, Text, Encoding string
					Params                   []pair
				}
			}
		}
	}
}

type pair struct{ Name, Value string }

func parseHAR(data []byte, entry int) (*http.Request, error) {
	var har archive
	if err := json.Unmarshal(data, &har); err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrFormat, err)
	}
	entries := har.Log.Entries
	if entry < 0 || entry > len(entries) || len(entries) == 0 {
		return nil, fmt.Errorf("%w: there are %d", ErrNoEntry, len(entries))
	}
	at := max(entry, 1) - 1
	if entry == 0 {
		for i, e := range entries {
			if has(e.Request.Headers, "X-Twilio-Signature") {
				at = i
				break
			}
		}
	}
	from := entries[at].Request
	header := make(http.Header)
	for _, h := range from.Headers {
		if !strings.HasPrefix(h.Name, ":") { // of HTTP/2
			header.Add(h.Name, h.Value)
		}
	}
	var body []byte
	if p := from.PostData; p != nil {
		if header.Get("Content-Type") == "" {
			header.Set("Content-Type", p.MimeType)
		}
		body = []byte(p.Text)
		switch {
		case p.Encoding == "base64":
			decoded, err := base64.StdEncoding.DecodeString(p.Text)
			if err != nil {
				return nil, fmt.Errorf("%w (the body of the entry is not base64)", ErrFormat)
			}
			body = decoded
		case p.Text == "" && len(p.Params) > 0:
			form := make([]string, 0, len(p.Params))
			for _, param := range p.Params {
				form = append(form, url.QueryEscape(param.Name)+"="+url.QueryEscape(param.Value))
			}
			body = []byte(strings.Join(form, "&"))
		}
	}
	return build(from.Method, from.URL, header, body)
}

func has(headers []pair, name string) bool {
	for _, h := range headers {
		if strings.EqualFold(h.Name, name) {
			return true
		}
	}
	return false
}

// build makes a server's view of a request. The target is cut from the URL as
// text: to write it anew could mend, or break, what was signed.
func build(method, address string, header http.Header, body []byte) (*http.Request, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("%w (its URL is unreadable)", ErrFormat)
	}
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", ErrFormat, err)
	}
	_, rest, _ := strings.Cut(address, "://")
	target := "/"
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		target, _, _ = strings.Cut(rest[i:], "#")
		if target[0] == '?' {
			target = "/" + target
		}
	}
	r.RequestURI = target
	if u, err := url.ParseRequestURI(target); err == nil {
		r.URL = u
	}
	r.Header = header
	if host := header.Get("Host"); host != "" {
		r.Host = host
	}
	return withBody(r, body), nil
}

// Number reads exchange id from the captures in a file. The file stays as it is,
// whatever it holds. The error is [os.ErrNotExist] where there is no file, and
// [capture.ErrNotFound] where it has no such exchange.
func Number(ctx context.Context, file string, id int64) (*http.Request, error) {
	store, err := capture.Read(ctx, file)
	if err != nil {
		return nil, err
	}
	defer store.Close()
	e, err := store.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return build(e.Request.Method, e.Request.URL, e.Request.Header.Clone(), e.Request.Body)
}
