package main

import (
	"context"
	"fmt"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/scenario"
	"github.com/ringback-go/ringback/internal/dialogue"
)

type deliverCommand struct {
	programFlags `embed:""`
	Ending       string `arg:"" optional:"" default:"delivered" help:"Final status: delivered, read, undelivered, failed or canceled; or all statuses in order, separated by commas."`
	SID          string `name:"sid" help:"SID of the message (default: a new one)." placeholder:"SM..."`
	To           string `help:"Number of the recipient." default:"+15550101"`
	Code         int    `help:"Error code of undelivered or failed (default: 30003 or 30008)." placeholder:"N"`
	Order        string `help:"How the reports arrive: in-order, shuffled, doubled, lost, late." enum:"in-order,shuffled,doubled,lost,late" default:"in-order"`
	JSON         bool   `name:"json" help:"Print the reports as JSON." group:"common"`
}

// Help shows examples.
func (deliverCommand) Help() string {
	return `Twilio guarantees no order, so a program must reach the same state whatever arrives first. The exit code is 1 if a report is refused.

Examples:

  ringback deliver --app demo
  ringback deliver undelivered --code 30034 --app demo
  ringback deliver read --order shuffled --seed 7 --app demo --json
  ringback deliver sent,queued,delivered,delivered --app demo
` + aboutApp
}

// deliverReport is one report in the JSON output.
type deliverReport struct {
	scenario.Report
	Answer int    `json:"answer"`
	Error  string `json:"error,omitempty"`
}

// Run sends the status callbacks.
func (d *deliverCommand) Run(ctx context.Context, io streams) error {
	p, err := d.start(ctx, io, nil, nil)
	if err != nil {
		return err
	}
	defer p.engine.Close()
	reports, err := scenario.Life{Ending: d.Ending, ErrorCode: d.Code, Order: d.Order, Seed: d.Seed}.Reports()
	if err != nil {
		return usageError{err.Error()}
	}
	m := dialogue.Message{SID: d.SID, From: d.Number, To: d.To, StatusCallback: d.statusPath()}
	if m.SID == "" {
		m.SID = p.engine.NewSID("SM")
	}
	if !d.JSON {
		fmt.Fprintf(io.out, "%s to %s\n", m.SID, d.To)
	}
	var failed *dialogue.Failure
	out := struct {
		SID     string          `json:"sid"`
		Seed    uint64          `json:"seed"`
		Reports []deliverReport `json:"reports"`
	}{m.SID, d.Seed, nil}
	for _, r := range reports {
		told := deliverReport{Report: r}
		if !r.Lost {
			f := d.report(p, m, r, &told)
			if err := ctx.Err(); err != nil {
				return err
			}
			if f != nil && failed == nil {
				failed = f
			}
		}
		out.Reports = append(out.Reports, told)
		if !d.JSON {
			printReport(told, io)
		}
	}
	if d.JSON {
		if err := writeJSON(io.out, out); err != nil {
			return err
		}
	} else if d.Order != "in-order" {
		fmt.Fprintf(io.out, "repeat with --seed %d\n", d.Seed)
	}
	if failed != nil {
		return p.failed(failed)
	}
	return nil
}

// report sends one report and waits for the answer.
func (d *deliverCommand) report(p *program, m dialogue.Message, r scenario.Report, told *deliverReport) *dialogue.Failure {
	before := len(p.log.All())
	p.engine.Deliver(m, dialogue.Delivery{After: time.Second, Status: r.Status, ErrorCode: r.ErrorCode})
	for p.engine.Step() {
	}
	for _, ev := range p.log.All()[before:] {
		if ev.Type != dialogue.EventFetched {
			continue
		}
		told.Answer = ev.Exchange.Status
		if f := ev.Exchange.Failure; f != nil {
			told.Error = f.Error()
			return f
		}
		told.Error = ""
	}
	return nil
}

func printReport(r deliverReport, io streams) {
	line := r.Status
	if r.ErrorCode != 0 {
		line += fmt.Sprintf(" (%d)", r.ErrorCode)
	}
	switch {
	case r.Lost:
		line += ": lost"
	case r.Error != "":
		line += ": " + plain(r.Error)
	default:
		line += fmt.Sprintf(": %d", r.Answer)
	}
	fmt.Fprintln(io.out, "  "+line)
}
