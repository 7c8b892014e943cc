package rest

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A request is one of the program, with its parameters.
type request struct {
	*http.Request
	body  []byte
	form  url.Values // of the body; of the query for a GET
	title string
	notes []string // shown with the exchange
}

type contextKey struct{}

// in returns a context that holds the request.
func (r *request) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, contextKey{}, r)
}

// requestOf returns the request that a context holds.
func requestOf(r *http.Request) *request {
	q := r.Context().Value(contextKey{}).(*request)
	q.Request = r
	return q
}

func (r *request) note(text string) {
	if len(r.notes) < 20 {
		r.notes = append(r.notes, text)
	}
}

// read reads the parameters of a form, multipart or not.
func (r *request) read(in *http.Request) error {
	if in.Method == http.MethodGet {
		r.form = in.URL.Query()
		return nil
	}
	kind, _, err := mime.ParseMediaType(in.Header.Get("Content-Type"))
	switch {
	case len(r.body) == 0:
		r.form = url.Values{}
		return nil
	case err != nil || kind != "multipart/form-data" && kind != "application/x-www-form-urlencoded":
		return refused(20001, "The body must be a form: application/x-www-form-urlencoded or multipart/form-data.")
	case kind == "multipart/form-data":
		err = in.ParseMultipartForm(maxBody)
	default:
		err = in.ParseForm()
	}
	if err != nil {
		return refused(20001, "The form cannot be read.")
	}
	r.form = in.PostForm
	return nil
}

// get returns the first value of a parameter.
func (r *request) get(name string) string { return r.form.Get(name) }

// yes reports whether a parameter is true; def is its default.
func (r *request) yes(name string, def bool) bool {
	switch strings.ToLower(r.get(name)) {
	case "true", "1", "yes":
		return true
	case "false", "0", "no":
		return false
	}
	return def
}

// sid is the resource that the path names.
func (r *request) sid() string { return strings.TrimSuffix(r.PathValue("sid"), ".json") }

var (
	e164      = regexp.MustCompile(`^\+[1-9][0-9]{1,14}$`)
	shortCode = regexp.MustCompile(`^[0-9]{3,6}$`)
	alpha     = regexp.MustCompile(`^[A-Za-z0-9 ]{0,10}[A-Za-z][A-Za-z0-9 ]{0,10}$`)
	sidShape  = regexp.MustCompile(`^[A-Z]{2}[0-9a-f]{32}$`)
	digitsOut = regexp.MustCompile(`^[0-9*#wW]{1,32}$`)
)

// canonical removes separators between digits. Text that begins with a space
// stays unchanged, because a plus that was not encoded arrives as a space.
func canonical(address string) string {
	if !strings.HasPrefix(address, "+") {
		return address
	}
	return strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "").Replace(address)
}

// hint names a frequent cause of an invalid number.
func hint(address string) string {
	if strings.HasPrefix(address, " ") {
		return " (was its + encoded as %2B?)"
	}
	return ""
}

// channel returns the channel of an address, such as whatsapp, with what follows
// it. A number has none.
func channel(address string) (name, rest string) {
	name, rest, ok := strings.Cut(address, ":")
	if !ok {
		return "", address
	}
	return name, rest
}

// link reports whether text is a URL that Twilio could request.
func link(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != ""
}

func verb(text string) bool { return text == "" || text == http.MethodGet || text == http.MethodPost }

// events reads a parameter that may be repeated, with one event in each.
func (r *request) events(name string, allowed ...string) (events []string, err error) {
	for _, event := range r.form[name] {
		if event == "" {
			continue
		}
		if strings.ContainsAny(event, " ,") {
			return nil, refused(21626, "Invalid "+name+": send one event per parameter, "+name+"="+allowed[0]+"&"+name+"="+allowed[len(allowed)-1]+".")
		}
		if !slices.Contains(allowed, event) {
			return nil, refused(21626, "Invalid "+name+": the events are "+strings.Join(allowed, ", ")+".")
		}
		events = append(events, event)
	}
	return events, nil
}

// Bounds of a page.
const (
	defaultPage = 50
	largestPage = 1000
)

// list returns the requested page of all, under key.
func list[T any](r *request, key string, all []T) map[string]any {
	size, err := strconv.Atoi(r.get("PageSize"))
	if err != nil || size < 1 {
		size = defaultPage
	}
	size = min(size, largestPage)
	number, err := strconv.Atoi(r.get("Page"))
	if err != nil || number < 0 {
		number = 0
	}
	from := min(number*size, len(all))
	to := min(from+size, len(all))
	at := func(n int) string {
		values := url.Values{}
		for name, v := range r.form {
			if name != "PageToken" {
				values[name] = v
			}
		}
		values.Set("PageSize", strconv.Itoa(size))
		values.Set("Page", strconv.Itoa(n))
		return r.URL.Path + "?" + values.Encode()
	}
	out := map[string]any{
		key: append([]T{}, all[from:to]...), "page": number, "page_size": size, "start": from, "end": max(to-1, 0),
		"uri": r.URL.RequestURI(), "first_page_uri": at(0), "next_page_uri": nil, "previous_page_uri": nil,
	}
	if to < len(all) {
		out["next_page_uri"] = at(number + 1)
	}
	if number > 0 {
		out["previous_page_uri"] = at(number - 1)
	}
	return out
}

// dates are the filters of a time: name, name< and name>.
func dates(name string) string { return name + " " + name + "< " + name + ">" }

// paging are the parameters of every list.
const paging = "Page PageSize PageToken "

// within reports whether t passes the filters of name: a day, or the time up to
// or from a moment.
func (r *request) within(name string, t time.Time) bool {
	t = t.UTC().Truncate(time.Second)
	for suffix, ok := range map[string]func(from, to time.Time) bool{
		"":  func(from, to time.Time) bool { return !t.Before(from) && t.Before(to) },
		"<": func(_, to time.Time) bool { return t.Before(to) },
		">": func(from, _ time.Time) bool { return !t.Before(from) },
	} {
		text := r.get(name + suffix)
		if text == "" {
			continue
		}
		from, to, valid := span(text)
		if valid && (t.IsZero() || !ok(from, to)) {
			return false
		}
	}
	return true
}

// span reads a day or a moment. The end is exclusive.
func span(text string) (from, to time.Time, ok bool) {
	if t, err := time.Parse(time.DateOnly, text); err == nil {
		return t, t.AddDate(0, 0, 1), true
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		t = t.UTC().Truncate(time.Second)
		return t, t.Add(time.Second), true
	}
	return time.Time{}, time.Time{}, false
}

// equal reports whether value passes the filter name.
func (r *request) equal(name, value string) bool {
	want := r.get(name)
	return want == "" || want == value
}
