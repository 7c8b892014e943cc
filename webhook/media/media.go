// Package media downloads the media of messages and the recordings of calls.
//
//	downloader, err := media.New(media.Config{
//		Credentials: media.Credentials{Username: accountSID, Password: authToken},
//	})
//	...
//	picture, err := downloader.Get(ctx, m.Media[0].URL)
//	if err != nil {
//		return err
//	}
//	defer picture.Close()
//	file, err := os.Create(string(sid) + picture.Extension())
//	...
//	_, err = io.Copy(file, picture)
//
// If an auth token leaks, anyone can send requests with any URL, and the files
// themselves always come from strangers. So a [Downloader] requests https and
// exact hosts only, connects to public addresses only, follows redirects
// itself, sends the credentials to the first host only, and limits bytes and
// time while you read.
//
// The package does not inspect the files: scan what you pass on to other
// people.
package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Hosts where Twilio keeps media, and to which its API redirects. The last one
// holds media from before accounts enforced authentication.
// https://help.twilio.com/articles/223183748
var (
	apiHosts     = []string{"api.twilio.com"}
	storageHosts = []string{"mms.twiliocdn.com", "media.twiliocdn.com", "s3-external-1.amazonaws.com"}
)

// Credentials are a user name and password of Twilio's REST API: an account SID
// with its auth token, or the SID of an API key with its secret. Only the user
// name is printed.
type Credentials struct{ Username, Password string }

// String returns the user name without the password.
func (c Credentials) String() string { return c.Username }

// Format writes the user name for every verb.
func (c Credentials) Format(f fmt.State, verb rune) {
	if verb == 'q' {
		fmt.Fprintf(f, "%q", c.Username)
		return
	}
	io.WriteString(f, c.Username)
}

// LogValue implements [slog.LogValuer] without the password.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.Username) }

// MarshalText returns the user name without the password.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.Username), nil }

// A Config says what a [Downloader] may fetch. The zero value of each field
// means a safe default, stated with the field.
type Config struct {
	// Credentials are sent to the first host of a download and nowhere else.
	// Twilio requires them if HTTP authentication of media is on, which is the
	// default. Zero means none.
	Credentials Credentials

	// Hosts are the exact names that a download may start at. They receive the
	// credentials. Nil means api.twilio.com. Regions have their own names, such
	// as api.dublin.ie1.twilio.com.
	Hosts []string
	// Storage are the exact names that Hosts may redirect to. Nil means
	// Twilio's content networks.
	Storage []string

	// BaseURL is a server on this machine that replaces Hosts and Storage, such
	// as "http://127.0.0.1:4041": the REST API of "ringback dev", or a test
	// server. URLs on Hosts are requested from it, and URLs that start with it
	// are allowed. Its host must be localhost or a loopback address. Empty
	// means none.
	BaseURL string

	MaxBytes int64         // zero: 16 MiB, the limit of WhatsApp and RCS
	Timeout  time.Duration // from the first lookup to the last byte, including pauses; zero: 30 s

	// Types are the accepted media types, without parameters, in lower case.
	// Nil means images, audio, video, and the documents that Twilio accepts.
	Types []string

	// Pauses are how long to wait before each further attempt after a 404: new
	// media are often not stored yet when the message arrives. Nil means 1 s,
	// then 3 s. Empty means a single attempt.
	Pauses []time.Duration

	// Transport makes the requests. Nil means one that connects to public
	// addresses only and uses no proxy. Another transport must ensure that
	// itself; set it in tests, and in networks where all traffic must pass a
	// proxy.
	Transport http.RoundTripper
}

// A Downloader fetches the media of messages and the recordings of calls. Use
// [New] to make one; the zero Downloader refuses every URL. It is safe for
// concurrent use.
type Downloader struct {
	hosts     []string
	storage   []string
	base      *url.URL // nil: none
	accepts   func(mediaType string) bool
	maxBytes  int64
	timeout   time.Duration
	pauses    []time.Duration
	transport http.RoundTripper
	// authorize captures the credentials, so that reflection-based printers do
	// not find them.
	authorize func(*http.Request)
}

const (
	defaultMaxBytes = 16 << 20
	defaultTimeout  = 30 * time.Second
)

var defaultPauses = []time.Duration{time.Second, 3 * time.Second}

// New returns a Downloader. The error joins every mistake in cfg.
func New(cfg Config) (*Downloader, error) {
	base, err := cfg.check()
	if err != nil {
		return nil, err
	}
	d := &Downloader{
		hosts:     slices.Clone(cfg.Hosts),
		storage:   slices.Clone(cfg.Storage),
		base:      base,
		accepts:   acceptedByDefault,
		maxBytes:  cfg.MaxBytes,
		timeout:   cfg.Timeout,
		pauses:    slices.Clone(cfg.Pauses),
		transport: cfg.Transport,
	}
	if d.hosts == nil {
		d.hosts = apiHosts
	}
	if d.storage == nil {
		d.storage = storageHosts
	}
	if cfg.Types != nil {
		types := slices.Clone(cfg.Types)
		d.accepts = func(t string) bool { return slices.Contains(types, t) }
	}
	if d.maxBytes == 0 {
		d.maxBytes = defaultMaxBytes
	}
	if d.timeout == 0 {
		d.timeout = defaultTimeout
	}
	if d.pauses == nil {
		d.pauses = defaultPauses
	}
	if d.transport == nil {
		d.transport = newTransport(base)
	}
	c := cfg.Credentials
	d.authorize = func(r *http.Request) {
		if c != (Credentials{}) {
			r.SetBasicAuth(c.Username, c.Password)
		}
	}
	return d, nil
}

