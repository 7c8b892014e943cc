package stage

import "slices"

// Bounds of what is kept for programs that run for days. What is older is forgotten.
const (
	keptByAPI         = 1000   // calls, conferences and recordings that are over, of each
	keptSources       = 10_000 // SIDs of which the origin is known
	keptConversations = 1000
	keptTexts         = 20_000 // messages of all conversations
	keptSteps         = 100    // reports of one message or call
	mostScheduled     = 20_000 // messages that wait for their time
)

// recent is a map of at most so many keys, which forgets the oldest.
type recent[V any] struct {
	most   int
	values map[string]V
	keys   []string // oldest first
}

func (r *recent[V]) put(key string, value V) {
	if r.values == nil {
		r.values = make(map[string]V)
	}
	if _, known := r.values[key]; !known {
		if len(r.keys) >= r.most {
			delete(r.values, r.keys[0])
			r.keys = r.keys[1:]
		}
		r.keys = append(r.keys, key)
	}
	r.values[key] = value
}

// forget drops a message. The lock is held.
func (s *Stage) forget(sid string) {
	delete(s.texts, sid)
	delete(s.deleted, sid)
}

// trim drops the conversations that have been silent for the longest, beside that
// with c, until the bounds hold. The lock is held.
func (s *Stage) trim(c *Conversation) {
	for len(s.conversations) > 1 && (len(s.conversations) > keptConversations || len(s.texts) > keptTexts) {
		oldest := -1
		for i, o := range s.conversations {
			if o != c && (oldest < 0 || o.latest().Before(s.conversations[oldest].latest())) {
				oldest = i
			}
		}
		for _, m := range s.conversations[oldest].messages {
			s.forget(m.SID)
		}
		s.conversations = slices.Delete(s.conversations, oldest, oldest+1)
	}
}
