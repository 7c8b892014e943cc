// Package layout keeps the shape of the module: which package may import
// which, what the exported API is, and that every exported name is explained.
// It holds tests only. The expectations are texts in testdata, so that a change
// of the shape is visible in a review:
//
//	go test ./internal/checks/layout -update
//
// rewrites the API texts. The import graph is changed by hand, and not to fix
// a build.
package layout
