package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// began is the creation time of the account and its numbers.
var began = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

func (a *api) accounts() {
	a.handle("GET ", "fetches the account", "", "", a.fetchAccount)
	a.handle("GET /IncomingPhoneNumbers.json", "lists phone numbers", paging+"PhoneNumber FriendlyName", "Beta Origin", a.listNumbers)
	a.handle("GET /IncomingPhoneNumbers/{sid}", "fetches a phone number", "", "", a.fetchNumber)
}

func (a *api) fetchAccount(r *request) (any, error) {
	sid := a.stage.AccountSID()
	return map[string]any{
		"sid": sid, "owner_account_sid": sid, "friendly_name": "ringback dev", "status": "active", "type": "Full",
		"date_created": date(began), "date_updated": date(began), "uri": "/" + version + "/Accounts/" + sid + ".json",
		"subresource_uris": map[string]string{
			"messages": a.uri("/Messages.json"), "calls": a.uri("/Calls.json"), "conferences": a.uri("/Conferences.json"),
			"recordings": a.uri("/Recordings.json"), "incoming_phone_numbers": a.uri("/IncomingPhoneNumbers.json"),
		},
	}, nil
}

// number is the program's number as Twilio writes the resource.
func (a *api) number() map[string]any {
	cfg := a.stage.Config()
	sum := sha256.Sum256([]byte("number " + cfg.Number))
	sid := "PN" + hex.EncodeToString(sum[:16])
	link := func(path string) string {
		if path == "" {
			return ""
		}
		return cfg.BaseURL + path
	}
	return map[string]any{
		"sid": sid, "account_sid": a.stage.AccountSID(), "phone_number": cfg.Number, "friendly_name": cfg.Number, "origin": "twilio",
		"sms_url": link(cfg.SMS), "sms_method": "POST", "sms_fallback_url": link(cfg.Fallback), "sms_fallback_method": "POST", "sms_application_sid": "",
		"voice_url": link(cfg.Voice), "voice_method": "POST", "voice_fallback_url": link(cfg.Fallback), "voice_fallback_method": "POST", "voice_application_sid": "",
		"status_callback": link(cfg.Ends), "status_callback_method": "POST", "status": "in-use", "beta": false,
		"capabilities": map[string]bool{"voice": true, "sms": true, "mms": true, "fax": false},
		"date_created": date(began), "date_updated": date(began), "api_version": version, "uri": a.uri("/IncomingPhoneNumbers/" + sid + ".json"),
	}
}

func (a *api) listNumbers(r *request) (any, error) {
	out := []map[string]any{}
	if number := a.number(); strings.Contains(number["phone_number"].(string), r.get("PhoneNumber")) && r.equal("FriendlyName", number["friendly_name"].(string)) {
		out = append(out, number)
	}
	return list(r, "incoming_phone_numbers", out), nil
}

func (a *api) fetchNumber(r *request) (any, error) {
	number := a.number()
	if r.sid() != number["sid"] {
		return nil, stage.ErrNotFound
	}
	return number, nil
}
