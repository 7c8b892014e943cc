# Thin names for real commands; read the command and use it directly if you like.

.PHONY: demo test race generate bench ci

demo:
	go run ./examples/supportline

test:
	go test ./...

race:
	go test -race -shuffle=on ./...

generate:
	go generate ./...

bench:
	go run ./internal/bench

ci:
	bash .ci/run
