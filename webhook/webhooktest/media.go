package webhooktest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/ringback-go/ringback/webhook"
)

// MediaHost is a server that replaces Twilio's media storage: the files of
// messages and the recordings of calls. Set its URL as the BaseURL of a
// downloader of package media.
//
//	host := webhooktest.NewMediaHost(t)
//	downloads, err := media.New(media.Config{BaseURL: host.URL})
//	...
//	twilio.MMS("/sms", "look", host.Media("image/png", picture))
//
// It is safe for concurrent use.
type MediaHost struct {
	// URL is the address of the server, on this machine.
	URL string

	mu    sync.Mutex
	files map[string]mediaFile
	gets  []string
}

type mediaFile struct {
	contentType string
	data        []byte
}

// NewMediaHost starts a server that is closed at the end of the test. It
// answers 404 for anything that was not stored.
func NewMediaHost(tb testing.TB) *MediaHost {
	tb.Helper()
	h := &MediaHost{files: map[string]mediaFile{}}
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	h.URL = server.URL
	return h
}

// Media stores a file and returns it in the form that messages use.
func (h *MediaHost) Media(contentType string, data []byte) webhook.Media {
	sum := sha256.Sum256(data)
	message, file := sha256.Sum256([]byte("message")), hex.EncodeToString(sum[:16])
	path := "/2010-04-01/Accounts/" + string(AccountSID) + "/Messages/MM" + hex.EncodeToString(message[:16]) + "/Media/ME" + file
	h.store(path, contentType, data)
	return webhook.Media{URL: twilioAPI + path, ContentType: contentType}
}

// Recording stores the sound at the URL of a recording, such as the
// RecordingURL of an event, with and without the extension of its type.
func (h *MediaHost) Recording(url, contentType string, data []byte) {
	path := url
	if len(url) > len(twilioAPI) && url[:len(twilioAPI)] == twilioAPI {
		path = url[len(twilioAPI):]
	}
	h.store(path, contentType, data)
	switch contentType {
	case "audio/mpeg":
		h.store(path+".mp3", contentType, data)
	case "audio/wav", "audio/x-wav":
		h.store(path+".wav", contentType, data)
	}
}

const twilioAPI = "https://api.twilio.com"

func (h *MediaHost) store(path, contentType string, data []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files[path] = mediaFile{contentType, append([]byte(nil), data...)}
}

// Requests returns the paths that were requested, oldest first.
func (h *MediaHost) Requests() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]string(nil), h.gets...)
}

// ServeHTTP answers with a file.
func (h *MediaHost) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	file, ok := h.files[r.URL.Path]
	h.gets = append(h.gets, r.URL.Path)
	h.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", file.contentType)
	_, _ = w.Write(file.data)
}
