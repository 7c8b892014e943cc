package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCommand struct {
	Shell string `arg:"" help:"bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Help shows examples.
func (completionCommand) Help() string {
	return `Prints a script that makes the shell complete commands, flags and their values.

Examples:

  ringback completion bash
  ringback completion zsh
  ringback completion fish

For good:

  bash  ringback completion bash > ~/.local/share/bash-completion/completions/ringback
  zsh   ringback completion zsh > "${fpath[1]}/_ringback"
  fish  ringback completion fish > ~/.config/fish/completions/ringback.fish`
}

// Run prints the script. It is made of the command line as kong sees it, so
// that it cannot lag behind.
func (c *completionCommand) Run(io streams, parser *kong.Kong) error {
	words := completionsOf(parser.Model.Node)
	script := map[string]func([]completions) string{"bash": bash, "zsh": zsh, "fish": fish}[c.Shell]
	_, err := fmt.Fprint(io.out, script(words))
	return err
}

// completions are what may follow a command.
type completions struct {
	command, help string
	flags         []flagWord
	values        []string // of its argument
}

type flagWord struct {
	name, short, help string
	values            []string
	takes             bool // a value follows
	file              bool // which is a file
}

func completionsOf(app *kong.Node) []completions {
	var out []completions
	for _, node := range app.Children {
		if node.Hidden || node.Type != kong.CommandNode {
			continue
		}
		c := completions{command: node.Name, help: node.Help}
		for _, group := range node.AllFlags(true) {
			for _, f := range group {
				w := flagWord{name: "--" + f.Name, help: f.Help, takes: !f.IsBool()}
				if f.Short != 0 {
					w.short = "-" + string(f.Short)
				}
				w.values = choices(f.Enum)
				w.file = f.Tag != nil && (f.Tag.Type == "path" || f.Tag.Type == "existingfile")
				c.flags = append(c.flags, w)
			}
		}
		for _, p := range node.Positional {
			c.values = append(c.values, choices(p.Enum)...)
		}
		out = append(out, c)
	}
	for i := range out {
		if out[i].command == "help" {
			out[i].values = strings.Fields(commandNames(out))
		}
	}
	return out
}

func choices(enum string) []string {
	var out []string
	for value := range strings.SplitSeq(enum, ",") {
		if value != "" {
			out = append(out, value)
		}
	}
	return out
}

func (c completions) names() []string {
	var out []string
	for _, f := range c.flags {
		out = append(out, f.name)
		if f.short != "" {
			out = append(out, f.short)
		}
	}
	return append(out, c.values...)
}

func commandNames(all []completions) string {
	var names []string
	for _, c := range all {
		names = append(names, c.command)
	}
	return strings.Join(names, " ")
}

// quoted makes text one word of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func bash(all []completions) string {
	var b strings.Builder
	fmt.Fprintf(&b, `_ringback() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W %s -- "$current"))
    return
  fi
  case "${COMP_WORDS[1]} $previous" in
`, quoted(commandNames(all)+" --help --version"))
	for _, c := range all {
		for _, f := range c.flags {
			if !f.takes {
				continue
			}
			action := "COMPREPLY=()"
			switch {
			case len(f.values) > 0:
				action = fmt.Sprintf(`COMPREPLY=($(compgen -W %s -- "$current"))`, quoted(strings.Join(f.values, " ")))
			case f.file:
				action = `COMPREPLY=($(compgen -f -- "$current"))`
			}
			pattern := fmt.Sprintf("%q", c.command+" "+f.name)
			if f.short != "" {
				pattern += fmt.Sprintf("|%q", c.command+" "+f.short)
			}
			fmt.Fprintf(&b, "    %s) %s; return ;;\n", pattern, action)
		}
	}
	b.WriteString("  esac\n  case ${COMP_WORDS[1]} in\n")
	for _, c := range all {
		fmt.Fprintf(&b, "    %s) words=%s ;;\n", c.command, quoted(strings.Join(c.names(), " ")))
	}
	b.WriteString(`  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case $current in
    -*) ;;
    *) COMPREPLY+=($(compgen -f -- "$current")) ;;
  esac
}
complete -F _ringback ringback
`)
	return b.String()
}

func zsh(all []completions) string {
	var b strings.Builder
	b.WriteString("#compdef ringback\n\n_ringback() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n")
	for _, c := range all {
		fmt.Fprintf(&b, "      %s\n", quoted(c.command+":"+c.help))
	}
	b.WriteString("    )\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n")
	escape := strings.NewReplacer("[", "(", "]", ")", ":", `\:`)
	for _, c := range all {
		fmt.Fprintf(&b, "    %s)\n      shift words; (( CURRENT-- ))\n      _arguments -S", c.command)
		for _, f := range c.flags {
			for _, name := range []string{f.name, f.short} {
				if name == "" {
					continue
				}
				word := "*" + name + "[" + escape.Replace(f.help) + "]"
				switch {
				case len(f.values) > 0:
					word += ":value:(" + strings.Join(f.values, " ") + ")"
				case f.file:
					word += ":file:_files"
				case f.takes:
					word += ":value:"
				}
				fmt.Fprintf(&b, " \\\n        %s", quoted(word))
			}
		}
		rest := "*:argument:_files"
		if len(c.values) > 0 {
			rest = "*:argument:(" + strings.Join(c.values, " ") + ")"
		}
		fmt.Fprintf(&b, " \\\n        %s\n      ;;\n", quoted(rest))
	}
	b.WriteString("  esac\n}\n\nif [ \"$funcstack[1]\" = _ringback ]; then\n  _ringback \"$@\"\nelse\n  compdef _ringback ringback\nfi\n")
	return b.String()
}

func fish(all []completions) string {
	var b strings.Builder
	names := commandNames(all)
	for _, c := range all {
		fmt.Fprintf(&b, "complete -c ringback -f -n %s -a %s -d %s\n",
			quoted("not __fish_seen_subcommand_from "+names), c.command, quoted(c.help))
	}
	for _, c := range all {
		when := quoted("__fish_seen_subcommand_from " + c.command)
		if len(c.values) > 0 {
			fmt.Fprintf(&b, "complete -c ringback -f -n %s -a %s\n", when, quoted(strings.Join(c.values, " ")))
		}
		for _, f := range c.flags {
			fmt.Fprintf(&b, "complete -c ringback -n %s -l %s", when, strings.TrimPrefix(f.name, "--"))
			if f.short != "" {
				fmt.Fprintf(&b, " -s %s", strings.TrimPrefix(f.short, "-"))
			}
			switch {
			case len(f.values) > 0:
				fmt.Fprintf(&b, " -x -a %s", quoted(strings.Join(f.values, " ")))
			case f.file:
				b.WriteString(" -r")
			case f.takes:
				b.WriteString(" -x")
			}
			fmt.Fprintf(&b, " -d %s\n", quoted(f.help))
		}
	}
	return b.String()
}
