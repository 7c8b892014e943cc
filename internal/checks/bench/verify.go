package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/twilio/twilio-go/client"

	"github.com/ringback-go/ringback/signature"
)

func verifyRows() []row {
	rows := []row{
		verifyRow("verify/sms-22", smsForm(text), token, 8, 3),
		verifyRow("verify/call-30", callForm("CHICAGO"), token, 8, 3),
		verifyRow("verify/sms-22-value-8KB", smsForm(long()), token, 3, 1.8),
		verifyRow("verify/call-30-value-8KB", callForm(long()), token, 3, 1.8),
		verifyRow("verify/refuse-sms-22", smsForm(text), wrong, 7, 0),
		verifyRow("verify/refuse-call-30", callForm("CHICAGO"), wrong, 7, 0),
		verifyJSONRow(),
	}
	return rows
}

// verifyRow compares the way from an unread form request to a verdict. The
// request is signed by secret; the verifiers know token.
func verifyRow(name string, params url.Values, secret string, twilio, standard float64) row {
	accept := secret == token
	r := row{
		name: name,
		contenders: []contender{
			{name: "ringback", run: verifyWith(params, secret, accept, ringbackVerify())},
			{name: "twilio-go", run: verifyWith(params, secret, accept, twilioVerify())},
			{name: "standard library", run: verifyWith(params, secret, accept, standardVerify)},
		},
		ratios:    []ratio{{peer: "twilio-go", atLeast: twilio}},
		maxAllocs: 5,
	}
	if standard > 0 {
		r.ratios = append(r.ratios, ratio{peer: "standard library", atLeast: standard})
	}
	if !accept {
		r.maxAllocs = 0
	}
	return r
}

func verifyWith(params url.Values, secret string, accept bool, verify func(*http.Request) bool) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		d := postForm(params, secret)
		for b.Loop() {
			if verify(d.rewind()) != accept {
				b.Fatal("wrong verdict")
			}
		}
	}
}

func newVerifier() *signature.Verifier {
	v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token)})
	if err != nil {
		panic(err)
	}
	return v
}

func ringbackVerify() func(*http.Request) bool {
	v := newVerifier()
	return func(r *http.Request) bool {
		_, err := v.Verify(r)
		return err == nil
	}
}

// twilioVerify is what a program with twilio-go does: read, parse, flatten,
// validate.
func twilioVerify() func(*http.Request) bool {
	v := client.NewRequestValidator(token)
	return func(r *http.Request) bool {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return false
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return false
		}
		params := make(map[string]string, len(values))
		for name, vs := range values {
			params[name] = vs[0]
		}
		return v.Validate(base+r.URL.Path, params, r.Header.Get(sigHeader))
	}
}

// standardVerify is the same check written well by hand with the standard
// library: one buffer for the signed text, one HMAC.
func standardVerify(r *http.Request) bool {
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return false
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return false
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	signed := make([]byte, 0, 2*len(body))
	signed = append(signed, base...)
	signed = append(signed, r.URL.RequestURI()...)
	for _, name := range names {
		for _, value := range values[name] {
			signed = append(append(signed, name...), value...)
		}
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write(signed)
	var sum [sha1.Size]byte
	var want [28]byte
	base64.StdEncoding.Encode(want[:], mac.Sum(sum[:0]))
	return subtle.ConstantTimeCompare(want[:], []byte(r.Header.Get(sigHeader))) == 1
}

// verifyJSONRow compares with the floor: no check can do less than read the
// body and hash it.
func verifyJSONRow() row {
	body := append(append([]byte(`{"text":"`), bytes.Repeat([]byte("x"), 8192-11)...), `"}`...)
	sum := sha256.Sum256(body)
	target := path + "?bodySHA256=" + hex.EncodeToString(sum[:])
	signed := sign(token, base+target, nil)
	v, ours, theirs := newVerifier(), post(jsonType, target, body, signed), post(jsonType, target, body, signed)
	return row{
		name: "verify/json-8KB",
		contenders: []contender{
			{name: "ringback", run: loop(func() error {
				_, err := v.Verify(ours.rewind())
				return err
			})},
			{name: "read and SHA-256", run: loop(func() error {
				r := theirs.rewind()
				read := make([]byte, r.ContentLength)
				if _, err := io.ReadFull(r.Body, read); err != nil {
					return err
				}
				if sha256.Sum256(read) != sum {
					return errors.New("wrong sum")
				}
				return nil
			})},
		},
		ratios: []ratio{{peer: "read and SHA-256", atMost: 1.25}},
	}
}
