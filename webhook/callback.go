package webhook

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Callback is a URL that Twilio is to request: an action, a status callback,
// the url of a noun. It carries parameters of your own, which come back in the
// query and are covered by the signature, and says how hard Twilio shall try.
//
// The zero value of each field but URL leaves the matter to Twilio, whose
// defaults are named with the fields. [Callback.String] gives the text for a
// setter in package twiml or a parameter of the REST API:
//
//	done := webhook.Callback{
//		URL:     "/recording",
//		Query:   url.Values{"order": {"4711"}},
//		Retries: 3,
//		RetryOn: []webhook.RetryPolicy{webhook.RetryConnect, webhook.Retry5xx},
//	}
//	twiml.Record().Action(done.String()) // /recording?order=4711#rc=3&rp=ct,5xx
//
// Twilio reads the connection settings from the URL's fragment, which it
// neither requests nor signs. Event Streams ignores them.
// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
type Callback struct {
	// URL is absolute (https or http) or relative to the document that names
	// it, without a fragment. It is kept as written, its query included, since
	// Twilio signs the text it was given.
	URL string
	// Query holds your own parameters; they are appended to those in URL,
	// sorted by name. EncodeQuery makes them from a struct.
	Query url.Values

	ConnectTimeout time.Duration // 100 ms to 10 s; zero: 5 s
	ReadTimeout    time.Duration // 100 ms to 15 s, also between two packets; zero: 15 s
	TotalTimeout   time.Duration // 100 ms to 15 s, for all tries together; zero: 15 s

	Retries int           // 1 to 5, or NoRetries; zero: 1
	RetryOn []RetryPolicy // what is worth another try; nil: RetryConnect
	Edges   []Edge        // where the first, second, ... try leaves Twilio; nil: Ashburn
	SNI     bool          // name the host in the TLS handshake even where Twilio would not
}

// NoRetries as [Callback.Retries] asks for a single try.
const NoRetries = -1

// A RetryPolicy is a failure after which Twilio tries a [Callback] again.
type RetryPolicy string

// The policies of Twilio's rp setting. A later one may be given as text.
const (
	Retry4xx     RetryPolicy = "4xx" // an answer with a status of 400 to 499
	Retry5xx     RetryPolicy = "5xx" // an answer with a status of 500 to 599
	RetryConnect RetryPolicy = "ct"  // no connection within ConnectTimeout, or a failed TLS handshake
	RetryRead    RetryPolicy = "rt"  // no answer within ReadTimeout
	RetryAll     RetryPolicy = "all" // any of these
)

// An Edge is a place from which Twilio makes its requests.
// https://www.twilio.com/docs/global-infrastructure/edge-locations
type Edge string

// The edges that Twilio names. A later one may be given as text.
const (
	Ashburn   Edge = "ashburn"
	Dublin    Edge = "dublin"
	Frankfurt Edge = "frankfurt"
	SaoPaulo  Edge = "sao-paulo"
	Singapore Edge = "singapore"
	Sydney    Edge = "sydney"
	Tokyo     Edge = "tokyo"
	Umatilla  Edge = "umatilla"
)

// A CallbackError says which field of a [Callback] Twilio would not accept.
// [Callback.Build] joins one for every mistake.
type CallbackError struct {
	Field string // the field's name: "URL", "ReadTimeout", ...
	Err   error  // what is wrong with it
}

// Error names the field and says what Twilio would accept.
func (e *CallbackError) Error() string { return "webhook: callback: " + e.Field + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *CallbackError) Unwrap() error { return e.Err }

// String returns what [Callback.Build] returns and panics where Build would
// return an error: the settings are constants of a program, and a test that
// builds the document once shows the mistake. Use Build for settings that come
// from outside.
func (c Callback) String() string {
	text, err := c.Build()
	if err != nil {
		panic(err)
	}
	return text
}

// Build returns the URL with the parameters and the connection settings, in a
// fixed order. The error joins a [*CallbackError] for every field that is out
// of Twilio's range.
func (c Callback) Build() (string, error) {
	var b callbackBuilder
	b.url(c.URL)
	b.query(c.Query)
	b.timeout("ConnectTimeout", "ct", c.ConnectTimeout, 10*time.Second)
	b.timeout("ReadTimeout", "rt", c.ReadTimeout, 15*time.Second)
	b.timeout("TotalTimeout", "tt", c.TotalTimeout, 15*time.Second)
	b.retries(c.Retries)
	b.list("RetryOn", "rp", names(c.RetryOn))
	b.list("Edges", "e", names(c.Edges))
	if c.SNI {
		b.set("sni", "y")
	}
	if len(b.errs) > 0 {
		return "", errors.Join(b.errs...)
	}
	return b.text.String(), nil
}

type callbackBuilder struct {
	text     strings.Builder
	settings int
	errs     []error
}

func (b *callbackBuilder) fail(field, format string, args ...any) {
	b.errs = append(b.errs, &CallbackError{Field: field, Err: fmt.Errorf(format, args...)})
}

func (b *callbackBuilder) url(text string) {
	if err := checkCallbackURL(text); err != nil {
		b.fail("URL", "%w", err)
	}
	b.text.WriteString(text)
}

