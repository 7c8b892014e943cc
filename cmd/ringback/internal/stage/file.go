package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/ringback-go/ringback/internal/dialogue"
	"github.com/ringback-go/ringback/webhook/media"
)

// A File is something that the program lets a person hear or see.
type File struct {
	Type string
	Data []byte
}

// Errors of files that are not shown. ErrNoFile wraps what the server answered.
var (
	ErrOffline = errors.New("stage: files on other hosts are not fetched with --offline")
	ErrNoFile  = errors.New("stage: the file cannot be fetched")
)

// Bounds of a file that is fetched for the page.
const (
	largestFile  = 16 << 20
	fileTime     = 15 * time.Second
	fileHops     = 3
	largestImage = largestPicture
)

// Sound returns the file that a line of a call lets a person hear. Only what a
// document of the call has named is fetched, from the program itself or, over https,
// from a public address (T34, T35). Its errors are [ErrNotFound], [ErrOffline] and
// [ErrNoFile].
func (s *Stage) Sound(ctx context.Context, call string, line int) (File, error) {
	c, err := s.find(call)
	if err != nil {
		return File{}, err
	}
	s.mu.Lock()
	address, ok := c.sounds[line]
	s.mu.Unlock()
	if !ok {
		return File{}, ErrNotFound
	}
	if sid, ok := s.ownRecording(address); ok {
		return s.Recording(sid)
	}
	return s.fetch(ctx, address, "audio", largestFile)
}

// Attachment returns a picture that the program has sent with a message, with the
// same limits and errors as [Stage.Sound].
func (s *Stage) Attachment(ctx context.Context, message string, n int) (File, error) {
	s.mu.Lock()
	m, ok := s.message(message)
	s.mu.Unlock()
	if !ok || n < 0 || n >= len(m.Media) || m.Direction != "from-app" {
		return File{}, ErrNotFound
	}
	return s.fetch(ctx, m.Media[n].URL, "image", largestImage)
}

// Recording returns the sound of a recording as the REST API serves it, or
// [ErrNotFound].
func (s *Stage) Recording(sid string) (File, error) {
	for _, r := range s.engine.Recordings() {
		if r.SID == sid && r.Status == "completed" {
			return File{"audio/x-wav", Tone(r.Duration, r.Channels)}, nil
		}
	}
	return File{}, ErrNotFound
}

// ownRecording returns the SID of a recording whose address is that of the REST API
// here.
func (s *Stage) ownRecording(address string) (string, bool) {
	if !strings.HasPrefix(address, s.cfg.API+"/2010-04-01/") {
		return "", false
	}
	sid, _, _ := strings.Cut(path.Base(address), ".")
	return sid, strings.HasPrefix(sid, "RE")
}

// fetch gets a file of a family of media types.
func (s *Stage) fetch(ctx context.Context, address, family string, limit int64) (File, error) {
	ctx, cancel := context.WithTimeout(ctx, fileTime)
	defer cancel()
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return File{}, fmt.Errorf("%w: %q is not a URL", ErrNoFile, address)
	}
	f, err := s.fetchOwn(ctx, u, limit)
	if errors.Is(err, errElsewhere) {
		if s.cfg.Offline {
			return File{}, ErrOffline
		}
		f, err = s.fetchForeign(ctx, u, limit)
	}
	if err != nil {
		return File{}, fmt.Errorf("%w: %w", ErrNoFile, err)
	}
	if f.Type == "application/octet-stream" {
		f.Type = http.DetectContentType(f.Data)
	}
	if !strings.HasPrefix(f.Type, family+"/") || strings.Contains(f.Type, "xml") { // a browser runs SVG
		return File{}, fmt.Errorf("%w: its type is %q, which is not %s", ErrNoFile, f.Type, family)
	}
	return f, nil
}

// errElsewhere is the error for an address that is not the program's.
var errElsewhere = errors.New("the address is not the program's")

// fetchOwn gets a file from the program. Redirects are followed to the program only.
func (s *Stage) fetchOwn(ctx context.Context, u *url.URL, limit int64) (File, error) {
	for hop := 0; ; hop++ {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
		if err != nil {
			return File{}, err
		}
		req.Header.Set("Accept", "*/*")
		if req, err = s.route.Redirect(req); err != nil {
			if hop > 0 {
				return File{}, fmt.Errorf("it redirects to another host, %s", u.Host)
			}
			return File{}, errElsewhere
		}
		res, err := s.cfg.Transport.RoundTrip(req)
		if err != nil {
			return File{}, err
		}
		if location := res.Header.Get("Location"); res.StatusCode >= 300 && res.StatusCode < 400 && location != "" && hop < fileHops {
			res.Body.Close()
			to, err := u.Parse(location)
			if err != nil {
				return File{}, err
			}
			u = to
			continue
		}
		return readFile(res, limit)
	}
}

func readFile(res *http.Response, limit int64) (File, error) {
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return File{}, fmt.Errorf("the program answered %s", cmp.Or(res.Status, http.StatusText(res.StatusCode)))
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	if err != nil {
		return File{}, err
	}
	if int64(len(data)) > limit {
		return File{}, fmt.Errorf("it is larger than %d MiB", limit>>20)
	}
	kind, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	return File{kind, data}, nil
}

// fetchForeign gets a file from another host, by https and at a public address only.
func (s *Stage) fetchForeign(ctx context.Context, u *url.URL, limit int64) (File, error) {
	host := strings.ToLower(u.Hostname())
	d, err := media.New(media.Config{
		Hosts: []string{host}, Storage: []string{host}, MaxBytes: limit, Timeout: fileTime, Pauses: []time.Duration{}, Transport: s.cfg.Foreign,
	})
	if err != nil {
		return File{}, err
	}
	f, err := d.Get(ctx, u.String())
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	return File{f.Type, data}, err
}

// sound notes the address of what a line lets a person hear. The lock is held.
func (c *call) sound(line int, e dialogue.Event) bool {
	u, err := url.Parse(e.Text)
	if e.Type != dialogue.EventPlayed || err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	if c.sounds == nil {
		c.sounds = make(map[int]string)
	}
	c.sounds[line] = e.Text
	return true
}
