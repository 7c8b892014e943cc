package webhook_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
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

	"github.com/ringback-go/ringback/webhook"
)

const mediaURL = "https://api.twilio.com/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages/MM0123456789abcdef0123456789abcdef/Media/ME0123456789abcdef0123456789abcdef"

// A mediaNet is an internet of one TLS server that answers for every host, and
// notes who asked for what.
type mediaNet struct {
	server *httptest.Server
	addrs  map[string][]netip.Addr // by host; a host that is missing is at 8.8.8.8

	mu    sync.Mutex
	asked []string // "host path authorization"
	dials []string
}

func newMediaNet(t *testing.T, answer http.HandlerFunc) *mediaNet {
	t.Helper()
	n := &mediaNet{addrs: map[string][]netip.Addr{}}
	n.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, _, _ := r.BasicAuth()
		n.mu.Lock()
		n.asked = append(n.asked, strings.TrimSpace(r.Host+" "+r.URL.Path[strings.LastIndex(r.URL.Path, "/"):]+" "+user))
		n.mu.Unlock()
		answer(w, r)
	}))
	n.server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate(t)}}
	n.server.StartTLS()
	t.Cleanup(n.server.Close)
	return n
}

func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		DNSNames:     []string{"api.twilio.com", "mms.twiliocdn.com", "media.twiliocdn.com", "s3-external-1.amazonaws.com", "evil.example.com"},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func (n *mediaNet) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if addrs, ok := n.addrs[host]; ok {
		return addrs, nil
	}
	return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
}

func (n *mediaNet) dial(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	n.dials = append(n.dials, address)
	n.mu.Unlock()
	return new(net.Dialer).DialContext(ctx, network, n.server.Listener.Addr().String())
}

func (n *mediaNet) downloader(t *testing.T, cfg webhook.DownloadConfig) *webhook.Downloader {
	t.Helper()
	cfg.Resolver, cfg.Dial = n, n.dial
	roots := x509.NewCertPool()
	roots.AddCert(n.server.Certificate())
	cfg.TLS = &tls.Config{RootCAs: roots}
	cfg.Credentials = webhook.Credentials{Username: "AC0123456789abcdef0123456789abcdef", Password: "secret-MARKER"}
	d, err := webhook.NewDownloader(cfg)
	require.NoError(t, err)
	return d
}

func png(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Content-Disposition", `attachment; filename="../../etc/passwd"`)
	io.WriteString(w, "picture")
}

func TestDownload(t *testing.T) {
	n := newMediaNet(t, png)
	got, err := n.downloader(t, webhook.DownloadConfig{}).Get(t.Context(), mediaURL)
	require.NoError(t, err)
	content, err := io.ReadAll(got)
	require.NoError(t, err)
	require.NoError(t, got.Close())
	assert.Equal(t, "picture", string(content))
	assert.Equal(t, "image/png", got.Type)
	assert.EqualValues(t, 7, got.Size)
	assert.Equal(t, []string{"8.8.8.8:443"}, n.dials)
	assert.Equal(t, []string{"api.twilio.com /ME0123456789abcdef0123456789abcdef AC0123456789abcdef0123456789abcdef"}, n.asked)
}

func TestT30URLs(t *testing.T) {
	n := newMediaNet(t, png)
	d := n.downloader(t, webhook.DownloadConfig{})
	for _, u := range []string{
		"", "x", "http://api.twilio.com/x", "https://evil.example.com/x", "ftp://api.twilio.com/x", "https:api.twilio.com/x",
		"http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "https://[::1]/", "https://2130706433/",
		"https://api.twilio.com:8443/x", "https://api.twilio.com:0443/x", "https://api.twilio.com:/x", "https://user@api.twilio.com/x", "https://:@api.twilio.com/x",
		"https://api.twilio.com@evil.example.com/x", "https://api.twilio.com.evil.example.com/", "https://evil.example.com/api.twilio.com",
		"https://api.twilio.com./x", "https://api.twilio.com\\@evil.example.com/x", "https://api.twilio.com%2eevil.example.com/x",
		"https://mms.twiliocdn.com/x", "https://API.TWILIO.COM.evil.example.com/x", "//api.twilio.com/x", "https://api.twilio.com%00/x", "file:///etc/passwd",
	} {
		_, err := d.Get(t.Context(), u)
		require.ErrorIs(t, err, webhook.ErrMediaURL, u)
		require.ErrorAs(t, err, new(*webhook.DownloadError), u)
	}
	assert.Empty(t, n.dials, "refused before any connection")
	for _, u := range []string{"https://api.twilio.com:443/x", "HTTPS://API.twilio.com/x"} {
		got, err := d.Get(t.Context(), u)
		require.NoError(t, err, u)
		require.NoError(t, got.Close())
	}
}

