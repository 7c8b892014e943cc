package stage

import (
	"errors"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// ErrOptedOut is returned for a message to someone who has unsubscribed.
var ErrOptedOut = errors.New("stage: the person has opted out of messages from this number")

// optedOut is Twilio's number for a message to someone who has unsubscribed.
const optedOut = 21610

// confirmations are what the network answers, in its own name.
var confirmations = map[string]string{
	"STOP":  "You are unsubscribed and get no more messages from this number. Reply START to get them again.",
	"START": "You are subscribed again. Reply STOP to unsubscribe.",
	"HELP":  "Reply STOP to unsubscribe. Message and data rates may apply.",
}

// listens handles the network's keywords in a text before the program gets it.
// Only SMS has them. sid is that of the answer. The lock is held.
func (s *Stage) listens(from string, t Text, sid string) {
	word := t.OptOut
	if word == "" && (t.Channel == "" || t.Channel == "sms") {
		word = dialogue.OptOutType(t.Body)
	}
	c := s.conversation(from)
	switch {
	case word == "", word == "START" && !c.OptedOut:
		return // an ordinary yes is not a keyword
	case word != "HELP":
		c.OptedOut = word == "STOP"
	}
	s.put(c, Message{SID: sid, Direction: "from-twilio", Body: confirmations[word], At: time.Now(), Status: "delivered"})
}

// refuses reports whether the person at an address gets no messages.
func (s *Stage) refuses(address string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conversations {
		if c.ID == address {
			return c.OptedOut
		}
	}
	return false
}