func (cfg *Config) check() (base *url.URL, err error) {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("media: "+format, args...))
	}
	if (cfg.Credentials.Username == "") != (cfg.Credentials.Password == "") {
		fail("Credentials needs both a user name and a password")
	}
	for _, h := range slices.Concat(cfg.Hosts, cfg.Storage) {
		if u, err := url.Parse("https://" + h); h == "" || err != nil || u.Hostname() != h || h != strings.ToLower(h) {
			fail("%q is not a host name in lower case without a port", h)
		}
	}
	if cfg.BaseURL != "" {
		base, err = url.Parse(cfg.BaseURL)
		if err != nil || base.Scheme != "http" && base.Scheme != "https" || !isLoopback(base.Hostname()) || base.User != nil ||
			strings.Trim(base.Path, "/") != "" || base.RawQuery != "" || base.Fragment != "" {
			fail("BaseURL is not the URL of a server on this machine, such as http://127.0.0.1:4041")
		}
	}
	if cfg.MaxBytes < 0 {
		fail("MaxBytes is negative")
	}
	if cfg.Timeout < 0 {
		fail("Timeout is negative")
	}
	for _, p := range cfg.Pauses {
		if p < 0 {
			fail("Pauses contains a negative duration")
		}
	}
	for _, t := range cfg.Types {
		if m, params, err := mime.ParseMediaType(t); err != nil || m != t || len(params) > 0 || !strings.Contains(t, "/") {
			fail("%q is not a media type in lower case without parameters", t)
		}
	}
	return base, errors.Join(errs...)
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// The errors of a download, for [errors.Is] on an [*Error].
var (
	// ErrURL means that a URL, or the target of a redirect, is not https on a
	// listed host with the default port and no user information. Do not fetch
	// it by other means.
	ErrURL = errors.New("media: the URL is not allowed")
	// ErrAddress means that the host has an address that is not public.
	ErrAddress = errors.New("media: the host has no public address")
	// ErrRedirects means that there were more than three redirects.
	ErrRedirects = errors.New("media: too many redirects")
	// ErrStatus means a status other than 200. 404, after the attempts of
	// Config.Pauses, means that the media are deleted or not stored yet; 401
	// means wrong credentials.
	ErrStatus = errors.New("media: unexpected status")
	// ErrType means a missing media type or one that is not accepted.
	ErrType = errors.New("media: the media type is not accepted")
	// ErrCoding means that the content is compressed, although that was not
	// requested.
	ErrCoding = errors.New("media: the content is encoded")
	// ErrTooLarge means more than Config.MaxBytes of content.
	ErrTooLarge = errors.New("media: the content is too large")
)

// An Error says why a download failed. Its text names the host but never the
// URL, because whoever has the URL may have the media.
type Error struct {
	Host   string // of the last request; empty if the URL has none
	Status int    // for ErrStatus
	Type   string // for ErrType: the refused media type, to add to Config.Types
	Err    error  // ErrURL, ErrType, ... or a network error
}

