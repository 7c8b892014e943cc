package main

import "fmt"

// A usageError is a command line that cannot work, whatever the program does.
// Its exit code is 2.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func usagef(format string, args ...any) error { return usageError{fmt.Sprintf(format, args...)} }
