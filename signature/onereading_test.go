package signature_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/signature"
)

// TestT03MissingSeparators shows which readings of one signed text the strict
// rules refuse, and which decoding must refuse.
func TestT03MissingSeparators(t *testing.T) {
	const genuine = "AccountSid=" + account + "&Body=hi&From=%2B15550101"
	sign := func(target, body string) *http.Request {
		r := signedForm(target, body)
		signText(r, base+"/sms", genuine)
		return r
	}
	strict := newVerifier(t, signature.Config{})
	lenient := newVerifier(t, signature.Config{Lenient: true})
	for name, tt := range map[string]struct {
		r    *http.Request
		want error // of the strict rules
	}{
		"genuine":                          {sign("/sms", genuine), nil},
		"another order":                    {sign("/sms", "From=%2B15550101&Body=hi&AccountSid="+account), nil},
		"glued into one name":              {sign("/sms", "AccountSid"+account+"Bodyhi=From%2B15550101"), signature.ErrForm},
		"account in a shorter name":        {sign("/sms", "Account=Sid"+account+"&Body=hi&From=%2B15550101"), signature.ErrForm},
		"all in one long name":             {sign("/sms", "AccountSid"+account+"BodyhiFrom%2B15550101="), signature.ErrForm},
		"AccountSid swallows Body":         {sign("/sms", "AccountSid="+account+"Bodyhi&From=%2B15550101"), signature.ErrAccount},
		"moved into the path":              {sign("/smsAccountSid"+account, "Body=hi&From=%2B15550101"), signature.ErrTarget},
		"moved into the path as a whole":   {sign("/smsAccountSid"+account+"BodyhiFrom+15550101", ""), signature.ErrTarget},
		"cut inside of AccountSid":         {sign("/smsAcc", "ountSid"+account+"Bodyhi=From%2B15550101"), signature.ErrForm},
		"text cut into parameters":         {sign("/sms", "AccountSid="+account+"&Body=h&From=%2B15550101&Bodi="), signature.ErrMismatch},
		"Body cut short, left to decoding": {sign("/sms", "AccountSid="+account+"&Bod=yhi&From=%2B15550101"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := strict.Verify(tt.r)
			if tt.want != nil {
				assert.ErrorIs(t, err, tt.want)
			} else {
				assert.NoError(t, err, "only decoding can tell")
			}
			_, err = lenient.Verify(tt.r)
			if tt.want != signature.ErrMismatch {
				assert.NoError(t, err, "the signature is the same")
			}
		})
	}
}

// TestNamesOfDevelopers: developers choose parameter names in the Voice SDK
// (cybex-dev/twilio_voice 34, twilio-voice-react-native 243), and SIP devices
// choose some, too. They are accepted and returned unchanged.
func TestNamesOfDevelopers(t *testing.T) {
	names := []string{
		"user id", "user:id", "__name", "naïve", "名前", "$plan", "1st", "_id", "a/b", "customer@id", "a(b)", "🙂", strings.Repeat("a", 129), "__TWI_RECIPIENT_NAME",
		"Caller name", "_csrf", "1stName", "user/id", "prénom", "@type", "order#", "a,b", "{x}", "-x", "R&D", "is_vip?", "a=b", "x;y", "AccountId", "A", "100%", "a+b", " ", "\x00", "na\xefve", "~", "|", "\"quoted\"", "<b>", "a\nb",
	}
	for _, c := range "!~*+%'`.-_0$&^|#" {
		names = append(names, "SipHeader_X-A"+string(c)+"b")
	}
	v := newVerifier(t, signature.Config{})
	for _, name := range names {
		for _, target := range []string{"/voice", "/voice?env=prod&x=a;b"} {
			body := string(form.Append(nil, form.Pair{Name: "AccountSid", Value: account}, form.Pair{Name: name, Value: "Jo;=&?"}))
			p, err := v.Verify(signedForm(target, body))
			if name < "AccountSid" {
				// Its text could be the end of the URL.
				require.ErrorIs(t, err, signature.ErrForm, name)
				continue
			}
			if !assert.NoError(t, err, "%q", name) {
				continue
			}
			got, ok := p.Param(name)
			assert.True(t, ok, name)
			assert.Equal(t, "Jo;=&?", got)
		}
	}
}

