package webhook_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/url"
	"os"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

func ExampleCallback() {
	done := webhook.Callback{
		URL:     "/recording",
		Query:   url.Values{"order": {"4711"}},
		Retries: 3,
		RetryOn: []webhook.RetryPolicy{webhook.RetryConnect, webhook.Retry5xx},
	}
	fmt.Println(done)
	// Output: /recording?order=4711#rc=3&rp=ct,5xx
}

func ExampleCallback_Build() {
	_, err := webhook.Callback{URL: "/voice", ReadTimeout: time.Minute}.Build()
	fmt.Println(err)
	// Output: webhook: callback: ReadTimeout: 1m0s is not between 100ms and 15s
}

func ExampleParseCallback() {
	c, err := webhook.ParseCallback("https://hooks.example.com/voice#ct=2000&rc=2")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(c.URL, c.ConnectTimeout, c.Retries)
	// Output: https://hooks.example.com/voice 2s 2
}

// What the action's URL carries comes back signed, with its types.
func ExampleEncodeQuery() {
	type survey struct {
		Customer int64         `query:"customer"`
		Language string        `query:"lang"`
		Hold     time.Duration `query:"hold"`
	}
	action := webhook.Callback{
		URL:   "/answer",
		Query: webhook.EncodeQuery(survey{Customer: 4711, Language: "de", Hold: 90 * time.Second}),
	}.String()
	fmt.Println(action)

	hooks := webhook.NewReceiver(exampleVerifier(), nil)
	h := webhook.Handle(hooks, func(ctx context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
		proof, _ := signature.FromContext(ctx)
		s, err := webhook.DecodeQuery[survey](proof.Query())
		if err != nil {
			return nil, err
		}
		return twiml.Reply(fmt.Sprint(s.Customer, " waited ", s.Hold)), nil
	})
	play(h, action, message(nil))
	// Output:
	// /answer?customer=4711&hold=1m30s&lang=de
	// 200 <Response><Message>4711 waited 1m30s</Message></Response>
}

func ExampleDownloader() {
	downloader, err := webhook.NewDownloader(webhook.DownloadConfig{
		Credentials: webhook.Credentials{Username: os.Getenv("TWILIO_ACCOUNT_SID"), Password: os.Getenv("TWILIO_AUTH_TOKEN")},
	})
	if err != nil {
		log.Fatal(err)
	}
	show := func(url string) error {
		picture, err := downloader.Get(context.Background(), url)
		if err != nil {
			return err
		}
		defer picture.Close()
		fmt.Println(picture.Type)
		_, err = io.Copy(os.Stdout, picture)
		return err
	}

	fmt.Println(show("http://169.254.169.254/latest/meta-data/"))
	// Output: webhook: download: the URL is not allowed ("169.254.169.254")
}
