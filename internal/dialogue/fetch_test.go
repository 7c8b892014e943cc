package dialogue_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/signature"
)

func say(text string) string { return "<Say>" + text + "</Say>" }

// TestFetching shows section 1 of verb-semantics.md.
func TestFetching(t *testing.T) {
	fact(t, "POST carries a form body", func(t *testing.T) {
		var got url.Values
		s := play(t, pages{"/voice": func(r *http.Request) string {
			_ = r.ParseForm()
			got = r.PostForm
			return ""
		}})
		c := s.call()
		assert.Equal(t, c.SID(), got.Get("CallSid"))
		assert.Equal(t, "ringing", got.Get("CallStatus"))
	})
	fact(t, "GET carries the parameters in the query, after what the URL has", func(t *testing.T) {
		var got string
		s := play(t, pages{"/voice": func(r *http.Request) string { got = r.URL.RawQuery; return "" }})
		s.call(func(c *dialogue.CallSetup) { c.URL, c.Method = "/voice?shop=3", "GET" })
		assert.True(t, strings.HasPrefix(got, "shop=3&Called=%2B15550100&ToState=CA&"), got)
	})
	fact(t, "the method defaults to POST for Redirect, action and callbacks", func(t *testing.T) {
		s := play(t, pages{
			"/voice": `<Redirect>/a</Redirect>`,
			"/a":     `<Gather action="/b" numDigits="1"/>`,
			"/b":     `<Record action="/c" recordingStatusCallback="/d"/>`,
			"/c":     `<Hangup/>`, "/d": "",
		})
		c := s.call()
		c.Press("1")
		c.Talk(3*time.Second, "")
		s.wait(20)
		assert.Equal(t, []string{"POST /voice", "POST /a", "POST /b", "POST /c", "POST /d"}, s.paths())
	})
	for _, kind := range []string{"text/xml", "application/xml", "text/html; charset=utf-8"} {
		fact(t, "TwiML is read from "+kind, func(t *testing.T) {
			s := play(t, answerWith(kind, "<Response><Say>hello</Say></Response>"))
			s.call()
			assert.Equal(t, []string{"hello"}, s.said())
			assert.Empty(t, s.codes())
		})
	}
	fact(t, "text/plain that is TwiML is run", func(t *testing.T) {
		s := play(t, answerWith("text/plain", "<Response><Say>hello</Say></Response>"))
		s.call()
		assert.Equal(t, []string{"hello"}, s.said())
	})
	fact(t, "text/plain that is not is read aloud, then the call ends", func(t *testing.T) {
		s := play(t, answerWith("text/plain", "We are closed."))
		c := s.call()
		s.wait(10)
		assert.Equal(t, []string{"We are closed."}, s.said())
		assert.EqualValues(t, "completed", c.Status())
		assert.Empty(t, s.codes())
	})
	fact(t, "audio is played, then the call ends", func(t *testing.T) {
		s := play(t, answerWith("audio/mpeg", "ID3"))
		c := s.call()
		s.wait(10)
		assert.Equal(t, []string{"https://hooks.example.com/voice"}, s.texts(dialogue.EventPlayed))
		assert.EqualValues(t, "completed", c.Status())
	})
	for _, kind := range []string{"application/json", "image/png", ""} {
		fact(t, fmt.Sprintf("anything else, here %q, is error 12300", kind), func(t *testing.T) {
			s := play(t, answerWith(kind, `<Response/>`))
			s.call()
			assert.Equal(t, []int{12300}, s.codes())
		})
	}
	fact(t, "a body of 64 kB is read, a byte more is error 11750", func(t *testing.T) {
		fill := func(n int) string {
			head, tail := "<Response><!--", "--></Response>"
			return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
		}
		s := play(t, answerWith("text/xml", fill(64<<10)))
		s.call()
		assert.Empty(t, s.codes())
		s = play(t, answerWith("text/xml", fill(64<<10+1)))
		s.call()
		assert.Equal(t, []int{11750}, s.codes())
	})
	fact(t, "inline TwiML has at most 4000 characters", func(t *testing.T) {
		s := play(t, pages{})
		s.call(func(c *dialogue.CallSetup) { c.TwiML = "<Response><Say>inline</Say></Response>" })
		assert.Equal(t, []string{"inline"}, s.said())
		s = play(t, pages{})
		s.call(func(c *dialogue.CallSetup) {
			c.TwiML = "<Response><Say>" + strings.Repeat("a", 4000) + "</Say></Response>"
		})
		assert.Equal(t, []int{32018}, s.codes())
	})
	fact(t, "nothing within 15 s is error 11200", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
			real := time.Now()
			s.call()
			s.wait(20)
			assert.Equal(t, 15*time.Second, time.Since(real))
			assert.Equal(t, []int{11200}, s.codes())
			assert.Equal(t, 15.0, s.at(dialogue.EventFailed, ""))
			s.Close()
		})
	})
	fact(t, "ten HTTP redirects are followed, eleven are error 11215", func(t *testing.T) {
		for n, want := range map[int][]int{10: nil, 11: {11215}} {
			s := play(t, redirects(n))
			s.call()
			assert.Equal(t, want, s.codes(), n)
		}
	})
	fact(t, "an HTTP redirect loses the parameters of the verb", func(t *testing.T) {
		var digits, sid string
		s := play(t, pages{
			"/voice": `<Gather action="/moved" numDigits="1"/>`,
			"/moved": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/there", http.StatusFound) }),
			"/there": func(r *http.Request) string { digits, sid = r.FormValue("Digits"), r.FormValue("CallSid"); return "" },
		})
		c := s.call()
		c.Press("1")
		assert.Empty(t, digits)
		assert.Equal(t, c.SID(), sid)
		assert.Equal(t, []string{"POST /voice", "POST /moved", "GET /there"}, s.paths())
	})
	fact(t, "cookies are stored and sent again", func(t *testing.T) {
		var got []string
		s := play(t, pages{"/voice": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = append(got, r.Header.Get("Cookie"))
			http.SetCookie(w, &http.Cookie{Name: "step", Value: fmt.Sprint(len(got)), Path: "/"})
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprint(w, `<Response><Gather numDigits="1"/></Response>`)
		})})
		c := s.call()
		c.Press("1")
		c.Press("1")
		assert.Equal(t, []string{"", "step=1", "step=2"}, got)
		s.call()
		assert.Empty(t, got[3], "cookies belong to one call")
	})
	fact(t, "GET is cached and asked about by ETag, POST never", func(t *testing.T) {
		var asked []string
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Header.Get("If-None-Match"))
			if r.Header.Get("If-None-Match") == `"v1"` {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprint(w, `<Response><Say>cached</Say></Response>`)
		})
		mux := http.NewServeMux()
		mux.Handle("/voice", pages{"/voice": `<Redirect method="GET">/doc?a=1</Redirect>`})
		mux.Handle("/doc", h)
		s := play(t, mux)
		c := s.call()
		c.Update("/doc?a=1", "GET") // the same URL: the parameters are the same
		c.Update("/doc?a=1", "GET")
		assert.Equal(t, `"v1"`, asked[len(asked)-1])
		c.Update("/doc", "POST")
		assert.Empty(t, asked[len(asked)-1])
		assert.Empty(t, s.codes())
		assert.Subset(t, s.said(), []string{"cached"})
	})
	fact(t, "host names with an underscore are refused", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Redirect>https://my_host.example.com/x</Redirect>`})
		s.call()
		assert.Contains(t, s.codes(), 11100)
	})
	fact(t, "relative URLs are relative to the document, after redirects", func(t *testing.T) {
		s := play(t, pages{
			"/voice": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "/deep/er/start", http.StatusSeeOther)
			}),
			"/deep/er/start": `<Redirect>next</Redirect>`,
			"/deep/er/next":  `<Redirect>../up?x=1</Redirect>`,
			"/deep/up":       `<Say>here</Say>`,
		})
		s.call()
		assert.Equal(t, []string{"here"}, s.said())
	})
	fact(t, "an empty URL is the current document", func(t *testing.T) {
		n := 0
		s := play(t, pages{"/voice": func(*http.Request) string {
			n++
			if n == 3 {
				return say("third")
			}
			return `<Redirect></Redirect>`
		}})
		s.call()
		assert.Equal(t, []string{"third"}, s.said())
	})
	for _, verb := range []string{`<Record action="/x"/>`, `<Gather numDigits="1" action="/x"/>`, `<Pay/>`} {
		name, _, _ := strings.Cut(strings.Trim(verb, "</>"), " ")
		fact(t, "inline TwiML has no base URL: action of "+name+" must be absolute, error 11100", func(t *testing.T) {
			s := play(t, pages{})
			c := s.call(func(c *dialogue.CallSetup) { c.TwiML = "<Response>" + verb + "</Response>" })
			c.Press("1")
			c.Pay(dialogue.Payment{})
			s.wait(30)
			assert.Contains(t, s.codes(), 11100)
		})
	}
	fact(t, "classic time stamps are RFC 2822 in UTC, those of streams ISO 8601", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Connect><Stream url="wss://media.example.com/a" statusCallback="/stream"/></Connect>`, "/stream": "", "/status": ""})
		c := s.call(func(c *dialogue.CallSetup) { c.StatusCallback = "/status" })
		c.HangUp()
		assert.Equal(t, "Tue, 01 Jul 2025 10:00:00 +0000", s.only("CallStatusCallback").Params.Get("Timestamp"))
		assert.Equal(t, "2025-07-01T10:00:00.000Z", s.of("StreamStatus")[0].Params.Get("Timestamp"))
	})
	fact(t, "the answer to a callback changes nothing and is warned about", func(t *testing.T) {
		for answer, want := range map[string][]int{
			`<Response/>`:                           nil,
			`<Response><Say>hello</Say></Response>`: {15003},
			"ok":                                    {15003},
		} {
			kind := "text/xml"
			if answer == "ok" {
				kind = "text/plain"
			}
			mux := http.NewServeMux()
			mux.Handle("/voice", pages{"/voice": say("a")})
			mux.Handle("/status", answerWith(kind, answer))
			s := play(t, mux)
			s.call(func(c *dialogue.CallSetup) { c.StatusCallback = "/status" })
			s.wait(10)
			assert.Equal(t, want, s.codes(), answer)
			assert.Equal(t, []string{"a"}, s.said())
		}
	})
	fact(t, "a status callback that fails never affects the call", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Start><Stream url="wss://media.example.com/a" statusCallback="/gone"/></Start><Say>go on</Say>`})
		s.call()
		assert.Equal(t, []string{"go on"}, s.said())
		assert.Contains(t, s.codes(), 11200)
	})
}

