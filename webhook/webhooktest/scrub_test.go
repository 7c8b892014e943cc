package webhooktest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook/webhooktest"
)

// recorded sends one request through Record and returns the file and what it
// is read back as.
func recorded(t *testing.T, rec http.Handler, dir, method, target, contentType, body string) (string, *http.Request) {
	t.Helper()
	before, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Authorization", "Basic dXNlcjpwYXNzd29yZA==")
	r.Header.Set("Cookie", "session=hush-cookie")
	r.Header.Set("X-Api-Key", "hush-header")
	r.Header.Set("X-Forwarded-For", "203.0.113.7")
	r.Header.Set("X-Twilio-Signature", "hush-signature")
	rec.ServeHTTP(httptest.NewRecorder(), r)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	require.NoError(t, err)
	require.Len(t, files, len(before)+1)
	data, err := os.ReadFile(files[len(before)])
	require.NoError(t, err)
	again, err := webhooktest.ReadRequest(files[len(before)])
	require.NoError(t, err)
	_, err = verifier().Verify(again)
	require.NoError(t, err)
	return string(data), again
}

func recorder(t *testing.T) (http.Handler, string) {
	t.Helper()
	dir := t.TempDir()
	return webhooktest.Record(dir, http.NotFoundHandler(), func(err error) { t.Error(err) }), dir
}

const (
	form      = "application/x-www-form-urlencoded"
	hexSecret = "0123456789abcdef0123456789abcdee" // as an auth token looks
	jwt       = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
)

