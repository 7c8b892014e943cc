// Tenants serves many Twilio accounts with one program. Each request must be
// signed with the token of the account that it names, so no tenant can sign for
// another.
//
//	TWILIO_ACCOUNT_SID=AC... TWILIO_AUTH_TOKEN=... BASE_URL=https://hooks.example.com go run ./examples/tenants
//
// serves one tenant, who has that account. A real program stores tenants in a
// database.
package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// A tenant is a customer with a Twilio account.
type tenant struct {
	name  string
	token signature.Token
}

// A directory maps accounts to tenants. A real one uses a database and a cache.
type directory map[string]tenant

func (d directory) add(account, name, secret string) error {
	token, err := signature.NewToken(name, secret)
	if err != nil {
		return err
	}
	token.AccountSID = account // the token is refused for other accounts
	d[account] = tenant{name, token}
	return nil
}

// tokens returns the tokens for a request. Refusing an unknown account takes as
// long as refusing a wrong signature.
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
		return nil, fmt.Errorf("set TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and BASE_URL: %w", err)
	}
	return d.routes(getenv("BASE_URL"))
}

func main() { serve.Run(build) }