// TestFallback shows what follows a failure.
func TestFallback(t *testing.T) {
	withFallback := func(c *dialogue.CallSetup) { c.FallbackURL = "/fallback" }
	for name, page := range map[string]any{
		"500":       http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }),
		"bad TwiML": answerWith("text/xml", "<Response><Say>"),
		"no TwiML":  answerWith("text/xml", "<Reply/>"),
	} {
		fact(t, "after "+name+" the fallback URL gets ErrorCode and ErrorUrl, and its reply is executed", func(t *testing.T) {
			s := play(t, pages{"/voice": page, "/fallback": say("sorry")})
			c := s.call(withFallback)
			s.wait(5)
			x := s.only("FallbackRequest")
			want := map[string]string{"500": "11200", "bad TwiML": "12100", "no TwiML": "12102"}[name]
			assert.Equal(t, want, x.Params.Get("ErrorCode"))
			assert.Equal(t, "https://hooks.example.com/voice", x.Params.Get("ErrorUrl"))
			assert.Equal(t, c.SID(), x.Params.Get("CallSid"))
			assert.Equal(t, []string{"sorry"}, s.said())
		})
	}
	fact(t, "the fallback applies to later fetches too, with their parameters", func(t *testing.T) {
		s := play(t, pages{"/voice": `<Gather numDigits="1" action="/broken"/>`, "/fallback": say("sorry")})
		s.call(withFallback).Press("4")
		x := s.only("FallbackRequest")
		assert.Equal(t, "4", x.Params.Get("Digits"))
		assert.Equal(t, "https://hooks.example.com/broken", x.Params.Get("ErrorUrl"))
	})
	fact(t, "without a fallback an announcement is played and the call ends", func(t *testing.T) {
		s := play(t, pages{})
		c := s.call()
		s.wait(10)
		assert.Equal(t, []string{"We are sorry, an application error has occurred. Goodbye."}, s.said())
		assert.EqualValues(t, "completed", c.Status())
	})
	fact(t, "a fallback that fails is not followed by itself", func(t *testing.T) {
		s := play(t, pages{})
		c := s.call(withFallback)
		s.wait(10)
		assert.Equal(t, []int{11200, 11200}, s.codes())
		assert.EqualValues(t, "completed", c.Status())
	})
}

