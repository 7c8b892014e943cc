package main

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/examples/internal/exampletest"
	"github.com/ringback-go/ringback/webhook"
	"github.com/ringback-go/ringback/webhook/media"
	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// newEcho makes an echo whose media are on a test server.
func newEcho(t *testing.T) http.Handler {
	t.Helper()
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != string(webhooktest.AccountSID) || password != webhooktest.AuthToken || r.URL.Path != "/ME1" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		w.Write([]byte("picture"))
	}))
	t.Cleanup(store.Close)
	downloader, err := media.New(media.Config{
		Credentials: media.Credentials{Username: string(webhooktest.AccountSID), Password: webhooktest.AuthToken},
		BaseURL:     store.URL, // replaces Twilio's hosts
	})
	require.NoError(t, err)
	return (&echo{base: webhooktest.BaseURL, downloader: downloader}).routes(exampletest.Verifier(t))
}

func get(h http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestSendsPicturesBack(t *testing.T) {
	h := newEcho(t)
	text := webhooktest.New(t, h, nil).As("whatsapp:+15550101").MMS("/whatsapp", "",
		webhook.Media{URL: "https://api.twilio.com/ME1", ContentType: "image/png"},
		webhook.Media{URL: "https://169.254.169.254/ME1", ContentType: "image/png"})
	paths := regexp.MustCompile(`<Media>`+webhooktest.BaseURL+`(/media/\w+)</Media>`).FindAllStringSubmatch(string(text.Body), -1)
	require.Len(t, paths, 2, string(text.Body))

	w := get(h, paths[0][1])
	assert.Equal(t, http.StatusOK, w.Code)
	assert.Equal(t, "picture", w.Body.String())
	assert.Equal(t, "image/png", w.Header().Get("Content-Type"))
	assert.Equal(t, http.StatusNotFound, get(h, paths[1][1]).Code, "not one of Twilio's")
	assert.Equal(t, http.StatusNotFound, get(h, "/media/guess").Code)
}

func TestAsksForAPicture(t *testing.T) {
	webhooktest.New(t, newEcho(t), nil).WhatsApp("/whatsapp", "hello").RepliesExactly("Send me a picture.")
}

func TestSettings(t *testing.T) {
	env := map[string]string{
		"BASE_URL": webhooktest.BaseURL, "TWILIO_ACCOUNT_SID": string(webhooktest.AccountSID), "TWILIO_AUTH_TOKEN": webhooktest.AuthToken,
	}
	getenv := func(name string) string { return env[name] }
	h, err := build(getenv)
	require.NoError(t, err)
	webhooktest.New(t, h, nil).WhatsApp("/whatsapp", "hello").Replies("Send me a picture.")
	for name := range env {
		good := env[name]
		env[name] = ""
		_, err := build(getenv)
		assert.Error(t, err, name)
		env[name] = good
	}
}