// TestRefusedNameIsShown: the error names the parameter and never a value.
func TestRefusedNameIsShown(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	for text, want := range map[[2]string]string{
		{"/sms?x=1", "1st=secret"}:                                      `the parameter "#st" sorts before AccountSid`,
		{"/sms", "%2B15550100777+my+pin=secret&AccountSid=" + account}:  `the parameter "+########### my pin" sorts`,
		{"/sms", strings.Repeat("5", 200) + "=x&AccountSid=" + account}: `the parameter "` + strings.Repeat("#", 40) + `" sorts`,
		{"/sms", "%3FBody%3Dsecret=secret"}:                             `the parameter "?" could be a part`,
		{"/sms", "a%3Dsecret%26b=secret"}:                               `the parameter "a=" could be a part`,
		{"/sms", "=secret"}:                                             "a parameter without a name",
		{"/sms?x=1", "1%0A%1B=secret"}:                                  `the parameter "#\n\x1b" sorts`,
		{"/sms", "x=secretAccountSid" + account}:                        "AccountSid is in another place",
	} {
		_, err := v.Verify(signedForm(text[0], text[1]))
		require.ErrorIs(t, err, signature.ErrForm)
		assert.Contains(t, err.Error(), want)
		assert.NotContains(t, err.Error(), "secret")
	}
}

// reading is a request that has a given signed text.
type reading struct {
	method, target string
	pairs          []form.Pair
}

// readings yields requests with the signed text base+text: the URL alone, and
// then n times a URL followed by up to four parameters in signing order. Most
// boundaries are at the ends of the account.
func readings(random *rand.Rand, text string, n int, yield func(reading)) {
	at := strings.Index(text, "AccountSidAC")
	likely := []int{at, at + 10, at + 44, at + 44, len(text)}
	yield(reading{"GET", text, nil})
	yield(reading{"POST", text, nil})
	for range n {
		end := 1 + random.IntN(min(len(text), at+13))
		places := []int{end}
		for range 2 * (1 + random.IntN(4)) {
			place := random.IntN(len(text) + 1)
			if random.IntN(3) > 0 {
				place = likely[random.IntN(len(likely))]
			}
			places = append(places, max(end, place))
		}
		places[len(places)-1] = len(text)
		slices.Sort(places)
		g := reading{"POST", text[:end], nil}
		sorted := true
		for i := 0; i+2 < len(places); i += 2 {
			p := form.Pair{Name: text[places[i]:places[i+1]], Value: text[places[i+1]:places[i+2]]}
			if p == (form.Pair{}) {
				continue
			}
			if len(g.pairs) > 0 {
				last := g.pairs[len(g.pairs)-1]
				sorted = sorted && (last.Name < p.Name || last.Name == p.Name && last.Value < p.Value)
			}
			g.pairs = append(g.pairs, p)
		}
		if sorted {
			yield(g)
		}
	}
}

// TestT03OneReading checks the strict rules on many short texts: of all
// requests with one signed text that names an account, those accepted have the
// same URL and the same account, whatever their path. Only the boundaries between
// parameters after the account remain for decoding to check.
func TestT03OneReading(t *testing.T) {
	v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(benchToken), Methods: []string{"GET", "POST"}})
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(1, 2))
	alphabet := []string{"?", "&", "=", "/", "1", "A", "B", "a", "Acc", "?x=", "%41", ";", "~", "AccountSid"}
	word := func(most int) (text string) {
		for range random.IntN(most + 1) {
			text += alphabet[random.IntN(len(alphabet))]
		}
		return text
	}
	tried, accepted := 0, 0
	for range 500 {
		text := "/s" + word(4) + "AccountSid" + account + word(2)
		if random.IntN(4) == 0 {
			text += "AccountSid" + other
		}
		sig := slowMAC(benchToken, base+text)
		known := "" // URL and account
		readings(random, text, 400, func(g reading) {
			if !targetIsSendable(g.target) {
				return
			}
			tried++
			r := request(g.method, g.target, formCT, string(form.Append(nil, g.pairs...)), sig)
			if g.method == "GET" {
				r = request("GET", g.target, "", "", sig)
			}
			p, err := v.Verify(r)
			if err != nil {
				require.NotErrorIs(t, err, signature.ErrMismatch, "%q %+v", text, g)
				return
			}
			accepted++
			account, _ := p.Param("AccountSid")
			what := g.target + " " + account
			if known != "" {
				require.Equal(t, known, what, "%q has two readings", text)
			}
			known = what
		})
	}
	t.Logf("%d readings tried, %d accepted", tried, accepted)
	assert.Greater(t, accepted, 200)
}