// Error returns the reason and the host.
func (e *Error) Error() string {
	text := e.Err.Error()
	if !strings.HasPrefix(text, "media: ") {
		text = "media: " + text
	}
	if e.Status != 0 {
		text += fmt.Sprintf(" %d", e.Status)
	}
	if e.Type != "" {
		text += fmt.Sprintf(" %q", e.Type)
	}
	if e.Host != "" {
		text += fmt.Sprintf(" (%q)", e.Host)
	}
	return text
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// A File is content that is being downloaded. Read it to its end and close it;
// the time limit of the [Downloader] runs until then. If there are more than
// MaxBytes, Read returns an [*Error] that wraps ErrTooLarge; discard what was
// read before.
//
// A File has no name, because the name that the sender chose may be a path or
// have the extension of another type. Name files after the SID of the media,
// with [File.Extension].
type File struct {
	Type string // the media type
	Size int64  // declared length in bytes, or -1

	host   string
	body   io.ReadCloser
	left   int64 // remaining bytes allowed
	err    error // why reading ended
	cancel context.CancelFunc
}

// Extension returns the extension for the file's type, such as ".jpg", or ""
// for an unknown type. See [Extension].
func (f *File) Extension() string { return Extension(f.Type) }

// Get starts to download rawURL, such as Media.URL of a message or the
// RecordingURL of a callback (append ".mp3" for a smaller file). ctx applies to
// the whole download, together with the Downloader's time limit.
//
// Every error is an [*Error].
func (d *Downloader) Get(ctx context.Context, rawURL string) (*File, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, &Error{Err: ErrURL}
	}
	first := d.resolve(u, d.hosts)
	if first == nil {
		return nil, &Error{Host: u.Hostname(), Err: ErrURL}
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	f, err := d.get(ctx, first)
	for _, pause := range d.pauses {
		if e, ok := errors.AsType[*Error](err); !ok || e.Status != http.StatusNotFound {
			break
		}
		if waitErr := wait(ctx, pause); waitErr != nil {
			break // the last answer was 404
		}
		f, err = d.get(ctx, first)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	f.cancel = cancel
	return f, nil
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *Downloader) get(ctx context.Context, u *url.URL) (*File, error) {
	res, err := d.follow(ctx, u)
	if err != nil {
		return nil, err
	}
	f, err := d.accept(res)
	if err != nil {
		res.Body.Close()
	}
	return f, err
}

const maxRedirects = 3

// follow requests u and follows redirects until an answer is not a redirect.
func (d *Downloader) follow(ctx context.Context, u *url.URL) (*http.Response, error) {
	for hop := 0; ; hop++ {
		res, err := d.request(ctx, u, hop == 0)
		if err != nil {
			return nil, err
		}
		switch res.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
			http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return res, nil
		}
		res.Body.Close()
		if hop == maxRedirects {
			return nil, &Error{Host: u.Hostname(), Err: ErrRedirects}
		}
		next, err := u.Parse(res.Header.Get("Location"))
		if err != nil {
			return nil, &Error{Err: ErrURL}
		}
		if u = d.resolve(next, d.storage); u == nil {
			return nil, &Error{Host: next.Hostname(), Err: ErrURL}
		}
	}
}

// resolve returns the URL to request for u, or nil if u is not allowed.
func (d *Downloader) resolve(u *url.URL, hosts []string) *url.URL {
	if d.base != nil && u.Scheme == d.base.Scheme && u.Host == d.base.Host && u.User == nil && u.Opaque == "" {
		return u
	}
	if !allowedURL(u, hosts) {
		return nil
	}
	if d.base != nil {
		local := *u
		local.Scheme, local.Host = d.base.Scheme, d.base.Host
		return &local
	}
	return u
}

func (d *Downloader) request(ctx context.Context, u *url.URL, first bool) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &Error{Host: u.Hostname(), Err: ErrURL}
	}
	req.Header.Set("Accept-Encoding", "identity")
	if first {
		d.authorize(req)
	}
	// Use the transport, not a client: it has no cookies, follows no redirects,
	// and its errors do not contain the URL.
	res, err := d.transport.RoundTrip(req)
	if errors.Is(err, ErrAddress) {
		err = ErrAddress // without the address
	}
	if err != nil {
		return nil, &Error{Host: u.Hostname(), Err: err}
	}
	return res, nil
}

// accept checks the header of the last answer.
func (d *Downloader) accept(res *http.Response) (*File, error) {
	host := res.Request.URL.Hostname()
	if res.StatusCode != http.StatusOK {
		return nil, &Error{Host: host, Status: res.StatusCode, Err: ErrStatus}
	}
	declared := res.Header.Get("Content-Type")
	mediaType, _, err := mime.ParseMediaType(declared)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || !d.accepts(mediaType) {
		return nil, &Error{Host: host, Type: shorten(declared), Err: ErrType}
	}
	if coding := strings.Join(res.Header["Content-Encoding"], ","); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, &Error{Host: host, Err: ErrCoding}
	}
	if res.ContentLength > d.maxBytes {
		return nil, &Error{Host: host, Err: ErrTooLarge}
	}
	return &File{Type: mediaType, Size: res.ContentLength, host: host, body: res.Body, left: d.maxBytes}, nil
}

// shorten keeps the type and drops its parameters, which may name the file.
func shorten(contentType string) string {
	contentType, _, _ = strings.Cut(contentType, ";")
	return contentType[:min(len(contentType), 100)]
}

// Read reads the content and implements [io.Reader].
func (f *File) Read(p []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	// Read one byte more than allowed, to distinguish the end from too much.
	if int64(len(p)) > f.left+1 {
		p = p[:f.left+1]
	}
	n, err := f.body.Read(p)
	switch {
	case int64(n) > f.left:
		n = int(f.left)
		err = &Error{Host: f.host, Err: ErrTooLarge}
	case err != nil && err != io.EOF:
		err = &Error{Host: f.host, Err: err}
	}
	f.left -= int64(n)
	f.err = err
	return n, err
}

// Close ends the download, whether or not all of it was read.
func (f *File) Close() error {
	err := f.body.Close()
	f.cancel()
	return err
}

// allowedURL reports whether u is https on one of hosts, at the default port
// and without user information. A host with a trailing dot is another name.
func allowedURL(u *url.URL, hosts []string) bool {
	return u.Scheme == "https" && u.User == nil && u.Opaque == "" &&
		(u.Host == u.Hostname() || u.Host == u.Hostname()+":443") &&
		slices.Contains(hosts, strings.ToLower(u.Hostname()))
}
