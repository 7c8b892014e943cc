package signature_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/ringback-go/ringback/signature"
)

// Someone has seen a request in a log and sends it again.
func ExampleReplayWindow() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.Tokens(authToken),
	})
	if err != nil {
		panic(err)
	}
	once := &signature.ReplayWindow{Window: time.Hour}
	pay := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Println("paid") })
	h := verifier.Handler(once.Handler(pay))
	for range 2 {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, fromTwilio("https://hooks.example.com/pay", "Pay 10"))
		fmt.Println(w.Code)
	}
	// Output:
	// paid
	// 200
	// 409
}
