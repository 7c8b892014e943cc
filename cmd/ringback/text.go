package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/ringback-go/ringback/internal/dialogue"
)

type textCommand struct {
	programFlags `embed:""`
	Body         string   `arg:"" optional:"" help:"Text of the message."`
	From         string   `help:"Number of the sender." default:"+15550101"`
	Media        []string `help:"URL of a picture or another file to send; may be repeated." placeholder:"URL"`
	MediaType    string   `help:"Content type of the files." default:"image/jpeg" placeholder:"TYPE"`
	WhatsApp     bool     `name:"whatsapp" help:"Send it by WhatsApp."`
	Method       string   `help:"Method of the request: POST or GET." enum:"POST,GET" default:"POST"`
	Param        []string `short:"p" sep:"none" help:"Another parameter; may be repeated." placeholder:"NAME=VALUE"`
	JSON         bool     `name:"json" help:"Print the result as JSON." group:"common"`
}

// Help shows examples.
func (textCommand) Help() string {
	return `Prints each reply on its own lines. The exit code is 1 if Twilio would log an error.

Examples:

  ringback text "hello" --app demo
  ringback text "look" --media https://example.com/cat.jpg --app demo
  ringback text "hola" --whatsapp --app demo --json
` + aboutApp
}

// textResult is the JSON output.
type textResult struct {
	SID      string      `json:"sid"`
	Status   int         `json:"status,omitempty"`
	Replies  []textReply `json:"replies"`
	Error    string      `json:"error,omitempty"`
	Code     int         `json:"code,omitempty"`
	Hint     string      `json:"hint,omitempty"`
	Warnings []string    `json:"warnings,omitempty"`
}

type textReply struct {
	To    string   `json:"to"`
	Body  string   `json:"body"`
	Media []string `json:"media,omitempty"`
}

// Run sends the text.
func (t *textCommand) Run(ctx context.Context, io streams) error {
	after, err := parameters(t.Param)
	if err != nil {
		return err
	}
	p, err := t.start(ctx, io, nil, nil)
	if err != nil {
		return err
	}
	defer p.engine.Close()
	text := dialogue.Text{
		URL: t.SMS, Method: t.method(t.Method), FallbackURL: t.Fallback, Body: t.Body, After: after,
		From: dialogue.Party{Address: t.From}, To: dialogue.Party{Address: t.Number},
	}
	if t.WhatsApp {
		text.From.Address, text.To.Address = whatsapp(t.From), whatsapp(t.Number)
	}
	for _, address := range t.Media {
		text.Media = append(text.Media, dialogue.Media{URL: address, ContentType: t.MediaType})
	}
	reply := p.engine.Receive(text)
	if err := ctx.Err(); err != nil {
		return err
	}
	out := textResult{SID: reply.SID, Replies: []textReply{}}
	if n := len(reply.Exchanges); n > 0 {
		out.Status = reply.Exchanges[n-1].Status
	}
	if reply.Failure != nil && out.Status == 0 {
		out.Status, _ = p.Refused()
	}
	for _, m := range reply.Messages {
		out.Replies = append(out.Replies, textReply{To: m.To, Body: m.Body, Media: m.Media})
	}
	for _, w := range reply.Warnings {
		out.Warnings = append(out.Warnings, w.Error())
	}
	if reply.Failure != nil {
		err = p.failed(reply.Failure)
		out.Error, out.Code, out.Hint = reply.Failure.Text, reply.Failure.Code, p.Hint()
	}
	if t.JSON {
		if jsonErr := writeJSON(io.out, out); jsonErr != nil {
			return jsonErr
		}
		return err
	}
	for _, w := range out.Warnings {
		fmt.Fprintln(io.err, "warning:", plain(w))
	}
	for _, r := range out.Replies {
		if r.To != text.From.Address {
			fmt.Fprintf(io.err, "ringback: this is sent to %s\n", plain(r.To))
		}
		if r.Body != "" {
			fmt.Fprintln(io.out, plain(r.Body))
		}
		for _, address := range r.Media {
			fmt.Fprintln(io.out, plain(address))
		}
	}
	if err == nil && len(out.Replies) == 0 {
		fmt.Fprintln(io.err, "ringback: no reply")
	}
	return err
}

func whatsapp(number string) string {
	if strings.HasPrefix(number, "whatsapp:") {
		return number
	}
	return "whatsapp:" + number
}

// parameters reads NAME=VALUE.
func parameters(flags []string) (dialogue.Params, error) {
	var out dialogue.Params
	for _, flag := range flags {
		name, value, ok := strings.Cut(flag, "=")
		if !ok || name == "" {
			return nil, usagef("%q is not a parameter; write it as Name=value", flag)
		}
		out = append(out, dialogue.Param{Name: name, Value: value})
	}
	return out, nil
}
