// Package browsertest opens the console of the command in a headless Chromium
// and uses it as a person does. It is a module of its own, since the browser's
// protocol is a dependency that nothing else needs.
//
//	go test ./internal/checks/browser
//
// It is skipped, with a line, where there is no Chromium. Screenshots are written
// to the folder that RINGBACK_SCREENSHOTS names.
package browsertest
