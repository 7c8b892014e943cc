package signature_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/ringback-go/ringback/signature"
)

// During a rotation both tokens are accepted. Remove the old one when no
// request has its label any more.
func ExampleTokens() {
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.Tokens("the new token", authToken),
	})
	if err != nil {
		panic(err)
	}
	message, err := verifier.Verify(fromTwilio("https://hooks.example.com/sms", "Hello"))
	if err != nil {
		panic(err)
	}
	fmt.Println(message.Token())
	// Output: token "2"
}

// An account that moves from its auth token to a shared key configures both,
// and removes the token when no request is signed with it any more.
func ExampleNewSharedKey() {
	token, err := signature.NewToken("main", authToken)
	if err != nil {
		panic(err)
	}
	key, err := signature.NewSharedKey("webhooks_sharedkey_01k6z9v3m8q2r4t6w8y0a1b2c3", "the secret that Twilio has shown once")
	if err != nil {
		panic(err)
	}
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens:  signature.Keys(token, key),
	})
	if err != nil {
		panic(err)
	}
	for _, signer := range []signature.Token{token, key} {
		// Twilio sends this.
		r := httptest.NewRequest(http.MethodGet, "/voice?Digits=1", nil)
		signer.Sign("https://hooks.example.com/voice?Digits=1", nil).Set(r.Header)

		proof, err := verifier.Verify(r)
		if err != nil {
			panic(err)
		}
		fmt.Println(proof.Token(), proof.Algorithm())
	}
	// Output:
	// token "main" HMAC_SHA1
	// shared key "webhooks_sharedkey_01k6z9v3m8q2r4t6w8y0a1b2c3" HMAC_SHA256
}

// Each tenant has an account and a token. The token is bound to its account, so
// that no tenant can sign for another.
func ExampleTokenFunc() {
	tenants := map[string]string{"AC0123456789abcdef0123456789abcdef": authToken}
	tokens := map[string]signature.Token{}
	for sid, secret := range tenants {
		token, err := signature.NewToken("tenant "+sid[:6], secret)
		if err != nil {
			panic(err)
		}
		token.AccountSID = sid
		tokens[sid] = token
	}
	verifier, err := signature.New(signature.Config{
		BaseURL: "https://hooks.example.com",
		Tokens: signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
			if token, ok := tokens[q.AccountSID]; ok {
				return []signature.Token{token}, nil
			}
			return nil, nil // an unknown account
		}),
	})
	if err != nil {
		panic(err)
	}
	message, err := verifier.Verify(fromTwilio("https://hooks.example.com/sms", "Hello"))
	if err != nil {
		panic(err)
	}
	fmt.Println(message.Token().Label)
	// Output: tenant AC0123
}

// A secret cannot be printed by accident.
func ExampleNewToken() {
	token, err := signature.NewToken("main", authToken)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%v %+v %#v\n", token, token, []any{token})
	_, err = signature.NewToken("main", "")
	fmt.Println(err)
	// Output:
	// token "main" token "main" []interface {}{token "main"}
	// the auth token is empty
}

// A set of tokens is replaced while requests arrive, without a restart.
func ExampleTokenSet() {
	first, err := signature.NewToken("spring", authToken)
	if err != nil {
		panic(err)
	}
	tokens := new(signature.TokenSet)
	if err := tokens.Set(first); err != nil {
		panic(err)
	}
	verifier, err := signature.New(signature.Config{BaseURL: "https://hooks.example.com", Tokens: tokens})
	if err != nil {
		panic(err)
	}
	second, err := signature.NewToken("summer", "another token")
	if err != nil {
		panic(err)
	}
	if err := tokens.Set(second, first); err != nil {
		panic(err)
	}
	message, err := verifier.Verify(fromTwilio("https://hooks.example.com/sms", "Hello"))
	if err != nil {
		panic(err)
	}
	fmt.Println(message.Token().Label)
	// Output: spring
}
