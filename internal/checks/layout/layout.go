// Package layout keeps the shape of the module: which package may import which,
// what the exported API is, and that every exported name is explained. It holds
// tests only. The expectations are files in testdata, so that changes are
// visible in a review:
//
//	go test ./internal/checks/layout -update
//
// rewrites the API texts. Edit the import graph by hand, and never just to fix
// a build.
package layout