// TestT03OtherPath: the end of a path cannot become a parameter, so a form is
// valid on its own path only.
func TestT03OtherPath(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	random := rand.New(rand.NewPCG(3, 4))
	const form1 = "AccountSid=" + account + "&CallSid=CA0123456789abcdef0123456789abcdef&From=%2B15550100&naïve=1"
	for _, target := range []string{"/voice/status", "/tenants/17", "/a/b/c/zebra", "/events/in?x=1&y=z", "/events?", "/_id/Zoo/~user"} {
		r := signedForm(target, form1)
		_, err := v.Verify(r)
		require.NoError(t, err, target)
		sig := r.Header.Get("X-Twilio-Signature")
		for range 300 {
			cut := 1 + random.IntN(len(target)-1)
			tail := target[cut:]
			mid := random.IntN(len(tail) + 1)
			front := url.QueryEscape(tail[:mid]) + "=" + url.QueryEscape(tail[mid:])
			switch random.IntN(3) {
			case 0: // two parameters
				front = url.QueryEscape(tail[:mid]) + "=&" + url.QueryEscape(tail[mid:]) + "="
			case 1: // a name or a value that swallows the account
				front = url.QueryEscape(tail) + "=AccountSid" + account + "&" + front
			}
			_, err := v.Verify(request("POST", target[:cut], formCT, front+"&"+form1, sig))
			require.Error(t, err, "%s: %s %s", target, target[:cut], front)
		}
		// The whole text cut at random, with and without the account of its own.
		pairs, err := form.Parse(form1, form.Limits{})
		require.NoError(t, err)
		readings(random, target+slowCanonical(pairs), 2000, func(g reading) {
			if g.target == target || !targetIsSendable(g.target) {
				return
			}
			_, err := v.Verify(request("POST", g.target, formCT, string(form.Append(nil, g.pairs...)), sig))
			require.Error(t, err, "%+v", g)
		})
	}
	lenient := newVerifier(t, signature.Config{Lenient: true})
	sig := signedForm("/tenants/17", form1).Header.Get("X-Twilio-Signature")
	_, err := lenient.Verify(request("POST", "/tenants/1", formCT, "7=&"+form1, sig))
	assert.NoError(t, err, "lenient lifts the rule")
}

