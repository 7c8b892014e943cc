package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// sendsAsChild is a program unrelated to Ringback: it sends through net/http
// and unmodified twilio-go, to https://api.twilio.com.
func sendsAsChild() {
	to := url.Values{"To": {"+15550101"}, "From": {os.Getenv("TWILIO_PHONE_NUMBER")}, "Body": {"by net/http"}}
	r, err := http.NewRequest(http.MethodPost, "https://api.twilio.com/2010-04-01/Accounts/"+os.Getenv("TWILIO_ACCOUNT_SID")+"/Messages.json", strings.NewReader(to.Encode()))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(os.Getenv("TWILIO_ACCOUNT_SID"), os.Getenv("TWILIO_AUTH_TOKEN"))
	report := func(what string, status int, err error) {
		if err != nil {
			fmt.Println(what, "failed:", err)
			return
		}
		fmt.Println(what, status)
	}
	res, err := http.DefaultClient.Do(r)
	if err == nil {
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		report("net/http", res.StatusCode, nil)
	} else {
		report("net/http", 0, err)
	}
	sent, err := twilio.NewRestClient().Api.CreateMessage(new(api.CreateMessageParams).
		SetTo("+15550101").SetFrom(os.Getenv("TWILIO_PHONE_NUMBER")).SetBody("by twilio-go"))
	if err == nil {
		fmt.Println("twilio-go", *sent.Status)
	} else {
		report("twilio-go", 0, err)
	}
	if res, err = http.Get("https://verify.twilio.com/v2/Services"); err == nil {
		res.Body.Close()
		report("verify", res.StatusCode, nil)
	} else {
		report("verify", 0, err)
	}
	_, err = http.Get("https://www.example.com/")
	fmt.Println("elsewhere refused:", err != nil && strings.Contains(err.Error(), "Forbidden"))
	fmt.Println("RINGBACK_API=" + os.Getenv("RINGBACK_API"))
	info, err := os.Stat(os.Getenv("NODE_EXTRA_CA_CERTS"))
	if err == nil {
		fmt.Println("certificate", info.Mode().Perm(), filepath.Base(os.Getenv("NODE_EXTRA_CA_CERTS")))
	}
	time.Sleep(time.Hour) // until dev ends
}

// TestUnmodifiedProgramSendsThroughTheConsole starts a program that sends to
// https://api.twilio.com, and finds its messages at the console.
func TestUnmodifiedProgramSendsThroughTheConsole(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Go reads SSL_CERT_FILE on Linux only")
	}
	t.Setenv(asChild, "send")
	d := startDev(t, "--memory", "--tunnel=", "--token", "12345", "--offline", "--", os.Args[0])
	_, address := d.account()
	require.Eventually(t, func() bool { return strings.Contains(d.err.String(), "app  certificate") }, 60*time.Second, 10*time.Millisecond)
	errs := d.err.String()
	assert.Contains(t, errs, "app  net/http 201\n")
	assert.Contains(t, errs, "app  twilio-go queued\n")
	assert.Contains(t, errs, "app  verify 401\n", "the request carried no credentials")
	assert.Contains(t, errs, "app  elsewhere refused: true\n")
	assert.Contains(t, errs, "app  RINGBACK_API="+address+"\n")
	assert.Contains(t, errs, "app  certificate -rw------- authority-")
	assert.Contains(t, d.out.String(), "API: sends a message")
	assert.NotContains(t, d.out.String(), "+15550101")
	d.stop()
	assert.Equal(t, 0, d.code())
}

func TestOutcomeFlag(t *testing.T) {
	for _, wrong := range []string{"+15550101", "+15550101=eaten", "=busy"} {
		code, _, errs := command(t, "", "dev", "--memory", "--tunnel=", "--outcome", wrong)
		assert.Equal(t, 2, code, wrong)
		assert.Contains(t, errs, "--outcome", wrong)
	}
}
