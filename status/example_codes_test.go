package status_test

import (
	"fmt"

	"github.com/ringback-go/ringback/status"
)

func ExampleCode() {
	for _, n := range []int{30003, 21610, 11200} {
		code := status.Code(n)
		fmt.Printf("%v [%s] permanent=%t retryable=%t\n", code, code.Class(), code.Permanent(), code.Retryable())
	}
	// Output:
	// 30003 Unreachable destination handset [unreachable-handset] permanent=false retryable=true
	// 21610 Attempt to send to unsubscribed recipient [opted-out] permanent=true retryable=false
	// 11200 HTTP retrieval failure [webhook-http] permanent=false retryable=true
}

func ExampleCodes() {
	for code := range status.Codes() {
		if code.Class() == status.ClassUnreachableHandset {
			fmt.Println(int(code), code.Meaning())
		}
	}
	// Output:
	// 30003 The handset is off, out of reach or cannot take messages now; try again later.
	// 63036 The number cannot be reached by RCS now; send an SMS instead or try again later.
}
