package dialogue

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// gathering is a running Gather.
type gathering struct {
	v             *twiml.Node
	doc           *document
	keys, speech  bool
	timeout       time.Duration
	speechTimeout time.Duration
	maxSpeech     time.Duration
	finish        string
	numDigits     int

	digits     string
	finishedOn string
	words      string
	confidence float64
}

// gather plays its prompts and collects keys or speech
// (verb-semantics.md, 3, Gather).
func (c *Call) gather(doc *document, v *twiml.Node) (*transfer, error) {
	g := newGathering(doc, v)
	l := &listener{keys: g.keys, speech: g.speech}
	if attr(v, "bargeIn", "true") == "false" {
		l.keys, l.speech = false, false
	}
	defer c.listen(l)()
	activity := Activity{
		State: StatePrompting, Gather: v, NumDigits: g.numDigits, FinishOnKey: g.finish, Hints: hints(v),
	}
	defer c.busy(activity)()
	for n := range v.Elements() {
		if n.Name == "Play" && !has(n, "digits") {
			c.fetchMedia(doc, strings.TrimSpace(rawText(n)))
		}
	}
	c.emit(Event{Type: EventGathering, Node: v})
	began := func() bool { return len(c.inbox) > 0 }
	for n := range v.Elements() {
		if err := c.prompt(doc, n, began); err != nil {
			return nil, err
		}
		if began() {
			break
		}
	}
	l.keys, l.speech = g.keys, g.speech
	activity.State = StateListening
	c.activity = activity
	if !began() {
		c.emit(Event{Type: EventListening, Node: v, Duration: g.timeout})
	}
	if err := c.collect(g, l); err != nil {
		return nil, err
	}
	c.emit(Event{Type: EventGathered, Node: v, Text: g.digits + g.words})
	if g.digits == "" && g.words == "" && attr(v, "actionOnEmptyResult", "false") != "true" {
		return nil, nil
	}
	return c.transferTo(doc, attr(v, "action", ""), attr(v, "method", ""), webhook.KindGatherAction, g.params())
}

func newGathering(doc *document, v *twiml.Node) *gathering {
	g := &gathering{v: v, doc: doc, finish: attr(v, "finishOnKey", "#"), numDigits: number(v, "numDigits", 0)}
	for _, kind := range strings.Fields(attr(v, "input", "dtmf")) {
		g.keys = g.keys || kind == "dtmf"
		g.speech = g.speech || kind == "speech"
	}
	g.timeout = time.Duration(number(v, "timeout", 5)) * time.Second
	g.speechTimeout = g.timeout
	switch s := attr(v, "speechTimeout", ""); s {
	case "":
	case "auto":
		g.speechTimeout = time.Second
	default:
		g.speechTimeout = time.Duration(number(v, "speechTimeout", 5)) * time.Second
	}
	g.maxSpeech = time.Duration(number(v, "maxSpeechTime", 60)) * time.Second
	return g
}

// collect waits for keys or words. The first kind of input wins.
func (c *Call) collect(g *gathering, l *listener) error {
	for {
		end := c.e.now.Add(g.timeout)
		if err := c.until(end, func() bool { return len(c.inbox) > 0 }); err != nil {
			return err
		}
		in, ok := c.take()
		if !ok {
			return nil
		}
		l.entered = true
		if in.key == "" {
			l.keys = false
			return c.understand(g, in)
		}
		l.speech = false
		if strings.Contains(g.finish, in.key) {
			g.finishedOn = in.key
			return nil
		}
		g.digits += in.key
		if g.numDigits > 0 && len(g.digits) >= g.numDigits {
			return nil
		}
	}
}

// understand listens until the end of speech.
func (c *Call) understand(g *gathering, in input) error {
	limit := c.e.now.Add(g.maxSpeech)
	g.confidence = in.confidence
	parts := 0
	for {
		g.words = strings.TrimSpace(g.words + " " + in.speech)
		c.partials(g, in, &parts)
		end := c.e.now.Add(in.length + g.speechTimeout)
		if end.After(limit) {
			end = limit
		}
		if err := c.until(end, func() bool { return len(c.inbox) > 0 }); err != nil {
			return err
		}
		next, ok := c.take()
		if !ok {
			return nil
		}
		if next.key == "" {
			in = next
		} else {
			in = input{}
		}
	}
}

// partials reports words as they are spoken.
func (c *Call) partials(g *gathering, in input, sent *int) {
	ref := attr(g.v, "partialResultCallback", "")
	words := strings.Fields(in.speech)
	if ref == "" || len(words) == 0 {
		return
	}
	if len(words) > 20 {
		words = words[:20]
	}
	via := attr(g.v, "partialResultCallbackMethod", "")
	pace := in.length / time.Duration(len(words))
	base := g.doc.base
	c.e.spawn(func(p *proc) {
		for i, word := range words {
			p.sleep(pace)
			if c.over() {
				return
			}
			c.partial(base, ref, via, *sent, strings.Join(words[:i], " "), word)
			*sent++
		}
	})
}

func (c *Call) partial(base *url.URL, ref, via string, number int, stable, unstable string) {
	c.callback(webhook.KindGatherPartialResult, base, ref, via, c.voiceParams(pairs(
		"SequenceNumber", itoa(number),
		"UnstableSpeechResult", unstable,
		"StableSpeechResult", stable,
		"Stability", "0.9",
	)))
}

// params are what a Gather adds to its action.
func (g *gathering) params() Params {
	if g.words != "" {
		return pairs("SpeechResult", g.words, "Confidence", strconv.FormatFloat(g.confidence, 'g', -1, 64))
	}
	if !g.keys {
		return pairs("SpeechResult", "")
	}
	return pairs("msg", "Gather End", "Digits", g.digits, "FinishedOnKey", g.finishedOn)
}

func hints(v *twiml.Node) (out []string) {
	for hint := range strings.SplitSeq(attr(v, "hints", ""), ",") {
		if hint = strings.TrimSpace(hint); hint != "" {
			out = append(out, hint)
		}
	}
	return out
}
