package rest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// began is the creation time of the account and its numbers.
var began = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

func (a *api) accounts() {
	a.handle("GET ", "fetches the account", "", "", a.fetchAccount)
	a.handle("GET /IncomingPhoneNumbers.json", "lists phone numbers", paging+"PhoneNumber FriendlyName", "Beta Origin", a.listNumbers)
	a.handle("GET /IncomingPhoneNumbers/{sid}", "fetches a phone number", "", "", a.fetchNumber)
}

func (a *api) fetchAccount(w http.ResponseWriter, r *request) {
	sid := a.stage.AccountSID()
	write(w, http.StatusOK, map[string]any{
		"sid": sid, "owner_account_sid": sid, "friendly_name": "ringback dev", "status": "active", "type": "Full",
		"date_created": date(began), "date_updated": date(began), "uri": "/" + version + "/Accounts/" + sid + ".json",
		"subresource_uris": map[string]string{
			"messages": a.uri("/Messages.json"), "calls": a.uri("/Calls.json"), "conferences": a.uri("/Conferences.json"),
			"recordings": a.uri("/Recordings.json"), "incoming_phone_numbers": a.uri("/IncomingPhoneNumbers.json"),
		},
	})
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

func (a *api) listNumbers(w http.ResponseWriter, r *request) {
	out := []map[string]any{}
	if number := a.number(); strings.Contains(number["phone_number"].(string), r.get("PhoneNumber")) && r.equal("FriendlyName", number["friendly_name"].(string)) {
		out = append(out, number)
	}
	list(w, r, "incoming_phone_numbers", out)
}

func (a *api) fetchNumber(w http.ResponseWriter, r *request) {
	number := a.number()
	if r.sid() != number["sid"] {
		missing(w, r)
		return
	}
	write(w, http.StatusOK, number)
}
