// Package lock says which process uses a file.
package lock

import "errors"

// ErrLocked is the error for a file that another process has locked.
var ErrLocked = errors.New("another process uses this file")
