module github.com/ringback-go/ringback/internal/drivertest

go 1.26

replace github.com/ringback-go/ringback => ../..
