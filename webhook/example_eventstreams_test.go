package webhook_test

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/webhook"
)

// A request of Event Streams may hold events of several kinds.
func ExampleEventStreams() {
	r, _ := http.NewRequest(http.MethodPost, "https://example.com/events", strings.NewReader(`[
		{"specversion":"1.0","type":"com.twilio.messaging.message.delivered","id":"EZ1",
		 "data":{"messageSid":"SM0123456789abcdef0123456789abcdef","messageStatus":"DELIVERED"}},
		{"specversion":"1.0","type":"com.twilio.future","id":"EZ2","data":{}}]`))
	r.Header.Set("Content-Type", "application/json")
	v, _ := signature.Unverified(r) // a Receiver verifies

	batch, err := webhook.Decode[webhook.EventStreams](v)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, event := range batch.Events {
		switch e := event.(type) {
		case webhook.EventStreamsMessageStatus:
			fmt.Println(e.ID, e.MessageStatus)
		case webhook.EventStreamsOther:
			fmt.Println(e.ID, e.Type)
		}
	}
	// Output:
	// EZ1 DELIVERED
	// EZ2 com.twilio.future
}
