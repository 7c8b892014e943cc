package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// asChild makes this test binary a program that ringback dev starts.
const asChild = "RINGBACK_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(asChild) == "send" {
		sendsAsChild()
	}
	if os.Getenv(asChild) != "" {
		for _, name := range []string{"ADDR", "PORT", "BASE_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"} {
			fmt.Println(name + "=" + os.Getenv(name))
		}
		os.Exit(0)
	}
	// What the command keeps for a project stays away from that of the person
	// who runs the tests.
	cache, err := os.MkdirTemp("", "ringback-cache")
	if err != nil {
		panic(err)
	}
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		os.Setenv(name, cache)
	}
	code := m.Run()
	os.RemoveAll(cache)
	os.Exit(code)
}

var accountLine = regexp.MustCompile(`Account\s+(AC[0-9a-f]{32}), at (http://\S+) for a REST client`)

// account waits for the account and URL of the REST API.
func (d *dev) account() (sid, address string) {
	d.t.Helper()
	var m []string
	require.Eventually(d.t, func() bool {
		m = accountLine.FindStringSubmatch(d.out.String())
		return m != nil
	}, time.Minute, 10*time.Millisecond)
	return m[1], m[2]
}

// TestT29DevTellsTheProgramItsAccount starts a program in the place of a real
// account: what it has of that one is not passed on, and its token is not printed.
func TestT29DevTellsTheProgramItsAccount(t *testing.T) {
	t.Setenv(asChild, "1")
	t.Setenv("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef")
	d := startDev(t, "--memory", "--tunnel=", "--token", "12345", "--", os.Args[0])
	sid, _ := d.account()
	assert.NotEqual(t, "AC0123456789abcdef0123456789abcdef", sid)
	require.Eventually(t, func() bool { return strings.Contains(d.err.String(), "app  TWILIO_AUTH_TOKEN=12345\n") }, time.Minute, 10*time.Millisecond)
	assert.Contains(t, d.err.String(), "app  TWILIO_ACCOUNT_SID="+sid+"\n")
	assert.Regexp(t, `Auth token +\(the one that you set\)\n`, d.out.String())
	assert.Regexp(t, `app  BASE_URL=http://127\.0\.0\.1:\d+\n`, d.err.String())
	d.stop()
	assert.Equal(t, 0, d.code())
}

// redirected is the transport that the help of dev describes.
type redirected struct {
	to   *url.URL
	host bool // whether Host is set too
}

func (t redirected) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = t.to.Scheme, t.to.Host
	if t.host {
		r.Host = t.to.Host
	} else {
		r.Host = "api.twilio.com"
	}
	return http.DefaultTransport.RoundTrip(r)
}

// TestT32TwilioGoIsToldOfAWrongHost sends a message by twilio-go as the help
// says, and once without the Host: the refusal is one that twilio-go prints.
func TestT32TwilioGoIsToldOfAWrongHost(t *testing.T) {
	d := startDev(t, "--memory", "--tunnel=", "--token", "12345")
	sid, address := d.account()
	base, err := url.Parse(address)
	require.NoError(t, err)
	send := func(withHost bool) (*api.ApiV2010Message, error) {
		own := &client.Client{
			Credentials: client.NewCredentials(sid, "12345"),
			HTTPClient:  &http.Client{Transport: redirected{base, withHost}},
		}
		own.SetAccountSid(sid)
		params := new(api.CreateMessageParams)
		params.SetFrom("+15550100").SetTo("+15550101").SetBody("Your table is ready.")
		return twilio.NewRestClientWithParams(twilio.ClientParams{Client: own}).Api.CreateMessage(params)
	}
	_, err = send(false)
	var refused *client.TwilioRestError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, http.StatusMisdirectedRequest, refused.Status)
	assert.Equal(t, 20003, refused.Code)
	assert.Equal(t, "this host name is not the console's; set the Host of the request as well as the host of its URL", refused.Message)

	sent, err := send(true)
	require.NoError(t, err)
	assert.Equal(t, "queued", *sent.Status)
	assert.Equal(t, sid, *sent.AccountSid)

	// The page's own API speaks to people, as before.
	r, err := http.NewRequest(http.MethodGet, address+"/api/state", nil)
	require.NoError(t, err)
	r.Host = "api.twilio.com"
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	assert.Equal(t, http.StatusMisdirectedRequest, res.StatusCode)
	assert.Equal(t, "text/plain; charset=utf-8", res.Header.Get("Content-Type"))
	d.stop()
	assert.Equal(t, 0, d.code())
}

func TestT32RESTRefusalHasTwiliosShape(t *testing.T) {
	d := startDev(t, "--memory", "--tunnel=", "--token", "12345")
	_, address := d.account()
	for _, c := range []struct {
		name, header, value string
		status              int
	}{
		{"rebound host", "Host", "rebind.example.com:4040", http.StatusMisdirectedRequest},
		{"T33 other origin", "Origin", "https://evil.example.com", http.StatusForbidden},
		{"T33 cross site", "Sec-Fetch-Site", "cross-site", http.StatusForbidden},
	} {
		r, err := http.NewRequest(http.MethodGet, address+"/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages/SM1.json", nil)
		require.NoError(t, err)
		r.SetBasicAuth("AC0123456789abcdef0123456789abcdef", "12345")
		r.Header.Set(c.header, c.value)
		if c.header == "Host" {
			r.Host = c.value
		}
		res, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		var told struct {
			Code, Status int
			Message      string
			MoreInfo     string `json:"more_info"`
		}
		require.NoError(t, json.NewDecoder(res.Body).Decode(&told), c.name)
		res.Body.Close()
		assert.Equal(t, c.status, res.StatusCode, c.name)
		assert.Equal(t, c.status, told.Status, c.name)
		assert.Equal(t, "application/json", res.Header.Get("Content-Type"), c.name)
		assert.Equal(t, "https://www.twilio.com/docs/errors/20003", told.MoreInfo, c.name)
		assert.NotEmpty(t, told.Message, c.name)
		assert.NotContains(t, told.Message, "12345", c.name)
		assert.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'", c.name)
	}
}

func TestDevHelpTellsOfTheRESTAPI(t *testing.T) {
	code, help, errs := command(t, "", "dev", "--help")
	require.Zero(t, code, errs)
	words := strings.Join(strings.Fields(help), " ")
	assert.Contains(t, words, "a part of Twilio's REST API")
	assert.Contains(t, words, "runs with ADDR, PORT, BASE_URL, TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER and RINGBACK_API set")
}
