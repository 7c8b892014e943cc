package save

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/twiml"
)

// A request is one that a test sends, with what it expects.
type request struct {
	method, path string
	pairs        []form.Pair
	status       int
	texts        []string
}

// A test is the requests of one thread.
type test struct {
	name     string
	requests []request
}

// tests are the requests of each thread, in order. Languages without a Twilio to
// test with send them one by one.
func tests(cfg Config, exchanges []capture.Exchange) (out []test, notes []string) {
	at := map[string]int{}
	note := func(text string) {
		if !slices.Contains(notes, text) {
			notes = append(notes, text)
		}
	}
	for _, e := range exchanges {
		pairs := pairsOf(e.Request)
		switch {
		case e.Source == capture.API:
			continue
		case e.Parent != 0:
			note("replays are left out")
			continue
		case e.Fault != "" || e.Response.Status == 0:
			note("exchanges with a fault or without an answer are left out")
			continue
		case e.Request.Method != http.MethodGet && pairs == nil:
			note("requests that are not forms are left out")
			continue
		}
		i, ok := at[e.Thread]
		if !ok {
			i = len(out)
			at[e.Thread] = i
			out = append(out, test{name: title(e, pairs)})
		}
		path := PathOf(e.Request.URL, cfg.BaseURL)
		if e.Request.Method == http.MethodGet {
			pairs = nil // they are in the path
		}
		out[i].requests = append(out[i].requests, request{
			method: e.Request.Method, path: path, pairs: pairs, status: e.Response.Status, texts: answered(e),
		})
	}
	return out, notes
}

func title(e capture.Exchange, pairs []form.Pair) string {
	switch from := param(pairs, "From"); {
	case incoming(e):
		return "a text of " + from
	case strings.HasPrefix(e.Thread, "CA"):
		return "a call of " + from
	}
	return "requests about " + clean(e.Thread)
}

// answered are the texts that people read or hear in an answer.
func answered(e capture.Exchange) (out []string) {
	if !strings.Contains(e.Response.Header.Get("Content-Type"), "xml") {
		return nil
	}
	doc, err := twiml.Parse(e.Response.Body)
	if err != nil {
		return nil
	}
	var walk func(*twiml.Node)
	walk = func(n *twiml.Node) {
		for child := range n.Elements() {
			text := ""
			switch child.Name {
			case "Say", "Body":
				text = strings.Join(strings.Fields(clean(untagged(child))), " ")
			case "Message":
				text = content(child)
				walk(child)
			default:
				walk(child)
			}
			if text != "" {
				out = append(out, text)
			}
		}
	}
	walk(doc)
	return out
}

// untagged is the text in an element, with a blank in place of each tag, as the
// saved tests read an answer.
func untagged(n *twiml.Node) string {
	if n.Name == "!--" {
		return ""
	}
	text := n.Text
	for _, child := range n.Children {
		text += " " + untagged(child)
	}
	return text
}

// literal is text as a string of JavaScript, Python and JSON.
func literal(text string) string {
	b, err := json.Marshal(clean(text))
	if err != nil {
		panic(err) // text always encodes
	}
	return string(b)
}

// list are pairs as an array, a line each.
func list(pairs []form.Pair, indent, open, end string) string {
	if len(pairs) == 0 {
		return "[]"
	}
	var b strings.Builder
	b.WriteString("[\n")
	for _, p := range pairs {
		fmt.Fprintf(&b, "%s  %s%s, %s%s,\n", indent, open, literal(p.Name), literal(p.Value), end)
	}
	b.WriteString(indent + "]")
	return b.String()
}

