// Package lock locks files, so that only one process uses them.
package lock

import "errors"

// ErrLocked is the error for a file that another process has locked.
var ErrLocked = errors.New("another process uses this file")
