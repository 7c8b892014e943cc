package save

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/internal/form"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// Stories reads what happened in exchanges, oldest first. calls finds what is
// known of a call by its SID: what people did and heard. For a call that is no
// longer known, the exchanges suffice for a simple story.
func Stories(cfg Config, exchanges []capture.Exchange, calls func(sid string) (stage.Call, error)) (stories []Story, notes []string) {
	t := &teller{cfg: cfg}
	threads := map[string][]capture.Exchange{}
	var order []string
	for _, e := range exchanges {
		switch {
		case e.Source == capture.API, e.Thread == "":
			continue
		case e.Parent != 0:
			t.note("replays are left out")
			continue
		case e.Fault != "":
			t.note("exchanges with a fault are left out")
			continue
		}
		if threads[e.Thread] == nil {
			order = append(order, e.Thread)
		}
		threads[e.Thread] = append(threads[e.Thread], e)
	}
	for _, sid := range order {
		list := threads[sid]
		switch {
		case slices.ContainsFunc(list, incoming):
			t.message(list)
		case strings.HasPrefix(sid, "CA"):
			if call, err := calls(sid); err == nil {
				t.lines(call, list)
			} else {
				t.documents(list)
			}
		}
	}
	return t.stories, t.notes
}

type teller struct {
	cfg     Config
	stories []Story
	notes   []string
}

func (t *teller) note(text string) {
	if !slices.Contains(t.notes, text) {
		t.notes = append(t.notes, text)
	}
}

func incoming(e capture.Exchange) bool {
	return e.Kind == string(webhook.KindIncomingMessage) || e.Kind == string(webhook.KindMessagingFallback)
}

// path returns the path of a URL below the base URL, with its query; empty if it
// is usual.
func (t *teller) path(address, usual string) string {
	path := PathOf(address, t.cfg.BaseURL)
	if path == usual {
		return ""
	}
	return path
}

// PathOf returns what follows the base URL in an address.
func PathOf(address, base string) string {
	if rest, ok := strings.CutPrefix(address, base); ok && strings.HasPrefix(rest, "/") {
		return rest
	}
	u, err := url.Parse(address)
	if err != nil {
		return "/"
	}
	if path := u.RequestURI(); strings.HasPrefix(path, "/") {
		return path
	}
	return "/" // of a URL like https:@example.com, which a test must not put behind a host
}

// pairsOf are the parameters of a request: those of its form, or of its query.
func pairsOf(r capture.Request) []form.Pair {
	text := string(r.Body)
	if r.Method == http.MethodGet {
		_, text, _ = strings.Cut(r.URL, "?")
	} else if !r.IsForm() {
		return nil
	}
	pairs, err := form.Parse(text, form.Limits{Pairs: 1000, Lenient: true})
	if err != nil {
		return nil
	}
	return pairs
}

func param(pairs []form.Pair, name string) string {
	for _, p := range pairs {
		if p.Name == name {
			return clean(p.Value)
		}
	}
	return ""
}

