package console_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var color = regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{3,6})\b`)

// themes reads the colors of each theme from the style sheet.
func themes(t *testing.T) map[string]map[string]string {
	t.Helper()
	css, err := os.ReadFile("web/app.css")
	require.NoError(t, err)
	out := map[string]map[string]string{}
	for name, start := range map[string]string{
		"light": ":root {", "dark by choice": "\n:root[data-theme=\"dark\"] {", "dark by the system": ":root:not([data-theme=\"light\"]) {",
	} {
		_, block, ok := strings.Cut(string(css), start)
		require.True(t, ok, start)
		block, _, _ = strings.Cut(block, "}")
		out[name] = map[string]string{}
		for _, m := range color.FindAllStringSubmatch(block, -1) {
			out[name][m[1]] = m[2]
		}
		require.GreaterOrEqual(t, len(out[name]), 13, name)
	}
	return out
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
		"paper":  {"ink", "soft", "accent", "good", "warn", "bad"},
		"panel":  {"ink", "soft", "accent", "good", "warn", "bad"},
		"chosen": {"ink", "soft", "good", "bad", "warn"},
		"code":   {"ink", "soft", "accent", "good", "warn", "bad"},
		"mine":   {"ink"},
		"accent": {"on-accent"},
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
