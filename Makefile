# Thin names for real commands; read the command and use it directly if you like.

.PHONY: dev demo test race fuzz generate layout bench ci

# a page on which you text and call a demo
dev:
	go run ./cmd/ringback dev

# the support line, with signed curl lines
demo:
	go run ./examples/supportline

test:
	go test ./...

race:
	go test -race -shuffle=on ./...

# every fuzz target for FUZZTIME, such as make fuzz FUZZTIME=60s; default 2s
fuzz:
	bash .ci/run fuzz

generate:
	go generate ./...

# write the texts of the exported API anew, after a change that is meant
layout:
	go test ./internal/checks/layout -run TestExportedAPI -update

# every budget beside its peers, in one run
bench:
	go run ./internal/checks/bench

ci:
	bash .ci/run
