package twiml_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/ringback-go/ringback/twiml"
)

func ExampleReply() {
	fmt.Println(twiml.Reply("Thanks, we got: <3"))
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?><Response><Message>Thanks, we got: &lt;3</Message></Response>
}

func ExampleMessage() {
	doc := twiml.Messaging(
		twiml.Message("Here is our owl.", twiml.Media("https://example.com/owl.png")).Action("/sent"),
		twiml.Message("It says hello.").To("+15550100"),
	)
	fmt.Print(doc.Indent())
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response>
	//   <Message action="/sent">Here is our owl.<Media>https://example.com/owl.png</Media></Message>
	//   <Message to="+15550100">It says hello.</Message>
	// </Response>
}

// A document is an http.Handler.
func ExampleMessagingResponse_ServeHTTP() {
	mux := http.NewServeMux()
	mux.Handle("POST /closed", twiml.Reply("We are closed."))

	rec := httptest.NewRecorder()
	mux.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/closed", nil))
	fmt.Println(rec.Code, rec.Header().Get("Content-Type"), rec.Header().Get("Content-Length"))
	// Output:
	// 200 text/xml; charset=utf-8 92
}
