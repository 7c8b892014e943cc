// Package onefile checks a promise: to add a kind of webhook, add one struct in
// one file and change nothing else.
package onefile
