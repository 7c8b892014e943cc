package media_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook/media"
)

const mediaURL = "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages/MM0123456789abcdef0123456789abcdef/Media/ME0123456789abcdef0123456789abcdef"

// A mediaNet is an internet with one server that answers for every host, and
// notes who requested what.
type mediaNet struct {
	server *httptest.Server

	mu    sync.Mutex
	asked []string // "scheme host path user"
}

func newMediaNet(t *testing.T, answer http.HandlerFunc) *mediaNet {
	t.Helper()
	n := new(mediaNet)
	n.server = httptest.NewServer(answer)
	t.Cleanup(n.server.Close)
	return n
}

// RoundTrip leads all requests to the server.
func (n *mediaNet) RoundTrip(r *http.Request) (*http.Response, error) {
	user, _, _ := r.BasicAuth()
	n.mu.Lock()
	n.asked = append(n.asked, strings.TrimSpace(r.URL.Scheme+" "+r.URL.Host+" "+r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]+" "+user))
	n.mu.Unlock()
	local := r.Clone(r.Context())
	local.URL.Scheme, local.URL.Host = "http", n.server.Listener.Addr().String()
	res, err := n.server.Client().Transport.RoundTrip(local)
	if err == nil {
		res.Request = r
	}
	return res, err
}

func (n *mediaNet) downloader(t *testing.T, cfg media.Config) *media.Downloader {
	t.Helper()
	if cfg.BaseURL == "" {
		cfg.Transport = n
	}
	cfg.Credentials = media.Credentials{Username: "AC0123456789abcdef0123456789abcdef", Password: "secret-MARKER"}
	d, err := media.New(cfg)
	require.NoError(t, err)
	return d
}

func png(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Disposition", `attachment; filename="../../etc/passwd"`)
	io.WriteString(w, "picture")
}

func read(t *testing.T, f *media.File) string {
	t.Helper()
	content, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return string(content)
}

func TestDownload(t *testing.T) {
	n := newMediaNet(t, png)
	got, err := n.downloader(t, media.Config{}).Get(t.Context(), mediaURL)
	require.NoError(t, err)
	assert.Equal(t, "picture", read(t, got))
	assert.Equal(t, "image/png", got.Type)
	assert.Equal(t, ".png", got.Extension())
	assert.EqualValues(t, 7, got.Size)
	assert.Equal(t, []string{"https api.twilio.com /ME0123456789abcdef0123456789abcdef AC0123456789abcdef0123456789abcdef"}, n.asked)
}

// Fresh media answer 404 for some seconds after the message (chatwoot 15499,
// twilio-node 636, rapidpro 604 for recordings).
func TestChatwoot15499FreshMedia404(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pauses []time.Duration
		misses int
		want   time.Duration
		ok     bool
		asked  int
	}{
		{"there at once", nil, 0, 0, true, 1},
		{"there after a second", nil, 1, time.Second, true, 2},
		{"there after four", nil, 2, 4 * time.Second, true, 3},
		{"deleted", nil, 9, 4 * time.Second, false, 3},
		{"no further try", []time.Duration{}, 9, 0, false, 1},
		{"its own pauses", []time.Duration{5 * time.Second}, 1, 5 * time.Second, true, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				d, err := media.New(media.Config{Pauses: tt.pauses, Transport: answering(func(r *http.Request) *http.Response {
					asked++
					if asked <= tt.misses {
						return response(r, 404, "text/html", "not found")
					}
					return response(r, 200, "image/jpeg", "picture")
				})})
				require.NoError(t, err)
				start := time.Now()
				got, err := d.Get(t.Context(), mediaURL)
				assert.Equal(t, tt.want, time.Since(start))
				assert.Equal(t, tt.asked, asked)
				if !tt.ok {
					assert.EqualError(t, err, "media: unexpected status 404 (\"api.twilio.com\")")
					return
				}
				require.NoError(t, err)
				assert.Equal(t, "picture", read(t, got))
			})
		})
	}
}