func TestT30Addresses(t *testing.T) {
	for _, tt := range []struct {
		addrs []string
		ok    bool
	}{
		{[]string{"8.8.8.8"}, true},
		{[]string{"2600:1f18::1"}, true},
		{[]string{"::ffff:8.8.8.8"}, true},
		{[]string{"64:ff9b::808:808"}, true},
		{[]string{"172.15.255.255"}, true},
		{[]string{"172.32.0.1"}, true},
		{[]string{"100.63.255.255"}, true},
		{[]string{"100.128.0.1"}, true},
		{nil, false},
		{[]string{"127.0.0.1"}, false},
		{[]string{"127.255.255.254"}, false},
		{[]string{"0.0.0.0"}, false},
		{[]string{"0.1.2.3"}, false},
		{[]string{"10.0.0.1"}, false},
		{[]string{"172.16.0.1"}, false},
		{[]string{"172.31.255.255"}, false},
		{[]string{"192.168.1.1"}, false},
		{[]string{"169.254.169.254"}, false},
		{[]string{"100.64.0.1"}, false},
		{[]string{"192.0.0.192"}, false},
		{[]string{"192.0.2.1"}, false},
		{[]string{"198.18.0.1"}, false},
		{[]string{"203.0.113.1"}, false},
		{[]string{"224.0.0.1"}, false},
		{[]string{"239.1.2.3"}, false},
		{[]string{"255.255.255.255"}, false},
		{[]string{"::"}, false},
		{[]string{"::1"}, false},
		{[]string{"::ffff:127.0.0.1"}, false},
		{[]string{"::ffff:10.0.0.1"}, false},
		{[]string{"::127.0.0.1"}, false},
		{[]string{"::8.8.8.8"}, false},
		{[]string{"::ffff:0:8.8.8.8"}, false},
		{[]string{"64:ff9b::7f00:1"}, false},
		{[]string{"64:ff9b::a9fe:a9fe"}, false},
		{[]string{"64:ff9b:1::808:808"}, false},
		{[]string{"2002:7f00:1::"}, false},
		{[]string{"2001:0:7f00:1::"}, false},
		{[]string{"2001:db8::1"}, false},
		{[]string{"fe80::1"}, false},
		{[]string{"fe80::1%eth0"}, false},
		{[]string{"2600:1f18::1%eth0"}, false},
		{[]string{"fec0::1"}, false},
		{[]string{"fc00::1"}, false},
		{[]string{"fd00:ec2::254"}, false},
		{[]string{"ff02::1"}, false},
		{[]string{"100::1"}, false},
		{[]string{"8.8.8.8", "10.0.0.1"}, false},
	} {
		t.Run(strings.Join(tt.addrs, " "), func(t *testing.T) {
			n := newMediaNet(t, png)
			n.addrs["api.twilio.com"] = []netip.Addr{}
			for _, a := range tt.addrs {
				n.addrs["api.twilio.com"] = append(n.addrs["api.twilio.com"], netip.MustParseAddr(a))
			}
			got, err := n.downloader(t, webhook.DownloadConfig{}).Get(t.Context(), mediaURL)
			if tt.ok {
				require.NoError(t, err)
				require.NoError(t, got.Close())
				return
			}
			require.ErrorIs(t, err, webhook.ErrMediaAddress)
			assert.Empty(t, n.dials)
			assert.Empty(t, n.asked)
		})
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
		{"four", []string{"https://mms.twiliocdn.com/1", "/2", "/3", "/4"}, webhook.ErrMediaRedirects, 4},
		{"to http", []string{"http://mms.twiliocdn.com/1"}, webhook.ErrMediaURL, 1},
		{"to http on the same host", []string{"http://api.twilio.com/1"}, webhook.ErrMediaURL, 1},
		{"to another host", []string{"https://evil.example.com/1"}, webhook.ErrMediaURL, 1},
		{"to another host from storage", []string{"https://mms.twiliocdn.com/1", "https://evil.example.com/2"}, webhook.ErrMediaURL, 2},
		{"back to the API", []string{"https://mms.twiliocdn.com/1", "https://api.twilio.com/2"}, webhook.ErrMediaURL, 2},
		{"to another port", []string{"https://mms.twiliocdn.com:8443/1"}, webhook.ErrMediaURL, 1},
		{"to user information", []string{"https://a:b@mms.twiliocdn.com/1"}, webhook.ErrMediaURL, 1},
		{"to nowhere", []string{""}, webhook.ErrMediaURL, 1},
		{"to no URL", []string{"https://%zz"}, webhook.ErrMediaURL, 1},
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
			got, err := n.downloader(t, webhook.DownloadConfig{}).Get(t.Context(), mediaURL)
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
		http.Redirect(w, r, "https://mms.twiliocdn.com/1", http.StatusTemporaryRedirect)
	})
	n.addrs["mms.twiliocdn.com"] = []netip.Addr{netip.MustParseAddr("169.254.169.254")}
	_, err := n.downloader(t, webhook.DownloadConfig{}).Get(t.Context(), mediaURL)
	require.ErrorIs(t, err, webhook.ErrMediaAddress)
	assert.EqualError(t, err, `webhook: download: the host has no public address ("mms.twiliocdn.com")`)
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
		{"text/html", "", 200, webhook.ErrMediaType},
		{"image/svg+xml", "", 200, webhook.ErrMediaType},
		{"application/json", "", 200, webhook.ErrMediaType},
		{"application/octet-stream", "", 200, webhook.ErrMediaType},
		{"image", "", 200, webhook.ErrMediaType},
		{"image/png, text/html", "", 200, webhook.ErrMediaType},
		{"", "", 200, webhook.ErrMediaType},
		{"image/png", "gzip", 200, webhook.ErrMediaType},
		{"image/png", "identity\ngzip", 200, webhook.ErrMediaType},
		{"image/png", "", 404, webhook.ErrMediaStatus},
		{"image/png", "", 206, webhook.ErrMediaStatus},
		{"image/png", "", 304, webhook.ErrMediaStatus},
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
			got, err := n.downloader(t, webhook.DownloadConfig{}).Get(t.Context(), mediaURL)
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
			got, err := n.downloader(t, webhook.DownloadConfig{MaxBytes: 1000}).Get(t.Context(), mediaURL)
			if tt.early {
				require.ErrorIs(t, err, webhook.ErrMediaTooLarge)
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
			require.ErrorIs(t, err, webhook.ErrMediaTooLarge)
			_, err = got.Read(make([]byte, 1))
			require.ErrorIs(t, err, webhook.ErrMediaTooLarge, "and it stays so")
		})
	}
}

