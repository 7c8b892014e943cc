// Package console serves the page and the JSON API behind it: the phone, the
// traffic, the deliveries and the faults of one [stage.Stage].
package console

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/explain"
	"github.com/ringback-go/ringback/cmd/ringback/internal/fault"
	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/phone"
	"github.com/ringback-go/ringback/cmd/ringback/internal/rest"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// App is the state of the program under development.
type App struct {
	URL     string `json:"url"`
	Up      bool   `json:"up"`
	Error   string `json:"error,omitempty"`
	Command string `json:"command,omitempty"`
	Paths   Paths  `json:"paths"`
}

// Paths are the paths of the program.
type Paths struct {
	SMS    string `json:"sms"`
	Voice  string `json:"voice"`
	Status string `json:"status"`
}

// Config is what a console is made of. Those after Version are optional, and
// so is REST.
type Config struct {
	Stage   *stage.Stage
	Store   *capture.Store
	Facts   *explain.Facts
	Guard   *guard.Guard
	Hub     *Hub
	App     func() App
	REST    http.Handler // Twilio's REST API, as far as it is implemented here
	Version string
	Tunnel  string // address of the capturing endpoint; empty: none
	Notice  string // message to show at the start; empty: none
	Token   string // auth token of the account; empty: that of the stage
	Log     *Log   // what the program prints; nil: it was not started here
}

// Server is the console. It is safe for concurrent use.
type Server struct {
	Config
	mux *http.ServeMux
}

// New returns the console's handler.
func New(cfg Config) *Server {
	s := &Server{Config: cfg, mux: http.NewServeMux()}
	s.mux.Handle("/", cfg.Guard.Static(http.HandlerFunc(page)))
	s.mux.Handle("/assets/", cfg.Guard.Static(http.HandlerFunc(asset)))
	if cfg.REST != nil {
		for _, version := range []string{"/2010-04-01/", "/v1/", "/v2/", "/v3/"} {
			s.mux.Handle(version, cfg.Guard.Host(cfg.REST, rest.Refuse))
		}
	}
	api := http.NewServeMux()
	s.routes(api)
	s.mux.Handle("/api/", cfg.Guard.API(api))
	s.mux.Handle("/api/hello", cfg.Guard.Hello())
	return s
}

// ServeHTTP serves the page, its files and the API.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) routes(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/state", s.state)
	mux.HandleFunc("GET /api/events", s.events)
	mux.HandleFunc("GET /api/exchanges", s.listExchanges)
	mux.HandleFunc("POST /api/exchanges", s.ingest)
	mux.HandleFunc("POST /api/exchanges/clear", s.clearExchanges)
	mux.HandleFunc("GET /api/exchanges/{id}", s.getExchange)
	mux.HandleFunc("GET /api/exchanges/{id}/raw", s.raw)
	mux.HandleFunc("GET /api/sessions", s.listSessions)
	mux.HandleFunc("GET /api/search", s.listSearch)
	mux.HandleFunc("GET /api/compare", s.compare)
	mux.HandleFunc("GET /api/timeline/{sid}", s.timeline)
	mux.HandleFunc("GET /api/outbound", s.listOutbound)
	mux.HandleFunc("GET /api/connect", s.connect)
	mux.HandleFunc("GET /api/connect/token", s.getToken)
	mux.HandleFunc("POST /api/connect/probe", s.probe)
	mux.HandleFunc("POST /api/connect/try", s.try)
	mux.HandleFunc("POST /api/save/{form}", s.save)
	mux.HandleFunc("POST /api/exchanges/{id}/replay", s.replay)
	mux.HandleFunc("POST /api/exchanges/{id}/pin", s.pin)
	mux.HandleFunc("GET /api/exchanges/{id}/export/{form}", s.export)
	mux.HandleFunc("GET /api/conversations", s.listConversations)
	mux.HandleFunc("GET /api/conversations/{id}", s.getConversation)
	mux.HandleFunc("POST /api/messages", s.sendMessage)
	mux.HandleFunc("POST /api/messages/{sid}/send", s.sendScheduled)
	mux.HandleFunc("GET /api/media/{sid}", s.media)
	mux.HandleFunc("GET /api/messages/{sid}/media/{n}", s.attachment)
	mux.HandleFunc("GET /api/recordings/{sid}", s.recordingFile)
	mux.HandleFunc("GET /api/calls", s.listCalls)
	mux.HandleFunc("POST /api/calls", s.dial)
	mux.HandleFunc("GET /api/calls/{sid}", s.getCall)
	mux.HandleFunc("POST /api/calls/{sid}/act", s.act)
	mux.HandleFunc("GET /api/live", s.allSessions)
	mux.HandleFunc("GET /api/calls/{sid}/live", s.sessions)
	mux.HandleFunc("POST /api/calls/{sid}/live", s.liveAct)
	mux.HandleFunc("GET /api/calls/{sid}/sound", s.sound)
	mux.HandleFunc("GET /api/calls/{sid}/recording", s.recording)
	mux.HandleFunc("GET /api/calls/{sid}/play/{n}", s.playFile)
	mux.HandleFunc("GET /api/deliveries", s.listDeliveries)
	mux.HandleFunc("POST /api/deliveries", s.deliver)
	mux.HandleFunc("GET /api/codes", s.codes)
	mux.HandleFunc("GET /api/outcomes", s.getOutcomes)
	mux.HandleFunc("PUT /api/outcomes", s.putOutcome)
	mux.HandleFunc("GET /api/faults", s.getFaults)
	mux.HandleFunc("PUT /api/faults", s.putFaults)
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		fail(w, http.StatusNotFound, errors.New("the console has no such path"))
	})
}

