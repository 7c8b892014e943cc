package webhook

// A Geo is what Twilio's number lookup knows about where a phone number is
// registered, which is not where the person is. Twilio sends empty texts where
// the lookup found nothing, and no geo parameters at all for addresses that
// are not phone numbers.
type Geo struct {
	City    string // mostly in capitals: SAN FRANCISCO
	State   string // a two-letter code or a full name: CA, Ontario
	Zip     string // postal code
	Country string // ISO 3166-1 alpha-2: US
}

// IsZero reports whether nothing is known.
func (g Geo) IsZero() bool { return g == Geo{} }

// A MessagingBinding says how a participant of a conversation is reached.
type MessagingBinding struct {
	Type             BindingType // channel of the participant
	Address          Address     // the person; for a group MMS that made the conversation, several with commas between
	ProxyAddress     Address     // Twilio's number towards the person, in a conversation of two
	ProjectedAddress Address     // Twilio's number shown for a chat user in a group MMS
	AuthorAddress    Address     // who wrote the group MMS that made the conversation
}
