package signature_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

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
