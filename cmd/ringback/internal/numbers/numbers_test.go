package numbers_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/numbers"
)

const account = "AC0123456789abcdef0123456789abcdef"

// api is a server that speaks IncomingPhoneNumbers, or fails with a status.
type api struct {
	status  int
	changed url.Values
	user    string
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.user, _, _ = r.BasicAuth()
	w.Header().Set("Content-Type", "application/json")
	if a.status != 0 {
		w.WriteHeader(a.status)
		json.NewEncoder(w).Encode(map[string]any{"code": 20003, "message": "no", "status": a.status})
		return
	}
	number := map[string]string{"sid": "PN0123456789abcdef0123456789abcdef", "phone_number": "+15550100", "sms_url": "https://old.example.com/sms", "sms_method": "GET", "trunk_sid": "TK1"}
	if r.Method == http.MethodPost {
		if err := r.ParseForm(); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		a.changed = r.PostForm
		number["sms_url"], number["sms_method"] = r.PostForm.Get("SmsUrl"), r.PostForm.Get("SmsMethod")
		json.NewEncoder(w).Encode(number)
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"incoming_phone_numbers": []any{number}})
}

func open(t *testing.T, a *api, cfg numbers.Config) *numbers.Numbers {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	cfg.AccountSID, cfg.API = account, server.URL
	n, err := numbers.New(cfg)
	require.NoError(t, err)
	return n
}

func TestFindAndSet(t *testing.T) {
	t.Parallel()
	a := new(api)
	n := open(t, a, numbers.Config{Token: "token"})
	found, err := n.Find(t.Context(), "+15550100")
	require.NoError(t, err)
	assert.Equal(t, account, a.user)
	assert.Equal(t, "https://old.example.com/sms", found.Webhooks.SMS)
	assert.Equal(t, "GET", found.Methods.SMS)
	assert.Equal(t, "TK1", found.Trunk)
	_, err = n.Find(t.Context(), "+15550199")
	require.ErrorIs(t, err, numbers.ErrNotFound, "near is not the same")

	got, err := n.Set(t.Context(), found.SID, numbers.Webhooks{SMS: "https://new.example.com/sms"})
	require.NoError(t, err)
	assert.Equal(t, url.Values{"SmsUrl": {"https://new.example.com/sms"}, "SmsMethod": {"POST"}}, a.changed, "what is empty is not touched")
	assert.Equal(t, "https://new.example.com/sms", got.Webhooks.SMS)
	_, err = n.Set(t.Context(), found.SID, numbers.Webhooks{"a", "b", "c", "d", "e"})
	require.NoError(t, err)
	for _, name := range []string{"SmsUrl", "SmsFallbackUrl", "VoiceUrl", "VoiceFallbackUrl", "StatusCallback"} {
		assert.NotEmpty(t, a.changed.Get(name), name)
	}
	for _, name := range []string{"SmsMethod", "SmsFallbackMethod", "VoiceMethod", "VoiceFallbackMethod", "StatusCallbackMethod"} {
		assert.Equal(t, "POST", a.changed.Get(name), name)
	}
}

func TestAPIKey(t *testing.T) {
	t.Parallel()
	a := new(api)
	n := open(t, a, numbers.Config{Key: "SK0123456789abcdef0123456789abcdef", Secret: "secret"})
	_, err := n.Find(t.Context(), "+15550100")
	require.NoError(t, err)
	assert.Equal(t, "SK0123456789abcdef0123456789abcdef", a.user)
}

// TestErrorsSayWhatToDo and never the token.
func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for status, says := range map[int]string{401: "TWILIO_AUTH_TOKEN", 429: "in a moment", 500: "status 500"} {
		n := open(t, &api{status: status}, numbers.Config{Token: "asecrettoken"})
		_, err := n.Find(t.Context(), "+15550100")
		require.ErrorContains(t, err, says)
		assert.NotContains(t, err.Error(), "asecrettoken")
		_, err = n.Set(t.Context(), "PN0", numbers.Webhooks{SMS: "https://new.example.com/sms"})
		require.ErrorContains(t, err, says)
	}
	for _, bad := range []string{"ftp://example.com", "example.com", "http://"} {
		_, err := numbers.New(numbers.Config{AccountSID: account, API: bad})
		require.Error(t, err, bad)
	}
}
