package console_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNpmFilesAreUnchanged compares each file from npm with the hash in the list
// that npm.sh wrote, and the list with the folder.
func TestNpmFilesAreUnchanged(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("web/npm/packages.txt")
	require.NoError(t, err)
	script, err := os.ReadFile("npm.sh")
	require.NoError(t, err)
	listed := []string{"packages.txt"}
	for line := range strings.Lines(string(list)) {
		fields := strings.Fields(line) // file, package, version, license, hash
		require.Len(t, fields, 5, line)
		listed = append(listed, fields[0])
		data, err := os.ReadFile(filepath.Join("web/npm", fields[0]))
		require.NoError(t, err)
		sum := sha256.Sum256(data)
		assert.Equal(t, fields[4], hex.EncodeToString(sum[:]), fields[0])
		assert.Contains(t, string(script), fields[1]+"@"+fields[2], "the version that the script gets")
		assert.Contains(t, []string{"MIT", "ISC", "Apache-2.0"}, fields[3])
	}
	entries, err := os.ReadDir("web/npm")
	require.NoError(t, err)
	for _, e := range entries {
		assert.Contains(t, listed, e.Name(), "a file that the list does not name")
	}
}

// scripts returns the page's own scripts by path.
func scripts(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir("web", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".js" || strings.Contains(path, "npm") {
			return err
		}
		data, err := os.ReadFile(path)
		out[filepath.ToSlash(path)] = string(data)
		return err
	}))
	require.NotEmpty(t, out)
	return out
}

var (
	iconName   = regexp.MustCompile(`(?:\bicon[=:] ?|<\$\{Icon\} name=)"([a-z0-9-]+)"`)
	listedIcon = regexp.MustCompile(`(?m)^  "([a-z0-9-]+)": \[`)
	imported   = regexp.MustCompile(`from "([^"]+)"`)
	markup     = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function`)
)

// TestScriptsAreWhole checks what a build would find: each icon is in the file
// of icons, which has no others, each import exists, and nothing turns text into markup (T34).
func TestScriptsAreWhole(t *testing.T) {
	t.Parallel()
	icons, err := os.ReadFile("web/npm/icons.js")
	require.NoError(t, err)
	page, err := os.ReadFile("web/index.html")
	require.NoError(t, err)
	all := scripts(t)
	for _, m := range listedIcon.FindAllStringSubmatch(string(icons), -1) {
		used := slices.ContainsFunc(slices.Collect(maps.Values(all)), func(text string) bool { return strings.Contains(text, `"`+m[1]+`"`) })
		assert.True(t, used, "remove the icon %s from npm.sh", m[1])
	}
	for path, text := range all {
		for _, m := range iconName.FindAllStringSubmatch(text, -1) {
			assert.Contains(t, string(icons), `"`+m[1]+`": [`, "%s: add the icon to npm.sh", path)
		}
		for _, m := range imported.FindAllStringSubmatch(text, -1) {
			if !strings.HasPrefix(m[1], ".") {
				assert.Contains(t, string(page), `"`+m[1]+`": "/assets/npm/`, "%s: the import map lacks %s", path, m[1])
				continue
			}
			assert.FileExists(t, filepath.Join(filepath.Dir(path), m[1]), path)
		}
		assert.NotRegexp(t, markup, text, path)
	}
}

// TestEachStyleSheetIsLinked finds a style sheet that the page does not load.
func TestEachStyleSheetIsLinked(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("web/index.html")
	require.NoError(t, err)
	files, err := filepath.Glob("web/css/*.css")
	require.NoError(t, err)
	for _, file := range files {
		assert.Contains(t, string(page), `href="/assets/css/`+filepath.Base(file)+`"`)
	}
}

