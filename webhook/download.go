package webhook

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Where Twilio keeps media, and where its API redirects to. The last one is the
// bucket store of media from before accounts enforced authentication.
// https://help.twilio.com/articles/223183748
var (
	mediaHosts   = []string{"api.twilio.com"}
	storageHosts = []string{"mms.twiliocdn.com", "media.twiliocdn.com", "s3-external-1.amazonaws.com"}
)

// mediaTypes are the types of attachments and recordings that are passed on by
// default. Types that a browser would run (HTML, SVG, XML, scripts) are not among
// them, nor is JSON: a URL that names another resource of the API gives nothing.
// https://www.twilio.com/docs/messaging/guides/accepted-mime-types
var mediaTypes = []string{
	"image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff", "image/heic", "image/heif",
	"audio/mpeg", "audio/mp3", "audio/mp4", "audio/ogg", "audio/opus", "audio/amr", "audio/amr-nb", "audio/3gpp", "audio/3gpp2",
	"audio/aac", "audio/ac3", "audio/basic", "audio/l24", "audio/vnd.rn-realaudio", "audio/vnd.wave", "audio/wav", "audio/x-wav",
	"audio/wave", "audio/webm",
	"video/mpeg", "video/mp4", "video/quicktime", "video/webm", "video/3gpp", "video/3gpp2", "video/3gpp-tt", "video/h261",
	"video/h263", "video/h263-1998", "video/h263-2000", "video/h264",
	"text/vcard", "text/x-vcard", "text/directory", "text/calendar", "text/plain", "text/csv", "text/rtf", "text/richtext",
	"application/pdf", "application/rtf", "application/vcard",
}

// Credentials are a name and a secret of Twilio's REST API: an account SID with
// its auth token, or the SID of an API key with its secret. They print as the
// name alone.
type Credentials struct{ Username, Password string }

// String returns the user name; the password is left out.
func (c Credentials) String() string { return c.Username }

// GoString is String, for %#v.
func (c Credentials) GoString() string {
	return fmt.Sprintf("webhook.Credentials{%q, ...}", c.Username)
}

// LogValue implements [slog.LogValuer] without the password.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.Username) }

// MarshalJSON writes the user name alone.
func (c Credentials) MarshalJSON() ([]byte, error) { return fmt.Appendf(nil, "%q", c.Username), nil }

// A DownloadConfig says what [NewDownloader] is to allow. The zero value of each
// field is the safe default that is named with it.
type DownloadConfig struct {
	// Credentials go to the first host of a download and nowhere else. Twilio
	// asks for them wherever HTTP authentication of media is on, which is the
	// rule. Zero: none.
	Credentials Credentials

	// Hosts are the exact names that a download may begin at, and so the names
	// that get the credentials. nil: api.twilio.com. Regions have names of
	// their own, such as api.dublin.ie1.twilio.com.
	Hosts []string
	// Storage are the exact names that Hosts may redirect to.
	// nil: Twilio's content networks.
	Storage []string

	MaxBytes int64         // zero: 16 MiB, the largest that WhatsApp and RCS carry
	Timeout  time.Duration // from the first lookup to the last byte; zero: 30 s

	// Types are the media types to pass on, without parameters, in lower case.
	// nil: the pictures, sound, films and documents that Twilio takes.
	Types []string

	// Resolver finds the addresses of a host. nil: [net.DefaultResolver].
	Resolver Resolver
	// Dial connects to an address that has been checked: an IP address and a port.
	// nil: a [net.Dialer]. Tests lead it to a server of theirs, with a Resolver
	// that names a public address and a TLS that trusts the server.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS adds to the TLS settings, such as certificate authorities of a test.
	// It is cloned.
	TLS *tls.Config
}

// A Resolver finds the addresses of a host; [net.Resolver] is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// A Downloader fetches the media of messages and the recordings of calls. A URL
// out of a request is Twilio's only as far as the auth token is secret, and what
// lies there came from a stranger; so it asks https and exact hosts only, looks
// at the address before it connects (loopback, private and other special
// networks are refused), follows redirects itself, gives the credentials to the
// first host only, and counts bytes and time while you read.
//
// It is made by [NewDownloader]; the zero Downloader refuses every URL. Methods
// may be called concurrently.
type Downloader struct {
	hosts     []string
	storage   []string
	types     []string
	maxBytes  int64
	timeout   time.Duration
	transport *http.Transport
	// authorize knows the credentials, so that no printer that walks through
	// the fields finds them.
	authorize func(*http.Request)
}

