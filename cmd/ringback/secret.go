package main

import (
	"fmt"
	"os"
	"strings"
)

// secretFlags say which auth token requests are signed or verified with. A flag
// can be read by every user of the machine in the list of processes, so there is
// a file and an environment variable, too. A shared key is written as its id, a
// colon and its secret.
type secretFlags struct {
	Token     string `help:"Auth token, or a shared key as ID:SECRET. Prefer TWILIO_AUTH_TOKEN or --token-file: other users of this machine can read flags." env:"TWILIO_AUTH_TOKEN"`
	TokenFile string `help:"File that holds the auth token." placeholder:"FILE" type:"path"`
}

// secret completes the token from its file.
func (f *secretFlags) secret() error {
	if f.TokenFile != "" {
		data, err := os.ReadFile(f.TokenFile)
		if err != nil {
			return fmt.Errorf("cannot read the auth token: %w", err)
		}
		f.Token = strings.TrimSpace(string(data))
		if f.Token == "" {
			return usagef("the file of the auth token, %s, is empty", f.TokenFile)
		}
	}
	if f.Token != strings.TrimSpace(f.Token) {
		return usagef("the auth token begins or ends with white space: check --token or TWILIO_AUTH_TOKEN")
	}
	return nil
}
