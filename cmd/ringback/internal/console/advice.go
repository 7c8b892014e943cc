package console

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/internal/form"
)

type finding struct {
	Cause  string `json:"cause"`
	Remedy string `json:"remedy"`
	Guess  bool   `json:"guess,omitempty"` // it could not be tried
	Fixes  []fix  `json:"fixes,omitempty"`
}

// A fix is text to copy.
type fix struct {
	For  string `json:"for"` // console, environment, go, node, python
	Name string `json:"name"`
	Text string `json:"text"` // {token} stands for the auth token, which the page asks for when it copies
}

// fact is one thing to compare.
type fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// An advice says what to do about a program that rejects a request.
type advice struct {
	Kind  string `json:"kind"` // refused, missing
	Title string `json:"title"`
	Text  string `json:"text"`
	Facts []fact `json:"facts"`
	Fixes []fix  `json:"fixes"`
}

var suggested = regexp.MustCompile(`^Set the public address to "(https?://[^"]+)"`)

// findings says why a signature is wrong.
func (s *Server) findings(e capture.Exchange) []finding {
	out := []finding{}
	if e.Verdict == "valid" || e.Verdict == "" {
		return out
	}
	for _, f := range s.Stage.Diagnose(e.Request) {
		o := finding{Cause: f.Cause, Remedy: f.Remedy, Guess: strings.Contains(f.Cause, "cannot be guessed") || strings.Contains(f.Cause, "cannot be tried")}
		if m := suggested.FindStringSubmatch(f.Remedy); m != nil {
			o.Fixes = addressFixes(m[1])
		}
		out = append(out, o)
	}
	slices.SortStableFunc(out, func(a, b finding) int {
		switch {
		case a.Guess == b.Guess:
			return 0
		case b.Guess:
			return -1
		}
		return 1
	})
	return out
}

// literal is text as a string of Go, JavaScript, Python and JSON.
func literal(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return strconv.Quote(text)
	}
	return string(b)
}

// addressFixes set the public address of a program.
func addressFixes(base string) []fix {
	return []fix{
		{"console", "This console", "ringback dev --base-url " + quote(base)},
		{"environment", "Your program's environment", "BASE_URL=" + quote(base)},
		{"go", "Go", "signature.Config{\n\tBaseURL: " + strconv.Quote(base) + ",\n\tTokens:  signature.Tokens(os.Getenv(\"TWILIO_AUTH_TOKEN\")),\n}"},
		{"node", "Node", "const base = " + literal(base) + ";\ntwilio.validateRequest(process.env.TWILIO_AUTH_TOKEN, req.get(\"X-Twilio-Signature\"), base + req.originalUrl, req.body);"},
		{"python", "Python", "base = " + literal(base) + "\nRequestValidator(os.environ[\"TWILIO_AUTH_TOKEN\"]).validate(base + request.full_path.rstrip(\"?\"), request.form, request.headers[\"X-Twilio-Signature\"])"},
	}
}

// advice says what to do when the program refuses a request that is signed
// correctly, or has nothing at its path.
func (s *Server) advice(e capture.Exchange) *advice {
	if e.Source == capture.API {
		return nil
	}
	switch {
	case refusedBy(e):
		return s.refused(e)
	case e.Response.Status == http.StatusNotFound || e.Response.Status == http.StatusMethodNotAllowed:
		return s.missing(e)
	}
	return nil
}

func (s *Server) refused(e capture.Exchange) *advice {
	cfg := s.Stage.Config()
	fixes := []fix{
		{"environment", "Give your program the console's settings", fmt.Sprintf("export TWILIO_AUTH_TOKEN={token}\nexport BASE_URL=%s", quote(cfg.BaseURL))},
		{"console", "Or give the console your program's settings", fmt.Sprintf("ringback dev --app %s --token YOUR_AUTH_TOKEN --base-url YOUR_PUBLIC_URL", quote(cfg.App))},
	}
	for _, f := range addressFixes(cfg.BaseURL) {
		if f.For != "console" && f.For != "environment" {
			fixes = append(fixes, f)
		}
	}
	return &advice{
		Kind: "refused", Title: fmt.Sprintf("Your program responded with %d, but the signature is correct", e.Response.Status),
		Text: "Compare these values with the ones that your program uses. The auth token must be the same, and so must the URL that Twilio requests. " +
			"A program that builds the URL from the Host header, or runs behind a proxy, often gets a different one.",
		Facts: []fact{
			{"Auth token", hint(cfg.AuthToken)},
			{"URL", e.Request.URL},
			{"Signed text", signedText(e.Request)},
			{"Signature", e.Request.Header.Get("X-Twilio-Signature")},
		},
		Fixes: fixes,
	}
}

// hint shows enough of a token to compare it.
func hint(token string) string {
	if len(token) < 16 {
		return fmt.Sprintf("%d characters", len(token))
	}
	return fmt.Sprintf("%s…%s (%d characters)", token[:4], token[len(token)-4:], len(token))
}

// signedText is what Twilio signs of a request: the URL, and the parameters of a
// form sorted by name.
func signedText(r capture.Request) string {
	if !r.IsForm() {
		return r.URL
	}
	pairs, err := form.Parse(string(r.Body), form.Limits{Pairs: 1000, Lenient: true})
	if err != nil {
		return r.URL
	}
	var parts []string
	for _, p := range pairs {
		parts = append(parts, p.Name+"\x00"+p.Value)
	}
	slices.Sort(parts)
	parts = slices.Compact(parts) // a value that is repeated is signed once
	return r.URL + strings.ReplaceAll(strings.Join(parts, ""), "\x00", "")
}

func (s *Server) missing(e capture.Exchange) *advice {
	cfg := s.Stage.Config()
	path := e.Request.Path()
	flags := map[string][2]string{cfg.Status: {"--status", "status callbacks"}, cfg.Voice: {"--voice", "calls"}, cfg.SMS: {"--sms", "messages"}}
	if cfg.Fallback != "" {
		flags[cfg.Fallback] = [2]string{"--fallback", "fallback requests"}
	}
	a := &advice{Kind: "missing", Title: fmt.Sprintf("Your program has no handler for %s %s", e.Request.Method, path), Facts: []fact{}, Fixes: []fix{}}
	if e.Response.Status == http.StatusMethodNotAllowed {
		a.Title = fmt.Sprintf("Your program does not accept %s at %s", e.Request.Method, path)
	}
	flag, ok := flags[path]
	if !ok {
		a.Text = "The path comes from your program's own TwiML or REST request. Add the handler, or correct the URL there."
		return a
	}
	a.Text = fmt.Sprintf("The console sends %s to %s. If your program expects them at another path, start the console with %s.", flag[1], path, flag[0])
	a.Fixes = append(a.Fixes, fix{"console", "This console", fmt.Sprintf("ringback dev --app %s %s /YOUR/PATH", quote(cfg.App), flag[0])})
	return a
}
