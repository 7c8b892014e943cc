package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/numbers"
)

type numberCommand struct {
	Number        string `arg:"" help:"A phone number of your account, such as +15550100."`
	SMS           string `name:"sms" help:"URL for incoming messages." placeholder:"URL"`
	SMSFallback   string `help:"Fallback URL for messages." placeholder:"URL"`
	Voice         string `help:"URL for incoming calls." placeholder:"URL"`
	VoiceFallback string `help:"Fallback URL for calls." placeholder:"URL"`
	Status        string `help:"URL for status callbacks of calls." placeholder:"URL"`
	Account       string `help:"Account SID." env:"TWILIO_ACCOUNT_SID" placeholder:"AC..."`
	Token         string `help:"Auth token of the account." env:"TWILIO_AUTH_TOKEN"`
	Key           string `help:"SID of an API key, instead of the token." env:"TWILIO_API_KEY" placeholder:"SK..."`
	Secret        string `help:"Secret of the API key." env:"TWILIO_API_SECRET"`
	API           string `name:"api" help:"URL of the API (default: Twilio's)." placeholder:"URL"`
	Yes           bool   `short:"y" help:"Do not ask for confirmation."`
	JSON          bool   `name:"json" help:"Print the result as JSON."`
}

// Help shows examples.
func (numberCommand) Help() string {
	return `Without URLs, the webhooks of the number are printed. With URLs, the changes are printed and made after you confirm them. The account is TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN.

A number in the sender pool of a Messaging Service sends its texts to the webhook of the service, unless the service defers to that of the sender.

Examples:

  ringback number +15550100
  ringback number +15550100 --sms https://hooks.example.com/sms --voice https://hooks.example.com/voice --yes
  ringback number +15550100 --status https://hooks.example.com/status --yes --json`
}