// checkCallbackURL parses only to judge: what is sent is the text itself.
func checkCallbackURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case text == "":
		return errors.New("is empty")
	case strings.Contains(text, "#"):
		return errors.New("has a fragment, which is made of the other fields")
	case err != nil || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return errors.New("is not a URL")
	case u.Scheme != "" && u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("has the scheme %q; Twilio requests https and http", u.Scheme)
	case u.Scheme != "" && u.Hostname() == "":
		return errors.New("has no host")
	case strings.Contains(u.Hostname(), "_"):
		return errors.New("has an underscore in its host, which Twilio refuses")
	}
	return nil
}

func (b *callbackBuilder) query(q url.Values) {
	for name := range q {
		switch name {
		case "":
			b.fail("Query", "has a parameter without a name")
		case "bodySHA256":
			b.fail("Query", "has the parameter bodySHA256, by which Twilio signs JSON")
		}
	}
	encoded := q.Encode()
	if encoded == "" {
		return
	}
	switch text := b.text.String(); {
	case !strings.Contains(text, "?"):
		b.text.WriteByte('?')
	case !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, "&"):
		b.text.WriteByte('&')
	}
	b.text.WriteString(encoded)
}

func (b *callbackBuilder) timeout(field, key string, d, longest time.Duration) {
	switch {
	case d == 0:
		return
	case d < 100*time.Millisecond || d > longest:
		b.fail(field, "%v is not between 100ms and %v", d, longest)
	case d%time.Millisecond != 0:
		b.fail(field, "%v is not a whole number of milliseconds", d)
	}
	b.set(key, strconv.FormatInt(d.Milliseconds(), 10))
}

func (b *callbackBuilder) retries(n int) {
	switch {
	case n == 0:
		return
	case n == NoRetries:
		n = 0
	case n < 0 || n > 5:
		b.fail("Retries", "%d is not between 1 and 5, nor NoRetries", n)
	}
	b.set("rc", strconv.Itoa(n))
}

func (b *callbackBuilder) list(field, key string, values []string) {
	if len(values) == 0 {
		return
	}
	for i, v := range values {
		if !isSettingName(v) {
			b.fail(field, "%q is not a name of lower-case letters, digits and hyphens", v)
		}
		// Edges may repeat: the second try can leave from where the first did.
		if field == "RetryOn" && slices.Contains(values[:i], v) {
			b.fail(field, "%q is there twice", v)
		}
	}
	b.set(key, strings.Join(values, ","))
}

func (b *callbackBuilder) set(key, value string) {
	if b.settings == 0 {
		b.text.WriteByte('#')
	} else {
		b.text.WriteByte('&')
	}
	b.settings++
	b.text.WriteString(key)
	b.text.WriteByte('=')
	b.text.WriteString(value)
}

func names[S ~string](list []S) []string {
	texts := make([]string, len(list))
	for i, s := range list {
		texts[i] = string(s)
	}
	return texts
}

func isSettingName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// ParseCallback is the inverse of [Callback.Build]: it takes the connection
// settings from the fragment of text and leaves URL as written, with its query.
// Query has the parameters of URL only in so far as they can be told from it:
// it stays nil, so that Build gives text again.
//
// It is for tools that show or check what is set elsewhere. The error joins a
// [*CallbackError] for each setting that Twilio would refuse (errors 11203,
// 11240, 11241, 11243) or that is not known.
func ParseCallback(text string) (Callback, error) {
	base, fragment, found := strings.Cut(text, "#")
	c := Callback{URL: base}
	if !found || fragment == "" {
		_, err := c.Build()
		return c, err
	}
	var errs []error
	seen := make(map[string]bool)
	for pair := range strings.SplitSeq(fragment, "&") {
		key, value, _ := strings.Cut(pair, "=")
		field, err := c.setting(key, value)
		if seen[key] {
			err = errors.New("is set twice")
		}
		seen[key] = true
		if err != nil {
			errs = append(errs, &CallbackError{Field: field, Err: err})
		}
	}
	if _, err := c.Build(); err != nil {
		errs = append(errs, err)
	}
	return c, errors.Join(errs...)
}

// setting sets the field for key and returns the field's name.
func (c *Callback) setting(key, value string) (field string, err error) {
	switch key {
	case "ct":
		c.ConnectTimeout, err = parseMilliseconds(value)
		return "ConnectTimeout", err
	case "rt":
		c.ReadTimeout, err = parseMilliseconds(value)
		return "ReadTimeout", err
	case "tt":
		c.TotalTimeout, err = parseMilliseconds(value)
		return "TotalTimeout", err
	case "rc":
		n, err := strconv.ParseUint(value, 10, 8)
		if err != nil {
			return "Retries", fmt.Errorf("%q is not a number from 0 to 5", value)
		}
		c.Retries = int(n)
		if n == 0 {
			c.Retries = NoRetries
		}
		return "Retries", nil
	case "rp":
		for p := range strings.SplitSeq(value, ",") {
			c.RetryOn = append(c.RetryOn, RetryPolicy(p))
		}
		return "RetryOn", nil
	case "e":
		for e := range strings.SplitSeq(value, ",") {
			c.Edges = append(c.Edges, Edge(e))
		}
		return "Edges", nil
	case "sni":
		c.SNI = value == "y"
		if value != "y" && value != "n" {
			return "SNI", fmt.Errorf("%q is neither y nor n", value)
		}
		return "SNI", nil
	}
	return "URL", fmt.Errorf("has the connection setting %q, which Twilio does not know", key)
}

func parseMilliseconds(value string) (time.Duration, error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a number of milliseconds", value)
	}
	return time.Duration(n) * time.Millisecond, nil
}
