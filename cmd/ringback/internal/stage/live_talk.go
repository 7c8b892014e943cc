package stage

import (
	"slices"
	"strings"
	"time"
)

// message is what a frame may hold, of either protocol.
type message struct {
	Type        string  `json:"type"`
	Event       string  `json:"event"`
	VoicePrompt string  `json:"voicePrompt"`
	Lang        string  `json:"lang"`
	Last        bool    `json:"last"`
	Digit       string  `json:"digit"`
	Digits      string  `json:"digits"`
	Utterance   string  `json:"utteranceUntilInterrupt"`
	Duration    int64   `json:"durationUntilInterruptMs"`
	Token       *string `json:"token"`
	Interrupt   *bool   `json:"interruptible"`
	Preemptible bool    `json:"preemptible"`
	Source      string  `json:"source"`
	TTS         string  `json:"ttsLanguage"`
	STT         string  `json:"transcriptionLanguage"`
	Handoff     string  `json:"handoffData"`
	Media       struct {
		Track     string `json:"track"`
		Timestamp string `json:"timestamp"`
		Payload   string `json:"payload"`
	} `json:"media"`
	DTMF struct {
		Digit string `json:"digit"`
	} `json:"dtmf"`
}

// spoken takes a message of ConversationRelay.
func (v *session) spoken(at time.Time, out bool, m message) {
	if v.over {
		return
	}
	text := ""
	if m.Token != nil {
		text = *m.Token
	}
	switch {
	case !out && m.Type == "prompt":
		if v.speech == nil {
			v.speech = v.add(at, Item{Who: "caller", Kind: "speech", Lang: m.Lang})
		}
		v.speech.Text, v.speech.Open = clip(m.VoicePrompt, keptText), !m.Last
		v.dirty[v.speech.N] = true
		if m.Last {
			v.speech, v.asked = nil, at
		}
	case !out && m.Type == "dtmf":
		v.keys(at, m.Digit)
	case !out && m.Type == "interrupt":
		v.add(at, Item{Who: "caller", Kind: "interrupt", Text: clip(m.Utterance, keptText), Length: m.Duration})
		v.drop()
	case out && m.Type == "text":
		v.token(at, text, m)
	case out && m.Type == "play":
		v.queue(at, Item{Who: "agent", Kind: "play", Text: clip(m.Source, keptText)}, m)
	case out && m.Type == "sendDigits":
		v.queue(at, Item{Who: "agent", Kind: "digits", Text: clip(m.Digits, keptText)}, m)
	case out && m.Type == "language":
		v.add(at, Item{Who: "agent", Kind: "language", Text: clip(strings.TrimSpace(m.TTS+" "+m.STT), keptText)})
	case out && m.Type == "end":
		v.add(at, Item{Who: "agent", Kind: "end", Text: clip(m.Handoff, keptText)})
		v.over = true
	}
}

func (v *session) keys(at time.Time, digit string) {
	if n := len(v.items); n > 0 {
		if last := v.items[n-1]; last.Kind == "keys" && len(last.Text) < 100 {
			last.Text += digit
			v.dirty[last.N] = true
			v.asked = at
			return
		}
	}
	v.add(at, Item{Who: "caller", Kind: "keys", Text: digit})
	v.asked = at
}

// token adds a token to the reply that is open, or begins one.
func (v *session) token(at time.Time, text string, m message) {
	if n := len(v.items); n > 0 {
		for _, item := range slices.Backward(v.items[v.head:]) {
			if item.Who != "agent" || item.Kind == "language" {
				continue
			}
			if item.Kind != "reply" || !item.Open || item.Cut {
				break
			}
			item.Text = clip(item.Text+text, keptText)
			item.Tokens++
			item.Open = !m.Last
			v.dirty[item.N] = true
			return
		}
	}
	if text == "" {
		return
	}
	v.queue(at, Item{Who: "agent", Kind: "reply", Text: clip(text, keptText), Lang: m.Lang, Open: !m.Last, Tokens: 1}, m)
}

// queue adds something that the program says, and measures how long that took.
func (v *session) queue(at time.Time, item Item, m message) {
	item.Interruptible, item.Preemptible = m.Interrupt, m.Preemptible
	added := v.add(at, item)
	if !v.asked.IsZero() {
		took := at.Sub(v.asked).Milliseconds()
		added.FirstToken, added.asked = &took, v.asked
		v.asked = time.Time{}
	}
}

// unheard reports whether the caller is still to hear something of an item.
func (i *Item) unheard() bool {
	said := i.Kind == "reply" || i.Kind == "greeting"
	return i.Who == "agent" && said && !i.Cut && (i.Open || len(i.Heard) < len(i.Text))
}

// hear notes that the caller has heard more of an item. Heard always begins Text,
// whatever the words are: those of an item that is not kept any more reach the
// next one.
func (i *Item) hear(words string) {
	n := min(len(i.Heard)+len(words), len(i.Text))
	i.Heard = strings.ToValidUTF8(i.Text[:n], "")
}

// current returns what the program says and the caller has not heard to its
// end.
func (v *session) current() *Item {
	for ; v.head < len(v.items); v.head++ {
		if item := v.items[v.head]; item.unheard() {
			return item
		}
	}
	return nil
}

// speaking notes that a clause begins to be heard. What should have been heard
// before it was dropped.
func (v *session) speaking(at time.Time, clause string) {
	i := slices.IndexFunc(v.items, func(item *Item) bool {
		return item.unheard() && strings.HasPrefix(item.Text[len(item.Heard):], clause)
	})
	if i < 0 {
		return
	}
	for _, item := range v.items[v.head:max(i, v.head)] {
		v.cutItem(item)
	}
	v.head = i
	if item := v.items[i]; !item.asked.IsZero() {
		took := at.Sub(item.asked).Milliseconds()
		item.FirstSound, item.asked = &took, time.Time{}
		v.dirty[item.N] = true
	}
}

// cutItem notes that the caller hears no more of an item.
func (v *session) cutItem(item *Item) {
	if item.unheard() {
		item.Cut, item.Open = true, false
		v.dirty[item.N] = true
	}
}

// word notes that the caller has heard a word.
func (v *session) word(text string) {
	if item := v.current(); item != nil {
		item.hear(text)
		v.dirty[item.N] = true
	}
}

// drop notes that nothing of what the program has said so far will be heard.
func (v *session) drop() {
	for _, item := range v.items {
		v.cutItem(item)
	}
	v.head = len(v.items)
}

// cut notes that the caller hears no more of what is being said.
func (v *session) cut(at time.Time) {
	if v.Kind == "Stream" {
		if v.playing != nil {
			v.playing.Cut = true
			v.stopPlaying(at)
		}
		return
	}
	if item := v.current(); item != nil {
		v.cutItem(item)
	}
}

// finish notes that the session is over.
func (v *session) finish(at time.Time) {
	v.over = true
	if v.speech != nil {
		v.speech.Open = false
		v.dirty[v.speech.N] = true
	}
	v.drop()
	v.stopPlaying(at)
	v.stopTalking()
}