// Only a 404 is tried again, and a context that ends ends the pause.
func TestPausesEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		status := 401
		d, err := media.New(media.Config{Transport: answering(func(r *http.Request) *http.Response {
			return response(r, status, "text/html", "")
		})})
		require.NoError(t, err)
		start := time.Now()
		_, err = d.Get(t.Context(), mediaURL)
		require.ErrorIs(t, err, media.ErrStatus)
		assert.Zero(t, time.Since(start))
		status = 404
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err = d.Get(ctx, mediaURL)
		require.ErrorIs(t, err, media.ErrStatus)
		assert.Equal(t, 500*time.Millisecond, time.Since(start))
	})
}

// answering is a transport without a network.
type answering func(*http.Request) *http.Response

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) { return a(r), nil }

func response(r *http.Request, status int, contentType, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Request: r,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// A server on this machine stands for Twilio: pictures and recordings of
// "ringback dev" can be fetched.
func TestBaseURL(t *testing.T) {
	var asked []string
	n := newMediaNet(t, func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		asked = append(asked, strings.TrimSpace(r.URL.Path+" "+user))
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "https://mms.twiliocdn.com/stored", http.StatusTemporaryRedirect)
		case "/recording.mp3":
			w.Header().Set("Content-Type", "audio/mpeg")
		default:
			png(w, r)
		}
	})
	d := n.downloader(t, media.Config{BaseURL: n.server.URL})
	for _, tt := range []struct{ url, extension string }{
		{"https://api.twilio.com/picture", ".png"},
		{n.server.URL + "/picture", ".png"},
		{n.server.URL + "/recording.mp3", ".mp3"},
		{"https://api.twilio.com/redirect", ".png"},
	} {
		got, err := d.Get(t.Context(), tt.url)
		require.NoError(t, err, tt.url)
		assert.Equal(t, tt.extension, got.Extension())
		require.NoError(t, got.Close())
	}
	const user = " AC0123456789abcdef0123456789abcdef"
	assert.Equal(t, []string{"/picture" + user, "/picture" + user, "/recording.mp3" + user, "/redirect" + user, "/stored"}, asked)
	for _, u := range []string{"http://127.0.0.1:1/x", "http://evil.example.com/x", "https://evil.example.com/x", "http://api.twilio.com/x", strings.Replace(n.server.URL, "http://", "http://user@", 1)} {
		_, err := d.Get(t.Context(), u)
		require.ErrorIs(t, err, media.ErrURL, u)
	}
}

func TestBaseURLMustBeLocal(t *testing.T) {
	for base, ok := range map[string]bool{
		"http://127.0.0.1:4041": true, "http://localhost:4041/": true, "https://[::1]:4041": true, "http://127.0.0.2": true,
		"http://evil.example.com": false, "http://10.0.0.1": false, "http://169.254.169.254": false, "http://127.0.0.1.example.com": false,
		"ftp://127.0.0.1": false, "127.0.0.1:4041": false, "http://user@127.0.0.1": false, "http://127.0.0.1/path": false, "http://127.0.0.1?x": false,
		"http://localhost.example.com": false, "http://0.0.0.0": false,
	} {
		_, err := media.New(media.Config{BaseURL: base})
		assert.Equal(t, ok, err == nil, base)
	}
}

// A listed host that is at a loopback address is refused before the connection.
func TestT30LoopbackIsRefused(t *testing.T) {
	d, err := media.New(media.Config{Hosts: []string{"localhost"}})
	require.NoError(t, err)
	_, err = d.Get(t.Context(), "https://localhost/x")
	require.ErrorIs(t, err, media.ErrAddress)
	assert.EqualError(t, err, "media: the host has no public address (\"localhost\")")
}

