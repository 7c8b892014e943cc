// Tenants serves many Twilio accounts with one program: the account that a
// request names chooses the token that must have signed it, so that no tenant
// can speak for another.
//
//	TWILIO_ACCOUNT_SID=AC... TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/tenants
//
// serves one tenant, whose account that is; a real program has them in a database.
package main

import (
	"context"
	"net/http"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// A tenant is a customer of ours with an account at Twilio.
type tenant struct {
	name  string
	token signature.Token
}

// A directory knows the tenants by their accounts. A real one asks a database,
// and keeps what it said for a while.
type directory map[string]tenant

func (d directory) add(account, name, secret string) error {
	token, err := signature.NewToken(name, secret)
	if err != nil {
		return err
	}
	token.AccountSID = account // a request that it has signed is of this account, or refused
	d[account] = tenant{name, token}
	return nil
}

// tokens gives the tokens for a request. An account without any is refused in
// the time that a wrong signature takes.
func (d directory) tokens(_ context.Context, q signature.Query) ([]signature.Token, error) {
	if t, ok := d[q.AccountSID]; ok {
		return []signature.Token{t.token}, nil
	}
	return nil, nil
}

func (d directory) reply(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply(d[string(m.AccountSID)].name + " says thanks."), nil
}

func (d directory) routes(base string) (http.Handler, error) {
	verifier, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.TokenFunc(d.tokens)})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("POST /sms", webhook.Handle(webhook.NewReceiver(verifier, nil), d.reply))
	return mux, nil
}

func build(getenv func(string) string) (http.Handler, error) {
	d := make(directory)
	if err := d.add(getenv("TWILIO_ACCOUNT_SID"), "Our first customer", getenv("TWILIO_AUTH_TOKEN")); err != nil {
		return nil, err
	}
	return d.routes(getenv("BASE_URL"))
}

func main() { serve.Run(build) }
