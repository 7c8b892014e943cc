// Command ringback is a phone, an inspector and a fault machine for programs
// that answer Twilio's webhooks, in whatever language they are written. It
// needs no account, no tunnel and no network.
//
//	ringback dev                              the page, with a demo behind it
//	ringback dev -- go run ./examples/hello   the page, with your program behind it
//	ringback dev --app http://127.0.0.1:3000  the same for a program that runs already
//
// The other commands do one thing and end, for people in a hurry and for CI:
// ringback help lists them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the whole command line.
type cli struct {
	Dev          devCommand       `cmd:"" help:"Open a page on which you text and call your program."`
	Text         textCommand      `cmd:"" help:"Text your program and print what it replies."`
	Call         callCommand      `cmd:"" help:"Call your program: hear it in text, type the keys."`
	Send         sendCommand      `cmd:"" help:"Send your program a webhook of any kind, signed."`
	Deliver      deliverCommand   `cmd:"" help:"Report the life of a message to your program: in order, shuffled, doubled, lost, late."`
	Run          runCommand       `cmd:"" help:"Play scenarios and check what people hear and read."`
	Explore      exploreCommand   `cmd:"" help:"Draw the tree of a menu."`
	Lint         lintCommand      `cmd:"" help:"Find what is wrong in TwiML."`
	Diagnose     diagnoseCommand  `cmd:"" help:"Say why a signature is refused."`
	Number       numberCommand    `cmd:"" help:"Show or set the webhooks of a real number."`
	Help         helpCommand      `cmd:"" help:"Print what a command is for, its flags and examples."`
	Version      versionCommand   `cmd:"" help:"Print the version."`
	PrintVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// run executes one command line and returns the exit code: 0 for done, 1 for
// what went wrong, 2 for a command line that cannot be understood.
func run(ctx context.Context, args []string, io streams) int {
	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("ringback"),
		kong.Description("A phone, an inspector and a fault machine for programs that answer Twilio's webhooks. Offline: no account, no tunnel."),
		kong.UsageOnError(),
		kong.Writers(io.out, io.err),
		kong.Exit(func(n int) { code = n }),
		kong.Vars{"version": version()},
		kong.Configuration(kong.JSON, ".ringback.json"),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
	)
	if err != nil {
		fmt.Fprintln(io.err, "ringback:", err)
		return 2
	}
	command, err := parser.Parse(args)
	if code >= 0 {
		return code // --help and --version have done their work
	}
	if err != nil {
		fmt.Fprintf(io.err, "ringback: %v\nTry ringback --help.\n", err)
		return 2
	}
	if err := command.Run(parser); err != nil {
		fmt.Fprintln(io.err, "ringback:", plain(err.Error()))
		return 1
	}
	return 0
}