// NewDownloader returns a Downloader. The error joins every mistake in cfg.
func NewDownloader(cfg DownloadConfig) (*Downloader, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	d := &Downloader{
		hosts:     slices.Clone(cfg.Hosts),
		storage:   slices.Clone(cfg.Storage),
		types:     slices.Clone(cfg.Types),
		maxBytes:  cfg.MaxBytes,
		timeout:   cfg.Timeout,
		transport: newMediaTransport(cfg),
		authorize: func(*http.Request) {},
	}
	if c := cfg.Credentials; c != (Credentials{}) {
		d.authorize = func(req *http.Request) { req.SetBasicAuth(c.Username, c.Password) }
	}
	if d.hosts == nil {
		d.hosts = mediaHosts
	}
	if d.storage == nil {
		d.storage = storageHosts
	}
	if d.types == nil {
		d.types = mediaTypes
	}
	if d.maxBytes == 0 {
		d.maxBytes = 16 << 20
	}
	if d.timeout == 0 {
		d.timeout = 30 * time.Second
	}
	return d, nil
}

func (cfg *DownloadConfig) check() error {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("webhook: download: "+format, args...))
	}
	if (cfg.Credentials.Username == "") != (cfg.Credentials.Password == "") {
		fail("Credentials has a user name or a password alone")
	}
	for _, h := range slices.Concat(cfg.Hosts, cfg.Storage) {
		if u, err := url.Parse("https://" + h); h == "" || err != nil || u.Hostname() != h || h != strings.ToLower(h) {
			fail("%q is not a host name in lower case without a port", h)
		}
	}
	if cfg.MaxBytes < 0 {
		fail("MaxBytes is negative")
	}
	if cfg.Timeout < 0 {
		fail("Timeout is negative")
	}
	for _, t := range cfg.Types {
		if m, params, err := mime.ParseMediaType(t); err != nil || m != t || len(params) > 0 || !strings.Contains(t, "/") {
			fail("%q is not a media type in lower case without parameters", t)
		}
	}
	return errors.Join(errs...)
}

// What can be wrong with a download, for [errors.Is] on a [*DownloadError].
var (
	// ErrMediaURL is a URL, or a redirect to one, that is not https on a listed
	// host and the default port without user information. Do not fetch it by
	// other means.
	ErrMediaURL = errors.New("webhook: download: the URL is not allowed")
	// ErrMediaAddress is a host with an address that is not public.
	ErrMediaAddress = errors.New("webhook: download: the host has no public address")
	// ErrMediaRedirects is a fourth redirect.
	ErrMediaRedirects = errors.New("webhook: download: too many redirects")
	// ErrMediaStatus is a status other than 200. 404 means that Twilio has deleted
	// the media, or not stored it yet; 401 that the credentials are wrong.
	ErrMediaStatus = errors.New("webhook: download: unexpected status")
	// ErrMediaType is a media type that is not listed, or none, or a content coding.
	ErrMediaType = errors.New("webhook: download: the media type is not allowed")
	// ErrMediaTooLarge is content of more than MaxBytes.
	ErrMediaTooLarge = errors.New("webhook: download: the content is too large")
)

// A DownloadError says why a download was refused or broke off. Its text names
// the host, never the URL: whoever has the URL may have the media.
type DownloadError struct {
	Host   string // that was asked last; empty where the URL has none
	Status int    // for ErrMediaStatus
	Err    error  // ErrMediaURL, ErrMediaType, ... or what the network reported
}

// Error says what is wrong and names the host.
func (e *DownloadError) Error() string {
	text := e.Err.Error()
	if !strings.HasPrefix(text, "webhook: ") {
		text = "webhook: download: " + text
	}
	if e.Status != 0 {
		text += fmt.Sprintf(" %d", e.Status)
	}
	if e.Host != "" {
		text += fmt.Sprintf(" (%q)", e.Host)
	}
	return text
}

// Unwrap returns Err.
func (e *DownloadError) Unwrap() error { return e.Err }

// A Download is content on its way. Read it to its end and close it; the
// time limit of the [Downloader] runs until then. A Read reports more than
// MaxBytes as a [*DownloadError] that wraps ErrMediaTooLarge; what was read before is
// to be thrown away.
//
// It has no file name: the one that the sender chose may be a path or another
// type. Name files after the SID of the media.
type Download struct {
	Type string // the media type, one of those listed in the Downloader
	Size int64  // declared length in bytes; -1 where none was declared

	host   string
	body   io.ReadCloser
	left   int64 // what may still be read
	err    error // what ended it
	cancel context.CancelFunc
}

