// Package page checks the types of the console's page with TypeScript, which reads
// the scripts as they are served.
//
//	RINGBACK_TEST_NODE=1 go test ./internal/checks/page
//
// It needs node and npm. To check by hand:
//
//	cd internal/checks/page
//	npm install --no-package-lock
//	npx tsc -p .
package page