// TestT03URLIsNoForm: the URL of a GET with an account, or of JSON with a hash,
// cannot become a form, whatever the path.
func TestT03URLIsNoForm(t *testing.T) {
	v := newVerifier(t, signature.Config{Methods: []string{"GET", "POST"}})
	random := rand.New(rand.NewPCG(5, 6))
	hash := strings.Repeat("0a", 32)
	for _, text := range []string{
		"/refund/zebra?AccountSid=" + account + "&From=%2B15550100",
		"/g?AccountSid=" + account + "&ToState=CA",
		"/g?x=1&AccountSid=" + account + "&ToState=CA",
		"/events/in?bodySHA256=" + hash,
		"/events/in?x=bodySHA256=&bodySHA256=" + hash + "&y=z",
	} {
		sig := slowMAC(benchToken, base+text)
		try := func(target string, pairs ...form.Pair) {
			if !targetIsSendable(target) {
				return
			}
			_, err := v.Verify(request("POST", target, formCT, string(form.Append(nil, pairs...)), sig))
			require.Error(t, err, "%s %v", target, pairs)
			require.NotErrorIs(t, err, signature.ErrMismatch, "%s %v", target, pairs)
		}
		for cut := 1; cut < len(text); cut++ {
			for mid := cut; mid <= len(text); mid++ {
				try(text[:cut], form.Pair{Name: text[cut:mid], Value: text[mid:]})
			}
			for range 20 {
				at := []int{cut, 0, 0, 0, len(text)}
				for i := 1; i < 4; i++ {
					at[i] = cut + random.IntN(len(text)-cut+1)
				}
				slices.Sort(at)
				a, b := form.Pair{Name: text[at[0]:at[1]], Value: text[at[1]:at[2]]}, form.Pair{Name: text[at[2]:at[3]], Value: text[at[3]:]}
				if a.Name < b.Name {
					try(text[:cut], a, b)
				}
			}
		}
	}
}

// FuzzT03OneReading searches for a text with two readings.
func FuzzT03OneReading(f *testing.F) {
	f.Add("/sms", "BodyhiFrom1")
	f.Add("/sms?a=1", "Bodyhi")
	f.Add("/sms?a=1stv", "")
	f.Add("/sms1stv", "AccountSid"+other)
	v, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(benchToken), Methods: []string{"GET", "POST"}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, before, behind string) {
		if len(before) > 12 || len(behind) > 50 || !strings.HasPrefix(before, "/") {
			t.Skip()
		}
		text := before + "AccountSid" + account + behind
		sig := slowMAC(benchToken, base+text)
		known := ""
		readings(rand.New(rand.NewPCG(1, 2)), text, 200, func(g reading) {
			if !targetIsSendable(g.target) {
				return
			}
			p, err := v.Verify(request(g.method, g.target, formCT, string(form.Append(nil, g.pairs...)), sig))
			if err != nil {
				return
			}
			account, _ := p.Param("AccountSid")
			what := g.target + " " + account
			if known != "" {
				require.Equal(t, known, what, "%q has two readings", text)
			}
			known = what
		})
	})
}

// TestGETWithOwnAccount: a URL may have its own AccountSid in its query. Twilio
// appends another, and that one counts.
func TestGETWithOwnAccount(t *testing.T) {
	token := newToken(t, "a", account, benchToken)
	var asked signature.Query
	v := newVerifier(t, signature.Config{Tokens: signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
		asked = q
		return []signature.Token{token}, nil
	})})
	for query, want := range map[string]error{
		"AccountSid=mine&Digits=1&AccountSid=" + account:            nil,
		"AccountSid=" + other + "&Digits=1&AccountSid=" + account:   signature.ErrAccount, // readers of the query take the first
		"AccountSid=" + account + "&Digits=1&AccountSid=" + account: nil,
		"AccountSid=" + account + "&AccountSid=mine":                nil,
		"AccountSid=" + account + "&AccountSid=" + other:            signature.ErrAccount,
		"AccountSid=mine": signature.ErrAccount,
		"Digits=1":        signature.ErrAccount,
	} {
		p, err := v.Verify(signedGet("/voice?" + query))
		require.ErrorIs(t, err, want, query)
		if want != nil {
			continue
		}
		assert.Equal(t, account, asked.AccountSID)
		got, _ := p.Param("AccountSid")
		assert.Equal(t, account, got, "the parameter is the account that was verified (T10)")
		n := 0
		for name := range p.Params() {
			if name == "AccountSid" {
				n++
			}
		}
		assert.Equal(t, 1, n)
		values, err := url.ParseQuery(query)
		require.NoError(t, err)
		assert.Equal(t, values, p.Query())
	}
	v = newVerifier(t, signature.Config{})
	_, err := v.Verify(signedGet("/voice?AccountSid=mine"))
	assert.NoError(t, err)
}

