package console

import "net/http"

func (s *Server) save(w http.ResponseWriter, r *http.Request) {}