func TestT30URLs(t *testing.T) {
	n := newMediaNet(t, png)
	d := n.downloader(t, media.Config{})
	for _, u := range []string{
		"", "x", "http://api.twilio.com/x", "https://evil.example.com/x", "ftp://api.twilio.com/x", "https:api.twilio.com/x",
		"http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "https://[::1]/", "https://2130706433/",
		"https://api.twilio.com:8443/x", "https://api.twilio.com:0443/x", "https://api.twilio.com:/x", "https://user@api.twilio.com/x", "https://:@api.twilio.com/x",
		"https://api.twilio.com@evil.example.com/x", "https://api.twilio.com.evil.example.com/", "https://evil.example.com/api.twilio.com",
		"https://api.twilio.com./x", "https://api.twilio.com\\@evil.example.com/x", "https://api.twilio.com%2eevil.example.com/x",
		"https://mms.twiliocdn.com/x", "https://API.TWILIO.COM.evil.example.com/x", "//api.twilio.com/x", "https://api.twilio.com%00/x", "file:///etc/passwd",
	} {
		_, err := d.Get(t.Context(), u)
		require.ErrorIs(t, err, media.ErrURL, u)
		require.ErrorAs(t, err, new(*media.Error), u)
	}
	assert.Empty(t, n.asked, "refused before any request")
	for _, u := range []string{"https://api.twilio.com:443/x", "HTTPS://API.twilio.com/x"} {
		got, err := d.Get(t.Context(), u)
		require.NoError(t, err, u)
		require.NoError(t, got.Close())
	}
}

func TestT30Addresses(t *testing.T) {
	for _, tt := range []struct {
		addr string
		ok   bool
	}{
		{"8.8.8.8", true},
		{"2600:1f18::1", true},
		{"::ffff:8.8.8.8", true},
		{"64:ff9b::808:808", true},
		{"172.15.255.255", true},
		{"172.32.0.1", true},
		{"100.63.255.255", true},
		{"100.128.0.1", true},
		{"127.0.0.1", false},
		{"127.255.255.254", false},
		{"0.0.0.0", false},
		{"0.1.2.3", false},
		{"10.0.0.1", false},
		{"172.16.0.1", false},
		{"172.31.255.255", false},
		{"192.168.1.1", false},
		{"169.254.169.254", false},
		{"100.64.0.1", false},
		{"192.0.0.192", false},
		{"192.0.2.1", false},
		{"198.18.0.1", false},
		{"203.0.113.1", false},
		{"224.0.0.1", false},
		{"239.1.2.3", false},
		{"255.255.255.255", false},
		{"::", false},
		{"::1", false},
		{"::ffff:127.0.0.1", false},
		{"::ffff:10.0.0.1", false},
		{"::127.0.0.1", false},
		{"::8.8.8.8", false},
		{"::ffff:0:8.8.8.8", false},
		{"64:ff9b::7f00:1", false},
		{"64:ff9b::a9fe:a9fe", false},
		{"64:ff9b:1::808:808", false},
		{"2002:7f00:1::", false},
		{"2001:0:7f00:1::", false},
		{"2001:db8::1", false},
		{"fe80::1", false},
		{"fe80::1%eth0", false},
		{"2600:1f18::1%eth0", false},
		{"fec0::1", false},
		{"fc00::1", false},
		{"fd00:ec2::254", false},
		{"ff02::1", false},
		{"100::1", false},
	} {
		assert.Equal(t, tt.ok, media.IsPublic(netip.MustParseAddr(tt.addr)), tt.addr)
	}
}

