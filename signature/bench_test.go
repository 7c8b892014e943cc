package signature_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	twilio "github.com/twilio/twilio-go/client"

	"github.com/ringback-go/ringback/signature"
)

const (
	benchURL   = "https://hooks.example.com/sms"
	benchToken = "4f1d8a3c5b7e90214f1d8a3c5b7e9021"
)

// smsForm is an incoming message as Twilio sends it: 22 parameters.
func smsForm(text string) string {
	return "ToCountry=US&ToState=CA&SmsMessageSid=SM0123456789abcdef0123456789abcdef&NumMedia=0&ToCity=SAN+FRANCISCO" +
		"&FromZip=94107&SmsSid=SM0123456789abcdef0123456789abcdef&FromState=CA&SmsStatus=received&FromCity=SAN+FRANCISCO" +
		"&Body=" + url.QueryEscape(text) + "&FromCountry=US&To=%2B15550100&MessagingServiceSid=MG0123456789abcdef0123456789abcdef" +
		"&ToZip=94105&NumSegments=1&MessageSid=SM0123456789abcdef0123456789abcdef&AccountSid=AC0123456789abcdef0123456789abcdef" +
		"&From=%2B15550101&ProfileName=Jane+Doe&WaId=15550101&ApiVersion=2010-04-01"
}

// callForm is a call in progress: 30 parameters.
func callForm() string {
	return "Called=%2B15550100&ToState=CA&CallerCountry=US&Direction=inbound&CallerState=CA&ToZip=94105" +
		"&CallSid=CA0123456789abcdef0123456789abcdef&To=%2B15550100&CallerZip=94107&ToCountry=US&StirVerstat=TN-Validation-Passed-A" +
		"&CallToken=%257B%2522parentCallInfoToken%2522%253A%2522eyJhbGciOiJFUzI1NiJ9%2522%257D&CalledZip=94105&ApiVersion=2010-04-01" +
		"&CalledCity=SAN+FRANCISCO&CallStatus=in-progress&From=%2B15550101&AccountSid=AC0123456789abcdef0123456789abcdef" +
		"&CalledCountry=US&CallerCity=SAN+FRANCISCO&ToCity=SAN+FRANCISCO&FromCountry=US&Caller=%2B15550101&FromCity=SAN+FRANCISCO" +
		"&CalledState=CA&FromZip=94107&FromState=CA&Digits=1&FinishedOnKey=&msg=Gather+End"
}

// posted is a request whose body can be sent repeatedly, so that a benchmark
// measures the verifier alone.
type posted struct {
	*http.Request
	body   []byte
	reader bytes.Reader
}

func post(target, contentType string, body []byte, sig string) *posted {
	r, err := http.NewRequest(http.MethodPost, "https://hooks.example.com"+target, nil)
	if err != nil {
		panic(err)
	}
	r.RequestURI = target
	r.Header["Content-Type"] = []string{contentType}
	r.Header["X-Twilio-Signature"] = []string{sig}
	return &posted{Request: r, body: body}
}

// body is a reader with a Close method and without an extra allocation.
type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

func (p *posted) again() *http.Request {
	p.reader.Reset(p.body)
	p.Request.Body = body{&p.reader}
	p.ContentLength = int64(len(p.body))
	return p.Request
}

func postForm(form string) *posted {
	values, err := url.ParseQuery(form)
	if err != nil {
		panic(err)
	}
	return post("/sms", "application/x-www-form-urlencoded; charset=utf-8", []byte(form), signature.Sign(benchToken, benchURL, values))
}

func benchVerifier(tb testing.TB) *signature.Verifier {
	v, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com", Tokens: signature.Tokens(benchToken)})
	require.NoError(tb, err)
	return v
}

func benchForms() map[string]string {
	return map[string]string{
		"sms-22":  smsForm("Hello there, what time do you open?"),
		"call-30": callForm(),
		"sms-8KB": smsForm(strings.Repeat("Hello there; 100% of it! ", 330)),
	}
}

