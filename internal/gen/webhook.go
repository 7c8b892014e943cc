package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// The events of package webhook are structs with tags. This file reads them;
// the other files generate code from them.
//
// A field has the tag `twilio:"Name,option,..."`, where Name is the parameter
// on the wire. The options are:
//
//	required          the request is refused without it
//	strict            it may be missing, but a malformed value is refused
//	usual             a request without it is unusual enough for the log
//	always            it is sent even if the value is zero
//	with=Name         the same if the parameter Name is sent
//	default=text      it is sent with this text if the field is empty
//	sid=XX            prefix of the SIDs in it, for tests that make one up
//	ms                a duration in milliseconds; otherwise seconds
//	rfc2822 rfc3339 receipt unix unixms      the format of a time
//	subject status parent participant duration url code message
//	                  what it is in a StatusReport
//
// An embedded struct adds its fields. Its tag may change their options:
// `twilio:",optional=CallSid,required=CallStatus,always=Body"`. For a struct
// that is not embedded, such as a Geo, Name is the common prefix of its
// parameters. A slice or map holds a family of parameters: MediaUrl{N}.
//
// An event has directives in its comment:
//
//	//twilio:place    the setting in Twilio whose URL gets the request
//	//twilio:answer   voice, messaging, status, notice, or the type of a reply
//	//twilio:body     json or cloudevent; otherwise a form
//	//twilio:fact     when its facts were last compared with Twilio's pages
//	//twilio:detect   a rule to recognize it; see package webhook, detect.go

// A webhookField is a field of a struct, or a part of one: FromGeo.City.
type webhookField struct {
	path    string // "FromGeo.City"
	typ     string
	wire    string
	comment string
	options map[string]string
	bit     int // -1 for a family
}

func (f webhookField) has(option string) bool { _, ok := f.options[option]; return ok }

// A webhookStruct is a struct with tags.
type webhookStruct struct {
	name    string
	file    string
	doc     string
	embed   *webhookStruct    // nil for none
	changes map[string]string // options in the tag of the embedded struct
	own     []webhookField
	extra   string // type of Extra, "" for none
	methods map[string]bool
	place   string
	answer  string
	body    string
	fact    string
	detect  []string
}

func (s *webhookStruct) isEvent() bool { return s.place != "" }
func (s *webhookStruct) isJSON() bool  { return s.body != "" }
func (s *webhookStruct) shape() string { return strings.ToLower(s.name[:1]) + s.name[1:] + "Shape" }

// fields returns the fields of s, including those of the embedded struct, in
// the order of their bits, and with the options that the tag of the embedded
// struct changes.
func (s *webhookStruct) fields() []webhookField {
	if s.embed == nil {
		return s.own
	}
	var all []webhookField
	for _, f := range s.embed.fields() {
		options := map[string]string{}
		for name, value := range f.options {
			options[name] = value
		}
		for option, names := range s.changes {
			if slices.Contains(strings.Fields(names), f.wire) {
				options[option] = ""
			}
		}
		if _, ok := options["optional"]; ok {
			delete(options, "required")
			delete(options, "usual")
		}
		f.options = options
		all = append(all, f)
	}
	return append(all, s.own...)
}

// source returns the address after "Source:" in the comment.
func (s *webhookStruct) source() string {
	_, after, _ := strings.Cut(s.doc, "Source: ")
	address, _, _ := strings.Cut(after, "\n")
	return address
}

// summary returns the first sentence of the comment.
func (s *webhookStruct) summary() string {
	text := strings.Join(strings.Fields(s.doc), " ")
	if i := strings.Index(text, ". "); i >= 0 {
		text = text[:i+1]
	}
	return text
}

// A webhookPackage holds the declarations of package webhook.
type webhookPackage struct {
	root    string // of the module
	structs map[string]*webhookStruct
	types   map[string]*ast.StructType
	values  map[string][]string // of the enums, by type
	events  []*webhookStruct    // by name
}

// readWebhook reads the structs of package webhook below the root of the module.
func readWebhook(root string) (*webhookPackage, error) {
	paths, err := filepath.Glob(filepath.Join(root, "webhook", "*.go"))
	if err != nil {
		return nil, err
	}
	p := &webhookPackage{root: root, structs: map[string]*webhookStruct{}, types: map[string]*ast.StructType{}, values: map[string][]string{}}
	methods := map[string]map[string]bool{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_gen.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			switch decl := decl.(type) {
			case *ast.FuncDecl:
				if decl.Recv != nil {
					on := strings.TrimPrefix(typeText(decl.Recv.List[0].Type), "*")
					if methods[on] == nil {
						methods[on] = map[string]bool{}
					}
					methods[on][decl.Name.Name] = true
				}
			case *ast.GenDecl:
				for _, spec := range decl.Specs {
					switch spec := spec.(type) {
					case *ast.ValueSpec:
						p.addValue(spec)
					case *ast.TypeSpec:
						if st, ok := spec.Type.(*ast.StructType); ok {
							p.add(spec.Name.Name, filepath.Base(path), decl.Doc, st)
						}
					}
				}
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.structs)) {
		s := p.structs[name]
		s.methods = methods[name]
		if err := p.fill(s, p.types[name]); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", s.file, name, err)
		}
		if s.isEvent() {
			p.events = append(p.events, s)
		}
	}
	for _, s := range p.structs {
		bit := 0
		if s.embed != nil {
			bit = s.embed.width()
		}
		for i := range s.own {
			s.own[i].bit = -1
			if !s.own[i].isFamily() {
				s.own[i].bit = bit
				bit++
			}
		}
	}
	for _, s := range p.events {
		if s.width() > 64 {
			return nil, fmt.Errorf("%s: %s has more than 64 parameters", s.file, s.name)
		}
	}
	return p, nil
}

