// Package callback builds the URLs that Twilio requests: actions, status
// callbacks, and the url of a noun. A [URL] holds your own parameters, which
// come back in the query and are covered by the signature, and Twilio's
// settings for timeouts and retries.
//
//	done := callback.URL{
//		Base:    "/recording",
//		Query:   url.Values{"order": {"4711"}},
//		Retries: 3,
//		RetryOn: []callback.RetryPolicy{callback.RetryConnect, callback.Retry5xx},
//	}
//	twiml.Record().Action(done.MustBuild()) // /recording?order=4711#rc=3&rp=ct,5xx
//
// Twilio reads the connection settings from the URL's fragment, which it
// neither requests nor signs. A rule of the Webhooks configuration API takes
// precedence over them, and Event Streams ignores them. See
// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
//
// [EncodeQuery] and [DecodeQuery] convert between the query and a struct.
//
// Proxies log query parameters: put an identifier into the query, and nothing
// secret or personal.
package callback

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A URL is a URL that Twilio requests. A zero field, except Base, means
// Twilio's default, which the field's comment states. [URL.MustBuild] and
// [URL.Build] return the text for a setter in package twiml or a parameter of
// the REST API.
type URL struct {
	// Base is absolute (https or http) or relative to the document that
	// contains it, without a fragment. It is kept as written, including its
	// query, because Twilio signs the text it was given.
	Base string
	// Query holds your own parameters. They are appended to those in Base,
	// sorted by name. EncodeQuery makes them from a struct.
	Query url.Values

	ConnectTimeout time.Duration // 100 ms to 10 s; zero: 5 s
	ReadTimeout    time.Duration // 100 ms to 15 s, also the limit between two packets; zero: 15 s
	TotalTimeout   time.Duration // 100 ms to 15 s, for all attempts together; zero: 15 s

	Retries int           // 1 to 5, or NoRetries; zero: 1
	RetryOn []RetryPolicy // failures that are retried; nil: RetryConnect
	Edges   []Edge        // where the first, second, ... attempt leaves Twilio; nil: Ashburn
	SNI     bool          // send the host name in the TLS handshake even if Twilio would not
}

// NoRetries in [URL.Retries] means a single attempt.
const NoRetries = -1

// A RetryPolicy is a failure that Twilio retries.
type RetryPolicy string

// The policies of Twilio's rp setting. Other values are accepted as text.
const (
	Retry4xx     RetryPolicy = "4xx" // an answer with a status of 400 to 499
	Retry5xx     RetryPolicy = "5xx" // an answer with a status of 500 to 599
	RetryConnect RetryPolicy = "ct"  // no connection within ConnectTimeout, or a failed TLS handshake
	RetryRead    RetryPolicy = "rt"  // no answer within ReadTimeout
	RetryAll     RetryPolicy = "all" // any of these
)

// An Edge is a location from which Twilio makes its requests. See
// https://www.twilio.com/docs/global-infrastructure/edge-locations.
type Edge string

// The documented edges. Other values are accepted as text.
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

// An Error names a field of a [URL] that Twilio would not accept. [URL.Build]
// joins one for every mistake.
type Error struct {
	Field string // the field's name: "Base", "ReadTimeout", ...
	Err   error  // what is wrong with it
}