// TestT34AssetsAreServedFromTheProgramOnly gets files of every folder and fails
// to get anything else.
func TestT34AssetsAreServedFromTheProgramOnly(t *testing.T) {
	d := open(t, nil)
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = ours
		r.URL.Path = path
		w := httptest.NewRecorder()
		d.server.ServeHTTP(w, r)
		return w
	}
	for path, kind := range map[string]string{
		"/assets/main.js": "text/javascript; charset=utf-8", "/assets/lib/store.js": "text/javascript; charset=utf-8",
		"/assets/views/phone.js": "text/javascript; charset=utf-8", "/assets/npm/preact.mjs": "text/javascript; charset=utf-8",
		"/assets/npm/htm.license.txt": "text/plain; charset=utf-8", "/assets/css/app.css": "text/css; charset=utf-8", "/assets/icon.svg": "image/svg+xml",
	} {
		w := get(path)
		assert.Equal(t, http.StatusOK, w.Code, path)
		assert.Equal(t, kind, w.Header().Get("Content-Type"), path)
	}
	for _, path := range []string{"/assets/", "/assets/lib", "/assets/lib/", "/assets/nothing.js"} {
		assert.Equal(t, http.StatusNotFound, get(path).Code, path)
	}
	for _, path := range []string{"/assets//main.js", "/assets/../console.go", "/assets/lib/../../console.go", "/assets/./main.js", "/assets/\\main.js", "/assets/../../../../../etc/passwd"} {
		assert.NotEqual(t, http.StatusOK, get(path).Code, path)
	}
}

// TestT34PolicyAdmitsTheImportMapOnly hashes the inline script of the page.
func TestT34PolicyAdmitsTheImportMapOnly(t *testing.T) {
	d := open(t, nil)
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Host = ours
	w := httptest.NewRecorder()
	d.server.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	inline := regexp.MustCompile(`(?s)<script([^>]*)>(.+?)</script>`).FindAllStringSubmatch(w.Body.String(), -1)
	require.Len(t, inline, 1)
	assert.Equal(t, ` type="importmap"`, inline[0][1])
	sum := sha256.Sum256([]byte(inline[0][2]))
	policy := w.Header().Get("Content-Security-Policy")
	assert.Contains(t, policy, "script-src 'self' 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';")
	assert.NotContains(t, policy, "unsafe")
	r.URL.Path = "/api/state"
	w = httptest.NewRecorder()
	d.server.ServeHTTP(w, r)
	assert.NotContains(t, w.Header().Get("Content-Security-Policy"), "sha256")
	assert.True(t, slices.Contains(strings.Split(w.Header().Get("Content-Security-Policy"), "; "), "script-src 'self'"))
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssRule    = regexp.MustCompile(`([^{}]+)\{`)
	cssClass   = regexp.MustCompile(`\.([a-z][a-z0-9-]*)`)
)

// classesOf returns the classes that a style sheet names in selectors that are not
// bound to one view, and those that such a selector begins with.
func classesOf(t *testing.T, file string) (all, first map[string]bool) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	all, first = map[string]bool{}, map[string]bool{}
	for _, m := range cssRule.FindAllStringSubmatch(cssComment.ReplaceAllString(string(data), ""), -1) {
		if strings.HasPrefix(strings.TrimSpace(m[1]), "@") {
			continue
		}
		for selector := range strings.SplitSeq(m[1], ",") {
			selector = strings.TrimSpace(selector)
			if strings.HasPrefix(selector, ".view-") {
				continue
			}
			for i, class := range cssClass.FindAllStringSubmatch(selector, -1) {
				all[class[1]] = true
				first[class[1]] = first[class[1]] || i == 0 && strings.HasPrefix(selector, "."+class[1])
			}
		}
	}
	return all, first
}

// TestStyleSheetsKeepApart finds a class that one area of the page styles by
// itself and another one uses, too: its elements would get both styles.
func TestStyleSheetsKeepApart(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("web/css/*.css")
	require.NoError(t, err)
	shared, _ := classesOf(t, "web/css/app.css")
	require.NotEmpty(t, shared)
	for _, a := range files {
		_, first := classesOf(t, a)
		for _, b := range files {
			if a == b || filepath.Base(a) == "app.css" || filepath.Base(b) == "app.css" {
				continue
			}
			all, _ := classesOf(t, b)
			for class := range first {
				if first[class] && all[class] && !shared[class] {
					t.Errorf("%s styles .%s, which %s uses, too: begin the selector with the view", a, class, b)
				}
			}
		}
	}
}
