package console_test

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var color = regexp.MustCompile(`--([a-z-]+): (?:light-dark\()?(#[0-9a-f]{3,6})(?:, (#[0-9a-f]{3,6})\))?;`)

// themes reads the colors of each theme from the style sheet.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := os.ReadFile("web/css/app.css")
	require.NoError(t, err)
	light, dark := map[string]string{}, map[string]string{}
	for _, m := range color.FindAllStringSubmatch(string(css), -1) {
		light[m[1]], dark[m[1]] = m[2], cmp.Or(m[3], m[2])
	}
	require.GreaterOrEqual(t, len(light), 25)
	return map[string]map[string]string{"light": light, "dark": dark}
}

func channels(t *testing.T, hex string) (out [3]float64) {
	t.Helper()
	hex = strings.TrimPrefix(hex, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	for i := range out {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		out[i] = float64(n) / 255
	}
	return out
}

// luminance is WCAG's relative luminance.
func luminance(c [3]float64) float64 {
	for i, v := range c {
		if v <= 0.04045 {
			c[i] = v / 12.92
		} else {
			c[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}

func contrast(a, b [3]float64) float64 {
	light, dark := luminance(a), luminance(b)
	return (max(light, dark) + 0.05) / (min(light, dark) + 0.05)
}

// mix is color-mix(in srgb, a share, transparent) upon b.
func mix(a, b [3]float64, share float64) (out [3]float64) {
	for i := range out {
		out[i] = share*a[i] + (1-share)*b[i]
	}
	return out
}

// TestTextHasEnoughContrast computes WCAG's ratio for each pair of text and
// ground that the page shows: AA asks for 4.5.
func TestTextHasEnoughContrast(t *testing.T) {
	t.Parallel()
	pairs := map[string][]string{
		"paper":    {"ink", "soft", "accent", "good", "warn", "bad"},
		"panel":    {"ink", "soft", "accent", "good", "warn", "bad"},
		"chosen":   {"ink", "soft", "accent", "good", "bad", "warn"},
		"hover":    {"ink", "soft", "good", "bad", "warn"},
		"code":     {"ink", "soft", "accent", "good", "warn", "bad"},
		"mine":     {"ink"},
		"ink":      {"paper"},
		"accent":   {"on-accent"},
		"call":     {"on-call"},
		"hangup":   {"on-hangup"},
		"avatar-a": {"on-avatar"}, "avatar-b": {"on-avatar"}, "avatar-c": {"on-avatar"},
		"avatar-d": {"on-avatar"}, "avatar-e": {"on-avatar"}, "avatar-f": {"on-avatar"},
	}
	for theme, colors := range themes(t) {
		for ground, texts := range pairs {
			for _, text := range texts {
				ratio := contrast(channels(t, colors[text]), channels(t, colors[ground]))
				assert.GreaterOrEqual(t, ratio, 4.5, "%s: %s on %s is %.2f", theme, text, ground, ratio)
			}
		}
		for _, c := range []struct {
			over, under string
			share       float64
			texts       []string
		}{
			{"bad", "code", .16, []string{"ink"}},
			{"warn", "code", .16, []string{"ink"}},
			{"warn", "paper", .10, []string{"ink", "soft"}},
		} {
			ground := mix(channels(t, colors[c.over]), channels(t, colors[c.under]), c.share)
			for _, text := range c.texts {
				ratio := contrast(channels(t, colors[text]), ground)
				assert.GreaterOrEqual(t, ratio, 4.5, fmt.Sprintf("%s: %s on %s over %s is %.2f", theme, text, c.over, c.under, ratio))
			}
		}
	}
}

// TestControlsHaveEnoughContrast computes the ratio of what marks a control, its
// border, its color or the ring of the focus, against the ground: WCAG 1.4.11
// asks for 3.
func TestControlsHaveEnoughContrast(t *testing.T) {
	t.Parallel()
	for theme, colors := range themes(t) {
		for _, ground := range []string{"paper", "panel", "code", "hover"} {
			for _, part := range []string{"edge", "accent", "call", "hangup", "bad", "good"} {
				ratio := contrast(channels(t, colors[part]), channels(t, colors[ground]))
				assert.GreaterOrEqual(t, ratio, 3.0, "%s: %s on %s is %.2f", theme, part, ground, ratio)
			}
		}
	}
}

var (
	fontSize = regexp.MustCompile(`font(?:-size)?:\s*(?:\d+ )?([0-9.]+)(rem|em|px)`)
	rootSize = regexp.MustCompile(`html \{ font: ([0-9.]+)px`)
	rawColor = regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b`)
)

// TestTextIsLargeEnough reads every font size of the style sheets: the body has
// at least 14 px, small print 12.5.
func TestTextIsLargeEnough(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("web/css/*.css")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	root := 0.0
	for _, file := range files {
		css, err := os.ReadFile(file)
		require.NoError(t, err)
		if m := rootSize.FindStringSubmatch(string(css)); m != nil {
			root, err = strconv.ParseFloat(m[1], 64)
			require.NoError(t, err)
		}
	}
	require.GreaterOrEqual(t, root, 14.0)
	for _, file := range files {
		css, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range fontSize.FindAllStringSubmatch(string(css), -1) {
			size, err := strconv.ParseFloat(m[1], 64)
			require.NoError(t, err)
			if m[2] != "px" {
				size *= root
			}
			assert.GreaterOrEqual(t, size, 12.5, "%s: %s", file, m[0])
		}
		if filepath.Base(file) != "app.css" {
			assert.Empty(t, rawColor.FindAllString(string(css), -1), "%s: colors are tokens of app.css", file)
		}
	}
}