// Size limits of a write: any write, one with a picture in Base64, and one with
// an exchange.
const (
	maxWrite    = 1 << 20
	maxPicture  = 8 << 20
	maxExchange = 4 << 20
)

// read decodes the body of a write. An unknown member is an error: it is a
// mistake, or an attempt to name another host (T35).
func read(w http.ResponseWriter, r *http.Request, v any) bool { return readUpTo(maxWrite, w, r, v) }

func readUpTo(limit int64, w http.ResponseWriter, r *http.Request, v any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, limit))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil || errors.Is(err, io.EOF) {
		return true
	}
	fail(w, http.StatusBadRequest, err)
	return false
}

func answer(w http.ResponseWriter, v any, err error) {
	switch {
	case err == nil:
		write(w, http.StatusOK, v)
	case errors.Is(err, capture.ErrNotFound), errors.Is(err, stage.ErrNotFound):
		fail(w, http.StatusNotFound, err)
	case errors.Is(err, stage.ErrNoPicture):
		fail(w, http.StatusUnsupportedMediaType, err)
	case errors.Is(err, stage.ErrOffline):
		fail(w, http.StatusForbidden, err)
	case errors.Is(err, stage.ErrNoFile):
		fail(w, http.StatusBadGateway, err)
	case errors.Is(err, phone.ErrUnclear), errors.Is(err, errBadQuery):
		fail(w, http.StatusBadRequest, err)
	case errors.Is(err, stage.ErrNotNow):
		fail(w, http.StatusConflict, err)
	default:
		fail(w, http.StatusInternalServerError, err)
	}
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func fail(w http.ResponseWriter, status int, err error) {
	text := err.Error()
	if _, rest, ok := strings.Cut(text, ": "); ok && (strings.HasPrefix(text, "stage: ") || strings.HasPrefix(text, "save: ") || strings.HasPrefix(text, "console: invalid filter: ") || strings.HasPrefix(text, "capture: ")) {
		text = rest
	}
	write(w, status, map[string]string{"error": text})
}

func (s *Server) state(w http.ResponseWriter, _ *http.Request) {
	captured := int64(0)
	if list := s.Store.List(capture.Query{Limit: 1}); len(list) > 0 {
		captured = list[0].ID
	}
	cfg := s.Stage.Config()
	answer(w, map[string]any{
		"version": s.Version, "app": s.App(), "base": cfg.BaseURL, "number": cfg.Number,
		"people": stage.People(), "tunnel": s.Tunnel, "captured": captured, "notice": s.Notice,
	}, nil)
}

func (s *Server) listConversations(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"conversations": s.Stage.Conversations()}, nil)
}

func (s *Server) getConversation(w http.ResponseWriter, r *http.Request) {
	c, messages, err := s.Stage.Messages(r.PathValue("id"))
	answer(w, struct {
		stage.Conversation
		Messages []stage.Message `json:"messages"`
	}{c, messages}, err)
}

func (s *Server) sendMessage(w http.ResponseWriter, r *http.Request) {
	var t stage.Text
	if readUpTo(maxPicture, w, r, &t) {
		m, err := s.Stage.Send(t)
		answer(w, map[string]any{"message": m}, err)
	}
}

