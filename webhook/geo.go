package webhook

// A Geo is where a phone number is registered, which may not be where the
// person is. Its fields are empty if Twilio's lookup found nothing and for
// addresses that are not phone numbers.
type Geo struct {
	City    string `twilio:"City"`    // mostly in capitals: SAN FRANCISCO
	State   string `twilio:"State"`   // two-letter code or full name: CA, Ontario
	Zip     string `twilio:"Zip"`     // postal code
	Country string `twilio:"Country"` // ISO 3166-1 alpha-2 code: US
}

// IsZero reports whether all fields are empty.
func (g Geo) IsZero() bool { return g == Geo{} }

// A MessagingBinding is how to reach a participant of a conversation who does
// not use chat.
type MessagingBinding struct {
	Type             BindingType `twilio:"Type"`             // channel of the participant
	Address          Address     `twilio:"Address"`          // the person; several addresses, separated by commas, for a group MMS that created the conversation
	ProxyAddress     Address     `twilio:"ProxyAddress"`     // Twilio's number toward the person, in a conversation of two
	ProjectedAddress Address     `twilio:"ProjectedAddress"` // Twilio's number for a chat user in a group MMS
	AuthorAddress    Address     `twilio:"AuthorAddress"`    // author of the group MMS that created the conversation
}