// TestT29RecordLeaks tries to get numbers, names and secrets into a recording
// in every notation and place.
func TestT29RecordLeaks(t *testing.T) {
	values := map[string]struct{ value, leak string }{
		"From":                         {"+14155552671", "4155552671"},
		"Body national":                {"call (415) 555-2671 now", "555-2671"},
		"Body dots":                    {"call 415.555.2671.", "2671"},
		"Body spaces":                  {"call +1 415 555 2671", "555 2671"},
		"Body dashes":                  {"1-415-555-2671", "555-2671"},
		"Body slash":                   {"030/123 45 67 8", "45 67"},
		"Body letters around":          {"tel4155552671x12", "4155552671"},
		"Body card":                    {"4111111111111111", "1111"},
		"Body card in groups":          {"my card 4111 1111 1111 1111 thanks", "4111"},
		"Body mail":                    {"write to ada.lovelace@mail.example.net", "lovelace"},
		"Body link":                    {"see https://a.example.net/r?token=hush-link&x=%2B14155552671", "hush-link"},
		"Body encoded number":          {"https://a.example.net/r?x=%2B14155552671", "4155552671"},
		"Body nested link":             {"https://a.example.net/?to=https%3A%2F%2Fb.example.net%2F%3Fkey%3Dhush-nested%26n%3D%252B14155552671", "hush-nested"},
		"Body nested number":           {"https://a.example.net/?to=https%3A%2F%2Fb.example.net%2F%3Fn%3D%252B14155552671", "4155552671"},
		"author":                       {`{"password":"hush-author","n":"4155552671"}`, "hush-author"},
		"Body bearer":                  {"Authorization: Bearer hush-bearer-token", "hush-bearer"},
		"Body jwt":                     {"code " + jwt, "eyJzdWIi"},
		"ErrorUrl":                     {"https://ada:hush%21@hooks.example.net/voice", "hush"},
		"ErrorUrl bare at":             {"https://ada:hu@sh@hooks.example.net/voice", "sh@"},
		"MediaUrl0":                    {"https://api.twilio.com/2010-04-01/Accounts/ACe9befa5ddf22dfdc0075c08cf16815aa/Messages/MMe9befa5ddf22dfdc0075c08cf16815aa", "e9befa5ddf22"},
		"x_CAe9":                       {"x_CAe9befa5ddf22dfdc0075c08cf16815aa", "e9befa5ddf22"},
		"AuthToken":                    {hexSecret, "0123456789abcdef"},
		"hidden":                       {hexSecret, "0123456789abcdef"},
		"api_key":                      {"hush-key", "hush"},
		"apiKey":                       {"hush-key", "hush"},
		"X-Amz-Signature":              {"hush-aws", "hush"},
		"password":                     {"hush", "hush"},
		"CallToken":                    {"%7B%22parentCallInfoToken%22%3A%22" + jwt + "%22%7D", "parentCallInfo"},
		"Caller":                       {"client:ada.lovelace", "lovelace"},
		"SipUri":                       {"sip:ada:hush@pbx;transport=tls", "hush"},
		"SipUri2":                      {"sips:lovelace@192.0.2.55:5061", "lovelace"},
		"SipSourceIp":                  {"203.0.113.9", "203.0"},
		"CallerName":                   {"LOVELACE ADA", "LOVELACE"},
		"ProfileName":                  {"Ada Lovelace", "Lovelace"},
		"Latitude":                     {"51.5237", "51.5"},
		"Address":                      {"12 St James's Square, London", "James"},
		"Digits":                       {"4711", "4711"},
		"AddOns":                       {`{"results":{"caller_name":"Lovelace"}}`, "Lovelace"},
		"TaskAttributes":               {`{"phone":"\u002b14155552671","pin":4711,"nested":"{\"password\":\"hush\"}"}`, "4155552671"},
		"TaskAttributes pin":           {`{"pin":4711}`, "4711"},
		"TaskAttributes nested":        {`{"nested":"{\"password\":\"hush\"}"}`, "hush"},
		"FriendlyTime":                 {"+14155552671", "4155552671"},
		"MessagingBinding.Address":     {"whatsapp:+14155552671", "4155552671"},
		"OriginalRepliedMessageSender": {"whatsapp:+14155552671", "4155552671"},
	}
	for name, row := range values {
		t.Run(name, func(t *testing.T) {
			rec, dir := recorder(t)
			field, _, _ := strings.Cut(name, " ")
			check := func(file string, r *http.Request) {
				plain, err := url.QueryUnescape(file)
				if err != nil {
					plain = file
				}
				for _, text := range []string{file, plain, r.FormValue(field), r.URL.Path} {
					assert.NotContains(t, text, row.leak)
				}
				for _, never := range []string{"hush", "dXNlcjpwYXNzd29yZA", "203.0.113.7"} {
					assert.NotContains(t, file, never)
				}
			}
			pair := url.QueryEscape(field) + "=" + url.QueryEscape(row.value)
			check(recorded(t, rec, dir, "POST", "/a", form, pair))
			check(recorded(t, rec, dir, "POST", "/a?"+pair, form, "Body=hi"))
			check(recorded(t, rec, dir, "GET", "/a?"+pair, "", ""))
			data, err := json.Marshal(map[string]any{"data": []any{map[string]string{field: row.value}}})
			require.NoError(t, err)
			check(recorded(t, rec, dir, "POST", "/a", "application/json", string(data)))
		})
	}
	t.Run("the path", func(t *testing.T) {
		rec, dir := recorder(t)
		file, r := recorded(t, rec, dir, "POST", "/voice/+14155552671/CAe9befa5ddf22dfdc0075c08cf16815aa/"+hexSecret+"/ada@mail.example.net", form, "Body=hi")
		assert.Equal(t, "/voice/+15550100/CA00000000000000000000000000000001/redacted/someone@example.com", r.URL.Path)
		assert.NotContains(t, file, "4155552671")
	})
	t.Run("a number of JSON that is a phone's", func(t *testing.T) {
		rec, dir := recorder(t)
		file, _ := recorded(t, rec, dir, "POST", "/a", "application/json", `{"from": 14155552671, "to": "14155552671", "n": 3, "price": 0.00750001}`)
		assert.Contains(t, file, `{"from": 15550100, "to": "15550100", "n": 3, "price": 0.00750001}`)
	})
}

// TestT29RecordKeeps shows that what belongs to nobody stays as it was.
func TestT29RecordKeeps(t *testing.T) {
	rec, dir := recorder(t)
	body := url.Values{
		"Timestamp": {"Sun, 25 Mar 2018 09:53:19 +0000"}, "Confidence": {"0.94123456"}, "Digits": {"12#"}, "CallStatus": {"in-progress"},
		"RecordingDuration": {"20"}, "StartTime": {"1735787045000"}, "Body": {"At 9:30 on 2025-01-02, table 12, for 4: 25.50"}, "ApiVersion": {"2010-04-01"},
		"ExpirationDate": {"0530"}, "PaymentCardNumber": {"xxxxxxxxxxxx1111"}, "TaskSid": {"00000000-aaaa-4bbb-8ccc-000000000001"}, "StirVerstat": {"TN-Validation-Passed-A"},
	}
	_, r := recorded(t, rec, dir, "POST", "/voice/menu?lang=en", form, body.Encode())
	require.NoError(t, r.ParseForm())
	assert.Equal(t, body, r.PostForm)
	assert.Equal(t, "/voice/menu?lang=en", r.RequestURI)
	doc := `[ {"type":"a.b","time":"2025-01-02T03:04:05.678Z","ts":1735787045000,"data":{"price":-0.0075,"ok":true,"none":null,"text":"a <b> & \"c\" é"}} ]`
	file, _ := recorded(t, rec, dir, "POST", "/a", "application/json", doc)
	assert.True(t, strings.HasSuffix(file, doc), file)
}

