// Package mounts shows how to mount a Ringback handler in popular routers and
// on AWS Lambda. It is an [http.Handler], so each takes one line. The package
// is a separate module, because the library does not depend on the routers.
package mounts

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/labstack/echo/v4"

	"github.com/ringback-go/ringback/signature"
)

// Chi mounts sms under a prefix. The prefix is part of the URL that Twilio
// signs. The verifier reads the request line, which routers do not change.
func Chi(sms http.Handler) http.Handler {
	r := chi.NewRouter()
	r.Route("/twilio", func(r chi.Router) {
		r.Method(http.MethodPost, "/sms", sms)
	})
	return r
}

// Gin mounts sms under a prefix. No middleware before it may read the body.
func Gin(sms http.Handler) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Group("/twilio").POST("/sms", gin.WrapH(sms))
	return r
}

// Echo mounts sms under a prefix.
func Echo(sms http.Handler) http.Handler {
	e := echo.New()
	e.Group("/twilio").POST("/sms", echo.WrapHandler(sms))
	return e
}

// GinVerify is a middleware for handlers that stay gin handlers: c.PostForm
// returns what was verified.
func GinVerify(verifier *signature.Verifier) gin.HandlerFunc {
	return func(c *gin.Context) {
		verified := false
		verifier.Handler(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			verified, c.Request = true, r
			c.Next()
		})).ServeHTTP(c.Writer, c.Request)
		if !verified {
			c.Abort()
		}
	}
}

// EchoVerify is the same for echo handlers.
func EchoVerify(verifier *signature.Verifier) echo.MiddlewareFunc {
	return echo.WrapMiddleware(verifier.Handler)
}

// Lambda serves sms behind an HTTP API of API Gateway. The stage that the
// gateway removes from the path belongs in signature.Config.BaseURL.
func Lambda(sms http.Handler) func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
	return httpadapter.NewV2(sms).ProxyWithContext
}
