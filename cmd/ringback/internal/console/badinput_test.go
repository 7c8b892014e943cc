package console_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// wrong is a program that answers texts and calls in a way that is wrong.
func wrong(way string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/status" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		answerWrong(w, r, way)
	})
}

func answerWrong(w http.ResponseWriter, r *http.Request, way string) {
	switch way {
	case "html":
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!doctype html><html><body><h1>It works!</h1></body></html>")
	case "redirects":
		http.Redirect(w, r, r.URL.RequestURI(), http.StatusTemporaryRedirect)
	case "documents":
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<Response><Redirect>%s</Redirect></Response>", r.URL.RequestURI())
	case "megabyte":
		w.Header().Set("Content-Type", "text/xml")
		fmt.Fprintf(w, "<Response><Say>%s</Say></Response>", strings.Repeat("a", 1<<20))
	case "broken":
		w.Header().Set("Content-Type", "text/xml")
		io.WriteString(w, "<Response><Say>Hello</Response>")
	case "dies":
		panic(http.ErrAbortHandler)
	}
}

// TestBadAnswers calls and texts a program that answers wrong: the call ends,
// the page says why with Twilio's number, and the exchange is kept with what
// came of it.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		code int
		says string
		body string // stands in the answer that was kept
	}{
		{"html", 12100, "a page of HTML, not TwiML", "It works!"},
		{"redirects", 11215, "redirected more than 10 times", ""},
		{"documents", 14106, "fetched more than 1000 documents", "<Redirect>"},
		{"megabyte", 11750, "larger than 65536 bytes", "<Say>aaaa"},
		{"broken", 12100, "closed by", "<Say>Hello</Response>"},
		{"dies", 11200, "closed the connection", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := open(t, wrong(c.name))
			var call stage.Call
			require.Equal(t, 200, d.do("POST", "/api/calls", `{"person":"+15550101"}`, &call))
			d.until("the end", func() bool { return d.do("GET", "/api/calls/"+call.SID, "", &call) == 200 && call.Ended })
			assert.Equal(t, c.code, call.Code)
			assert.Contains(t, call.Reason, c.says)
			d.until("the last line", func() bool {
				d.do("GET", "/api/calls/"+call.SID, "", &call)
				return slices.ContainsFunc(call.Lines, func(l stage.Line) bool { return l.Kind == "end" })
			})

			list := d.exchanges("?limit=500&kind=IncomingCall")
			if c.name == "documents" {
				list = d.exchanges("?limit=500&kind=TwiMLRedirectRequest")
			}
			require.NotEmpty(t, list)
			var detail struct {
				Exchange struct {
					Error string
					Code  int
				}
				Response struct{ Body string }
				Next     string
			}
			require.Equal(t, 200, d.do("GET", fmt.Sprintf("/api/exchanges/%d", list[0].ID), "", &detail))
			assert.Contains(t, detail.Response.Body, c.body)
			assert.NotEmpty(t, detail.Next)
			if c.name != "documents" { // each of which is good by itself
				assert.Equal(t, c.code, detail.Exchange.Code)
				assert.Contains(t, detail.Exchange.Error, c.says)
			}

			require.Equal(t, 200, d.do("POST", "/api/messages", `{"person":"+15550101","body":"hi"}`, nil))
			var thread struct{ Messages []stage.Message }
			d.until("the status of the text", func() bool {
				d.do("GET", "/api/conversations/%2B15550101", "", &thread)
				return thread.Messages[0].Status != "sent"
			})
			assert.NotZero(t, thread.Messages[0].ErrorCode)
			assert.Contains(t, thread.Messages[0].Status, "no reply: ")
			assert.NotZero(t, thread.Messages[0].Exchange)
		})
	}
}
