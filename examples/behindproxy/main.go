// Behindproxy runs behind a proxy that terminates TLS and serves several public
// hosts, for tenants who each have their own auth token.
//
//	PROXIES=10.0.0.0/8 HOSTS=hooks.example.com,hooks.example.org \
//	TENANTS="AC...=token AC...=token" ADDR=0.0.0.0:8080 DEBUG=1 go run ./examples/behindproxy
//
// The program reads only the two headers that ForwardedHeaders names. The proxy
// must set both and never pass on the client's. For nginx:
//
//	proxy_set_header X-Forwarded-Proto $scheme;
//	proxy_set_header X-Forwarded-Host  $host;
package main

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/netip"
	"strings"

	"github.com/ringback-go/ringback/examples/internal/serve"
	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// tenants are the auth tokens by account; a real program uses its database.
type tenants map[string]signature.Token

func main() { serve.Run(build) }

func build(getenv func(string) string) (http.Handler, error) {
	proxy, err := netip.ParsePrefix(getenv("PROXIES"))
	if err != nil {
		return nil, fmt.Errorf("set PROXIES, such as 10.0.0.0/8: %w", err)
	}
	all := make(tenants)
	for pair := range strings.FieldsSeq(getenv("TENANTS")) {
		account, secret, _ := strings.Cut(pair, "=")
		token, err := signature.NewToken(account, secret)
		if err != nil {
			return nil, fmt.Errorf("TENANTS: %w", err)
		}
		token.AccountSID = account // only for requests of this account
		all[account] = token
	}
	var verifier *signature.Verifier // for Refused, which is called when it is set
	verifier, err = signature.New(signature.Config{
		Proxies:          []netip.Prefix{proxy},
		ForwardedHeaders: []string{"X-Forwarded-Proto", "X-Forwarded-Host"},
		Hosts:            strings.Split(getenv("HOSTS"), ","),
		Tokens:           signature.TokenFunc(all.tokens),
		Refused: func(r *http.Request, err *signature.Error) {
			log.Print(err)
			if getenv("DEBUG") != "" { // costs up to 5,000 signatures, so not for every stranger
				for _, f := range verifier.Diagnose(r) {
					log.Print(f)
				}
			}
		},
	})
	if err != nil {
		return nil, err
	}
	return webhook.Handle(webhook.NewReceiver(verifier, nil), reply), nil
}

func (t tenants) tokens(_ context.Context, q signature.Query) ([]signature.Token, error) {
	if token, ok := t[q.AccountSID]; ok {
		return []signature.Token{token}, nil
	}
	return nil, nil // no such tenant: refused like any wrong signature
}

func reply(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply("Thanks, we got: " + m.Body), nil
}