// TestOverrides shows the URL fragments of webhook-mechanics.md.
func TestOverrides(t *testing.T) {
	// flaky answers with the given statuses one after the other.
	flaky := func(status ...int) (http.Handler, *[]*http.Request) {
		var seen []*http.Request
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen = append(seen, r)
			n := status[min(len(seen), len(status))-1]
			if n != 200 {
				w.WriteHeader(n)
				return
			}
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprint(w, "<Response/>")
		}), &seen
	}
	at := func(u string) func(*dialogue.CallSetup) { return func(c *dialogue.CallSetup) { c.URL = u } }
	fact(t, "by default a 5xx is not tried again", func(t *testing.T) {
		h, seen := flaky(500, 200)
		play(t, h).call()
		assert.Len(t, *seen, 1)
	})
	fact(t, "rp=5xx tries a 5xx again, with the same idempotency token", func(t *testing.T) {
		h, seen := flaky(500, 502, 200)
		s := play(t, h)
		s.call(at("/voice#rc=2&rp=5xx"))
		require.Len(t, *seen, 3)
		assert.Empty(t, s.codes())
		for _, r := range *seen {
			assert.Equal(t, (*seen)[0].Header.Get("I-Twilio-Idempotency-Token"), r.Header.Get("I-Twilio-Idempotency-Token"))
		}
		assert.Equal(t, 3, s.of("IncomingCall")[2].Attempt)
	})
	fact(t, "rc bounds the tries, and rc=0 forbids any", func(t *testing.T) {
		h, seen := flaky(500)
		play(t, h).call(at("/voice#rc=1&rp=all"))
		assert.Len(t, *seen, 2)
		h, seen = flaky(500)
		play(t, h).call(at("/voice#rc=0&rp=all"))
		assert.Len(t, *seen, 1)
	})
	fact(t, "rp=4xx does not cover a 5xx", func(t *testing.T) {
		h, seen := flaky(500, 200)
		play(t, h).call(at("/voice#rc=3&rp=4xx"))
		assert.Len(t, *seen, 1)
	})
	fact(t, "a failed connect is tried once more by default", func(t *testing.T) {
		tries := 0
		s := play(t, nil, func(c *dialogue.Config) {
			c.Transport = transport(func(*http.Request) (*http.Response, error) {
				tries++
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("refused")}
			})
		})
		s.call()
		assert.Equal(t, 2, tries)
		assert.Equal(t, []int{11205}, s.codes())
	})
	fact(t, "the fragment is neither sent nor signed", func(t *testing.T) {
		h, seen := flaky(200)
		s := play(t, h)
		s.call(at("/voice?a=1#rc=2"))
		r := (*seen)[0]
		assert.Equal(t, "/voice?a=1", r.RequestURI)
		x := s.only("IncomingCall")
		assert.Equal(t, signature.Sign("12345", "https://hooks.example.com/voice?a=1", x.Params.Values()), r.Header.Get("X-Twilio-Signature"))
	})
	fact(t, "rt bounds one try and tt all of them", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := play(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
			s.call(at("/voice#rt=2000&rp=rt&rc=5&tt=5000"))
			s.wait(10)
			assert.Equal(t, 5.0, s.at(dialogue.EventFailed, ""))
			assert.Equal(t, []int{11203}, s.codes())
			assert.Len(t, s.of("IncomingCall"), 3)
			s.Close()
		})
	})
	for fragment, code := range map[string]int{
		"ct=5": 11203, "tt=99999": 11203, "rc=9": 11243, "rp=6xx": 11243, "e=": 11240, "e=moon": 11241,
	} {
		fact(t, "a bad override fails: #"+fragment, func(t *testing.T) {
			h, seen := flaky(200)
			s := play(t, h)
			s.call(at("/voice#" + fragment))
			assert.Equal(t, []int{code}, s.codes())
			assert.Empty(t, *seen)
		})
	}
}