func TestT30Redirects(t *testing.T) {
	for _, tt := range []struct {
		name  string
		hops  []string // where the first, second, ... answer leads
		want  error
		asked int
	}{
		{"one to storage", []string{"https://mms.twiliocdn.com/1"}, nil, 2},
		{"three", []string{"https://mms.twiliocdn.com/1", "https://media.twiliocdn.com/2", "/3"}, nil, 4},
		{"four", []string{"https://mms.twiliocdn.com/1", "/2", "/3", "/4"}, media.ErrRedirects, 4},
		{"to http", []string{"http://mms.twiliocdn.com/1"}, media.ErrURL, 1},
		{"to http on the same host", []string{"http://api.twilio.com/1"}, media.ErrURL, 1},
		{"to another host", []string{"https://evil.example.com/1"}, media.ErrURL, 1},
		{"to another host from storage", []string{"https://mms.twiliocdn.com/1", "https://evil.example.com/2"}, media.ErrURL, 2},
		{"back to the API", []string{"https://mms.twiliocdn.com/1", "https://api.twilio.com/2"}, media.ErrURL, 2},
		{"to another port", []string{"https://mms.twiliocdn.com:8443/1"}, media.ErrURL, 1},
		{"to user information", []string{"https://a:b@mms.twiliocdn.com/1"}, media.ErrURL, 1},
		{"to nowhere", []string{""}, media.ErrURL, 1},
		{"to no URL", []string{"https://%zz"}, media.ErrURL, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hop := 0
			n := newMediaNet(t, func(w http.ResponseWriter, r *http.Request) {
				if hop < len(tt.hops) {
					w.Header().Set("Location", tt.hops[hop])
					hop++
					w.Header().Set("Set-Cookie", "a=b")
					w.WriteHeader([]int{307, 302, 301, 308}[hop%4])
					return
				}
				png(w, r)
			})
			got, err := n.downloader(t, media.Config{}).Get(t.Context(), mediaURL)
			if tt.want == nil {
				require.NoError(t, err)
				require.NoError(t, got.Close())
			} else {
				require.ErrorIs(t, err, tt.want)
			}
			require.Len(t, n.asked, tt.asked)
			assert.Contains(t, n.asked[0], "AC0123")
			for _, later := range n.asked[1:] {
				assert.NotContains(t, later, "AC0123", "credentials after a redirect")
			}
		})
	}
}

func TestT30RedirectToPrivateAddress(t *testing.T) {
	n := newMediaNet(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect)
	})
	_, err := n.downloader(t, media.Config{}).Get(t.Context(), mediaURL)
	require.ErrorIs(t, err, media.ErrURL)
	assert.EqualError(t, err, "media: the URL is not allowed (\"169.254.169.254\")")
}

func TestT31Types(t *testing.T) {
	for _, tt := range []struct {
		contentType, coding string
		status              int
		want                error
	}{
		{"image/jpeg", "", 200, nil},
		{"IMAGE/JPEG; charset=binary", "", 200, nil},
		{"audio/x-wav", "identity", 200, nil},
		{"text/html", "", 200, media.ErrType},
		{"image/svg+xml", "", 200, media.ErrType},
		{"application/json", "", 200, media.ErrType},
		{"application/octet-stream", "", 200, media.ErrType},
		{"image", "", 200, media.ErrType},
		{"image/png, text/html", "", 200, media.ErrType},
		{"", "", 200, media.ErrType},
		{"image/png", "gzip", 200, media.ErrCoding},
		{"image/png", "identity\ngzip", 200, media.ErrCoding},
		{"image/png", "", 410, media.ErrStatus},
		{"image/png", "", 206, media.ErrStatus},
		{"image/png", "", 304, media.ErrStatus},
	} {
		t.Run(fmt.Sprintf("%s %s %d", tt.contentType, tt.coding, tt.status), func(t *testing.T) {
			n := newMediaNet(t, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
				w.Header()["Content-Type"] = []string{tt.contentType}
				if tt.coding != "" {
					w.Header()["Content-Encoding"] = strings.Split(tt.coding, "\n")
				}
				w.WriteHeader(tt.status)
			})
			got, err := n.downloader(t, media.Config{}).Get(t.Context(), mediaURL)
			if tt.want != nil {
				require.ErrorIs(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			require.NoError(t, got.Close())
		})
	}
}

func TestT31Size(t *testing.T) {
	for _, tt := range []struct {
		name     string
		size     int
		declared bool
		early    bool // refused before anything is read
		tooLarge bool
	}{
		{"at the limit, declared", 1000, true, false, false},
		{"at the limit, not declared", 1000, false, false, false},
		{"one more, declared", 1001, true, true, true},
		{"one more, not declared", 1001, false, false, true},
		{"endless", 1 << 20, false, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := newMediaNet(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", "image/png")
				if tt.declared {
					w.Header().Set("Content-Length", fmt.Sprint(tt.size))
				} else {
					w.(http.Flusher).Flush()
				}
				io.WriteString(w, strings.Repeat("x", tt.size))
			})
			got, err := n.downloader(t, media.Config{MaxBytes: 1000}).Get(t.Context(), mediaURL)
			if tt.early {
				require.ErrorIs(t, err, media.ErrTooLarge)
				return
			}
			require.NoError(t, err)
			defer got.Close()
			content, err := io.ReadAll(got)
			assert.LessOrEqual(t, len(content), 1000)
			if !tt.tooLarge {
				require.NoError(t, err)
				assert.Len(t, content, 1000)
				return
			}
			require.ErrorIs(t, err, media.ErrTooLarge)
			_, err = got.Read(make([]byte, 1))
			require.ErrorIs(t, err, media.ErrTooLarge, "and it stays so")
		})
	}
}

