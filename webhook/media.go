package webhook

// maxMedia bounds the Media of an event, and any other numbered family.
// Twilio's own limit for a message is 10. What lies beyond is in Extra.
const maxMedia = 10

// A Media is a picture, a sound or another file of a message.
type Media struct {
	// URL is on api.twilio.com and answers with a redirect to storage. It may
	// ask for the account's credentials.
	URL string

	// ContentType is the media type, as the sender's network gave it:
	// "image/jpeg".
	ContentType string
}
