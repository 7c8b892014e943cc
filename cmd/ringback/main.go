// Command ringback is a simulated phone, request inspector, replay tool and fault
// injector for programs that answer Twilio's webhooks, in whatever language they
// are written. It needs no account, no tunnel and no network.
//
//	ringback dev                              a page in the browser, with the built-in demo
//	ringback dev -- go run ./examples/hello   the same, with your program
//	ringback dev --app localhost:3000         the same, for a program that is already running
//
// The other commands are for shells and CI; ringback help lists them.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the whole command line.
type cli struct {
	Dev          devCommand       `cmd:"" group:"page" help:"Text and call your program from a page in the browser."`
	Text         textCommand      `cmd:"" group:"play" help:"Text your program and print its replies."`
	Call         callCommand      `cmd:"" group:"play" help:"Call your program: read what it says, type the keys."`
	Send         sendCommand      `cmd:"" group:"play" help:"Send your program a signed webhook of any kind."`
	Deliver      deliverCommand   `cmd:"" group:"play" help:"Send your program the status callbacks of a message."`
	Run          runCommand       `cmd:"" group:"play" help:"Play scenarios and check what people hear and read."`
	Load         loadCommand      `cmd:"" group:"play" help:"Make many calls at once to a program that talks with callers, and measure them."`
	Explore      exploreCommand   `cmd:"" group:"play" help:"Print the tree of a phone menu and its problems."`
	Lint         lintCommand      `cmd:"" group:"look" help:"Find mistakes in TwiML."`
	Diagnose     diagnoseCommand  `cmd:"" group:"look" help:"Explain why a signature is refused."`
	Number       numberCommand    `cmd:"" group:"look" help:"Show or set the webhooks of a real phone number."`
	Example      exampleCommand   `cmd:"" group:"more" help:"Print sample files to try the commands with."`
	Help         helpCommand      `cmd:"" group:"more" help:"Print the help of a command."`
	Version      versionCommand   `cmd:"" group:"more" help:"Print the version."`
	PrintVersion kong.VersionFlag `name:"version" help:"Print the version."`
}

// groups are the headings in the help of commands and flags.
var groups = []kong.Group{
	{Key: "page", Title: "In the browser:"},
	{Key: "play", Title: "In the shell and in CI:"},
	{Key: "look", Title: "Tools:"},
	{Key: "more", Title: "More:"},
	{Key: "app", Title: "Your program:"},
	{Key: "common", Title: "Common flags:"},
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

// run executes one command line and returns the exit code: 0 for success, 1 for
// failure, 2 for a command line that cannot work.
func run(ctx context.Context, args []string, io streams) int {
	if len(args) == 0 {
		args = []string{"--help"}
	}
	failed := func(err error) int {
		fmt.Fprintf(io.err, "ringback: %s\n", plain(err.Error()))
		if _, usage := errors.AsType[usageError](err); usage {
			return 2
		}
		return 1
	}
	set, err := readSettings(projectDir())
	if err != nil {
		return failed(err)
	}
	var c cli
	code := -1
	parser, err := kong.New(&c,
		kong.Name("ringback"),
		kong.Description("A simulated phone, request inspector, replay tool and fault injector for programs that answer Twilio's webhooks. It works offline, without an account or a tunnel.\n\nRun ringback dev to start."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true}),
		kong.ExplicitGroups(groups),
		kong.Writers(io.out, io.err),
		kong.Exit(func(n int) { code = n }),
		kong.Vars{"version": version()},
		kong.Resolvers(set),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
	)
	if err != nil {
		return failed(err)
	}
	command, err := parser.Parse(args)
	if code >= 0 {
		return code // --help and --version have done their work
	}
	if err != nil {
		fmt.Fprintf(io.err, "ringback: %s\nRun ringback --help for usage.\n", plain(err.Error()))
		return 2
	}
	if err := command.Run(parser); err != nil {
		return failed(err)
	}
	return 0
}
