module github.com/ringback-go/ringback/status/redisstore

go 1.26

require github.com/ringback-go/ringback v0.0.0

replace github.com/ringback-go/ringback => ../..
