package stage

import (
	"slices"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// A Conversation is the messages between one person and the program on one
// channel.
type Conversation struct {
	ID       string   `json:"id"`
	Person   string   `json:"person"`
	Name     string   `json:"name"`
	Channel  string   `json:"channel"`
	Last     *Message `json:"last,omitempty"`
	OptedOut bool     `json:"optedOut,omitempty"` // the person gets no more messages

	messages []Message
}

// A Message is one text, in either direction.
type Message struct {
	SID       string    `json:"sid"`
	Direction string    `json:"direction"` // to-app, from-app, from-twilio
	Body      string    `json:"body"`
	Media     []Media   `json:"media,omitempty"`
	ReplyTo   string    `json:"replyTo,omitempty"` // the message that it answers, on WhatsApp
	At        time.Time `json:"at"`
	SendAt    time.Time `json:"sendAt,omitzero"` // of a scheduled message
	Status    string    `json:"status,omitempty"`
	ErrorCode int       `json:"errorCode,omitempty"`
	Exchange  int64     `json:"exchange,omitempty"`

	// What the REST API shows besides.
	From, To string    `json:"-"`
	Service  string    `json:"-"` // SID of the Messaging Service
	Reply    bool      `json:"-"` // TwiML sent it
	Updated  time.Time `json:"-"`
}

// Media is a file of a message. A file that a person sent is kept here, under
// its SID. One of the program's stays at its URL and is not fetched.
type Media struct {
	SID  string `json:"sid,omitempty"`
	Type string `json:"type"`
	URL  string `json:"url"`
}

// A Button is a quick reply of WhatsApp or RCS.
type Button struct {
	Text    string `json:"text"`
	Payload string `json:"payload"`
}

// A Location is a place that a person shares.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Label     string  `json:"label"`
	Address   string  `json:"address"`
}

// A Text is what a person sends.
type Text struct {
	Person   string    `json:"person"`
	Channel  string    `json:"channel"` // sms, whatsapp, rcs
	Body     string    `json:"body"`
	Picture  bool      `json:"picture"` // the sample picture
	File     []byte    `json:"file"`    // a picture of the person's own: JPEG, PNG or GIF
	Button   *Button   `json:"button"`
	Location *Location `json:"location"`
	ReplyTo  string    `json:"replyTo"`
	OptOut   string    `json:"optOut"` // STOP, START or HELP, answered by Advanced Opt-Out
}

// place is the position of a message.
type place struct {
	conversation *Conversation
	index        int
}

// Conversations returns all conversations, the latest first.
func (s *Stage) Conversations() []Conversation {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Conversation, len(s.conversations))
	for i, c := range s.conversations {
		out[i] = c.head()
	}
	slices.SortStableFunc(out, func(a, b Conversation) int { return b.Last.At.Compare(a.Last.At) })
	return out
}

// Messages returns a conversation with its messages, or [ErrNotFound].
func (s *Stage) Messages(id string) (Conversation, []Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conversations {
		if c.ID == id {
			return c.head(), slices.Clone(c.messages), nil
		}
	}
	return Conversation{}, nil, ErrNotFound
}

func (c *Conversation) head() Conversation {
	h := Conversation{ID: c.ID, Person: c.Person, Name: c.Name, Channel: c.Channel, OptedOut: c.OptedOut}
	if n := len(c.messages); n > 0 {
		last := c.messages[n-1]
		h.Last = &last
	}
	return h
}

// latest is the time of the last message.
func (c *Conversation) latest() time.Time {
	if n := len(c.messages); n > 0 {
		return c.messages[n-1].At
	}
	return time.Time{}
}

// conversation returns the conversation with an address, and creates it if
// necessary. The lock is held.
func (s *Stage) conversation(address string) *Conversation {
	channel, person, ok := strings.Cut(address, ":")
	if !ok {
		channel, person = "sms", address
	}
	for _, c := range s.conversations {
		if c.ID == address {
			return c
		}
	}
	c := &Conversation{ID: address, Person: person, Channel: channel, Name: nameOf(person)}
	s.conversations = append(s.conversations, c)
	return c
}

// kept is how many messages of a conversation the page shows.
const kept = 500

