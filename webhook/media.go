package webhook

// maxMedia is the limit of an event's Media and of any other numbered family.
// Twilio's limit for a message is 10. The rest is kept in Extra.
const maxMedia = 10

// A Media is a picture, a sound or another file of a message.
type Media struct {
	// URL is on api.twilio.com and redirects to storage. It may require the
	// account's credentials. Package media downloads it.
	URL string

	// ContentType is the media type from the sender's network, such as
	// "image/jpeg".
	ContentType string
}
