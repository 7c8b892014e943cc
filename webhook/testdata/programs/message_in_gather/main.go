// Message_in_gather sends a message while it waits for keys.
package main

import "github.com/ringback-go/ringback/twiml"

func main() {
	_ = twiml.Voice(twiml.Gather(
		twiml.Message("Press 1."), // wrong
	))
}
