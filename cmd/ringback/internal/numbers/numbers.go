// Package numbers sets the webhooks of a real phone number through Twilio's
// REST API.
package numbers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

// Config says whose numbers they are. AccountSID is required, and either Token
// or Key and Secret.
type Config struct {
	AccountSID string
	Token      string
	Key        string // of an API key, in place of the token
	Secret     string
	API        string // empty: Twilio's own address
}

// Numbers speaks to one account.
type Numbers struct {
	api *openapi.ApiService
}

// Webhooks are the addresses of a number. An empty one is not set at Twilio,
// or not to be changed.
type Webhooks struct {
	SMS           string `json:"sms"`
	SMSFallback   string `json:"smsFallback"`
	Voice         string `json:"voice"`
	VoiceFallback string `json:"voiceFallback"`
	Status        string `json:"status"` // of calls
}

// A Number is what Twilio knows of a phone number.
type Number struct {
	SID, Number string
	Webhooks    Webhooks
	Methods     Webhooks // POST or GET, each
	// App and Trunk take calls in place of the webhooks, SMSApp texts.
	App, Trunk, SMSApp string
}

// ErrNotFound is returned for a number that the account does not have.
var ErrNotFound = errors.New("numbers: the account has no such number")

// New returns the numbers of an account. All requests end with ctx.
func New(ctx context.Context, cfg Config) (*Numbers, error) {
	user, password := cfg.AccountSID, cfg.Token
	if cfg.Key != "" {
		user, password = cfg.Key, cfg.Secret
	}
	transport := &transport{ctx: ctx}
	if cfg.API != "" {
		u, err := url.Parse(cfg.API)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, fmt.Errorf("numbers: %q is no address of an API", cfg.API)
		}
		transport.api = u
	}
	base := &client.Client{Credentials: client.NewCredentials(user, password), HTTPClient: &http.Client{
		Transport:     transport,
		Timeout:       15 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	base.SetAccountSid(cfg.AccountSID)
	rest := twilio.NewRestClientWithParams(twilio.ClientParams{Username: user, Password: password, AccountSid: cfg.AccountSID, Client: base})
	return &Numbers{api: rest.Api}, nil
}

// transport sends requests to another address than Twilio's, if there is one,
// and ends them with ctx.
type transport struct {
	ctx context.Context
	api *url.URL
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	if t.api != nil {
		r = r.Clone(r.Context())
		r.URL.Scheme, r.URL.Host, r.Host = t.api.Scheme, t.api.Host, t.api.Host
		r.URL.Path = strings.TrimSuffix(t.api.Path, "/") + r.URL.Path
	}
	return http.DefaultTransport.RoundTrip(r)
}

// Find looks a number up.
func (n *Numbers) Find(number string) (Number, error) {
	list, err := n.api.ListIncomingPhoneNumber(new(openapi.ListIncomingPhoneNumberParams).SetPhoneNumber(number).SetLimit(20))
	if err != nil {
		return Number{}, explain(err)
	}
	for _, found := range list {
		if value(found.PhoneNumber) == number {
			return of(found), nil
		}
	}
	return Number{}, ErrNotFound
}

// Set changes the addresses of want that are not empty, all to be asked by
// POST, and returns what Twilio then has.
func (n *Numbers) Set(sid string, want Webhooks) (Number, error) {
	params := new(openapi.UpdateIncomingPhoneNumberParams)
	if want.SMS != "" {
		params.SetSmsUrl(want.SMS).SetSmsMethod(http.MethodPost)
	}
	if want.SMSFallback != "" {
		params.SetSmsFallbackUrl(want.SMSFallback).SetSmsFallbackMethod(http.MethodPost)
	}
	if want.Voice != "" {
		params.SetVoiceUrl(want.Voice).SetVoiceMethod(http.MethodPost)
	}
	if want.VoiceFallback != "" {
		params.SetVoiceFallbackUrl(want.VoiceFallback).SetVoiceFallbackMethod(http.MethodPost)
	}
	if want.Status != "" {
		params.SetStatusCallback(want.Status).SetStatusCallbackMethod(http.MethodPost)
	}
	got, err := n.api.UpdateIncomingPhoneNumber(sid, params)
	if err != nil {
		return Number{}, explain(err)
	}
	return of(*got), nil
}

func of(n openapi.ApiV2010IncomingPhoneNumber) Number {
	return Number{
		SID: value(n.Sid), Number: value(n.PhoneNumber),
		Webhooks: Webhooks{value(n.SmsUrl), value(n.SmsFallbackUrl), value(n.VoiceUrl), value(n.VoiceFallbackUrl), value(n.StatusCallback)},
		Methods:  Webhooks{value(n.SmsMethod), value(n.SmsFallbackMethod), value(n.VoiceMethod), value(n.VoiceFallbackMethod), value(n.StatusCallbackMethod)},
		App:      value(n.VoiceApplicationSid), Trunk: value(n.TrunkSid), SMSApp: value(n.SmsApplicationSid),
	}
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// explain says what to do about an error of the API.
func explain(err error) error {
	rest, ok := errors.AsType[*client.TwilioRestError](err)
	if !ok {
		return fmt.Errorf("numbers: Twilio cannot be asked: %w", err)
	}
	switch rest.Status {
	case http.StatusUnauthorized:
		return fmt.Errorf("numbers: Twilio refuses the credentials (%d); look at TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", rest.Code)
	case http.StatusTooManyRequests:
		return errors.New("numbers: Twilio asks for patience; try again in a moment")
	}
	return fmt.Errorf("numbers: Twilio answers status %d, error %d: %s", rest.Status, rest.Code, rest.Message)
}
