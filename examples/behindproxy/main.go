// Behindproxy stands behind a proxy that ends TLS and serves several public
// hosts, for tenants who each have an auth token of their own.
//
//	PROXIES=10.0.0.0/8 HOSTS=hooks.example.com,hooks.example.org DEBUG=1 go run ./examples/behindproxy
//
// The proxy must write these headers, and not pass on what a client wrote; for
// nginx:
//
//	proxy_set_header X-Forwarded-Proto $scheme;
//	proxy_set_header X-Forwarded-Host  $host;
//	proxy_set_header X-Forwarded-Port  "";
//	proxy_set_header Forwarded         "";
package main

import (
	"context"
	"log"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/ringback-go/ringback/signature"
	"github.com/ringback-go/ringback/twiml"
	"github.com/ringback-go/ringback/webhook"
)

// tenants are the auth tokens by account; a real program asks its database.
var tenants = map[string]string{
	"AC00000000000000000000000000000001": "token-of-the-first-tenant",
	"AC00000000000000000000000000000002": "token-of-the-second-tenant",
}

func main() {
	proxy, err := netip.ParsePrefix(os.Getenv("PROXIES"))
	if err != nil {
		log.Fatal("PROXIES: ", err)
	}
	handler, err := routes(proxy, strings.Split(os.Getenv("HOSTS"), ","), os.Getenv("DEBUG") != "")
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Addr: "127.0.0.1:8080", Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}

func routes(proxy netip.Prefix, hosts []string, debug bool) (http.Handler, error) {
	var verifier *signature.Verifier // for Refused, which is called when it is set
	verifier, err := signature.New(signature.Config{
		Proxies: []netip.Prefix{proxy},
		Hosts:   hosts,
		Tokens: signature.TokenFunc(func(_ context.Context, q signature.Query) ([]signature.Token, error) {
			token, err := signature.NewToken(q.AccountSID, tenants[q.AccountSID])
			if err != nil {
				return nil, nil // no such tenant: refused like any wrong signature
			}
			token.AccountSID = q.AccountSID // good for this account's requests only
			return []signature.Token{token}, nil
		}),
		Refused: func(r *http.Request, err *signature.Error) {
			log.Print(err)
			if debug { // costs up to 2,000 signatures, so not for every stranger
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

func reply(_ context.Context, m webhook.IncomingMessage) (*twiml.MessagingResponse, error) {
	return twiml.Reply("Thanks, we got: " + m.Body), nil
}