// sendScheduled sends a scheduled message of the program before its time.
func (s *Server) sendScheduled(w http.ResponseWriter, r *http.Request) {
	m, err := s.Stage.SendNow(r.PathValue("sid"))
	answer(w, map[string]any{"message": m}, err)
}

// media serves a picture that a person sent. Pictures of the program are not
// served, because nothing is loaded from a captured URL (T34).
func (s *Server) media(w http.ResponseWriter, r *http.Request) {
	kind, data, err := s.Stage.Picture(r.PathValue("sid"))
	if err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.Write(data)
}

func (s *Server) listCalls(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"calls": s.Stage.Calls()}, nil)
}

func (s *Server) dial(w http.ResponseWriter, r *http.Request) {
	var v struct{ Person string }
	if read(w, r, &v) {
		call, err := s.Stage.Dial(v.Person)
		answer(w, call, err)
	}
}

func (s *Server) getCall(w http.ResponseWriter, r *http.Request) {
	call, err := s.Stage.Call(r.PathValue("sid"))
	answer(w, call, err)
}

func (s *Server) act(w http.ResponseWriter, r *http.Request) {
	var a stage.Act
	if read(w, r, &a) {
		call, err := s.Stage.Act(r.PathValue("sid"), a)
		answer(w, call, err)
	}
}

func (s *Server) listDeliveries(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"deliveries": s.Stage.Deliveries()}, nil)
}

func (s *Server) deliver(w http.ResponseWriter, r *http.Request) {
	var l stage.Lifecycle
	if read(w, r, &l) {
		d, err := s.Stage.Play(l)
		answer(w, d, err)
	}
}

func (s *Server) getOutcomes(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"outcomes": s.Stage.OutcomeList(), "words": stage.Outcomes}, nil)
}

// putOutcome sets what happens to messages and calls to one address.
func (s *Server) putOutcome(w http.ResponseWriter, r *http.Request) {
	var o stage.Outcome
	if !read(w, r, &o) {
		return
	}
	if err := s.Stage.SetOutcome(o); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	answer(w, map[string]any{"outcomes": s.Stage.OutcomeList()}, nil)
}

func (s *Server) getFaults(w http.ResponseWriter, _ *http.Request) {
	answer(w, s.Stage.Faults().Plan(), nil)
}

func (s *Server) putFaults(w http.ResponseWriter, r *http.Request) {
	var p fault.Plan
	if !read(w, r, &p) {
		return
	}
	if err := s.Stage.Faults().Set(p); err != nil {
		fail(w, http.StatusBadRequest, err)
		return
	}
	plan := s.Stage.Faults().Plan()
	s.Hub.Tell(stage.News{Event: "faults", Data: plan})
	answer(w, plan, nil)
}

// A Hub passes news to every open page. Its zero value is ready to use.
type Hub struct {
	mu    sync.Mutex
	pages map[*reader]struct{}
}

// A reader is an open page.
type reader struct {
	news   chan told
	behind int // bytes of news that it has not read; the lock of the Hub is held
}

// told is a change as JSON, which is the same for all pages.
type told struct {
	event string
	data  json.RawMessage
}

// How far a page may be behind, in number and in bytes, before it is disconnected;
// it then reconnects and reloads everything.
const (
	unread      = 512
	unreadBytes = 8 << 20
)

// Tell passes n on. It never blocks.
func (h *Hub) Tell(n stage.News) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.pages) == 0 {
		return
	}
	if e, ok := n.Data.(capture.Exchange); ok {
		n.Data = summarize(e)
	}
	data, err := json.Marshal(n.Data)
	for p := range h.pages {
		if err != nil || p.behind > unreadBytes || len(p.news) == cap(p.news) {
			delete(h.pages, p)
			close(p.news)
			continue
		}
		p.behind += len(data)
		p.news <- told{n.Event, data}
	}
}

func (h *Hub) join() *reader {
	p := &reader{news: make(chan told, unread)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.pages == nil {
		h.pages = make(map[*reader]struct{})
	}
	h.pages[p] = struct{}{}
	return p
}

func (h *Hub) leave(p *reader) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.pages, p)
}

// read notes that a page has been sent n.
func (h *Hub) read(p *reader, n told) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p.behind -= len(n.data)
}
