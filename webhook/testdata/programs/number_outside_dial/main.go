// Number_outside_dial names a number without dialling it.
package main

import "github.com/ringback-go/ringback/twiml"

func main() {
	_ = twiml.Voice(
		twiml.Number("+15550100"), // wrong
	)
}