// width is the number of bits of s.
func (s *webhookStruct) width() int {
	n := 0
	for _, f := range s.fields() {
		if !f.isFamily() {
			n++
		}
	}
	return n
}

func (f webhookField) isFamily() bool { return strings.Contains(f.wire, "{") }

// add adds a struct if it has tags or directives.
func (p *webhookPackage) add(name, file string, doc *ast.CommentGroup, st *ast.StructType) {
	s := &webhookStruct{name: name, file: file}
	s.directives(doc)
	tagged := slices.ContainsFunc(st.Fields.List, func(f *ast.Field) bool { _, _, ok := tagOf(f); return ok })
	if tagged || s.isEvent() {
		p.structs[name], p.types[name] = s, st
	}
}

// addValue adds a constant of an enum.
func (p *webhookPackage) addValue(spec *ast.ValueSpec) {
	typ, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
		if text, err := strconv.Unquote(lit.Value); err == nil {
			p.values[typ.Name] = append(p.values[typ.Name], text)
		}
	}
}

// directives reads the comment of a struct.
func (s *webhookStruct) directives(doc *ast.CommentGroup) {
	if doc == nil {
		return
	}
	s.doc = doc.Text()
	for _, line := range doc.List {
		text, ok := strings.CutPrefix(line.Text, "//twilio:")
		if !ok {
			continue
		}
		word, rest, _ := strings.Cut(text, " ")
		switch word {
		case "place":
			s.place = rest
		case "answer":
			s.answer = rest
		case "body":
			s.body = rest
		case "fact":
			s.fact = rest
		case "detect":
			s.detect = append(s.detect, rest)
		}
	}
}

// fill reads the fields of a struct.
func (p *webhookPackage) fill(s *webhookStruct, st *ast.StructType) error {
	for _, f := range st.Fields.List {
		typ := typeText(f.Type)
		name, options, tagged := tagOf(f)
		switch {
		case len(f.Names) == 0:
			if typ == "CloudEvent" {
				continue
			}
			if s.embed = p.structs[typ]; s.embed == nil {
				return fmt.Errorf("embeds %s, which has no tags", typ)
			}
			s.changes = options
		case f.Names[0].Name == "Extra":
			s.extra = typ
		case !tagged:
			return fmt.Errorf("%s has no tag", f.Names[0].Name)
		case p.structs[typ] != nil: // a group with a prefix
			for _, part := range p.types[typ].Fields.List {
				partName, partOptions, _ := tagOf(part)
				s.own = append(s.own, webhookField{
					path: f.Names[0].Name + "." + part.Names[0].Name, typ: typeText(part.Type),
					wire: name + partName, options: partOptions, comment: commentOf(part),
				})
			}
		default:
			s.own = append(s.own, webhookField{path: f.Names[0].Name, typ: typ, wire: name, options: options, comment: commentOf(f)})
		}
	}
	return nil
}

func commentOf(f *ast.Field) string {
	text := f.Comment.Text()
	if f.Doc != nil {
		text = f.Doc.Text()
	}
	return strings.Join(strings.Fields(text), " ")
}

// tagOf splits the tag of a field.
func tagOf(f *ast.Field) (name string, options map[string]string, ok bool) {
	if f.Tag == nil {
		return "", nil, false
	}
	raw, err := strconv.Unquote(f.Tag.Value)
	if err != nil {
		return "", nil, false
	}
	tag, ok := reflect.StructTag(raw).Lookup("twilio")
	parts := strings.Split(tag, ",")
	options = map[string]string{}
	for _, part := range parts[1:] {
		option, value, _ := strings.Cut(part, "=")
		options[option] = value
	}
	return parts[0], options, ok
}

func typeText(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.StarExpr:
		return "*" + typeText(e.X)
	case *ast.SelectorExpr:
		return typeText(e.X) + "." + e.Sel.Name
	case *ast.ArrayType:
		return "[]" + typeText(e.Elt)
	case *ast.MapType:
		return "map[" + typeText(e.Key) + "]" + typeText(e.Value)
	}
	return "?"
}
