package console

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
)

//go:embed web
var web embed.FS

// types are the media types of the page's files. They are listed because those of
// the operating system differ between machines. Files of other types are not served.
var types = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8",
	".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}

// inline finds the import map, which is the only script inside the page.
var inline = regexp.MustCompile(`(?s)<script type="importmap">(.*?)</script>`)

// page serves the page, with a policy that admits its import map.
func page(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/" {
		http.NotFound(w, r)
		return
	}
	data, err := web.ReadFile("web/index.html")
	if err != nil {
		panic(err) // the file is part of the program
	}
	var hashes []string
	for _, m := range inline.FindAllSubmatch(data, -1) {
		sum := sha256.Sum256(m[1])
		hashes = append(hashes, "sha256-"+base64.StdEncoding.EncodeToString(sum[:]))
	}
	w.Header().Set("Content-Security-Policy", guard.Policy(hashes...))
	send(w, "index.html", data)
}

// asset serves a file of the page. An embedded file system has no way out of it.
func asset(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/assets/")
	data, err := web.ReadFile("web/" + name)
	if err != nil || types[path.Ext(name)] == "" {
		http.Error(w, "no such file", http.StatusNotFound)
		return
	}
	send(w, name, data)
}

func send(w http.ResponseWriter, name string, data []byte) {
	w.Header().Set("Content-Type", types[path.Ext(name)])
	w.Header().Set("Cache-Control", "no-cache")
	w.Write(data)
}