// A server that sends a byte a second is cut off when the time is up.
func TestT31TimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cert := certificate(t)
		roots := x509.NewCertPool()
		roots.AddCert(cert.Leaf)
		d, err := webhook.NewDownloader(webhook.DownloadConfig{
			Timeout:  20500 * time.Millisecond,
			Resolver: new(mediaNet),
			TLS:      &tls.Config{RootCAs: roots, Time: func() time.Time { return cert.Leaf.NotBefore.Add(time.Minute) }},
			Dial: func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				go dribble(tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert}}))
				return client, nil
			},
		})
		require.NoError(t, err)
		start := time.Now()
		got, err := d.Get(t.Context(), mediaURL)
		require.NoError(t, err)
		content, err := io.ReadAll(got)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorAs(t, err, new(*webhook.DownloadError))
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
	got, err := n.downloader(t, webhook.DownloadConfig{}).Get(ctx, mediaURL)
	require.NoError(t, err)
	cancel()
	_, err = got.Read(make([]byte, 1))
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, got.Close())
	close(release)
}

func TestT29DownloadErrorsHoldNoURL(t *testing.T) {
	n := newMediaNet(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNotFound) })
	d := n.downloader(t, webhook.DownloadConfig{})
	_, err := d.Get(t.Context(), mediaURL)
	assert.EqualError(t, err, `webhook: download: unexpected status 404 ("api.twilio.com")`)
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
	c := webhook.Credentials{Username: "AC0123456789abcdef0123456789abcdef", Password: "MARKER"}
	cfg := webhook.DownloadConfig{Credentials: c}
	d, err := webhook.NewDownloader(cfg)
	require.NoError(t, err)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "c", c)
	encoded, err := json.Marshal(c)
	require.NoError(t, err)
	for _, text := range []string{
		fmt.Sprint(c), fmt.Sprintf("%s %+v %#v", c, d, d), fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c, c), fmt.Sprintf("%v %+v %#v", cfg, cfg, &cfg), string(encoded), log.String(),
	} {
		assert.NotContains(t, text, "MARKER")
		assert.Contains(t, text, "AC0123456789abcdef0123456789abcdef")
	}
}

func TestNewDownloaderReportsEveryMistake(t *testing.T) {
	_, err := webhook.NewDownloader(webhook.DownloadConfig{
		Credentials: webhook.Credentials{Username: "AC"},
		Hosts:       []string{"API.twilio.com", "api.twilio.com:443", "https://api.twilio.com", ""},
		MaxBytes:    -1,
		Timeout:     -1,
		Types:       []string{"image/*;q=1", "png"},
	})
	require.Error(t, err)
	assert.Len(t, strings.Split(err.Error(), "\n"), 9)
	var joined interface{ Unwrap() []error }
	require.True(t, errors.As(err, &joined))
}