// numberChange is one changed setting.
type numberChange struct {
	Name string `json:"name"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Run shows or sets the webhooks.
func (n *numberCommand) Run(ctx context.Context, io streams) error {
	want := numbers.Webhooks{SMS: n.SMS, SMSFallback: n.SMSFallback, Voice: n.Voice, VoiceFallback: n.VoiceFallback, Status: n.Status}
	if err := n.check(want); err != nil {
		return err
	}
	slow := time.AfterFunc(time.Second, func() { fmt.Fprintln(io.err, "ringback: waiting for Twilio") })
	defer slow.Stop()
	account, err := numbers.New(numbers.Config{AccountSID: n.Account, Token: n.Token, Key: n.Key, Secret: n.Secret, API: n.API})
	if err != nil {
		return err
	}
	found, err := account.Find(ctx, n.Number)
	slow.Stop()
	if errors.Is(err, numbers.ErrNotFound) {
		return fmt.Errorf("%s is not a number of this account; write it as +15550100, and check TWILIO_ACCOUNT_SID", n.Number)
	}
	if err != nil {
		return err
	}
	if want == (numbers.Webhooks{}) {
		return n.show(found, io)
	}
	changes := changesOf(found, want)
	if !n.JSON {
		printChanges(n.Number, found, changes, io)
	}
	if len(changes) > 0 {
		if !n.Yes && !agreed(ctx, io) {
			return errors.New("nothing was changed; answer y, or use --yes")
		}
		if _, err := account.Set(ctx, found.SID, want); err != nil {
			return err
		}
	}
	if n.JSON {
		return writeJSON(io.out, struct {
			SID     string         `json:"sid"`
			Number  string         `json:"number"`
			Changes []numberChange `json:"changes"`
		}{found.SID, found.Number, append([]numberChange{}, changes...)})
	}
	if len(changes) > 0 {
		fmt.Fprintln(io.out, "Changed.")
	}
	return nil
}

// check refuses values that Twilio could not use, before any request.
func (n *numberCommand) check(want numbers.Webhooks) error {
	if n.Account == "" || n.Token == "" && (n.Key == "" || n.Secret == "") {
		return usagef("no account: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or use --key and --secret")
	}
	if !strings.HasPrefix(n.Number, "+") || strings.Trim(n.Number[1:], "0123456789") != "" {
		return usagef("%q is not a phone number; write it as +15550100", n.Number)
	}
	for _, address := range []string{want.SMS, want.SMSFallback, want.Voice, want.VoiceFallback, want.Status} {
		if address == "" {
			continue
		}
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return usagef("invalid URL %q; write it as https://hooks.example.com/sms", address)
		}
		if host := u.Hostname(); host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1" {
			return usagef("Twilio cannot reach %q, which is this machine; give the public address, such as that of a tunnel", address)
		}
	}
	return nil
}

func (n *numberCommand) show(found numbers.Number, io streams) error {
	if n.JSON {
		return writeJSON(io.out, struct {
			SID      string           `json:"sid"`
			Number   string           `json:"number"`
			Webhooks numbers.Webhooks `json:"webhooks"`
		}{found.SID, found.Number, found.Webhooks})
	}
	fmt.Fprintf(io.out, "%s (%s)\n", found.Number, found.SID)
	for _, line := range lines(found.Webhooks, found.Methods) {
		fmt.Fprintf(io.out, "  %-14s %s\n", line.name, plain(orNone(line.address, line.method)))
	}
	overruled(found, io)
	return nil
}

// hook is one webhook with its display name.
type hook struct{ name, address, method string }

func lines(w, methods numbers.Webhooks) []hook {
	return []hook{
		{"messages", w.SMS, methods.SMS},
		{"... fallback", w.SMSFallback, methods.SMSFallback},
		{"calls", w.Voice, methods.Voice},
		{"... fallback", w.VoiceFallback, methods.VoiceFallback},
		{"call status", w.Status, methods.Status},
	}
}

func orNone(address, method string) string {
	switch {
	case address == "":
		return "(none)"
	case method == "" || method == "POST":
		return address
	}
	return method + " " + address
}

func changesOf(found numbers.Number, want numbers.Webhooks) (out []numberChange) {
	before, after := lines(found.Webhooks, found.Methods), lines(want, numbers.Webhooks{})
	for i, line := range after {
		is, to := orNone(before[i].address, before[i].method), line.address
		if to != "" && to != is {
			out = append(out, numberChange{line.name, is, to})
		}
	}
	return out
}

func printChanges(number string, found numbers.Number, changes []numberChange, io streams) {
	if len(changes) == 0 {
		fmt.Fprintf(io.out, "%s already has these webhooks.\n", number)
	} else {
		fmt.Fprintf(io.out, "%s (%s)\n", number, found.SID)
	}
	for _, c := range changes {
		fmt.Fprintf(io.out, "  %-14s %s\n  %-14s %s\n", c.Name, plain(c.From), "", "-> "+c.To)
	}
	overruled(found, io)
}

// overruled prints what overrides the webhooks at Twilio.
func overruled(found numbers.Number, io streams) {
	switch {
	case found.Trunk != "":
		fmt.Fprintf(io.err, "ringback: calls go to the trunk %s and not to the webhooks\n", found.Trunk)
	case found.App != "":
		fmt.Fprintf(io.err, "ringback: calls go to the TwiML App %s and not to the webhooks\n", found.App)
	}
	if found.SMSApp != "" {
		fmt.Fprintf(io.err, "ringback: messages go to the TwiML App %s and not to the webhooks\n", found.SMSApp)
	}
}

// agreed asks for confirmation and accepts only yes.
func agreed(ctx context.Context, io streams) bool {
	fmt.Fprint(io.out, "Change it? [y/N] ")
	answer := make(chan string, 1)
	go func() {
		text := ""
		if io.in != nil {
			text, _ = bufio.NewReader(io.in).ReadString('\n')
		}
		answer <- text
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(io.out)
		return false
	case text := <-answer:
		text = strings.ToLower(strings.TrimSpace(text))
		return text == "y" || text == "yes"
	}
}
