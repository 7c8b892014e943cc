package console

import (
	"net/http"
	"strconv"

	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// playFile serves what a line of a call lets a person hear.
func (s *Server) playFile(w http.ResponseWriter, r *http.Request) {
	f, err := s.Stage.Sound(r.Context(), r.PathValue("sid"), number(r))
	serve(w, f, err)
}

// attachment serves a picture that the program has sent.
func (s *Server) attachment(w http.ResponseWriter, r *http.Request) {
	f, err := s.Stage.Attachment(r.Context(), r.PathValue("sid"), number(r))
	serve(w, f, err)
}

// recordingFile serves the sound of a recording.
func (s *Server) recordingFile(w http.ResponseWriter, r *http.Request) {
	f, err := s.Stage.Recording(r.PathValue("sid"))
	serve(w, f, err)
}

// number is the value n of the path; -1 for none.
func number(r *http.Request) int {
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil {
		return -1
	}
	return n
}

// serve writes a file that came from elsewhere. The page reads it by script and
// never opens it; a browser that does must not run it (T34).
func serve(w http.ResponseWriter, f stage.File, err error) {
	if err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Content-Disposition", "attachment")
	w.Write(f.Data)
}
