package signature_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/ringback-go/ringback/signature"
)

// The examples sign with this token in place of Twilio; a program reads its own
// from the environment.
const authToken = "0123456789abcdef0123456789abcdef"

// fromTwilio is a text message as Twilio posts it to target.
func fromTwilio(publicURL, text string) *http.Request {
	params := url.Values{
		"AccountSid": {"AC0123456789abcdef0123456789abcdef"}, "MessageSid": {"SM0123456789abcdef0123456789abcdef"},
		"From": {"+15550101"}, "To": {"+15550100"}, "Body": {text}, "NumMedia": {"0"},
	}
	u, err := url.Parse(publicURL)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodPost, u.RequestURI(), strings.NewReader(params.Encode()))
	r.Host = u.Host
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature.Sign(authToken, publicURL, params))
	return r
}

func ExampleNew() {
	_, err := signature.New(signature.Config{
		BaseURL: "hooks.example.com",
		Tokens:  signature.Tokens("token from a file\n"),
	})
	fmt.Println(err)
	// Output:
	// signature: Config.BaseURL: needs a scheme, as in https://hooks.example.com
	// signature: Config.Tokens: secret 1 of 1: the auth token has white space at its ends
}

func ExampleVerifier_Handler() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.Tokens(authToken),
	})
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.Handle("POST /sms", verifier.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		message, _ := signature.FromContext(r.Context())
		text, _ := message.Param("Body")
		fmt.Fprintf(w, "we got %q", text)
	})))

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, fromTwilio("https://hooks.example.com/sms", "Hello"))
	fmt.Println(w.Code, w.Body)

	forged := fromTwilio("https://hooks.example.com/sms", "Hello")
	forged.Header.Set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	w = httptest.NewRecorder()
	mux.ServeHTTP(w, forged)
	fmt.Println(w.Code, w.Body)
	// Output:
	// 200 we got "Hello"
	// 403
}

func ExampleVerifier_Verify() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.Tokens(authToken),
	})
	if err != nil {
		panic(err)
	}
	message, err := verifier.Verify(fromTwilio("https://hooks.example.com/sms?team=red", "Hello"))
	if err != nil {
		panic(err)
	}
	for name, value := range message.Params() {
		fmt.Println(name, value)
	}
	fmt.Println(message.URL(), message.Query()["team"])
	// Output:
	// AccountSid AC0123456789abcdef0123456789abcdef
	// Body Hello
	// From +15550101
	// MessageSid SM0123456789abcdef0123456789abcdef
	// NumMedia 0
	// To +15550100
	// https://hooks.example.com/sms?team=red [red]
}

func ExampleSign() {
	fmt.Println(signature.Sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"},
	}))
	// Output: RSOYDt4T1cUTdK1PDd93/VVr8B8=
}

func ExampleSignBody() {
	body := []byte(`{"message": "a post body"}`)
	sig, target := signature.SignBody("qwerty", "https://example.com/test", body)
	r := httptest.NewRequest(http.MethodPost, target, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Twilio-Signature", sig)
	fmt.Println(sig)
	fmt.Println(r.URL)
	// Output:
	// zR5Oq4f6cijN5oz5bisiVuxYnTU=
	// https://example.com/test?bodySHA256=8d90d640c6ba47d595ac56203d7f5c6b511be80fdf44a2055acca75a119b9fd2
}

func ExampleUnverified() {
	captured := fromTwilio("https://hooks.example.com/sms", "Hello")
	captured.Header.Del("X-Twilio-Signature")
	message, err := signature.Unverified(captured)
	if err != nil {
		panic(err)
	}
	text, _ := message.Param("Body")
	fmt.Printf("someone says %q\n", text)
	// Output: someone says "Hello"
}
