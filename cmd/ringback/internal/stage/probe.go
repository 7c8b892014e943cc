package stage

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// A Probe is how a program responds at a path without being called or texted.
type Probe struct {
	Path   string `json:"path"`
	Status int    `json:"status"` // zero: no answer
	Allow  string `json:"allow,omitempty"`
}

// probeDeadline bounds one probe.
const probeDeadline = 2 * time.Second

// Probe finds out by OPTIONS whether the program has a handler at a path. The
// request has no parameters and no signature, so it starts no conversation: most
// frameworks answer it themselves, from their table of routes. It is neither
// captured nor subject to faults.
func (s *Stage) Probe(ctx context.Context, path string) (Probe, error) {
	ctx, cancel := context.WithTimeout(ctx, probeDeadline)
	defer cancel()
	r, err := s.route.Request(ctx, http.MethodOptions, path, nil)
	if err != nil {
		return Probe{}, err
	}
	r.Header.Set("User-Agent", "ringback-probe")
	resp, err := lock{s.cfg.Transport, s.route}.RoundTrip(r)
	if err != nil {
		return Probe{Path: path}, nil
	}
	defer resp.Body.Close()
	return Probe{Path: path, Status: resp.StatusCode, Allow: strings.Join(resp.Header.Values("Allow"), ", ")}, nil
}
