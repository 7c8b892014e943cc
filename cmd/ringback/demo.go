package main

import (
	"log/slog"
	"net/http"

	"github.com/ringback-go/ringback/cmd/ringback/internal/remote"
	"github.com/ringback-go/ringback/examples/supportline/line"
	"github.com/ringback-go/ringback/signature"
)

// demo is the default program: the support line of the examples. It logs
// nothing, because the page shows everything.
func demo(baseURL, token string) (http.Handler, error) {
	key, err := remote.ParseToken(token)
	if err != nil {
		return nil, err
	}
	verifier, err := signature.New(signature.Config{BaseURL: baseURL, Tokens: signature.Keys(key)})
	if err != nil {
		return nil, err
	}
	return line.Routes(verifier, slog.New(slog.DiscardHandler)), nil
}