// Error names the field and says what Twilio accepts.
func (e *Error) Error() string { return "callback: " + e.Field + ": " + e.Err.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// MustBuild is like [URL.Build] but panics instead of returning an error. Use
// it for settings that are constants of the program: the first test that builds
// the document finds the mistake. Use Build for settings from outside.
func (u URL) MustBuild() string {
	text, err := u.Build()
	if err != nil {
		panic(err)
	}
	return text
}

// Build returns the URL with the parameters and the connection settings, in a
// fixed order. The error joins an [*Error] for every field that is out of
// Twilio's range.
func (u URL) Build() (string, error) {
	var b builder
	b.base(u.Base)
	b.query(u.Query)
	b.timeout("ConnectTimeout", "ct", u.ConnectTimeout, 10*time.Second)
	b.timeout("ReadTimeout", "rt", u.ReadTimeout, 15*time.Second)
	b.timeout("TotalTimeout", "tt", u.TotalTimeout, 15*time.Second)
	b.retries(u.Retries)
	b.list("RetryOn", "rp", names(u.RetryOn))
	b.list("Edges", "e", names(u.Edges))
	if u.SNI {
		b.set("sni", "y")
	}
	if len(b.errs) > 0 {
		return "", errors.Join(b.errs...)
	}
	return b.text.String(), nil
}

type builder struct {
	text     strings.Builder
	settings int
	errs     []error
}

func (b *builder) fail(field, format string, args ...any) {
	b.errs = append(b.errs, &Error{Field: field, Err: fmt.Errorf(format, args...)})
}

func (b *builder) base(text string) {
	if err := checkBase(text); err != nil {
		b.fail("Base", "%w", err)
	}
	b.text.WriteString(text)
}

// checkBase says what is wrong with a URL. It does not change the text, because
// Twilio signs it as given. The reasons do not quote it: a URL may hold a
// password or a phone number.
func checkBase(text string) error {
	if text == "" {
		return errors.New("is empty")
	}
	for i, r := range text {
		switch {
		case r == '#':
			return errors.New("has a fragment; use the fields for connection settings")
		case r == ' ':
			return fmt.Errorf("has a blank at byte %d; write %%20, or + in the query", i)
		case r < ' ' || r == 0x7f:
			return fmt.Errorf("has a control character at byte %d", i)
		case r == '%' && !isEscape(text[i:]):
			return fmt.Errorf("has a broken escape at byte %d; write %%25 for a percent sign", i)
		}
	}
	u, err := url.Parse(text)
	switch {
	case err != nil:
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

func isEscape(text string) bool {
	return len(text) >= 3 && isHex(text[1]) && isHex(text[2])
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func (b *builder) query(q url.Values) {
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

func (b *builder) timeout(field, key string, d, longest time.Duration) {
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

func (b *builder) retries(n int) {
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

func (b *builder) list(field, key string, values []string) {
	if len(values) == 0 {
		return
	}
	for i, v := range values {
		if !isSettingName(v) {
			b.fail(field, "%q is not a name of lower-case letters, digits and hyphens", v)
		}
		// Edges may repeat: the second attempt may leave from the same edge.
		if field == "RetryOn" && slices.Contains(values[:i], v) {
			b.fail(field, "%q occurs twice", v)
		}
	}
	b.set(key, strings.Join(values, ","))
}

func (b *builder) set(key, value string) {
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

// Parse is the inverse of [URL.Build]: it takes the connection settings from
// the fragment of text and leaves Base as written, with its query. Query stays
// nil, so that Build returns text again.
//
// Use it in tools that show or check existing settings. The error joins an
// [*Error] for each setting that is unknown or that Twilio would refuse (errors
// 11203, 11240, 11241, 11243).
func Parse(text string) (URL, error) {
	base, fragment, found := strings.Cut(text, "#")
	u := URL{Base: base}
	var errs []error
	if found && fragment != "" {
		seen := make(map[string]bool)
		for pair := range strings.SplitSeq(fragment, "&") {
			key, value, _ := strings.Cut(pair, "=")
			field, err := u.setting(key, value)
			if seen[key] {
				err = errors.New("is set twice")
			}
			seen[key] = true
			if err != nil {
				errs = append(errs, &Error{Field: field, Err: err})
			}
		}
	}
	if _, err := u.Build(); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return URL{}, errors.Join(errs...)
	}
	return u, nil
}

// setting sets the field for key and returns the field's name.
func (u *URL) setting(key, value string) (field string, err error) {
	switch key {
	case "ct":
		u.ConnectTimeout, err = parseMilliseconds(value)
		return "ConnectTimeout", err
	case "rt":
		u.ReadTimeout, err = parseMilliseconds(value)
		return "ReadTimeout", err
	case "tt":
		u.TotalTimeout, err = parseMilliseconds(value)
		return "TotalTimeout", err
	case "rc":
		n, err := strconv.ParseUint(value, 10, 8)
		if err != nil {
			return "Retries", fmt.Errorf("%q is not a number from 0 to 5", value)
		}
		u.Retries = int(n)
		if n == 0 {
			u.Retries = NoRetries
		}
		return "Retries", nil
	case "rp":
		for p := range strings.SplitSeq(value, ",") {
			u.RetryOn = append(u.RetryOn, RetryPolicy(p))
		}
		return "RetryOn", nil
	case "e":
		for e := range strings.SplitSeq(value, ",") {
			u.Edges = append(u.Edges, Edge(e))
		}
		return "Edges", nil
	case "sni":
		u.SNI = value == "y"
		if value != "y" && value != "n" {
			return "SNI", fmt.Errorf("%q is neither y nor n", value)
		}
		return "SNI", nil
	}
	return "Base", fmt.Errorf("has the unknown connection setting %q", key)
}

func parseMilliseconds(value string) (time.Duration, error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is not a number of milliseconds", value)
	}
	return time.Duration(n) * time.Millisecond, nil
}
