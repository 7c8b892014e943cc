package stage

import (
	"strconv"

	"github.com/ringback-go/ringback/internal/dialogue"
)

// A Person is someone with a phone. Their numbers are from the range reserved
// for fiction.
type Person struct {
	Address string `json:"address"`
	Name    string `json:"name"`

	city, state, zip string
}

// People returns the predefined people.
func People() []Person {
	return []Person{
		{Address: "+15550101", Name: "Ana", city: "CHICAGO", state: "IL", zip: "60601"},
		{Address: "+15550102", Name: "Ben", city: "BOSTON", state: "MA", zip: "02108"},
		{Address: "+15550103", Name: "Chidi", city: "AUSTIN", state: "TX", zip: "78701"},
	}
}

func nameOf(address string) string {
	for _, p := range People() {
		if p.Address == address {
			return p.Name
		}
	}
	return ""
}

func party(address string) dialogue.Party {
	for _, p := range People() {
		if p.Address == address {
			return dialogue.Party{Address: address, City: p.city, State: p.state, Zip: p.zip, Country: "US"}
		}
	}
	return dialogue.Party{Address: address, Country: "US"}
}

// words is the text, or the label of a button.
func (t Text) words() string {
	if t.Body == "" && t.Button != nil {
		return t.Button.Text
	}
	return t.Body
}

// params are the parameters that Twilio adds for the other content of a text to
// number.
func (t Text) params(number string) dialogue.Params {
	var p dialogue.Params
	add := func(name, value string) { p = append(p, dialogue.Param{Name: name, Value: value}) }
	switch {
	case t.Button != nil:
		add("MessageType", "button")
		add("ButtonText", t.Button.Text)
		add("ButtonPayload", t.Button.Payload)
	case t.Location != nil:
		add("MessageType", "location")
		add("Latitude", strconv.FormatFloat(t.Location.Latitude, 'f', -1, 64))
		add("Longitude", strconv.FormatFloat(t.Location.Longitude, 'f', -1, 64))
		if t.Location.Label != "" {
			add("Label", t.Location.Label)
		}
		if t.Location.Address != "" {
			add("Address", t.Location.Address)
		}
	case t.Channel == "whatsapp":
		add("MessageType", "text")
	}
	if t.Channel == "whatsapp" {
		name := nameOf(t.Person)
		if name == "" {
			name = "Guest"
		}
		add("ProfileName", name)
		add("WaId", digits(t.Person))
	}
	if t.ReplyTo != "" {
		add("OriginalRepliedMessageSid", t.ReplyTo)
		add("OriginalRepliedMessageSender", number)
	}
	if t.OptOut != "" {
		add("OptOutType", t.OptOut)
	}
	return p
}

func digits(s string) string {
	out := make([]byte, 0, len(s))
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			out = append(out, s[i])
		}
	}
	return string(out)
}
