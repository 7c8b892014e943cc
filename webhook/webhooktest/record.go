package webhooktest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// recordLimit is the largest request that is recorded.
const recordLimit = 1 << 20

// Record returns a handler that saves the requests that next gets as files in
// dir, one each, named by their order and kind: 0001-IncomingMessage.http. It
// goes on behind the files that are there. [ReadRequest] reads them back. Put
// it outside of verification, in front of a program that is running; whatever
// strangers send is saved, too, so take it away when you have what you need.
//
// Nothing that belongs to somebody is saved, be it in the path, the query, a
// form or JSON: phone numbers in any notation, SIDs, mail, SIP, client and IP
// addresses are replaced, each always by the same, so that requests still
// belong together. Tokens, passwords and whatever has the name of a secret,
// four keys or more in Digits, names of people and places are blanked.
// Signatures are made anew, and of the headers nothing is kept: no cookies, no
// credentials. What people wrote or said is kept but for the above: look
// through the files before you publish them. Files have mode 0600.
//
// Requests over 1 MiB, and those that are neither a form nor JSON, pass
// through unsaved. A file that cannot be written is reported to failed, which
// may be nil; next is called in any case.
func Record(dir string, next http.Handler, failed func(error)) http.Handler {
	rec := &recorder{dir: dir, scrub: newScrubber()}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil {
			r.Body = http.NoBody
		}
		body, err := io.ReadAll(io.LimitReader(r.Body, recordLimit+1))
		rest := r.Body
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), errorReader{err}, rest), rest}
		if err == nil && len(body) <= recordLimit {
			if err := rec.save(r, body); err != nil && failed != nil {
				failed(err)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// errorReader gives an error of an earlier read on, or nothing.
type errorReader struct{ err error }

func (r errorReader) Read([]byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	return 0, io.EOF
}

type recorder struct {
	dir   string
	mu    sync.Mutex
	n     int
	scrub *scrubber
}

func (rec *recorder) save(r *http.Request, body []byte) error {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	clean, err := rec.clean(r, body)
	if clean == nil || err != nil {
		return err
	}
	data, err := io.ReadAll(clean.Body)
	if err != nil {
		return err
	}
	if err := rec.open(); err != nil {
		return err
	}
	rec.n++
	name := fmt.Sprintf("%04d-%s.http", rec.n, kindOf(clean, data))
	return os.WriteFile(filepath.Join(rec.dir, name), wire(clean, data), 0o600)
}

// open makes the directory, and finds the number of the last file that an
// earlier run has left there.
func (rec *recorder) open() error {
	if err := os.MkdirAll(rec.dir, 0o700); err != nil || rec.n > 0 {
		return err
	}
	files, err := os.ReadDir(rec.dir)
	for _, file := range files {
		number, _, _ := strings.Cut(file.Name(), "-")
		if n, err := strconv.Atoi(number); err == nil {
			rec.n = max(rec.n, n)
		}
	}
	return err
}

// clean returns the request with everything replaced that is somebody's, or
// nil for one that is not recorded.
func (rec *recorder) clean(r *http.Request, body []byte) (*http.Request, error) {
	contentType := r.Header.Get("Content-Type")
	query := rec.scrub.form(r.URL.RawQuery)
	path := (&url.URL{Path: rec.scrub.text(r.URL.Path)}).EscapedPath()
	if !strings.HasPrefix(path, "/") {
		path = "/"
	}
	if strings.HasPrefix(contentType, "application/json") {
		query = withoutBodyHash(query)
	}
	if query != "" {
		path += "?" + query
	}
	switch {
	case r.Method == http.MethodGet:
		return newRequest(http.MethodGet, path, "", nil, nil), nil
	case strings.HasPrefix(contentType, "application/json"):
		return newRequest(r.Method, path, "application/json", []byte(rec.scrub.json(string(body))), nil), nil
	case strings.HasPrefix(contentType, "application/x-www-form-urlencoded"):
		encoded := rec.scrub.form(string(body))
		form, err := url.ParseQuery(encoded)
		if err != nil {
			return nil, err
		}
		return newRequest(r.Method, path, formType, []byte(encoded), form), nil
	}
	return nil, nil
}

func withoutBodyHash(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !strings.HasPrefix(part, "bodySHA256=") {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

// kindOf names what a request is about, for a file name.
func kindOf(r *http.Request, body []byte) string {
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	v, err := signature.Unverified(again)
	if err != nil {
		return "Unknown"
	}
	e, err := webhook.Parse(v)
	if err != nil {
		return "Unknown"
	}
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			return c
		}
		return -1
	}, string(e.Kind()))
}