// Get begins to download what rawURL names, such as Media.URL of a message or
// the RecordingURL of a callback (with ".mp3" appended for the smaller form).
// ctx bounds the whole download together with the Downloader's time limit.
//
// Every error is a [*DownloadError].
func (d *Downloader) Get(ctx context.Context, rawURL string) (*Download, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, &DownloadError{Err: ErrMediaURL}
	}
	if !allowedURL(u, d.hosts) {
		return nil, &DownloadError{Host: u.Hostname(), Err: ErrMediaURL}
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	res, err := d.follow(ctx, u)
	if err == nil {
		var dl *Download
		if dl, err = d.accept(res, cancel); err == nil {
			return dl, nil
		}
		res.Body.Close()
	}
	cancel()
	return nil, err
}

const maxRedirects = 3

// follow asks u and then what it redirects to, until an answer is no redirect.
func (d *Downloader) follow(ctx context.Context, u *url.URL) (*http.Response, error) {
	for hop := 0; ; hop++ {
		res, err := d.ask(ctx, u, hop == 0)
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
			return nil, &DownloadError{Host: u.Hostname(), Err: ErrMediaRedirects}
		}
		next, err := u.Parse(res.Header.Get("Location"))
		if err != nil || !allowedURL(next, d.storage) {
			refused := &DownloadError{Err: ErrMediaURL}
			if err == nil {
				refused.Host = next.Hostname()
			}
			return nil, refused
		}
		u = next
	}
}

func (d *Downloader) ask(ctx context.Context, u *url.URL, first bool) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &DownloadError{Host: u.Hostname(), Err: ErrMediaURL}
	}
	req.Header.Set("Accept-Encoding", "identity")
	if first {
		d.authorize(req)
	}
	// The transport rather than a client: no cookies, no redirects of its own,
	// and errors that do not print the URL.
	res, err := d.transport.RoundTrip(req)
	if err != nil {
		return nil, &DownloadError{Host: u.Hostname(), Err: err}
	}
	return res, nil
}

// accept judges the head of the last answer.
func (d *Downloader) accept(res *http.Response, cancel context.CancelFunc) (*Download, error) {
	host := res.Request.URL.Hostname()
	if res.StatusCode != http.StatusOK {
		return nil, &DownloadError{Host: host, Status: res.StatusCode, Err: ErrMediaStatus}
	}
	mediaType, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || !slices.Contains(d.types, mediaType) {
		return nil, &DownloadError{Host: host, Err: ErrMediaType}
	}
	if coding := strings.Join(res.Header["Content-Encoding"], ","); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, &DownloadError{Host: host, Err: ErrMediaType}
	}
	if res.ContentLength > d.maxBytes {
		return nil, &DownloadError{Host: host, Err: ErrMediaTooLarge}
	}
	return &Download{
		Type:   mediaType,
		Size:   res.ContentLength,
		host:   host,
		body:   res.Body,
		left:   d.maxBytes,
		cancel: cancel,
	}, nil
}

// Read reads the content and implements [io.Reader].
func (d *Download) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	// One byte more than allowed is asked for, to tell the end from too much.
	if int64(len(p)) > d.left+1 {
		p = p[:d.left+1]
	}
	n, err := d.body.Read(p)
	switch {
	case int64(n) > d.left:
		n = int(d.left)
		err = &DownloadError{Host: d.host, Err: ErrMediaTooLarge}
	case err != nil && err != io.EOF:
		err = &DownloadError{Host: d.host, Err: err}
	}
	d.left -= int64(n)
	d.err = err
	return n, err
}

// Close ends the download, whether or not all was read.
func (d *Download) Close() error {
	err := d.body.Close()
	d.cancel()
	return err
}

// allowedURL reports whether u is https on one of hosts, at the default port and
// without user information. A host that ends in a dot is another name.
func allowedURL(u *url.URL, hosts []string) bool {
	return u.Scheme == "https" && u.User == nil && u.Opaque == "" &&
		(u.Host == u.Hostname() || u.Host == u.Hostname()+":443") &&
		slices.Contains(hosts, strings.ToLower(u.Hostname()))
}
