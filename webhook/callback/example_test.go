package callback_test

import (
	"fmt"
	"log"
	"net/url"
	"time"

	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook/callback"
)

func ExampleURL() {
	done := callback.URL{
		Base:    "/recording",
		Query:   url.Values{"order": {"4711"}},
		Retries: 3,
		RetryOn: []callback.RetryPolicy{callback.RetryConnect, callback.Retry5xx},
	}
	fmt.Println(twiml.Voice(twiml.Record().Action(done.MustBuild())).Node().Children[0].Attrs)
	// Output: [{action /recording?order=4711#rc=3&rp=ct,5xx}]
}

func ExampleURL_Build() {
	_, err := callback.URL{Base: "/voice", ReadTimeout: time.Minute}.Build()
	fmt.Println(err)
	// Output: callback: ReadTimeout: 1m0s is not between 100ms and 15s
}

func ExampleParse() {
	u, err := callback.Parse("https://hooks.example.com/voice#ct=2000&rc=2")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(u.Base, u.ConnectTimeout, u.Retries)
	// Output: https://hooks.example.com/voice 2s 2
}

// The parameters of an action's URL come back signed. A function finds them in
// the proof that signature.FromContext returns.
func ExampleEncodeQuery() {
	type survey struct {
		Customer int64         `query:"customer"`
		Language string        `query:"lang"`
		Hold     time.Duration `query:"hold"`
	}
	action := callback.URL{
		Base:  "/answer",
		Query: callback.EncodeQuery(survey{Customer: 4711, Language: "de", Hold: 90 * time.Second}),
	}.MustBuild()
	fmt.Println(action)

	back, err := url.Parse(action)
	if err != nil {
		log.Fatal(err)
	}
	s, err := callback.DecodeQuery[survey](back.Query())
	fmt.Println(s.Customer, s.Language, s.Hold, err)
	// Output:
	// /answer?customer=4711&hold=1m30s&lang=de
	// 4711 de 1m30s <nil>
}