// Jest writes the requests of exchanges as a test for Jest.
func Jest(cfg Config, exchanges []capture.Exchange) (Result, error) {
	all, notes := tests(cfg, exchanges)
	if len(all) == 0 {
		return Result{}, ErrNothing
	}
	var b strings.Builder
	fmt.Fprintf(&b, `// Saved from the Ringback console. The program must be running at APP_URL:
//
//   TWILIO_AUTH_TOKEN=... npx jest saved.test.js

const crypto = require("node:crypto");

const app = process.env.APP_URL || %s;
const base = process.env.BASE_URL || %s; // the URL that the program verifies with
const token = process.env.TWILIO_AUTH_TOKEN;

// send signs a request as Twilio does, and returns the status and the text of the answer.
async function send(method, path, params) {
  const sorted = [...params].sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1));
  const signature = crypto.createHmac("sha1", token).update(base + path + sorted.flat().join("")).digest("base64");
  const request = {method, redirect: "manual", headers: {"X-Twilio-Signature": signature}};
  if (method !== "GET") request.body = new URLSearchParams(params);
  const response = await fetch(app + path, request);
  return {status: response.status, text: words(await response.text())};
}

// words is the text of a document without its tags.
function words(xml) {
  const entities = {lt: "<", gt: ">", quot: "\"", apos: "'", amp: "&"};
  return xml.replace(/<[^>]*>/g, " ").replace(/&(?:#x([0-9a-f]+)|#(\d+)|(lt|gt|quot|apos|amp));/gi, (_, hex, number, name) =>
    name ? entities[name] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(number))).replace(/\s+/g, " ");
}
`, literal(cfg.App), literal(cfg.BaseURL))
	for _, t := range all {
		fmt.Fprintf(&b, "\ntest(%s, async () => {\n  let answer;\n", literal(t.name))
		for _, r := range t.requests {
			fmt.Fprintf(&b, "\n  answer = await send(%s, %s, %s);\n  expect(answer.status).toBe(%d);\n", literal(r.method), literal(r.path), list(r.pairs, "  ", "[", "]"), r.status)
			for _, text := range r.texts {
				fmt.Fprintf(&b, "  expect(answer.text).toContain(%s);\n", literal(text))
			}
		}
		b.WriteString("});\n")
	}
	return Result{Name: "saved.test.js", Media: "text/javascript", Text: b.String(), Notes: notes}, nil
}

// Pytest writes the requests of exchanges as a test for pytest.
func Pytest(cfg Config, exchanges []capture.Exchange) (Result, error) {
	all, notes := tests(cfg, exchanges)
	if len(all) == 0 {
		return Result{}, ErrNothing
	}
	var b strings.Builder
	fmt.Fprintf(&b, `# Saved from the Ringback console. The program must be running at APP_URL:
#
#   TWILIO_AUTH_TOKEN=... pytest test_saved.py

import base64
import hashlib
import hmac
import html
import os
import re
import urllib.error
import urllib.parse
import urllib.request

APP = os.environ.get("APP_URL", %s)
BASE = os.environ.get("BASE_URL", %s)  # the URL that the program verifies with
TOKEN = os.environ.get("TWILIO_AUTH_TOKEN", "")


def send(method, path, params):
    """Signs a request as Twilio does, and returns the status and the text of the answer."""
    text = BASE + path + "".join(name + value for name, value in sorted(params))
    digest = hmac.new(TOKEN.encode(), text.encode(), hashlib.sha1).digest()
    data = None if method == "GET" else urllib.parse.urlencode(params).encode()
    request = urllib.request.Request(APP + path, data, method=method)
    request.add_header("X-Twilio-Signature", base64.b64encode(digest).decode())
    try:
        response = urllib.request.urlopen(request)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        body = response.read().decode("utf-8", "replace")
    return response.status, " ".join(html.unescape(re.sub(r"<[^>]*>", " ", body)).split())
`, literal(cfg.App), literal(cfg.BaseURL))
	seen := map[string]int{}
	for _, t := range all {
		name := strings.ToLower(strings.Trim(strings.Map(func(c rune) rune {
			if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
				return c
			}
			return '_'
		}, t.name), "_"))
		name = name[:min(len(name), 60)]
		seen[name]++
		if n := seen[name]; n > 1 {
			name = fmt.Sprintf("%s_%d", name, n)
		}
		fmt.Fprintf(&b, "\n\ndef test_%s():\n", name)
		for _, r := range t.requests {
			fmt.Fprintf(&b, "    status, text = send(%s, %s, %s)\n    assert status == %d\n", literal(r.method), literal(r.path), list(r.pairs, "    ", "(", ")"), r.status)
			for _, text := range r.texts {
				fmt.Fprintf(&b, "    assert %s in text\n", literal(text))
			}
		}
	}
	return Result{Name: "test_saved.py", Media: "text/x-python", Text: b.String(), Notes: notes}, nil
}
