module github.com/ringback-go/ringback/internal/bench

go 1.26

require github.com/ringback-go/ringback v0.0.0

replace github.com/ringback-go/ringback => ../..