// clean is text that every format can hold.
func clean(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// message adds a text and its answer. Texts of one person that follow each
// other are one story.
func (t *teller) message(list []capture.Exchange) {
	first := list[slices.IndexFunc(list, incoming)]
	pairs := pairsOf(first.Request)
	from := param(pairs, "From")
	text := Step{Do: Text, Texts: []string{param(pairs, "Body")}, Path: t.path(first.Request.URL, t.cfg.SMS)}
	for i := range 10 {
		if m := param(pairs, "MediaUrl"+strconv.Itoa(i)); m != "" {
			text.Media = append(text.Media, t.media(m))
		}
	}
	switch {
	case strings.HasPrefix(from, "whatsapp:") && len(text.Media) > 0:
		t.note("a WhatsApp picture is saved as an MMS")
	case strings.HasPrefix(from, "whatsapp:"):
		text.WhatsApp = true
	case strings.HasPrefix(from, "rcs:"):
		t.note("an RCS message is saved as an SMS")
	}
	if param(pairs, "ButtonPayload") != "" || param(pairs, "Latitude") != "" {
		t.note("a button or a place is saved as its text")
	}
	_, person, ok := strings.Cut(from, ":")
	if !ok {
		person = from
	}
	if n := len(t.stories); n == 0 || t.stories[n-1].As != person || t.stories[n-1].Steps[0].Do != Text {
		t.stories = append(t.stories, Story{Name: "a conversation with " + person, As: person})
	}
	s := &t.stories[len(t.stories)-1]
	s.Steps = append(s.Steps, text)
	if i := slices.IndexFunc(list, func(e capture.Exchange) bool { return e.Code != 0 && !strings.HasSuffix(e.Kind, "StatusCallback") }); i >= 0 {
		s.Steps = append(s.Steps, Step{Do: Fails, Code: list[i].Code})
		if list[i].Code == first.Code && !slices.ContainsFunc(list, func(e capture.Exchange) bool { return e.Kind == string(webhook.KindMessagingFallback) }) {
			return
		}
	}
	last := first
	for _, e := range list {
		if e.SID == first.SID && !strings.HasSuffix(e.Kind, "StatusCallback") {
			last = e
		}
	}
	s.Steps = append(s.Steps, Step{Do: Replies, Texts: t.replies(last, from)})
}

// media is the URL of a picture for a test: those of the console and of Twilio are
// gone by then.
func (t *teller) media(address string) string {
	u, err := url.Parse(address)
	if err == nil && u.Scheme == "https" && u.Hostname() != "api.twilio.com" {
		return address
	}
	t.note("pictures are replaced by https://media.example.com/picture.jpg")
	return "https://media.example.com/picture.jpg"
}

// replies are the texts of the messages in an answer that reach the person who wrote.
func (t *teller) replies(e capture.Exchange, person string) (out []string) {
	kind := e.Response.Header.Get("Content-Type")
	if strings.HasPrefix(kind, "text/plain") && e.Response.Status < 300 {
		if text := strings.TrimSpace(clean(string(e.Response.Body))); text != "" {
			out = append(out, text)
		}
		return out
	}
	doc, err := twiml.Parse(e.Response.Body)
	if err != nil {
		return nil
	}
	for verb := range doc.Elements() {
		if verb.Name != "Message" {
			continue
		}
		if to, ok := verb.Attr("to"); ok && to != person {
			t.note("messages to others are left out")
			continue
		}
		text := content(verb)
		for part := range verb.Elements() {
			if part.Name == "Body" {
				text = content(part)
			}
		}
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}

// content is the text of an element itself, without that of its children.
func content(n *twiml.Node) string { return strings.Join(strings.Fields(clean(n.Content())), " ") }

// lines adds a call from what people did and heard.
func (t *teller) lines(call stage.Call, list []capture.Exchange) {
	s := Story{Name: "a call of " + clean(call.Person), As: clean(call.Person)}
	path := ""
	if len(list) > 0 {
		path = t.path(list[0].Request.URL, t.cfg.Voice)
	}
	if call.Direction == string(webhook.CallDirectionInbound) {
		s.Steps = append(s.Steps, Step{Do: Call, Path: path})
	} else {
		s.Name = "a call to " + s.As
		s.Steps = append(s.Steps, Step{Do: Outbound, Path: path})
	}
	add := func(step Step) { s.Steps = append(s.Steps, step) }
	talking := time.Time{}
	for _, l := range call.Lines {
		callee := l.Dialed != ""
		if !talking.IsZero() && (l.Event == dialogue.EventHungUp || l.Event == dialogue.EventPressed || l.Event == dialogue.EventSpoke) {
			if gap := l.At.Sub(talking).Round(time.Second); gap > 0 {
				add(Step{Do: Waits, For: gap})
			}
			talking = l.At
		}
		switch l.Event {
		case dialogue.EventSaid:
			if l.Kind == "say" { // and not Twilio's apology
				t.hears(&s, clean(l.Words), callee)
			}
		case dialogue.EventPressed:
			add(Step{Do: Presses, Texts: []string{l.Words}, Callee: callee})
		case dialogue.EventSpoke:
			if l.Words == "" {
				add(Step{Do: Records, For: max(l.Duration.Round(time.Second), time.Second)})
			} else {
				add(Step{Do: Speaks, Texts: []string{clean(l.Words)}, Callee: callee})
			}
		case dialogue.EventRinging:
			if callee {
				add(Step{Do: Rings, Texts: []string{clean(l.Dialed)}})
			}
		case dialogue.EventAnswered:
			if callee || call.Direction != string(webhook.CallDirectionInbound) {
				add(Step{Do: Answers, Callee: callee})
			}
		case dialogue.EventBridged:
			talking = l.At
		case dialogue.EventHungUp:
			add(Step{Do: HangsUp, Callee: callee})
		case dialogue.EventFailed:
			if !callee && l.Code != 0 {
				add(Step{Do: Fails, Code: l.Code})
			}
		case dialogue.EventPaid:
			t.note("a payment cannot be saved")
		case dialogue.EventSessionStarted:
			t.note("what is said in a live session cannot be saved")
		case dialogue.EventEnded:
			switch {
			case !callee:
				add(Step{Do: Ends, Texts: []string{l.Words}})
			case l.Words == string(webhook.CallStatusBusy):
				declined(&s, Busy)
			case l.Words == string(webhook.CallStatusNoAnswer):
				declined(&s, NoAnswer)
			}
			talking = time.Time{}
		}
	}
	t.stories = append(t.stories, s)
}

// declined adds that a dialed phone did not answer: before a caller who hung up at
// the same moment.
func declined(s *Story, how string) {
	at := len(s.Steps)
	if last := s.Steps[at-1]; last.Do == HangsUp && !last.Callee {
		at--
	}
	s.Steps = slices.Insert(s.Steps, at, Step{Do: how, Callee: true})
}

// hears adds what a person hears to what they have heard just before.
func (t *teller) hears(s *Story, text string, callee bool) {
	if text = strings.Join(strings.Fields(text), " "); text == "" {
		return
	}
	if n := len(s.Steps); n > 0 && s.Steps[n-1].Do == Hears && s.Steps[n-1].Callee == callee {
		s.Steps[n-1].Texts = append(s.Steps[n-1].Texts, text)
		return
	}
	s.Steps = append(s.Steps, Step{Do: Hears, Texts: []string{text}, Callee: callee})
}

// documents adds a call from its exchanges alone: from the documents, and from
// the caller's actions in the requests for them.
func (t *teller) documents(list []capture.Exchange) {
	var s Story
	dialed := ""
	for _, e := range list {
		pairs := pairsOf(e.Request)
		switch webhook.Kind(e.Kind) {
		case webhook.KindIncomingCall, webhook.KindSIPIncomingCall, webhook.KindClientCallRequest:
			if len(s.Steps) > 0 {
				break
			}
			s.As = param(pairs, "From")
			s.Name = "a call of " + s.As
			do := Step{Do: Call, Path: t.path(e.Request.URL, t.cfg.Voice)}
			if strings.HasPrefix(param(pairs, "Direction"), "outbound") {
				s.As = param(pairs, "To")
				s.Name, do.Do = "a call to "+s.As, Outbound
			}
			s.Steps = append(s.Steps, do)
		case webhook.KindGatherAction:
			if keys := param(pairs, "Digits"); keys != "" {
				s.Steps = append(s.Steps, Step{Do: Presses, Texts: []string{keys}})
			} else if words := param(pairs, "SpeechResult"); words != "" {
				s.Steps = append(s.Steps, Step{Do: Speaks, Texts: []string{words}})
			}
		case webhook.KindRecordAction:
			if n, err := strconv.Atoi(param(pairs, "RecordingDuration")); err == nil && n > 0 {
				s.Steps = append(s.Steps, Step{Do: Records, For: time.Duration(n) * time.Second})
			}
			if key := param(pairs, "Digits"); key == "hangup" {
				s.Steps = append(s.Steps, Step{Do: HangsUp})
			} else if key != "" {
				s.Steps = append(s.Steps, Step{Do: Presses, Texts: []string{key}})
			}
		case webhook.KindDialAction:
			if dialed != "" {
				s.Steps = append(s.Steps, Step{Do: Rings, Texts: []string{dialed}})
			}
			switch status := param(pairs, "DialCallStatus"); status {
			case "busy":
				s.Steps = append(s.Steps, Step{Do: Busy, Callee: true})
			case "no-answer":
				s.Steps = append(s.Steps, Step{Do: NoAnswer, Callee: true})
			case "completed", "answered":
				s.Steps = append(s.Steps, Step{Do: Answers, Callee: true}, Step{Do: Waits, For: time.Second}, Step{Do: HangsUp, Callee: true})
			}
		case webhook.KindCallStatusCallback:
			if status := param(pairs, "CallStatus"); status == "completed" && len(s.Steps) > 0 {
				s.Steps = append(s.Steps, Step{Do: Ends, Texts: []string{status}})
			}
			continue
		}
		if len(s.Steps) == 0 {
			continue
		}
		if e.Code != 0 {
			s.Steps = append(s.Steps, Step{Do: Fails, Code: e.Code})
			continue
		}
		if param(pairs, "CallStatus") == string(webhook.CallStatusCompleted) {
			continue // the caller has gone, and nobody hears the answer
		}
		var heard []string
		heard, dialed = prompts(e)
		for _, text := range heard {
			t.hears(&s, text, false)
		}
	}
	if len(s.Steps) > 0 {
		t.stories = append(t.stories, s)
	}
}

// prompts are the texts of a document that the caller surely hears: up to the
// first verb that waits for someone. dialed is whom a Dial calls.
func prompts(e capture.Exchange) (heard []string, dialed string) {
	if !strings.Contains(e.Response.Header.Get("Content-Type"), "xml") {
		return nil, ""
	}
	doc, err := twiml.Parse(e.Response.Body)
	if err != nil {
		return nil, ""
	}
	for verb := range doc.Elements() {
		switch verb.Name {
		case "Say":
			heard = append(heard, clean(dialogue.Spoken(verb)))
		case "Gather":
			for child := range verb.Elements() {
				if child.Name == "Say" {
					heard = append(heard, clean(dialogue.Spoken(child)))
				}
			}
			return heard, ""
		case "Dial":
			dialed = content(verb)
			for child := range verb.Elements() {
				if child.Name == "Number" || child.Name == "Client" || child.Name == "Sip" {
					dialed = content(child)
				}
			}
			return heard, dialed
		case "Play", "Pause":
		default:
			return heard, ""
		}
	}
	return heard, ""
}

// identifier makes a name of letters and digits of text, such as AConversation.
func identifier(text string) string {
	var b strings.Builder
	up := true
	for _, c := range text {
		switch {
		case c < 0x80 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'):
			if up && c >= 'a' && c <= 'z' {
				c -= 'a' - 'A'
			}
			b.WriteRune(c)
			up = false
		default:
			up = true
		}
		if b.Len() > 60 {
			break
		}
	}
	return b.String()
}

// names gives each story a name of its own.
func names(stories []Story) []string {
	seen := map[string]int{}
	var out []string
	for _, s := range stories {
		name := identifier(s.Name)
		seen[name]++
		if n := seen[name]; n > 1 {
			name = fmt.Sprintf("%s_%d", name, n)
		}
		out = append(out, name)
	}
	return out
}
