package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/internal/form"
)

// export writes one exchange in a form that other tools read. The name of the
// file is made of the number alone: nothing of what was captured may choose it
// (T38).
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	e, err := s.Store.Get(r.Context(), idOf(r))
	if err != nil {
		answer(w, nil, err)
		return
	}
	writers := map[string]struct {
		ending, media string
		write         func(capture.Exchange) string
	}{
		"curl":    {"sh", "text/plain; charset=utf-8", curl},
		"go":      {"go", "text/plain; charset=utf-8", goTest},
		"fixture": {"http", "text/plain; charset=utf-8", fixture},
		"har":     {"har", "application/json", func(e capture.Exchange) string { return har(s.Version, e) }},
	}
	form, ok := writers[r.PathValue("form")]
	if !ok {
		fail(w, http.StatusNotFound, errors.New("an exchange can be had as curl, go, fixture or har"))
		return
	}
	w.Header().Set("Content-Type", form.media)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="exchange-%d.%s"`, e.ID, form.ending))
	w.Write([]byte(form.write(e)))
}

// made are headers that the other tool makes by itself.
var made = []string{"Host", "Content-Length", "Connection", "Accept-Encoding", "Transfer-Encoding"}

func headersOf(r capture.Request) [][2]string {
	var out [][2]string
	for name, values := range r.Header {
		if slices.Contains(made, name) {
			continue
		}
		for _, value := range values {
			out = append(out, [2]string{name, value})
		}
	}
	slices.SortFunc(out, func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	return out
}

// quote makes text one word of a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func curl(e capture.Exchange) string {
	var b strings.Builder
	fmt.Fprintf(&b, "curl -i -X %s %s", e.Request.Method, quote(e.Request.URL))
	for _, h := range headersOf(e.Request) {
		fmt.Fprintf(&b, " \\\n  -H %s", quote(h[0]+": "+h[1]))
	}
	if len(e.Request.Body) > 0 {
		fmt.Fprintf(&b, " \\\n  --data-binary %s", quote(string(e.Request.Body)))
	}
	return b.String() + "\n"
}

// goTest is a test that sends the same parameters, signed anew by webhooktest.
func goTest(e capture.Exchange) string {
	var b strings.Builder
	fmt.Fprintf(&b, "func TestExchange%d(t *testing.T) {\n\tparams := url.Values{\n", e.ID)
	pairs, err := form.Parse(e.Request.Body, form.Limits{Lenient: true})
	if err != nil || !isForm(e.Request) {
		pairs = nil
	}
	names := map[string][]string{}
	var order []string
	for _, p := range pairs {
		if _, ok := names[p.Name]; !ok {
			order = append(order, p.Name)
		}
		names[p.Name] = append(names[p.Name], p.Value)
	}
	for _, name := range order {
		var values []string
		for _, value := range names[name] {
			values = append(values, strconv.Quote(value))
		}
		fmt.Fprintf(&b, "\t\t%q: {%s},\n", name, strings.Join(values, ", "))
	}
	path := pathOf(e.Request.URL)
	fmt.Fprintf(&b, "\t}\n\tr := httptest.NewRequest(%q, %q, strings.NewReader(params.Encode()))\n", e.Request.Method, path)
	b.WriteString("\tr.Header.Set(\"Content-Type\", \"application/x-www-form-urlencoded\")\n")
	fmt.Fprintf(&b, "\tr.Header.Set(\"X-Twilio-Signature\", signature.Sign(webhooktest.AuthToken, webhooktest.BaseURL+%q, params))\n", path)
	b.WriteString("\tw := httptest.NewRecorder()\n\thandler.ServeHTTP(w, r)\n")
	fmt.Fprintf(&b, "\tif w.Code != %d {\n\t\tt.Errorf(\"status %%d\", w.Code)\n\t}\n", e.Response.Status)
	fmt.Fprintf(&b, "\tif got, want := w.Body.String(), %s; got != want {\n\t\tt.Errorf(\"got %%s, want %%s\", got, want)\n\t}\n}\n", strconv.Quote(string(e.Response.Body)))
	return b.String()
}

// fixture is the request as it stood on the wire.
func fixture(e capture.Exchange) string {
	var b strings.Builder
	host := ""
	if u, err := url.Parse(e.Request.URL); err == nil {
		host = u.Host
	}
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", e.Request.Method, pathOf(e.Request.URL), host)
	for _, h := range headersOf(e.Request) {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	if len(e.Request.Body) > 0 {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(e.Request.Body))
	}
	b.WriteString("\r\n")
	b.Write(e.Request.Body)
	return b.String()
}

// har is a HAR 1.2 log of one entry.
func har(version string, e capture.Exchange) string {
	type pair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	headers := func(h http.Header) []pair {
		out := []pair{}
		for _, kv := range headersOf(capture.Request{Header: h}) {
			out = append(out, pair{kv[0], kv[1]})
		}
		return out
	}
	query := []pair{}
	if u, err := url.Parse(e.Request.URL); err == nil {
		pairs, err := form.Parse(u.RawQuery, form.Limits{Lenient: true})
		if err == nil {
			for _, p := range pairs {
				query = append(query, pair{p.Name, p.Value})
			}
		}
	}
	ms := float64(e.Took) / float64(time.Millisecond)
	request := map[string]any{
		"method": e.Request.Method, "url": e.Request.URL, "httpVersion": "HTTP/1.1", "cookies": []pair{}, "headers": headers(e.Request.Header),
		"queryString": query, "headersSize": -1, "bodySize": len(e.Request.Body),
	}
	if len(e.Request.Body) > 0 {
		request["postData"] = map[string]any{"mimeType": e.Request.Header.Get("Content-Type"), "text": string(e.Request.Body)}
	}
	log := map[string]any{"log": map[string]any{
		"version": "1.2", "creator": map[string]string{"name": "ringback", "version": version},
		"entries": []any{map[string]any{
			"startedDateTime": e.At.Format(time.RFC3339Nano), "time": ms, "request": request,
			"response": map[string]any{
				"status": e.Response.Status, "statusText": http.StatusText(e.Response.Status), "httpVersion": "HTTP/1.1", "cookies": []pair{},
				"headers": headers(e.Response.Header), "redirectURL": e.Response.Header.Get("Location"), "headersSize": -1, "bodySize": len(e.Response.Body),
				"content": map[string]any{"size": len(e.Response.Body), "mimeType": e.Response.Header.Get("Content-Type"), "text": string(e.Response.Body)},
			},
			"cache": struct{}{}, "timings": map[string]float64{"send": 0, "wait": ms, "receive": 0},
		}},
	}}
	text, err := json.MarshalIndent(log, "", "  ")
	if err != nil {
		panic(err) // plain data always encodes
	}
	return string(text) + "\n"
}
