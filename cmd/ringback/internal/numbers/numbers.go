// Package numbers sets the webhooks of a real phone number through Twilio's
// REST API.
package numbers

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Config names the account. AccountSID is required, and either Token or Key and
// Secret.
type Config struct {
	AccountSID string
	Token      string
	Key        string // SID of an API key, instead of the token
	Secret     string // of the API key
	API        string // address of the API; empty: https://api.twilio.com
}

// Numbers are the phone numbers of one account.
type Numbers struct {
	resource       string // URL of IncomingPhoneNumbers, without .json
	user, password string
	client         *http.Client
}

// Webhooks are the URLs of a number. An empty one is not set at Twilio, or
// should not be changed.
type Webhooks struct {
	SMS           string `json:"sms"`
	SMSFallback   string `json:"smsFallback"`
	Voice         string `json:"voice"`
	VoiceFallback string `json:"voiceFallback"`
	Status        string `json:"status"` // of calls
}

// A Number is a phone number as Twilio describes it.
type Number struct {
	SID, Number string
	Webhooks    Webhooks
	Methods     Webhooks // POST or GET, each
	// App and Trunk receive calls instead of the webhooks, and SMSApp receives
	// messages.
	App, Trunk, SMSApp string
}

// ErrNotFound is the error for a number that the account does not have.
var ErrNotFound = errors.New("numbers: the account has no such number")

// New returns the numbers of an account. It fails for an API that is not a URL of
// http or https.
func New(cfg Config) (*Numbers, error) {
	user, password := cfg.AccountSID, cfg.Token
	if cfg.Key != "" {
		user, password = cfg.Key, cfg.Secret
	}
	api := strings.TrimSuffix(cmp.Or(cfg.API, "https://api.twilio.com"), "/")
	u, err := url.Parse(api)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("numbers: invalid address of the API %q", cfg.API)
	}
	return &Numbers{
		resource: api + "/2010-04-01/Accounts/" + url.PathEscape(cfg.AccountSID) + "/IncomingPhoneNumbers",
		user:     user, password: password,
		client: &http.Client{
			Timeout:       15 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Find looks a number up. It returns [ErrNotFound] if the account does not have
// it.
func (n *Numbers) Find(ctx context.Context, number string) (Number, error) {
	var list struct {
		Numbers []incoming `json:"incoming_phone_numbers"`
	}
	address := n.resource + ".json?" + url.Values{"PhoneNumber": {number}}.Encode()
	if err := n.do(ctx, http.MethodGet, address, nil, &list); err != nil {
		return Number{}, err
	}
	for _, found := range list.Numbers {
		if found.Number == number {
			return found.plain(), nil
		}
	}
	return Number{}, ErrNotFound
}

// Set changes the URLs of want that are not empty, with method POST. It returns
// the updated number.
func (n *Numbers) Set(ctx context.Context, sid string, want Webhooks) (Number, error) {
	params := url.Values{}
	for _, hook := range []struct{ name, address, method string }{
		{"SmsUrl", want.SMS, "SmsMethod"},
		{"SmsFallbackUrl", want.SMSFallback, "SmsFallbackMethod"},
		{"VoiceUrl", want.Voice, "VoiceMethod"},
		{"VoiceFallbackUrl", want.VoiceFallback, "VoiceFallbackMethod"},
		{"StatusCallback", want.Status, "StatusCallbackMethod"},
	} {
		if hook.address != "" {
			params.Set(hook.name, hook.address)
			params.Set(hook.method, http.MethodPost)
		}
	}
	var got incoming
	err := n.do(ctx, http.MethodPost, n.resource+"/"+url.PathEscape(sid)+".json", params, &got)
	return got.plain(), err
}

// incoming is an IncomingPhoneNumber in JSON.
type incoming struct {
	SID                 string `json:"sid"`
	Number              string `json:"phone_number"`
	SMSURL              string `json:"sms_url"`
	SMSMethod           string `json:"sms_method"`
	SMSFallbackURL      string `json:"sms_fallback_url"`
	SMSFallbackMethod   string `json:"sms_fallback_method"`
	VoiceURL            string `json:"voice_url"`
	VoiceMethod         string `json:"voice_method"`
	VoiceFallbackURL    string `json:"voice_fallback_url"`
	VoiceFallbackMethod string `json:"voice_fallback_method"`
	Status              string `json:"status_callback"`
	StatusMethod        string `json:"status_callback_method"`
	VoiceApp            string `json:"voice_application_sid"`
	SMSApp              string `json:"sms_application_sid"`
	Trunk               string `json:"trunk_sid"`
}

func (n incoming) plain() Number {
	return Number{
		SID: n.SID, Number: n.Number, App: n.VoiceApp, Trunk: n.Trunk, SMSApp: n.SMSApp,
		Webhooks: Webhooks{n.SMSURL, n.SMSFallbackURL, n.VoiceURL, n.VoiceFallbackURL, n.Status},
		Methods:  Webhooks{n.SMSMethod, n.SMSFallbackMethod, n.VoiceMethod, n.VoiceFallbackMethod, n.StatusMethod},
	}
}

// do makes one request of the API and decodes the answer into v.
func (n *Numbers) do(ctx context.Context, method, address string, params url.Values, v any) error {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(params.Encode()))
	if err != nil {
		return fmt.Errorf("numbers: %w", err)
	}
	r.SetBasicAuth(n.user, n.password)
	if params != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := n.client.Do(r)
	if err != nil {
		return fmt.Errorf("numbers: Twilio cannot be reached: %w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return fmt.Errorf("numbers: the answer of Twilio cannot be read: %w", err)
	}
	var failed struct {
		Code    int
		Message string
	}
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		json.Unmarshal(body, &failed) // for the code; the status says the rest
		return fmt.Errorf("numbers: Twilio refuses the credentials (%d); check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN", failed.Code)
	case resp.StatusCode == http.StatusTooManyRequests:
		return errors.New("numbers: too many requests to Twilio; try again in a moment")
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		json.Unmarshal(body, &failed)
		return fmt.Errorf("numbers: Twilio answered status %d, error %d: %s", resp.StatusCode, failed.Code, failed.Message)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return fmt.Errorf("numbers: the answer of Twilio is not JSON as documented: %w", err)
	}
	return nil
}
