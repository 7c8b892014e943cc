package mounts_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/internal/checks/mounts"
	"github.com/ringback-go/ringback/signature"
)

// Handlers that stay gin or echo handlers get only verified requests, and can
// read the form.
func TestMiddleware(t *testing.T) {
	const base = "https://hooks.example.com"
	verifier, err := signature.New(signature.Config{BaseURL: base, Tokens: signature.Tokens(token)})
	require.NoError(t, err)
	gin.SetMode(gin.ReleaseMode)
	called := 0
	g := gin.New()
	g.POST("/sms", mounts.GinVerify(verifier), func(c *gin.Context) {
		called++
		_, ok := signature.FromContext(c.Request.Context())
		assert.True(t, ok)
		c.String(http.StatusOK, "got "+c.PostForm("Body"))
	})
	e := echo.New()
	e.POST("/sms", func(c echo.Context) error {
		called++
		_, ok := signature.FromContext(c.Request().Context())
		assert.True(t, ok)
		return c.String(http.StatusOK, "got "+c.FormValue("Body"))
	}, mounts.EchoVerify(verifier))
	for name, h := range map[string]http.Handler{"gin": g, "echo": e} {
		for _, c := range []struct {
			secret string
			status int
			body   string
		}{{token, http.StatusOK, "got a+b & c"}, {"forged", http.StatusForbidden, ""}} {
			before := called
			r := httptest.NewRequest(http.MethodPost, "/sms", strings.NewReader(message.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", signature.Sign(c.secret, base+"/sms", message))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			assert.Equal(t, c.status, w.Code, name)
			assert.Equal(t, c.body, w.Body.String(), name)
			assert.Equal(t, c.status == http.StatusOK, called == before+1, name)
		}
	}
}
