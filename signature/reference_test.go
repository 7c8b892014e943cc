package signature_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/form"
)

// This file is a slow, obvious verifier to compare ours with. It shares only
// the form parser, which has its own reference.

func decodeSignature(t testing.TB, text string) []byte {
	t.Helper()
	sum, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return sum
}

func encodeSignature(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

func slowMAC(secret, message string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(message))
	return encodeSignature(mac.Sum(nil))
}

// slowCanonical makes a set of name+value for each name, sorts the names, then
// the values, and joins everything.
func slowCanonical(pairs []form.Pair) string {
	values := map[string][]string{}
	var names []string
	for _, p := range pairs {
		if _, ok := values[p.Name]; !ok {
			names = append(names, p.Name)
		}
		if !slices.Contains(values[p.Name], p.Value) {
			values[p.Name] = append(values[p.Name], p.Value)
		}
	}
	slices.Sort(names)
	out := ""
	for _, name := range names {
		slices.Sort(values[name])
		for _, v := range values[name] {
			out += name + v
		}
	}
	return out
}

// slowURLs lists the spellings of a URL that may be signed, for a base without
// user information.
func slowURLs(base, target string) []string {
	scheme, host, _ := strings.Cut(base, "://")
	port := map[string]string{"https": "443", "wss": "443", "http": "80", "ws": "80"}[scheme]
	list := []string{base + target}
	i := strings.LastIndex(host, ":")
	if i > strings.LastIndex(host, "]") {
		list = append(list, scheme+"://"+host[:i]+target)
	} else {
		list = append(list, base+":"+port+target)
	}
	if target == "/" || strings.HasPrefix(target, "/?") {
		for _, u := range list[:2] {
			list = append(list, strings.TrimSuffix(u, target)+target[1:])
		}
	}
	return list
}

// slowVerify is the decision table for a POST with a form or with JSON, and
// for a GET without a body, under the lenient rules.
func slowVerify(secret, base, target, method, contentType, body, sig string) bool {
	_, query, _ := strings.Cut(target, "?")
	queryPairs, _ := form.Parse(query, form.Limits{Lenient: true})
	hash := ""
	for i, p := range queryPairs {
		if p.Name != "bodySHA256" {
			continue
		}
		for _, other := range queryPairs[:i] {
			if other.Name == "bodySHA256" && !strings.EqualFold(other.Value, p.Value) {
				return false
			}
		}
		hash = strings.ToLower(p.Value)
	}
	sum := sha256.Sum256([]byte(body))
	bound := hash == hex.EncodeToString(sum[:])
	isForm := contentType == "application/x-www-form-urlencoded"

	var messages []string
	pairs, _ := form.Parse(body, form.Limits{Lenient: true})
	account := queryPairs
	switch {
	case method == "GET":
		if body != "" && !bound {
			return false
		}
		messages = []string{""}
	case hash != "" && !bound:
		return false
	case isForm:
		account = pairs
		messages = []string{slowCanonical(pairs)}
		if bound {
			messages = append(messages, "")
		}
	case body != "" && !bound:
		return false
	default:
		messages = []string{""}
	}
	for i, p := range account {
		for _, other := range account[:i] {
			if p.Name == "AccountSid" && other.Name == "AccountSid" && p.Value != other.Value {
				return false
			}
		}
	}
	for _, u := range slowURLs(base, target) {
		for _, m := range messages {
			if slowMAC(secret, u+m) == sig {
				return true
			}
		}
	}
	return false
}
