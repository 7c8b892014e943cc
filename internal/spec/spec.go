// Package spec holds Ringback's facts about Twilio, as data: the requests
// Twilio sends, the grammar of TwiML, error codes, and the cases that tests are
// made of. The generator in internal/gen turns the grammar and the codes into
// Go, and makes webhooks.json from the structs of package webhook. The console
// shows the facts; tests read the vectors.
//
// The Markdown files say what the data cannot:
//
//   - signature.md: how requests are signed and what to refuse
//   - verb-semantics.md: what each verb of TwiML does at run time
//   - webhook-mechanics.md: methods, timeouts, retries, answers
//   - threat-model.md: the numbered threats (T01 to T41) that tests name
//
// Some facts are marked as unsure. Code must be tolerant there.
package spec

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
)

//go:embed *.json vectors/*.json
var files embed.FS

// Bytes returns the file called name, such as "twiml.json" or
// "vectors/signature.json".
func Bytes(name string) ([]byte, error) {
	return files.ReadFile(name)
}

// Decode reads the file called name into v. A member without a field in v is an
// error, so that no fact or case is overlooked.
func Decode(name string, v any) error {
	data, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("spec: %w", err)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("spec: %s: %w", name, err)
	}
	return nil
}
