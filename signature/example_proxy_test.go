package signature_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"

	"github.com/ringback-go/ringback/signature"
)

// A proxy terminates TLS and forwards the request by plain HTTP. The verifier
// is configured with the address that this process sees, not the one that
// Twilio calls.
func ExampleVerifier_Diagnose() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "http://hooks.example.com",
		Tokens:  signature.Tokens(authToken),
	})
	if err != nil {
		panic(err)
	}
	r := fromTwilio("https://hooks.example.com/sms", "Hello")
	for _, f := range verifier.Diagnose(r) {
		fmt.Println(f.Cause)
		fmt.Println(f.Remedy)
	}
	// Output:
	// scheme: Twilio signed https, and the request was checked as http
	// Set the public address to "https://hooks.example.com" (Config.BaseURL in Go, --base-url in ringback). A proxy terminates TLS, so this process sees another scheme than Twilio.
}

// Several public names reach one process through a load balancer, which sends
// the requested name in X-Forwarded-*. Only its headers count, and it may only
// name hosts that are listed.
func ExampleConfig_proxies() {
	verifier, err := signature.New(signature.Config{
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Hosts:   []string{"hooks.example.com", "hooks.example.org"},
		Tokens:  signature.Tokens(authToken),
	})
	if err != nil {
		panic(err)
	}
	for _, peer := range []string{"10.0.0.7:4711", "198.51.100.7:4711"} {
		r := fromTwilio("https://hooks.example.org/sms", "Hello")
		r.RemoteAddr, r.Host = peer, "internal:8080"
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-Host", "hooks.example.org")
		_, err := verifier.Verify(r)
		fmt.Println(peer, err)
	}
	// Output:
	// 10.0.0.7:4711 <nil>
	// 198.51.100.7:4711 signature: host not in Config.Hosts
}

// The log has details that the client does not get.
func ExampleConfig_refused() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.Tokens(authToken),
		Refused: func(r *http.Request, err *signature.Error) {
			if errors.Is(err, signature.ErrMissing) {
				fmt.Println("a stranger at", r.URL.Path)
			}
		},
	})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	verifier.Handler(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/sms", nil))
	fmt.Println(w.Code, w.Body.Len())
	// Output:
	// a stranger at /sms
	// 403 0
}
