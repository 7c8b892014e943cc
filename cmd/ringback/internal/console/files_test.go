package console_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// TestT34FilesOfTheProgram serves what a program plays as a file that a browser does
// not open, to whoever has the token.
func TestT34FilesOfTheProgram(t *testing.T) {
	t.Parallel()
	d := open(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a.wav" {
			w.Header().Set("Content-Type", "audio/wav")
			w.Write([]byte("RIFF"))
			return
		}
		w.Header().Set("Content-Type", "text/xml")
		w.Write([]byte(`<Response><Play>/a.wav</Play><Record timeout="1"/></Response>`))
	}))
	get := func(path, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		r.Host = ours
		r.Header.Set(guard.TokenHeader, token)
		w := httptest.NewRecorder()
		d.server.ServeHTTP(w, r)
		return w
	}
	var call stage.Call
	require.Equal(t, 200, d.do("POST", "/api/calls", `{"person":"+15550101"}`, &call))
	path := "/api/calls/" + call.SID
	line := func(has func(stage.Line) bool) (found stage.Line) {
		d.until("the line", func() bool {
			require.Equal(t, 200, d.do("GET", path, "", &call))
			for _, l := range call.Lines {
				if has(l) {
					found = l
					return true
				}
			}
			return false
		})
		return found
	}
	sound := line(func(l stage.Line) bool { return l.Sound })
	file := path + "/play/" + strconv.Itoa(sound.N)
	w := get(file, session)
	assert.Equal(t, "200 audio/wav attachment nosniff RIFF", strconv.Itoa(w.Code)+" "+w.Header().Get("Content-Type")+" "+
		w.Header().Get("Content-Disposition")+" "+w.Header().Get("X-Content-Type-Options")+" "+w.Body.String())
	assert.Equal(t, 401, get(file, "wrong").Code)
	for _, wrong := range []string{path + "/play/0", path + "/play/x", "/api/calls/CA1/play/1", "/api/messages/MM1/media/0", "/api/recordings/RE1"} {
		assert.Equal(t, 404, get(wrong, session).Code, wrong)
	}

	d.until("the beep", func() bool { return d.do("POST", path+"/act", `{"do":"records 2s"}`, nil) == 200 })
	require.Equal(t, 200, d.do("POST", path+"/act", `{"do":"skips"}`, nil))
	made := line(func(l stage.Line) bool { return l.Recorded != "" })
	w = get("/api/recordings/"+made.Recorded, session)
	assert.Equal(t, "200 audio/x-wav", strconv.Itoa(w.Code)+" "+w.Header().Get("Content-Type"))
	assert.Equal(t, "RIFF", w.Body.String()[:4])
}