func BenchmarkVerify(b *testing.B) {
	forms := benchForms()
	for _, name := range []string{"sms-22", "call-30", "sms-8KB"} {
		p := postForm(forms[name])
		b.Run(name+"/ringback", func(b *testing.B) {
			v := benchVerifier(b)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(p.again()); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/twilio-go", func(b *testing.B) {
			v := twilio.NewRequestValidator(benchToken)
			b.ReportAllocs()
			for b.Loop() {
				r := p.again()
				if !v.ValidateBody(benchURL, readAll(r), r.Header.Get("X-Twilio-Signature")) && !validateForm(v, p) {
					b.Fatal("refused")
				}
			}
		})
		b.Run(name+"/twilio-go-params", func(b *testing.B) {
			v := twilio.NewRequestValidator(benchToken)
			b.ReportAllocs()
			for b.Loop() {
				p.again()
				if !validateForm(v, p) {
					b.Fatal("refused")
				}
			}
		})
		b.Run(name+"/by-hand", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if !byHand(p.again()) {
					b.Fatal("refused")
				}
			}
		})
	}
}

func readAll(r *http.Request) []byte {
	data, err := io.ReadAll(r.Body)
	if err != nil {
		panic(err)
	}
	return data
}

func validateForm(v twilio.RequestValidator, p *posted) bool {
	values, err := url.ParseQuery(string(p.body))
	if err != nil {
		return false
	}
	params := make(map[string]string, len(values))
	for name := range values {
		params[name] = values.Get(name)
	}
	return v.Validate(benchURL, params, p.Header.Get("X-Twilio-Signature"))
}

// byHand is what a careful program does with the standard library alone.
func byHand(r *http.Request) bool {
	data := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, data); err != nil {
		return false
	}
	values, err := url.ParseQuery(string(data))
	if err != nil {
		return false
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(benchToken))
	message := make([]byte, 0, len(benchURL)+len(data))
	message = append(message, benchURL...)
	for _, name := range names {
		for _, value := range values[name] {
			message = append(append(message, name...), value...)
		}
	}
	mac.Write(message)
	given, err := base64.StdEncoding.DecodeString(r.Header.Get("X-Twilio-Signature"))
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

func BenchmarkVerifyJSON(b *testing.B) {
	data := []byte(`{"a":"` + strings.Repeat("x", 8<<10-8) + `"}`)
	sig, signed := signature.SignBody(benchToken, "https://hooks.example.com/events", data)
	p := post(strings.TrimPrefix(signed, "https://hooks.example.com"), "application/json", data, sig)
	b.Run("8KB/ringback", func(b *testing.B) {
		v := benchVerifier(b)
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(p.again()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("8KB/read-and-hash", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			r := p.again()
			buf := make([]byte, r.ContentLength)
			if _, err := io.ReadFull(r.Body, buf); err != nil {
				b.Fatal(err)
			}
			if sum := sha256.Sum256(buf); sum[0] == 0 && sum[1] == 0 {
				b.Fatal("unlikely")
			}
		}
	})
}

// BenchmarkGrowth shows that the cost of a parameter does not depend on the
// number of parameters.
func BenchmarkGrowth(b *testing.B) {
	for _, n := range []int{20, 200, 2000, 8000} {
		var form strings.Builder
		for i := range n {
			fmt.Fprintf(&form, "&Name%d=value", i*7919%n)
		}
		p := postForm(form.String()[1:])
		v, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com", Tokens: signature.Tokens(benchToken), MaxParams: 10000})
		require.NoError(b, err)
		b.Run(fmt.Sprintf("%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(p.again()); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/param")
		})
	}
}

func BenchmarkRefuse(b *testing.B) {
	v := benchVerifier(b)
	for name, change := range map[string]func(*posted){
		"mismatch":  func(p *posted) { p.Header.Set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=") },
		"missing":   func(p *posted) { p.Header.Del("X-Twilio-Signature") },
		"malformed": func(p *posted) { p.body = []byte("Body=%zz&" + string(p.body)) },
	} {
		p := postForm(smsForm("hi"))
		change(p)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(p.again()); err == nil {
					b.Fatal("accepted")
				}
			}
		})
	}
}

// TestAllocations checks the budget of design.md section 9: the body, the
// decoded text and the proof.
func TestAllocations(t *testing.T) {
	if underRace {
		t.Skip("pools forget under the race detector")
	}
	v := benchVerifier(t)
	for name, form := range benchForms() {
		p := postForm(form)
		got := testing.AllocsPerRun(200, func() {
			if _, err := v.Verify(p.again()); err != nil {
				t.Fatal(err)
			}
		})
		require.LessOrEqual(t, got, 5.0, name)
	}
}
