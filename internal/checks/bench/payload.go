package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
)

// What every contender is given: one account, one address, bodies of the sizes
// that Twilio sends.
const (
	token     = "0123456789abcdef0123456789abcdef"
	wrong     = "fedcba9876543210fedcba9876543210"
	base      = "https://hooks.example.com"
	path      = "/hooks"
	formType  = "application/x-www-form-urlencoded; charset=UTF-8"
	jsonType  = "application/json"
	sigHeader = "X-Twilio-Signature"
)

// smsForm is an incoming message of 22 parameters whose text is body.
func smsForm(body string) url.Values {
	return form(
		"ToCountry", "US", "ToState", "CA", "SmsMessageSid", "SM5f3c1e8a9b7d6f5e4a3b2c1d0e9f8a7b", "NumMedia", "0",
		"ToCity", "SAN FRANCISCO", "FromZip", "60601", "SmsSid", "SM5f3c1e8a9b7d6f5e4a3b2c1d0e9f8a7b",
		"FromState", "IL", "SmsStatus", "received", "FromCity", "CHICAGO", "Body", body, "FromCountry", "US",
		"To", "+15550100", "ToZip", "94105", "NumSegments", "1", "MessageSid", "SM5f3c1e8a9b7d6f5e4a3b2c1d0e9f8a7b",
		"AccountSid", "AC0123456789abcdef0123456789abcdef", "From", "+15550101", "ApiVersion", "2010-04-01",
		"MessagingServiceSid", "MG0123456789abcdef0123456789abcdef", "OptOutType", "HELP", "AddOns", `{"status":"successful","results":{}}`,
	)
}

// callForm is the report of an ended call, of 30 parameters, from city.
func callForm(city string) url.Values {
	return form(
		"Called", "+15550100", "ToState", "CA", "CallerCountry", "US", "Direction", "inbound", "Timestamp", "Sun, 25 Mar 2018 09:53:19 +0000",
		"CallbackSource", "call-progress-events", "CallerState", "IL", "ToZip", "94105", "SequenceNumber", "0",
		"CallSid", "CA5f1d0c8e9a7b4c3d2e1f0a9b8c7d6e5f", "To", "+15550100", "CallerZip", "60601", "ToCountry", "US",
		"CalledZip", "94105", "ApiVersion", "2010-04-01", "CalledCity", "SAN FRANCISCO", "CallStatus", "completed",
		"Duration", "1", "From", "+15550101", "CallDuration", "17", "AccountSid", "AC0123456789abcdef0123456789abcdef",
		"CalledCountry", "US", "CallerCity", "CHICAGO", "ToCity", "SAN FRANCISCO", "FromCountry", "US", "Caller", "+15550101",
		"FromCity", city, "CalledState", "CA", "FromZip", "60601", "FromState", "IL",
	)
}

const text = "Hello, is my table for four still free at half past seven? + thanks & see you"

// long is a value of 8 KB that needs unescaping here and there.
func long() string {
	return strings.Repeat("The quick brown fox jumps over the lazy dog, as always. ", 150)[:8192]
}

func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v
}

// sign computes the signature by the book, apart from the code that is measured.
func sign(secret, url string, params url.Values) string {
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(secret))
	io.WriteString(mac, url)
	for _, name := range names {
		for _, value := range params[name] {
			io.WriteString(mac, name+value)
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// A delivery is one request that can be sent many times without rebuilding it:
// rewind resets its body.
type delivery struct {
	*http.Request
	body  *bytes.Reader
	bytes []byte
}

func post(contentType, target string, body []byte, signature string) *delivery {
	d := &delivery{body: bytes.NewReader(body), bytes: body}
	d.Request = httptest.NewRequest(http.MethodPost, target, http.NoBody)
	d.Request.Body = io.NopCloser(d.body)
	d.Request.ContentLength = int64(len(body))
	d.Header.Set("Content-Type", contentType)
	d.Header.Set(sigHeader, signature)
	return d
}

func postForm(params url.Values, secret string) *delivery {
	return post(formType, path, []byte(params.Encode()), sign(secret, base+path, params))
}

func (d *delivery) rewind() *http.Request {
	d.body.Reset(d.bytes)
	return d.Request
}