// A server that sends a byte a second is cut off when the time is up.
func TestT31TimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, err := media.New(media.Config{
			Timeout: 20500 * time.Millisecond,
			Transport: &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				go dribble(server)
				return client, nil
			}},
		})
		require.NoError(t, err)
		start := time.Now()
		got, err := d.Get(t.Context(), mediaURL)
		require.NoError(t, err)
		content, err := io.ReadAll(got)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorAs(t, err, new(*media.Error))
		assert.Equal(t, 20500*time.Millisecond, time.Since(start))
		assert.Len(t, content, 21)
		got.Close()
		time.Sleep(2 * time.Second) // for the server to notice
	})
}

func dribble(conn net.Conn) {
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		return
	}
	go io.Copy(io.Discard, conn)
	_, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n")
	for err == nil {
		_, err = io.WriteString(conn, "x")
		time.Sleep(time.Second)
	}
}

func TestDownloadStopsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	n := newMediaNet(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.(http.Flusher).Flush()
		<-release
	})
	ctx, cancel := context.WithCancel(t.Context())
	got, err := n.downloader(t, media.Config{}).Get(ctx, mediaURL)
	require.NoError(t, err)
	cancel()
	_, err = got.Read(make([]byte, 1))
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, got.Close())
	close(release)
}

func TestT29DownloadErrorsHoldNoURL(t *testing.T) {
	n := newMediaNet(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotFound) })
	d := n.downloader(t, media.Config{Pauses: []time.Duration{}})
	_, err := d.Get(t.Context(), mediaURL)
	assert.EqualError(t, err, "media: unexpected status 404 (\"api.twilio.com\")")
	n.server.Close()
	_, lost := d.Get(t.Context(), mediaURL)
	require.Error(t, lost)
	for _, err := range []error{err, lost} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%q"} {
			text := fmt.Sprintf(verb, err)
			assert.NotContains(t, text, "ME0123")
			assert.NotContains(t, text, "MARKER")
		}
	}
}

func TestT29CredentialsDoNotPrint(t *testing.T) {
	c := media.Credentials{Username: "AC0123456789abcdef0123456789abcdef", Password: "MARKER"}
	cfg := media.Config{Credentials: c}
	d, err := media.New(cfg)
	require.NoError(t, err)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", c)
	encoded, err := json.Marshal(c)
	require.NoError(t, err)
	for _, text := range []string{
		fmt.Sprint(c), fmt.Sprintf("%s %+v %#v", c, d, d), fmt.Sprintf("%v %+v %#v %s %q %x", c, c, c, c, c, c), fmt.Sprintf("%v %+v %#v", cfg, cfg, &cfg), string(encoded), log.String(),
	} {
		assert.NotContains(t, text, "MARKER")
		assert.Contains(t, text, "AC0123456789abcdef0123456789abcdef")
	}
}

func TestNewReportsEveryMistake(t *testing.T) {
	_, err := media.New(media.Config{
		Credentials: media.Credentials{Username: "AC"},
		Hosts:       []string{"API.twilio.com", "api.twilio.com:443", "https://api.twilio.com", ""},
		BaseURL:     "http://example.com",
		MaxBytes:    -1,
		Timeout:     -1,
		Pauses:      []time.Duration{-1},
		Types:       []string{"image/*;q=1", "png"},
	})
	require.Error(t, err)
	assert.Len(t, strings.Split(err.Error(), "\n"), 11)
	var joined interface{ Unwrap() []error }
	require.True(t, errors.As(err, &joined))
}

func TestZeroDownloader(t *testing.T) {
	_, err := new(media.Downloader).Get(t.Context(), mediaURL)
	require.ErrorIs(t, err, media.ErrURL)
}

