package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"sort"
	"strings"
)

// A socket is a package of WebSocket messages.
type socket struct {
	dir, title, page string
	fact             string // when it was last compared with the page
}

var sockets = []socket{
	{"webhook/relay", "ConversationRelay", "voice/conversationrelay/conversationrelay-websocket-messages", "2026-11"},
	{"webhook/mediastream", "Media Streams", "voice/media-streams/websocket-messages", "2026-11"},
}

// socketCoverage writes the tables of WebSocket messages. A type is a message
// if it has a method that writes one.
func (p *webhookPackage) socketCoverage(w *bytes.Buffer) error {
	w.WriteString("A message of an unknown type arrives as `Unknown`, and a member without a field is in `Extra`.\n\n" +
		"| Message | Direction | Type | Source | As of |\n|---|---|---|---|---|\n")
	for _, s := range sockets {
		files, err := filepath.Glob(filepath.Join(p.root, filepath.FromSlash(s.dir), "*.go"))
		if err != nil {
			return err
		}
		directions := map[string]string{}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				return err
			}
			for _, d := range f.Decls {
				if m, ok := d.(*ast.FuncDecl); ok && m.Recv != nil {
					s.note(directions, m)
				}
			}
		}
		if len(directions) == 0 {
			return fmt.Errorf("%s has no messages", s.dir)
		}
		var types []string
		for name := range directions {
			types = append(types, name)
		}
		sort.Strings(types)
		for _, name := range types {
			fmt.Fprintf(w, "| %s | %s | `%s.%s` | [%s](https://www.twilio.com/docs/%s) | %s |\n",
				s.title+" "+name, directions[name], filepath.Base(s.dir), name, s.page, s.page, s.fact)
		}
	}
	return nil
}

// note adds the direction of a message for one of its methods.
func (s socket) note(directions map[string]string, m *ast.FuncDecl) {
	direction := map[string]string{"append": "from Twilio", "appendEvent": "from Twilio", "appendMessage": "to Twilio"}[m.Name.Name]
	recv := m.Recv.List[0].Type
	if star, ok := recv.(*ast.StarExpr); ok {
		recv = star.X
	}
	name, ok := recv.(*ast.Ident)
	if direction == "" || !ok || !name.IsExported() || name.Name == "Unknown" || name.Name == "Raw" || name.Name == "Gap" {
		return
	}
	if old := directions[name.Name]; old != "" && old != direction {
		direction = "both"
	}
	directions[name.Name] = direction
}
