package webhooktest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/ringback-go/ringback/webhook/webhooktest"
)

func TestExplore(t *testing.T) {
	tree := webhooktest.Explore(t, new(supportLine).handler(), "/voice", nil).HasNoProblems()
	assert.True(t, tree.Complete)
	assert.Empty(t, tree.Problems())
	for _, want := range []string{"1: #2 /voice/menu (dials +15550123)", "busy: ", "message: ", "3-9 0 *: back to #1", "silence: "} {
		assert.Contains(t, tree.String(), want)
	}
	assert.True(t, strings.HasPrefix(tree.Mermaid(), "flowchart"))
}

func TestExploreFinds(t *testing.T) {
	tree := webhooktest.Explore(t, http.NotFoundHandler(), "/voice", &webhooktest.ExploreOptions{Depth: 2, Keys: "12"})
	assert.Contains(t, fmt.Sprint(tree.Problems()), "error 11200: the server answered 404")
	tree = webhooktest.Explore(t, xml(`<Response><Gather numDigits="1"><Say>Again?</Say></Gather><Redirect/></Response>`), "/voice", &webhooktest.ExploreOptions{Keys: "12"})
	assert.Contains(t, fmt.Sprint(tree.Problems()), "dead end")
	tree = webhooktest.Explore(t, nil, "/voice", &webhooktest.ExploreOptions{Options: webhooktest.Options{Transport: failingTransport{}}})
	assert.NotEmpty(t, tree.Problems())
}