func TestHeaders(t *testing.T) {
	var first *http.Request
	s := play(t, pages{"/voice": func(r *http.Request) string { first = r; return "" }})
	s.call()
	fact(t, "User-Agent is TwilioProxy/1.1", func(t *testing.T) {
		assert.Equal(t, "TwilioProxy/1.1", first.Header.Get("User-Agent"))
	})
	fact(t, "Accept is */*", func(t *testing.T) { assert.Equal(t, "*/*", first.Header.Get("Accept")) })
	fact(t, "I-Twilio-Idempotency-Token is a UUID", func(t *testing.T) {
		assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, first.Header.Get("I-Twilio-Idempotency-Token"))
	})
	fact(t, "the content type is a form's, with its charset", func(t *testing.T) {
		assert.Equal(t, "application/x-www-form-urlencoded; charset=UTF-8", first.Header.Get("Content-Type"))
	})
	fact(t, "no cookie on a first call", func(t *testing.T) { assert.Empty(t, first.Header.Get("Cookie")) })
	fact(t, "credentials in the URL are sent as HTTP authentication", func(t *testing.T) {
		s.call(func(c *dialogue.CallSetup) { c.URL = "https://user:secret@hooks.example.com/voice" })
		user, password, ok := first.BasicAuth()
		assert.True(t, ok)
		assert.Equal(t, "user secret", user+" "+password)
	})
}

