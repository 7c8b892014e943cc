package drivertest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// A callback is what Twilio reports of one message.
type callback struct {
	sid    webhook.SID
	status string
}

func (c callback) form() url.Values {
	return url.Values{
		"AccountSid": {"AC00000000000000000000000000000001"}, "ApiVersion": {"2010-04-01"},
		"MessageSid": {string(c.sid)}, "SmsSid": {string(c.sid)},
		"MessageStatus": {c.status}, "SmsStatus": {c.status},
		"From": {"+15550100"}, "To": {"+15550101"},
	}
}

// request is the signed request, to a server at host.
func (c callback) request(ctx context.Context, host string) *http.Request {
	form := c.form()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+host+"/status", strings.NewReader(form.Encode()))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(token, base+"/status", form))
	return r
}

// post sends the callback over HTTP and returns the status of the answer, or 0
// when there was none.
func (c callback) post(ctx context.Context, client *http.Client, host string) int {
	response, err := client.Do(c.request(ctx, host))
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// serve hands the callback to a handler and returns the status of the answer.
func (c callback) serve(ctx context.Context, h http.Handler) int {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, c.request(ctx, "hooks.example.com"))
	return w.Code
}

func messageSID(run, i int) webhook.SID { return webhook.SID(fmt.Sprintf("SM%016x%016x", run, i)) }

// signedForm is a signed request to a handler.
func signedForm(form url.Values, path string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, base+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(token, base+path, form))
	return r
}
