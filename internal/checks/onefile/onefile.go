// Package onefile checks a promise: a new kind of webhook is one struct in one
// file, and nothing else has to be told about it.
package onefile