// TestStandardParameters shows section 5: the captured order.
func TestStandardParameters(t *testing.T) {
	names := func(x *dialogue.Exchange) (out []string) {
		for _, p := range x.Params {
			out = append(out, p.Name)
		}
		return out
	}
	s := play(t, pages{"/voice": `<Gather numDigits="1"/>`})
	s.call().Press("1")
	fact(t, "an incoming call sends the captured parameters in the captured order", func(t *testing.T) {
		assert.Equal(t, strings.Fields(`Called ToState CallerCountry Direction CallerState ToZip CallSid To CallerZip
			ToCountry StirVerstat CallToken CalledZip ApiVersion CalledCity CallStatus From AccountSid CalledCountry CallerCity ToCity
			FromCountry Caller FromCity CalledState FromZip FromState`), names(s.of("IncomingCall")[0]))
	})
	fact(t, "verb parameters stand in the middle and replace none", func(t *testing.T) {
		got := names(s.of("GatherAction")[0])
		assert.Equal(t, []string{"CallStatus", "msg", "Digits", "FinishedOnKey", "From"}, got[15:20])
		assert.Len(t, got, 30)
	})
	fact(t, "unknown geography is sent as empty text", func(t *testing.T) {
		s := play(t, pages{"/voice": ""})
		s.call(func(c *dialogue.CallSetup) { c.From.Address = "+4915550101" })
		x := s.only("IncomingCall")
		assert.True(t, x.Params.Has("FromCity"))
		assert.Empty(t, x.Params.Get("FromCity"))
	})
	fact(t, "client and sip parties have no geography", func(t *testing.T) {
		s := play(t, pages{"/voice": ""})
		s.call(func(c *dialogue.CallSetup) {
			c.From.Address, c.ApplicationSID = "client:ada", "AP00000000000000000000000000000001"
			c.Params = dialogue.Params{{Name: "room", Value: "blue"}}
		})
		x := s.only("ClientCallRequest")
		assert.Equal(t, "Called Direction CallSid To ApiVersion CallStatus From AccountSid ApplicationSid Caller room", strings.Join(names(x), " "))
	})
}

// TestConnectionErrors shows which number each sort of failure has.
func TestConnectionErrors(t *testing.T) {
	for _, row := range []struct {
		name string
		err  error
		code int
	}{
		{"connection refused", &net.OpError{Op: "dial", Err: errors.New("refused")}, 11205},
		{"unknown host", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, 11210},
		{"connection closed", io.EOF, 11200},
		{"not HTTP", errors.New(`net/http: HTTP/1.x transport connection broken: malformed HTTP response "x"`), 11206},
		{"other host's certificate", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "a"}, 11235},
		{"expired certificate", x509.CertificateInvalidError{Reason: x509.Expired}, 11236},
		{"unknown authority", x509.UnknownAuthorityError{}, 11237},
		{"no TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, 11220},
	} {
		fact(t, fmt.Sprintf("%s is error %d", row.name, row.code), func(t *testing.T) {
			s := play(t, nil, func(c *dialogue.Config) {
				c.Transport = transport(func(*http.Request) (*http.Response, error) { return nil, row.err })
			})
			s.call()
			assert.Equal(t, []int{row.code}, s.codes())
		})
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answerWith(contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = nil
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		_, _ = io.WriteString(w, body)
	}
}

// redirects is a chain of n HTTP redirects from /voice.
func redirects(n int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		at := 0
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &at)
		if at == n {
			w.Header().Set("Content-Type", "text/xml")
			fmt.Fprint(w, "<Response/>")
			return
		}
		http.Redirect(w, r, fmt.Sprintf("/%d", at+1), http.StatusFound)
	})
}
