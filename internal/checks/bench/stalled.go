package main

import (
	"fmt"
	"io"
	"runtime"
	"sync"
)

// stalledUploads is how many connections announce a body and do not send it.
const stalledUploads = 10_000

const stalledName = "stalled-uploads"

// reportStalled measures the heap while n uploads hang: what an attacker
// without a token can make the server hold. A body over the limit must cost
// nothing; one within it must not cost what it claims.
func reportStalled(w io.Writer, n int) []result {
	fmt.Fprintf(w, "\n%s (%d)\n", stalledName, n)
	var results []result
	for _, c := range []struct {
		name   string
		length int
		limit  float64
	}{
		{"declared over the limit", 1 << 30, 10},
		{"64 KB allowed, one byte sent", 64 << 10, 200},
	} {
		mb := stalled(n, c.length)
		res := result{row: stalledName, what: c.name, got: fmt.Sprintf("%.1f MB", mb), budget: fmt.Sprintf("≤ %.0f MB", c.limit), met: mb <= c.limit}
		res.print(w)
		results = append(results, res)
	}
	return results
}

// stalled returns how many megabytes the heap grows by while n uploads of which
// one byte has come wait in Verify. The requests go through the verifier without
// net/http, whose own buffers per connection are not ours to save.
func stalled(n, length int) float64 {
	v := newVerifier()
	before := heap()
	var waiting, done sync.WaitGroup
	stop := make(chan struct{})
	for range n {
		waiting.Add(1)
		body := &stalledBody{stop: stop, waiting: waiting.Done}
		d := post(formType, path, nil, sign(token, base+path, nil))
		d.Request.Body = body
		d.Request.ContentLength = int64(length)
		done.Go(func() {
			v.Verify(d.Request)
			body.once.Do(body.waiting)
		})
	}
	waiting.Wait()
	grown := heap() - before - float64(n)*perRequest()
	close(stop)
	done.Wait()
	return max(grown, 0)
}

// perRequest is what the request itself costs, in megabytes.
func perRequest() float64 {
	const n = 1000
	before := heap()
	kept := make([]*delivery, n)
	for i := range kept {
		kept[i] = post(formType, path, nil, sign(token, base+path, nil))
	}
	grown := heap() - before
	runtime.KeepAlive(kept)
	return grown / n
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}

type stalledBody struct {
	stop    chan struct{}
	waiting func()
	once    sync.Once
	sent    bool
}

func (s *stalledBody) Read(p []byte) (int, error) {
	if !s.sent && len(p) > 0 {
		s.sent = true
		p[0] = 'a'
		return 1, nil
	}
	s.once.Do(s.waiting)
	<-s.stop
	return 0, io.ErrUnexpectedEOF
}

func (s *stalledBody) Close() error { return nil }
