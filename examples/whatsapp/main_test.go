package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

const (
	testBase  = "https://hooks.example.com"
	testToken = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
	account   = "AC0123456789abcdef0123456789abcdef"
	sid       = "MM0123456789abcdef0123456789abcdef"
)

// publicly says that every host has a public address.
type publicly struct{}

func (publicly) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("8.8.8.8")}, nil
}

// newEcho makes an echo whose media lie on a server of the test. Its certificate
// is for example.com, so this stands for Twilio's host.
func newEcho(t *testing.T) http.Handler {
	t.Helper()
	store := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != account || password != testToken || r.URL.Path != "/ME1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		w.Write([]byte("picture"))
	}))
	t.Cleanup(store.Close)
	roots := x509.NewCertPool()
	roots.AddCert(store.Certificate())
	downloader, err := webhook.NewDownloader(webhook.DownloadConfig{
		Credentials: webhook.Credentials{Username: account, Password: testToken},
		Hosts:       []string{"example.com"},
		Resolver:    publicly{},
		TLS:         &tls.Config{RootCAs: roots},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, store.Listener.Addr().String())
		},
	})
	require.NoError(t, err)
	verifier, err := signature.New(signature.Config{BaseURL: testBase, Tokens: signature.Tokens(testToken)})
	require.NoError(t, err)
	return (&echo{base: testBase, downloader: downloader}).routes(verifier)
}

func send(h http.Handler, media ...webhook.Media) string {
	params := webhook.Encode(webhook.IncomingMessage{
		MessageSID: sid, SMSSID: sid, SMSMessageSID: sid, AccountSID: account, From: "whatsapp:+15550101", To: "whatsapp:+15550100",
		NumMedia: len(media), Media: media, NumSegments: 1, SMSStatus: webhook.MessageStatusReceived, APIVersion: "2010-04-01",
	})
	r := httptest.NewRequest(http.MethodPost, "/whatsapp", strings.NewReader(params.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(testToken, testBase+"/whatsapp", params))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Body.String()
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestSendsPicturesBack(t *testing.T) {
	h := newEcho(t)
	doc := send(h,
		webhook.Media{URL: "https://example.com/ME1", ContentType: "image/png"},
		webhook.Media{URL: "https://169.254.169.254/ME1", ContentType: "image/png"})
	paths := regexp.MustCompile(`<Media>https://hooks\.example\.com(/media/\w+)</Media>`).FindAllStringSubmatch(doc, -1)
	require.Len(t, paths, 2, doc)

	w := get(h, paths[0][1])
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "picture", w.Body.String())
	assert.Equal(t, "image/png", w.Header().Get("Content-Type"))
	assert.Equal(t, http.StatusNotFound, get(h, paths[1][1]).Code, "not one of Twilio's")
	assert.Equal(t, http.StatusNotFound, get(h, "/media/guess").Code)
}

func TestAsksForAPicture(t *testing.T) {
	assert.Contains(t, send(newEcho(t)), "<Message>Send me a picture.</Message>")
}
