package relay

import (
	"bytes"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// How Twilio speaks, for estimates without events.
const (
	soundDelay = 400 * time.Millisecond // from the first token to the first sound
	charTime   = 85 * time.Millisecond  // a character of speech
	playTime   = 3 * time.Second        // an audio file of unknown length
	digitsTime = 2 * time.Second        // keys being played
	// Text sent less than this ago cannot have been heard: an interrupt that
	// arrives was already on its way.
	crossing = 200 * time.Millisecond
	// After agentSpeaking off, text that was sent shortly before may be on its
	// way.
	offGrace = 1500 * time.Millisecond
	settled  = 300 * time.Millisecond
)

// playback follows Twilio's play queue: what was sent, and how much of it was
// heard. It is guarded by Session.mu.
type playback struct {
	items   []*item
	agent   bool // the agent speaks
	client  bool // the caller speaks
	onAt    time.Time
	offAt   time.Time
	freeAt  time.Time // when the queue last advanced
	speaker bool      // a speaker event has been seen
	tokens  bool      // a tokensPlayed event has been seen
	last    *record   // the last item that ended by estimate
}

type kind int

const (
	spoken kind = iota
	played
	dialed
)

// item is one entry of the queue: an utterance, a file, or keys.
type item struct {
	kind     kind
	rec      *record
	from, to int // of an utterance: its part of rec.text
	played   int // position up to which it was heard
	sure     int // position up to which Twilio's words were found in it
	digits   string
	open     bool // an utterance whose last token was not sent yet
	preempt  bool
	sentAt   time.Time // time of the first token
	closedAt time.Time // time of the last token so far
}

// blind reports whether Twilio appears to send no events.
func (p *playback) blind() bool { return !p.speaker && !p.tokens }

// front returns the item that is being played.
func (p *playback) front() *item {
	if len(p.items) == 0 {
		return nil
	}
	return p.items[0]
}

// open returns the utterance that further tokens belong to.
func (p *playback) open() *item {
	if n := len(p.items); n > 0 && p.items[n-1].open {
		return p.items[n-1]
	}
	return nil
}

func (p *playback) add(it *item, now time.Time) {
	it.sentAt, it.closedAt = now, now
	it.rec.pending++
	if len(p.items) == 0 && p.freeAt.Before(now) {
		p.freeAt = now
	}
	p.items = append(p.items, it)
}

// text records that a token was sent.
func (p *playback) text(rec *record, m *Text, now time.Time) {
	it := p.open()
	if it == nil {
		if m.Token == "" {
			return // not an end of speech: Twilio reports nothing
		}
		n := len(rec.text)
		it = &item{kind: spoken, rec: rec, from: n, played: n, sure: n, open: true}
		p.add(it, now)
	}
	it.rec.text = append(it.rec.text, m.Token...)
	it.to = len(it.rec.text)
	it.closedAt = now
	it.open = !m.Last
	it.preempt = it.preempt || m.Preemptible != nil && *m.Preemptible
}

// pop removes the first n items. Their text counts as heard in full.
func (p *playback) pop(n int, now time.Time, guessed bool) {
	for _, it := range p.items[:n] {
		if it.kind == spoken && it.played < it.to {
			it.played = it.to
			it.rec.guessed = it.rec.guessed || guessed
		}
		it.rec.heard = max(it.rec.heard, it.played)
		it.rec.pending--
		if guessed {
			p.last = it.rec
		}
	}
	p.items = slices.Delete(p.items, 0, n)
	p.freeAt = now
	if it := p.front(); it != nil && it.rec.sound.IsZero() && p.agent {
		it.rec.sound = now
	}
}

// tokensPlayed records that Twilio has spoken v. It returns false if v was not
// sent.
func (p *playback) tokensPlayed(v string, now time.Time) bool {
	p.tokens = true
	for i, it := range p.items {
		switch it.kind {
		case dialed:
			if it.digits == v {
				p.passed(i, now)
				p.pop(1, now, false)
				return true
			}
		case spoken:
			if end, ok := match(it.rec.text[:it.to], it.played, v); ok {
				p.passed(i, now)
				it.sure = end
				p.advance(it, end, now)
				return true
			}
		}
	}
	it := p.front()
	if it == nil || it.kind != spoken || it.played == it.from && p.agent && p.onAt.Before(it.sentAt) {
		return false // the greeting, which plays before what is queued
	}
	if _, end, ok := find(it.rec.text[:it.to], it.sure, v); ok {
		it.sure = end
		p.advance(it, end, now)
		return true
	}
	if it.played == it.from && it.from == 0 && !p.agent && now.Sub(it.sentAt) < settled {
		return false
	}
	// Twilio read something aloud in other words, such as a number.
	it.rec.guessed = true
	end := min(it.to, it.played+len(v))
	for end < it.to && !utf8.RuneStart(it.rec.text[end]) {
		end++
	}
	// Nothing ends here: the rest, or agentSpeaking off, will end it.
	it.played = end
	it.rec.heard = max(it.rec.heard, end)
	return true
}

// passed removes the first n items because a later one is being played. A
// preemptible one was interrupted by it.
func (p *playback) passed(n int, now time.Time) {
	for _, it := range p.items[:n] {
		if it.kind == spoken && it.preempt {
			it.to = it.played
		}
	}
	p.pop(n, now, false)
}

func (p *playback) advance(it *item, end int, now time.Time) {
	it.played = end
	it.rec.heard = max(it.rec.heard, end)
	if it.rec.sound.IsZero() {
		it.rec.sound = now
	}
	if !it.open && it.played >= it.to {
		p.pop(1, now, false)
	}
}

// agentSpeaking records that the agent started or stopped speaking.
func (p *playback) agentSpeaking(on bool, now time.Time) {
	p.speaker, p.agent = true, on
	if on {
		p.onAt = now
		if it := p.front(); it != nil && it.rec.sound.IsZero() {
			it.rec.sound = now
		}
		return
	}
	p.offAt = now
	for len(p.items) > 0 && p.covered(p.items[0], now) {
		it := p.items[0]
		if it.open {
			it.played = it.to
			it.rec.heard = it.to
			return
		}
		p.pop(1, now, false)
	}
}

// covered reports whether agentSpeaking off means that the item was heard in
// full.
func (p *playback) covered(it *item, now time.Time) bool {
	if it.kind == dialed {
		return false // keys are played without agentSpeaking
	}
	quiet := now.Sub(it.closedAt)
	if p.tokens && it.kind == spoken {
		return quiet >= 2*settled && it.played > it.from
	}
	return p.onAt.After(it.sentAt) && quiet >= settled || quiet >= time.Second
}

// duration returns the estimated duration of an item.
func (it *item) duration() time.Duration {
	switch it.kind {
	case played:
		return playTime
	case dialed:
		return digitsTime
	}
	return time.Duration(utf8.RuneCount(it.rec.text[it.from:it.to])) * charTime
}

// started returns the estimated time when playback of an item started.
func (p *playback) started(it *item) time.Time {
	start := it.sentAt
	if p.onAt.After(start) && p.onAt.After(p.freeAt) {
		return p.onAt
	}
	if start.Before(p.freeAt) {
		start = p.freeAt
	}
	return start.Add(soundDelay)
}

// deadline returns when the front item counts as heard even without an event.
// It is zero if there is none.
func (p *playback) deadline() time.Time {
	it := p.front()
	switch {
	case it == nil || it.open:
		return time.Time{}
	case p.blind():
		return p.started(it).Add(it.duration())
	case p.agent:
		return p.started(it).Add(3*it.duration() + time.Minute)
	case p.speaker && p.offAt.After(it.sentAt):
		at := p.offAt
		if at.Before(it.closedAt) {
			at = it.closedAt
		}
		if it.kind == dialed {
			at = at.Add(digitsTime)
		}
		return at.Add(offGrace)
	}
	return p.started(it).Add(2*it.duration() + 5*time.Second)
}

// expire ends overdue items. It reports whether there were any, and whether
// that is an estimate because there are no events.
func (p *playback) expire(now time.Time) (moved, blind bool) {
	for {
		at := p.deadline()
		if at.IsZero() || at.After(now) {
			return moved, blind
		}
		// Agent speech that ended after the text was sent has covered it.
		guessed := !p.speaker || !p.offAt.After(p.front().sentAt)
		blind = blind || p.blind()
		p.pop(1, now, guessed)
		moved = true
	}
}

// interrupt records that Twilio dropped its queue, and returns the turns whose
// words were in it.
func (p *playback) interrupt(e Interrupt, now time.Time) (cut []uint64) {
	var keep, drop []*item
	for _, it := range p.items {
		if now.Sub(it.rec.began) < crossing {
			keep = append(keep, it)
		} else {
			drop = append(drop, it)
		}
	}
	p.items = drop
	if !p.tokens {
		p.locate(e, now)
	}
	for _, it := range p.items {
		it.rec.heard = max(it.rec.heard, it.played)
		it.rec.pending--
		if it.rec.tag != 0 && !slices.Contains(cut, it.rec.tag) {
			cut = append(cut, it.rec.tag)
		}
	}
	// An interrupted turn says nothing more.
	p.items, p.freeAt = keep[:0], now
	for _, it := range keep {
		if slices.Contains(cut, it.rec.tag) {
			it.rec.pending--
		} else {
			p.items = append(p.items, it)
		}
	}
	return cut
}

// locate finds the position of an interruption from the reported fragment and
// the elapsed time.
func (p *playback) locate(e Interrupt, now time.Time) {
	if len(p.items) == 0 {
		// By estimate everything was heard, but it was not.
		if r := p.last; r != nil && r.guessed {
			if _, end, ok := findLast(r.text, e.UtteranceUntilInterrupt); ok {
				r.heard = end
			}
		}
		return
	}
	elapsed := max(0, now.Sub(p.started(p.items[0])))
	for i, it := range p.items {
		it.rec.guessed = true
		if it.kind != spoken {
			elapsed -= min(elapsed, it.duration())
			continue
		}
		text := it.rec.text[:it.to]
		guess := it.from + offset(text[it.from:], int(elapsed/charTime))
		best, found := 0, false
		if e.UtteranceUntilInterrupt != "" {
			for at := it.played; ; {
				start, end, ok := find(text, at, e.UtteranceUntilInterrupt)
				if !ok {
					break
				}
				if !found || abs(end-guess) < abs(best-guess) {
					best, found = end, true
				}
				at = start + 1
			}
		}
		if found {
			for _, before := range p.items[:i] {
				before.played = before.to
			}
			it.played = best
			return
		}
		elapsed -= min(elapsed, it.duration())
	}
	// The fragment is empty or in other words: use the time.
	elapsed = max(0, now.Sub(p.started(p.items[0]))-e.DurationUntilInterrupt)
	if e.UtteranceUntilInterrupt != "" {
		elapsed += e.DurationUntilInterrupt
	}
	for _, it := range p.items {
		length := it.duration()
		if it.kind == spoken {
			text := it.rec.text[it.from:it.to]
			n := offset(text, int(elapsed/charTime))
			if n < len(text) {
				n = bytes.LastIndexByte(text[:n], ' ') + 1 // a whole word
			}
			it.played = max(it.played, it.from+n)
		}
		if elapsed < length {
			return
		}
		elapsed -= length
	}
}

func abs(n int) int { return max(n, -n) }

// offset returns the byte index of the nth character, at most the length.
func offset(text []byte, n int) int {
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return at
}

// match reports whether v occurs in text at from, ignoring spaces, and where it
// ends. Spaces after the end of the text belong to it.
func match(text []byte, from int, v string) (end int, ok bool) {
	at, any := from, false
	for _, want := range v {
		if unicode.IsSpace(want) {
			continue
		}
		at += blanks(text[at:])
		got, size := utf8.DecodeRune(text[at:])
		if size == 0 || got != want {
			return 0, false
		}
		at += size
		any = true
	}
	if !any {
		return 0, false
	}
	if at+blanks(text[at:]) == len(text) {
		at = len(text)
	}
	return at, true
}

func blanks(text []byte) int {
	rest := bytes.TrimLeftFunc(text, unicode.IsSpace)
	return len(text) - len(rest)
}

// find returns the first position of v in text from there on.
func find(text []byte, from int, v string) (start, end int, ok bool) {
	for start = from; start < len(text); start++ {
		if !utf8.RuneStart(text[start]) || unicode.IsSpace(rune(text[start])) {
			continue
		}
		if end, ok = match(text, start, v); ok {
			return start, end, true
		}
	}
	return 0, 0, false
}

// findLast returns the last position.
func findLast(text []byte, v string) (start, end int, ok bool) {
	for at := 0; ; at = start + 1 {
		s, e, more := find(text, at, v)
		if !more {
			return start, end, ok
		}
		start, end, ok = s, e, true
	}
}
