package webhook

// A Geo is where a phone number is registered, which is not where the person
// is. Its fields are empty where Twilio's lookup found nothing, and for
// addresses that are not phone numbers.
type Geo struct {
	City    string `twilio:"City"`    // mostly in capitals: SAN FRANCISCO
	State   string `twilio:"State"`   // two-letter code or full name: CA, Ontario
	Zip     string `twilio:"Zip"`     // postal code
	Country string `twilio:"Country"` // ISO 3166-1 alpha-2 code: US
}

// IsZero reports whether nothing is known.
func (g Geo) IsZero() bool { return g == Geo{} }

// A MessagingBinding says how to reach a participant of a conversation who does
// not use chat.
type MessagingBinding struct {
	Type             BindingType `twilio:"Type"`             // channel of the participant
	Address          Address     `twilio:"Address"`          // the person; several addresses with commas for a group MMS that created the conversation
	ProxyAddress     Address     `twilio:"ProxyAddress"`     // Twilio's number toward the person, in a conversation of two
	ProjectedAddress Address     `twilio:"ProjectedAddress"` // Twilio's number for a chat user in a group MMS
	AuthorAddress    Address     `twilio:"AuthorAddress"`    // author of the group MMS that created the conversation
}
