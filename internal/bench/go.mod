module github.com/ringback-go/ringback/internal/bench

go 1.26

require (
	github.com/beevik/etree v1.8.1
	github.com/gorilla/schema v1.4.1
	github.com/ringback-go/ringback v0.0.0
	github.com/twilio/twilio-go v1.31.0
)

require (
	github.com/golang/mock v1.6.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
)

replace github.com/ringback-go/ringback => ../..
