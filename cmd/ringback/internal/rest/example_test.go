package rest_test

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
	api "github.com/twilio/twilio-go/rest/api/v2010"
)

// Client is twilio-go's own client, with requests sent to another host.
type Client struct {
	client.BaseClient
	base *url.URL
}

// NewClient returns a client of the API at base, such as http://127.0.0.1:4040.
func NewClient(base, accountSID, authToken string) *Client {
	u, err := url.Parse(base)
	if err != nil {
		panic(err) // an address from our own settings
	}
	own := &client.Client{Credentials: client.NewCredentials(accountSID, authToken)}
	own.SetAccountSid(accountSID)
	return &Client{BaseClient: own, base: u}
}

// SendRequest sends what was meant for https://api.twilio.com to the console.
func (c *Client) SendRequest(method, rawURL string, data url.Values, headers map[string]any, body ...byte) (*http.Response, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, err
	}
	u.Scheme, u.Host = c.base.Scheme, c.base.Host
	return c.BaseClient.SendRequest(method, u.String(), data, headers, body...)
}

// A program sends a message by twilio-go as it is; it arrives at the phone of
// the console.
func Example() {
	w, closed, err := begin()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer closed()

	twilioClient := twilio.NewRestClientWithParams(twilio.ClientParams{
		Client: NewClient(w.api, w.stage.AccountSID(), authToken),
	})
	params := new(api.CreateMessageParams)
	params.SetFrom("+15550100")
	params.SetTo("+15550101")
	params.SetBody("Your table is ready.")
	sent, err := twilioClient.Api.CreateMessage(params)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*sent.Status, *sent.Direction)

	_, messages, err := w.stage.Messages("+15550101")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("At the phone:", messages[0].Body)
	// Output:
	// queued outbound-api
	// At the phone: Your table is ready.
}