// put adds or updates a message. The lock is held.
func (s *Stage) put(c *Conversation, m Message) {
	m.Updated = time.Now()
	if p, ok := s.texts[m.SID]; ok && p.conversation == c {
		c.messages[p.index] = m
	} else {
		if len(c.messages) >= kept {
			s.forget(c.messages[0].SID)
			c.messages = c.messages[1:]
			for i := range c.messages {
				s.texts[c.messages[i].SID] = place{c, i}
			}
		}
		s.texts[m.SID] = place{c, len(c.messages)}
		c.messages = append(c.messages, m)
		s.trim(c)
	}
	s.tell(News{"message", struct {
		Conversation Conversation `json:"conversation"`
		Message      Message      `json:"message"`
	}{c.head(), m}})
}

// channelOf returns the channel of an address; empty: SMS.
func channelOf(address string) string {
	channel, _, ok := strings.Cut(address, ":")
	if !ok {
		return ""
	}
	return channel
}

// address is a person as Twilio names them on a channel.
func address(channel, person string) string {
	if channel == "" || channel == "sms" || strings.Contains(person, ":") {
		return person
	}
	return channel + ":" + person
}

// Send lets a person write to the program. It returns at once; the program's
// answer arrives as news. It fails with [ErrNotFound] for an unknown channel,
// and with [ErrNoPicture] for a file that is not a picture.
func (s *Stage) Send(t Text) (Message, error) {
	if t.Person == "" || !slices.Contains([]string{"", "sms", "whatsapp", "rcs"}, t.Channel) {
		return Message{}, ErrNotFound
	}
	from, to := address(t.Channel, t.Person), address(t.Channel, s.cfg.Number)
	text := dialogue.Text{
		URL:         s.cfg.SMS,
		Method:      s.cfg.Method,
		FallbackURL: s.cfg.Fallback,
		From:        party(from),
		To:          party(to),
		Body:        t.words(),
		After:       t.params(to),
	}
	m := Message{Direction: "to-app", Body: text.Body, At: time.Now(), Status: "sent", ReplyTo: t.ReplyTo, From: from, To: to}
	if t.Location != nil && m.Body == "" {
		m.Body = "Location: " + t.Location.Label
	}
	prefix := "SM"
	if t.Picture || t.File != nil {
		prefix = "MM"
	}
	text.SID = s.engine.NewSID(prefix)
	m.SID = text.SID
	if prefix == "MM" {
		media, err := s.keepPicture(m.SID, t.File)
		if err != nil {
			return Message{}, err
		}
		text.Media, m.Media = []dialogue.Media{{URL: media.URL, ContentType: media.Type}}, []Media{media}
	}
	confirmed := s.engine.NewSID("SM")
	s.mu.Lock()
	s.put(s.conversation(from), m)
	s.listens(from, t, confirmed)
	s.mu.Unlock()
	s.engine.ReceiveAsync(text, func(r *dialogue.Reply) { s.replied(m, r) })
	return m, nil
}

// replied updates the message once its answer has been executed.
func (s *Stage) replied(m Message, r *dialogue.Reply) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.texts[m.SID]
	if !ok {
		return // it was dropped for newer ones
	}
	m.Status = "received"
	if r.Failure != nil {
		m.Status, m.ErrorCode = "no reply: "+r.Failure.Text, r.Failure.Code
	}
	m.Exchange = p.conversation.messages[p.index].Exchange
	s.put(p.conversation, m)
}

// sent shows a message of the program at the person's phone. The lock is held.
func (s *Stage) sent(e dialogue.Event) {
	m := Message{
		SID: e.Message.SID, Direction: "from-app", Body: e.Message.Body, At: e.At, Status: "sent",
		From: e.Message.From, To: e.Message.To, Service: e.Message.Service, Reply: e.Message.Node != nil,
	}
	for _, url := range e.Message.Media {
		m.Media = append(m.Media, Media{Type: "media", URL: url})
	}
	c := s.conversation(e.Message.To)
	silent := e.Message.StatusCallback == ""
	switch {
	case c.OptedOut:
		m.Status, m.ErrorCode = "failed", optedOut
	case silent:
		life := s.lifeOf(m.To) // without callbacks
		last := life[len(life)-1]
		m.Status, m.ErrorCode = last.Status, last.ErrorCode
	}
	s.put(c, m)
	s.begin(Delivery{SID: m.SID, Kind: "message", To: e.Message.To, Status: m.Status, ErrorCode: m.ErrorCode, Silent: silent})
}