// TestT29RecordTellsPeopleApart shows that two are two and one is one, however
// a number is written, and for more people than one area has numbers.
func TestT29RecordTellsPeopleApart(t *testing.T) {
	rec, dir := recorder(t)
	_, r := recorded(t, rec, dir, "POST", "/a", form, "a=%2B14155552671&b=4155552671&c=%28415%29+555-2671&d=%2B14155552672&e=a%40x.example.net&f=b%40x.example.net&g=a%40x.example.net")
	assert.Equal(t, "+15550100 15550100 15550100 +15550101", strings.Join([]string{r.FormValue("a"), r.FormValue("b"), r.FormValue("c"), r.FormValue("d")}, " "))
	assert.Equal(t, "someone@example.com someone2@example.com someone@example.com", strings.Join([]string{r.FormValue("e"), r.FormValue("f"), r.FormValue("g")}, " "))
	many := url.Values{}
	for i := range 350 {
		many.Add("n", "+1415600"+string([]byte{'0' + byte(i/100), '0' + byte(i/10%10), '0' + byte(i%10), '0'}))
	}
	_, r = recorded(t, rec, dir, "POST", "/a", form, many.Encode())
	require.NoError(t, r.ParseForm())
	seen := map[string]bool{}
	for _, n := range r.PostForm["n"] {
		seen[n] = true
	}
	assert.Len(t, seen, 350)
}

// TestRecordGoesOn shows that a program that starts again overwrites nothing.
func TestRecordGoesOn(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o600))
	for range 3 {
		rec := webhooktest.Record(dir, http.NotFoundHandler(), func(err error) { t.Error(err) })
		rec.ServeHTTP(httptest.NewRecorder(), webhooktest.FixtureRequest("/a", "sms_in_basic"))
		rec.ServeHTTP(httptest.NewRecorder(), &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/a"}, Header: http.Header{}})
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.http"))
	require.NoError(t, err)
	require.Len(t, files, 6)
	assert.Equal(t, "0006-Unknown.http", filepath.Base(files[5]))
}

// FuzzRecordJSON shows that cleaning keeps JSON to be JSON, and that a clean
// text has nothing left to clean.
func FuzzRecordJSON(f *testing.F) {
	for _, seed := range []string{`{"a":14155552671}`, `["\u002b14155552671",{"pin":1e9}]`, `"x"`, `-0.1`, `{"token":{"a":[1,2]}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if !json.Valid([]byte(doc)) || len(doc) > 1<<16 {
			return
		}
		dir := t.TempDir()
		rec := webhooktest.Record(dir, http.NotFoundHandler(), nil)
		r := httptest.NewRequest("POST", "/a", strings.NewReader(doc))
		r.Header.Set("Content-Type", "application/json")
		rec.ServeHTTP(httptest.NewRecorder(), r)
		data, err := os.ReadFile(filepath.Join(dir, "0001-Unknown.http"))
		if err != nil {
			return // a kind of its own
		}
		_, body, _ := strings.Cut(string(data), "\r\n\r\n")
		assert.True(t, json.Valid([]byte(body)), "%s became %s", doc, body)
	})
}

// T12: values that hold URLs that hold values took time that doubled with each;
// Record stands in front of verification, where anybody can send them.
func TestT12RecordNestedValues(t *testing.T) {
	for name, body := range map[string]string{
		"address": strings.Repeat("?address=", 10_000) + "+14155552671",
		"author":  strings.Repeat("?author=", 10_000) + "+14155552671",
		"any":     strings.Repeat("?a=", 30_000) + "+14155552671",
	} {
		t.Run(name, func(t *testing.T) {
			rec, dir := recorder(t)
			file, _ := recorded(t, rec, dir, http.MethodPost, "/sms", form, url.Values{"Body": {body}}.Encode())
			assert.NotContains(t, file, "4155552671")
			assert.Contains(t, file, "redacted")
		})
	}
}
