// Package node runs the official SDK for Node, npm twilio, against "ringback dev".
// The SDK and the program are unmodified: dev directs their requests to the console.
// The requests that Ringback signs are sent to the receivers of the SDK, the
// middleware webhook() and validateRequest, with auth tokens and shared keys. It
// also calls a hand-written agent that uses the package ws.
//
//	RINGBACK_TEST_NODE=1 go test ./internal/checks/node
//
// It needs node and npm, and installs twilio and express into a temporary
// directory unless RINGBACK_NODE_MODULES names a folder node_modules that has both.
package node
