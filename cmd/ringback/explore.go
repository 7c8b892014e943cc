package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
)

type exploreCommand struct {
	programFlags `embed:""`
	URL          string `arg:"" optional:"" name:"url" help:"URL of the menu, or its path at --app (default: --voice)."`
	Format       string `short:"f" help:"text, mermaid or json." enum:"text,mermaid,json" default:"text"`
	Output       string `short:"o" help:"Write the tree to a file." placeholder:"FILE" type:"path"`
	Depth        int    `help:"Maximum number of decisions in a row." default:"4"`
	Calls        int    `help:"Maximum number of calls." default:"2000"`
	Keys         string `help:"Keys to try." default:"1234567890*#"`
	Method       string `help:"Method of the first request: POST or GET." enum:"POST,GET" default:"POST"`
	Strict       bool   `help:"Exit with 1 if the menu has a problem."`

	Ignore []string `help:"Rule whose problems are ignored, such as loop; may be repeated." placeholder:"RULE"`

	JSON bool `name:"json" help:"The same as --format json."`
}

// Help shows examples.
func (exploreCommand) Help() string {
	return `Tries every key of every menu, silence, and everything that dialed people may do. A recording gets a message, silence, and a caller who hangs up. Each path is a separate call. Problems go to standard error: menus without a way out, answers that Twilio refuses, lint errors.

Examples:

  ringback explore --app demo
  ringback explore /voice --app demo --depth 2 --format mermaid
  ringback explore --app demo --format mermaid --output menu.mmd
  ringback explore --app demo --json --keys 12
` + aboutApp
}

// Run explores the menu.
func (x *exploreCommand) Run(ctx context.Context, io streams) error {
	path := ""
	if x.URL != "" {
		u, err := url.Parse(x.URL)
		switch {
		case err != nil:
			return usagef("invalid URL %q; write it as http://127.0.0.1:8080/voice", x.URL)
		case u.Host != "" && x.App == "":
			x.App = u.Scheme + "://" + u.Host
			path = u.RequestURI()
		case u.Host != "":
			return usagef("with --app, give the path of the menu; without it, give the URL")
		default:
			path = x.URL
		}
	}
	if x.JSON {
		x.Format = "json"
	}
	way, err := x.open(ctx, io)
	if err != nil {
		return err
	}
	if path == "" {
		path = x.Voice // only now: open takes it from a running console
	}
	began := time.AfterFunc(time.Second, func() {
		fmt.Fprintf(io.err, "ringback: calling %s, at most %d times\n", path, x.Calls)
	})
	defer began.Stop()
	tree := dialogue.Explore(dialogue.Exploration{
		Config: dialogue.Config{Transport: way, BaseURL: way.BaseURL(), AuthToken: x.Token, AccountSID: x.Account, Seed: x.Seed},
		Call:   dialogue.CallSetup{URL: path, Method: x.method(x.Method), FallbackURL: x.Fallback, To: dialogue.Party{Address: x.Number}},
		Depth:  x.Depth, Keys: x.Keys, Calls: x.Calls,
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := x.write(tree, io); err != nil {
		return err
	}
	problems := slices.DeleteFunc(tree.Problems(), func(p dialogue.Problem) bool { return slices.Contains(x.Ignore, p.Rule) })
	for _, p := range problems {
		fmt.Fprintf(io.err, "problem: %s (%s)\n", plain(p.String()), p.Rule)
	}
	if hint := way.Hint(); hint != "" {
		return fmt.Errorf("the menu cannot be explored completely; %s", hint)
	}
	if !tree.Complete {
		fmt.Fprintf(io.err, "ringback: incomplete: stopped at --depth %d after %d calls\n", x.Depth, tree.Calls)
	}
	if x.Strict && len(problems) > 0 {
		return fmt.Errorf("the menu has %s, which --strict does not allow", counted(len(problems), "problem"))
	}
	return nil
}

func (x *exploreCommand) write(tree *dialogue.Tree, io streams) error {
	out := io.out
	if x.Output != "" {
		f, err := os.Create(x.Output)
		if err != nil {
			return err
		}
		defer f.Close()
		out = f
	}
	var err error
	switch x.Format {
	case "mermaid":
		_, err = fmt.Fprintln(out, tree.Mermaid())
	case "json":
		err = writeJSON(out, treeOf(tree))
	default:
		_, err = fmt.Fprintln(out, plain(tree.String()))
	}
	return err
}

// exploredTree is the JSON output. Stations refer to each other by number,
// because a menu may lead back to itself.
type exploredTree struct {
	Root     int               `json:"root"`
	Calls    int               `json:"calls"`
	Complete bool              `json:"complete"`
	Problems []string          `json:"problems"`
	Stations []exploredStation `json:"stations"`
}

type exploredStation struct {
	ID       int              `json:"id"`
	State    dialogue.State   `json:"state"`
	URL      string           `json:"url,omitempty"`
	Ending   string           `json:"ending,omitempty"`
	Detail   string           `json:"detail,omitempty"`
	Hears    []string         `json:"hears"`
	Problems []string         `json:"problems,omitempty"`
	Branches []exploredBranch `json:"branches"`
}

type exploredBranch struct {
	Choices []string `json:"choices"`
	To      int      `json:"to"`
	Hears   []string `json:"hears"`
	Problem string   `json:"problem,omitempty"`
}

func treeOf(t *dialogue.Tree) exploredTree {
	out := exploredTree{Calls: t.Calls, Complete: t.Complete, Problems: texts(t.Problems())}
	if t.Root != nil {
		out.Root = t.Root.ID
	}
	for _, s := range t.Stations {
		station := exploredStation{s.ID, s.State, s.URL, s.Ending, s.Detail, s.Hears, texts(s.Problems), nil}
		for _, b := range s.Branches {
			branch := exploredBranch{Choices: b.Choices, Hears: b.Hears, Problem: b.Problem.Text}
			if b.To != nil {
				branch.To = b.To.ID
			}
			station.Branches = append(station.Branches, branch)
		}
		out.Stations = append(out.Stations, station)
	}
	return out
}

// texts are the sentences of problems.
func texts(problems []dialogue.Problem) []string {
	var out []string
	for _, p := range problems {
		if p.At != "" {
			out = append(out, p.String())
		} else {
			out = append(out, p.Text)
		}
	}
	return out
}