// All of Twilio's list is accepted, documents too, and has an extension
// (Rocket.Chat 17270, chatwoot 3270, LiveHelperChat 20 and 15).
func TestRocketChat17270AcceptedTypes(t *testing.T) {
	for contentType, extension := range map[string]string{
		"image/jpeg": ".jpg", "image/gif": ".gif", "image/png": ".png", "image/bmp": ".bmp", "image/tiff": ".tif", "image/webp": ".webp",
		"audio/basic": ".au", "audio/L24": ".l24", "audio/mp4": ".m4a", "audio/mpeg": ".mp3", "audio/ogg": ".ogg", "audio/vorbis": ".ogg",
		"audio/vnd.rn-realaudio": ".ra", "audio/vnd.wave": ".wav", "audio/3gpp": ".3gp", "audio/3gpp2": ".3g2", "audio/ac3": ".ac3",
		"audio/webm": ".weba", "audio/amr-nb": ".amr", "audio/amr": ".amr", "audio/x-wav": ".wav",
		"video/mpeg": ".mpeg", "video/mpeg4": ".mp4", "video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm", "video/3gpp": ".3gp",
		"video/3gpp2": ".3g2", "video/3gpp-tt": ".3gp", "video/H261": ".h261", "video/H263": ".h263", "video/H263-1998": ".h263",
		"video/H263-2000": ".h263", "video/H264": ".h264",
		"text/vcard": ".vcf", "text/x-vcard": ".vcf", "text/csv": ".csv", "text/rtf": ".rtf", "text/richtext": ".rtx", "text/calendar": ".ics",
		"text/directory": ".vcf", "application/pdf": ".pdf", "application/vcard": ".vcf", "application/vnd.apple.pkpass": ".pkpass",
		"application/msword": ".doc", "application/vnd.ms-excel": ".xls", "application/vnd.ms-powerpoint": ".ppt",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   ".docx",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         ".xlsx",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
		"image/jxl": "", "audio/new": "", "video/new": "", // unknown, and not dangerous
	} {
		d, err := media.New(media.Config{Transport: answering(func(r *http.Request) *http.Response { return response(r, 200, contentType, "x") })})
		require.NoError(t, err)
		got, err := d.Get(t.Context(), mediaURL)
		require.NoError(t, err, contentType)
		assert.Equal(t, extension, got.Extension(), contentType)
		require.NoError(t, got.Close())
	}
}

// The error names the refused type, so that Config.Types can.
func TestRefusedTypeIsInTheError(t *testing.T) {
	for contentType, want := range map[string]string{
		"text/html; charset=utf-8":             "media: the media type is not accepted \"text/html\" (\"api.twilio.com\")",
		"application/zip; name=\"MARKER.zip\"": "media: the media type is not accepted \"application/zip\" (\"api.twilio.com\")",
		"":                                     "media: the media type is not accepted (\"api.twilio.com\")",
		"x/" + strings.Repeat("y", 200):        "media: the media type is not accepted \"x/" + strings.Repeat("y", 98) + "\" (\"api.twilio.com\")",
		"image/svg+xml":                        "media: the media type is not accepted \"image/svg+xml\" (\"api.twilio.com\")",
	} {
		d, err := media.New(media.Config{Transport: answering(func(r *http.Request) *http.Response { return response(r, 200, contentType, "x") })})
		require.NoError(t, err)
		_, err = d.Get(t.Context(), mediaURL)
		assert.EqualError(t, err, want)
	}
	d, err := media.New(media.Config{Types: []string{"application/zip"}, Transport: answering(func(r *http.Request) *http.Response { return response(r, 200, "application/zip", "x") })})
	require.NoError(t, err)
	got, err := d.Get(t.Context(), mediaURL)
	require.NoError(t, err)
	require.NoError(t, got.Close())
}

func TestExtension(t *testing.T) {
	assert.Equal(t, ".jpg", media.Extension("IMAGE/JPEG; charset=binary"))
	assert.Empty(t, media.Extension("text/html"))
	assert.Empty(t, media.Extension(""))
}