// TestUnescapedByTwilio: Twilio signs some characters in the query of a GET
// unescaped and sends them escaped (twilio-node 621, 1059, 1183, twilio-ruby
// 528). Another order is still refused, and so is the query of a POST.
func TestUnescapedByTwilio(t *testing.T) {
	v := newVerifier(t, signature.Config{Hosts: nil})
	get := func(target, signed string) error {
		r := httptest.NewRequest(http.MethodGet, target, nil)
		r.Header.Set("X-Twilio-Signature", slowMAC(benchToken, base+signed))
		p, err := v.Verify(r)
		if err == nil {
			assert.Equal(t, base+signed, p.URL())
			assert.True(t, p.Covers(r))
		}
		return err
	}
	for target, signed := range map[string]string{
		"/cb?n=O%27Hara":                                   "/cb?n=O'Hara",
		"/cb?To=sip%3A1234%40203.0.113.1&b=%2B1":           "/cb?To=sip:1234@203.0.113.1&b=%2B1",
		"/cb?To=sip%3a1234%40203.0.113.1&n=O%27Hara%20b+c": "/cb?To=sip:1234@203.0.113.1&n=O'Hara%20b+c",
		"/cb?To=sip%3A1&n=O%27H":                           "/cb?To=sip%3A1&n=O'H",
		"/cb?To=sip%3A1&n=O'%27H":                          "/cb?To=sip:1&n=O'%27H",
		"/c%27b?n=O%27H":                                   "/c%27b?n=O'H",
		"/?n=O%27H":                                        "/?n=O'H",
	} {
		assert.NoError(t, get(target, signed), target)
	}
	for target, signed := range map[string]string{
		"/cb?b=1&a=O%27H":   "/cb?a=O'H&b=1",
		"/cb?n=a%26b":       "/cb?n=a&b",
		"/cb?n=a%3Db":       "/cb?n=a=b",
		"/cb?n=%2527":       "/cb?n='",
		"/c%27b?n=1":        "/c'b?n=1",
		"/cb?n=O'H":         "/cb?n=O%27H",
		"/cb?n=a%20b":       "/cb?n=a+b",
		"/cb?n=%3aA%3A":     "/cb?n=:A%3A",
		"/cb?n=%40&m=%2540": "/cb?n=@&m=@",
	} {
		assert.ErrorIs(t, get(target, signed), signature.ErrMismatch, target)
	}
	r := signedForm("/cb?n=O%27H", "a=1")
	signText(r, base+"/cb?n=O'H", "a=1")
	_, err := v.Verify(r)
	assert.ErrorIs(t, err, signature.ErrMismatch)
}

// TestT05RepeatedNames: each value of a repeated name is verified, but their
// order is not signed. Twilio does repeat names (twilio-node 722).
func TestT05RepeatedNames(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	for _, body := range []string{"Body=aaa&Body=bbb", "Body=bbb&Body=aaa", "Body=bbb&Body=aaa&Body=bbb"} {
		r := signedForm("/sms", body)
		signText(r, base+"/sms", "Body=aaa&Body=bbb")
		p, err := v.Verify(r)
		require.NoError(t, err)
		var values []string
		for _, value := range p.Params() {
			values = append(values, value)
		}
		slices.Sort(values)
		assert.Equal(t, []string{"aaa", "bbb"}, slices.Compact(values))
	}
}

// TestT05ParsedBeforeVerify: Verify without the middleware clears what was
// parsed before, which may differ from what was verified.
func TestT05ParsedBeforeVerify(t *testing.T) {
	v := newVerifier(t, signature.Config{})
	r := httptest.NewRequest(http.MethodPost, "/sms", strings.NewReader("Body=unsigned"))
	r.Header.Set("Content-Type", formCT)
	r.ContentLength = -1
	signText(r, base+"/sms", "")
	require.NoError(t, r.ParseForm())
	require.Equal(t, "unsigned", r.FormValue("Body"))
	_, err := v.Verify(r)
	require.NoError(t, err, "an empty form is what is left to verify")
	assert.Empty(t, r.FormValue("Body"))
	assert.Nil(t, r.MultipartForm)
	assert.Empty(t, r.PostForm)
}
