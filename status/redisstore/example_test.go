package redisstore_test

import (
	"context"
	"net/http"

	"github.com/redis/go-redis/v9"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/redisstore"
	"github.com/ringback-go/ringback/webhook"
)

// Open checks that Redis keeps what it acknowledges.
func ExampleOpen() {
	client := redis.NewClient(&redis.Options{Addr: "localhost:6379", ContextTimeoutEnabled: true})
	store, err := redisstore.Open(context.Background(), client, nil)
	if err != nil {
		panic(err)
	}
	var hooks *webhook.Receiver // of webhook.NewReceiver
	http.Handle("POST /status", status.NewTracker(store, nil).Handler(hooks))
}
