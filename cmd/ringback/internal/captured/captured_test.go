package captured_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/captured"
)

func body(t *testing.T, r *http.Request) string {
	t.Helper()
	data, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(data)
}

const plain = "POST /sms?a=%2F HTTP/1.1\nHost: hooks.example.com\nContent-Type: application/x-www-form-urlencoded\nContent-Length: 3\n\nBody=hi&To=%2B15550100\n"

// TestText reads what an editor has left of a request: other line ends, another
// length, a line end at the end.
func TestText(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"LF": plain, "CRLF": strings.ReplaceAll(plain, "\n", "\r\n"), "a byte order mark": "\xef\xbb\xbf" + plain,
	} {
		r, err := captured.Parse([]byte(text), 0)
		require.NoError(t, err, name)
		assert.Equal(t, "hooks.example.com", r.Host, name)
		assert.Equal(t, "/sms?a=%2F", r.RequestURI, name)
		assert.Equal(t, "Body=hi&To=%2B15550100", body(t, r), name)
	}
	r, err := captured.Parse([]byte("GET /voice HTTP/1.1\nHost: hooks.example.com\n"), 0)
	require.NoError(t, err)
	assert.Empty(t, body(t, r))
	for _, bad := range []string{"", "hello", "{", strings.Repeat("a", captured.Limit+1)} {
		_, err := captured.Parse([]byte(bad), 0)
		assert.ErrorIs(t, err, captured.ErrFormat)
	}
}

const archive = `{"log":{"entries":[
{"request":{"method":"GET","url":"https://www.example.com/","headers":[]}},
{"request":{"method":"POST","url":"https://hooks.example.com/sms?x=%2f#end","headers":[{"name":":authority","value":"x"},{"name":"x-twilio-signature","value":"c2ln"}],
 "postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"Body","value":"a b"},{"name":"To","value":"+15550100"}]}}},
{"request":{"method":"POST","url":"https://hooks.example.com?q=1","headers":[{"name":"Host","value":"other.example.com"}],
 "postData":{"mimeType":"text/plain","text":"aGVsbG8=","encoding":"base64"}}},
{"request":{"method":"POST","url":"https://hooks.example.com/","headers":[],"postData":{"mimeType":"a/b","text":"?","encoding":"base64"}}},
{"request":{"method":"GET","url":"/relative","headers":[]}}]}}`

func TestHAR(t *testing.T) {
	t.Parallel()
	r, err := captured.Parse([]byte(archive), 0)
	require.NoError(t, err)
	assert.Equal(t, "c2ln", r.Header.Get("X-Twilio-Signature"), "the first that is signed")
	assert.Equal(t, "/sms?x=%2f", r.RequestURI, "as text, without the fragment")
	assert.Equal(t, "Body=a+b&To=%2B15550100", body(t, r))
	assert.NotContains(t, r.Header, ":authority")

	r, err = captured.Parse([]byte(archive), 3)
	require.NoError(t, err)
	assert.Equal(t, "/?q=1", r.RequestURI)
	assert.Equal(t, "other.example.com", r.Host)
	assert.Equal(t, "hello", body(t, r))

	for entry, want := range map[int]error{4: captured.ErrFormat, 5: captured.ErrFormat, 6: captured.ErrNoEntry, -1: captured.ErrNoEntry} {
		_, err := captured.Parse([]byte(archive), entry)
		assert.ErrorIs(t, err, want, entry)
	}
	_, err = captured.Parse([]byte(`{"log":{}}`), 0)
	require.ErrorIs(t, err, captured.ErrNoEntry)
}

func TestNumber(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "captures.db")
	_, err := captured.Number(t.Context(), path, 1)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.NoFileExists(t, path)

	store, _, err := capture.Open(t.Context(), path, capture.Limits{})
	require.NoError(t, err)
	defer store.Close()
	kept, err := store.Add(t.Context(), capture.Exchange{Request: capture.Request{
		Method: "POST", URL: "http://127.0.0.1:8080/sms?x=%2f", Header: http.Header{"Host": {"hooks.example.com"}}, Body: []byte("Body=hi"),
	}})
	require.NoError(t, err)
	r, err := captured.Number(t.Context(), path, kept.ID)
	require.NoError(t, err)
	assert.Equal(t, "hooks.example.com", r.Host)
	assert.Equal(t, "/sms?x=%2f", r.RequestURI)
	assert.Equal(t, "Body=hi", body(t, r))
	_, err = captured.Number(t.Context(), path, kept.ID+1)
	require.ErrorIs(t, err, capture.ErrNotFound)
}
