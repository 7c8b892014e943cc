// Package status tells what became of what you sent: messages, calls,
// recordings, transcriptions and conferences, from callbacks that may come
// late, twice, in any order or not at all.
package status
