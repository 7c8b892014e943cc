package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"

	"github.com/ringback-go/ringback/status"
)

//go:embed web
var web embed.FS

var pageTemplate = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"share": func(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) },
	"add":   func(a, b int) int { return a + b },
}).ParseFS(web, "web/page.html"))

// policy lets the page load only its own files, and run only its own script.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// A page shows a board. It works without a script, which adds live updates.
type page struct {
	tracker  *status.Tracker
	board    *board
	searcher *searcher // nil: overdue messages are not fetched
}

func (p *page) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.index)
	mux.HandleFunc("GET /states", p.states)
	mux.HandleFunc("GET /counters", p.counters)
	mux.HandleFunc("GET /codes/{code}", code)
	mux.Handle("GET /stream", p.tracker.Stream())
	files, err := fs.Sub(web, "web")
	if err != nil {
		panic(err) // the folder is embedded
	}
	static := http.FileServerFS(files)
	mux.Handle("GET /page.css", static)
	mux.Handle("GET /page.js", static)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		mux.ServeHTTP(w, r)
	})
}

// A view is what the template shows.
type view struct {
	Show                    string
	Tiles                   []string // the tones of all states, in the order of their first reports
	Rows                    []row
	All, Pending, Good, Bad int
	Counters                counters
	Blank                   row // template row for the script
}

// A row is one state as a person reads it.
type row struct {
	status.State
	Tone string // pending, good or bad
	Note note
}

// A note explains an error code.
type note struct {
	Code   int    `json:"code"`
	Name   string `json:"name"`
	Text   string `json:"text"`
	Advice string `json:"advice"`
	URL    string `json:"url"`
}

func (p *page) index(w http.ResponseWriter, r *http.Request) {
	v := view{Show: r.URL.Query().Get("show"), Counters: p.count()}
	if v.Show != "pending" && v.Show != "failed" {
		v.Show = "all"
	}
	for _, s := range p.board.list() {
		line := row{State: s, Tone: tone(s), Note: explain(status.Code(s.ErrorCode))}
		v.All++
		v.Tiles = append(v.Tiles, line.Tone)
		switch line.Tone {
		case "pending":
			v.Pending++
		case "good":
			v.Good++
		case "bad":
			v.Bad++
		}
		if v.Show == "all" || v.Show == line.Tone || v.Show == "failed" && line.Tone == "bad" {
			v.Rows = append(v.Rows, line)
		}
	}
	slices.Reverse(v.Tiles)
	var text bytes.Buffer
	if err := pageTemplate.Execute(&text, v); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Write(text.Bytes())
}

// tone classifies a state: pending, good or bad.
func tone(s status.State) string {
	switch s.Status {
	case "delivered", "read", "received", "completed":
		return "good"
	}
	if s.Final {
		return "bad"
	}
	return "pending"
}

func explain(c status.Code) note {
	if c == 0 {
		return note{}
	}
	n := note{Code: int(c), Name: c.Name(), Text: c.Meaning(), URL: c.URL()}
	if n.Text == n.Name {
		n.Text = ""
	}
	switch {
	case !c.Known():
		n.Name = "not in the catalog"
	case c.Permanent():
		n.Advice = "do not send again"
	case c.Retryable():
		n.Advice = "worth another try"
	}
	return n
}

func code(w http.ResponseWriter, r *http.Request) {
	n, err := strconv.ParseUint(r.PathValue("code"), 10, 31)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	answer(w, explain(status.Code(n)))
}

// states is the whole board, for a script that begins or has missed something.
func (p *page) states(w http.ResponseWriter, _ *http.Request) { answer(w, p.board.list()) }

// Counters are what the program did since it started.
type counters struct {
	status.Counters
	Asked int64 `json:"asked"`
	Found int64 `json:"found"`
}

func (c counters) NoNews() int64 { return c.Observed - c.Changed }

func (p *page) counters(w http.ResponseWriter, _ *http.Request) { answer(w, p.count()) }

func (p *page) count() counters {
	c := counters{Counters: p.tracker.Counters()}
	if p.searcher != nil {
		c.Asked, c.Found = p.searcher.asked.Load(), p.searcher.ended.Load()
	}
	return c
}

func answer(w http.ResponseWriter, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "no answer", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(text)
}
