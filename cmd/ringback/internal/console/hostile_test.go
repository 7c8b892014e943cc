package console_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/internal/spec"
)

// TestHostileRequests sends the console's share of the shared hostile requests.
func TestHostileRequests(t *testing.T) {
	t.Parallel()
	var file struct {
		Format, About   string
		Config, Reading any
		Count           int
		Cases           []struct {
			Name       string         `json:"name"`
			Category   string         `json:"category"`
			Target     string         `json:"target"`
			Method     string         `json:"method"`
			URL        string         `json:"url"`
			Headers    map[string]any `json:"headers"`
			BodyBase64 string         `json:"body_base64"`
			Why        string         `json:"why"`
			Expected   map[string]any `json:"expected"`
		}
	}
	data, err := spec.Bytes("vectors/hostile-requests.json")
	require.NoError(t, err)
	require.NoError(t, decode(data, &file))
	d := open(t, nil)
	require.Equal(t, 200, d.do("POST", "/api/messages", `{"person":"+15550101","body":"hello"}`, nil))
	d.until("a capture", func() bool { return len(d.exchanges("")) > 0 })
	places := strings.NewReplacer("{{list}}", "/api/exchanges", "{{capture}}", "/api/exchanges/1", "{{replay}}", "/api/exchanges/1/replay",
		"{{clear}}", "/api/exchanges/clear", "{{stream}}", "/api/events", "{{static}}", "/assets", "{{ingest}}", "")
	run := 0
	for _, c := range file.Cases {
		if c.Target != "console" {
			continue
		}
		run++
		t.Run(c.Name, func(t *testing.T) {
			body, err := base64.StdEncoding.DecodeString(c.BodyBase64)
			require.NoError(t, err)
			r := httptest.NewRequest(c.Method, "/", strings.NewReader(string(body)))
			target := places.Replace(c.URL)
			u, err := r.URL.Parse(target)
			require.NoError(t, err)
			r.URL, r.RequestURI = u, target
			r.Host = ours
			for name, value := range c.Headers {
				if name == "Host" {
					r.Host = fmt.Sprint(value)
					continue
				}
				r.Header.Set(name, fmt.Sprint(value))
			}
			w := httptest.NewRecorder()
			var h http.Handler = d.server
			if strings.HasPrefix(c.URL, "{{ingest}}") {
				h = d.stage.Tunnel()
			}
			before := len(d.exchanges("?source=replay"))
			h.ServeHTTP(w, r)
			class := fmt.Sprintf("%dxx", w.Code/100)
			assert.Contains(t, fmt.Sprint(c.Expected["status_class"]), class, "%s: %s", c.Why, w.Body)
			if codes, ok := c.Expected["status"].([]any); ok {
				assert.Contains(t, fmt.Sprint(codes), fmt.Sprint(w.Code))
			}
			assert.Len(t, d.exchanges("?source=replay"), before, "nothing is replayed")
			assert.NotContains(t, w.Body.String(), "root:")
		})
		if c.Name == "console-rebound-host" {
			// With the token as well as without.
			r := httptest.NewRequest(c.Method, "/api/exchanges", nil)
			r.Host = fmt.Sprint(c.Headers["Host"])
			r.Header.Set(guard.TokenHeader, session)
			w := httptest.NewRecorder()
			d.server.ServeHTTP(w, r)
			assert.Equal(t, http.StatusMisdirectedRequest, w.Code)
		}
	}
	t.Logf("%d hostile requests of the console", run)
	require.Equal(t, 6, run)
}

// decode reads data into v; the vectors have members that only other targets need.
func decode(data []byte, v any) error { return json.Unmarshal(data, v) }
