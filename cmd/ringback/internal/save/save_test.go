package save_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/cmd/ringback/internal/capture"
	"github.com/ringback-go/ringback/cmd/ringback/internal/save"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

var cfg = save.Config{App: "http://127.0.0.1:3000", BaseURL: "https://app.example.com", SMS: "/sms", Voice: "/voice", Number: "+15550100"}

// TestT35SavedTestsRequestTheProgramOnly saves a request whose URL has no path that
// begins with a slash. Behind the address of the program, the rest would name
// another host.
func TestT35SavedTestsRequestTheProgramOnly(t *testing.T) {
	for address, path := range map[string]string{
		"https:@evil.example.com/": "/", "https:evil": "/", "https://app.example.com@evil.example.com/a": "/a", "https://app.example.com.evil.example.com": "/",
		"https://app.example.com/sms?a=1": "/sms?a=1", "https://app.example.com//evil.example.com/": "//evil.example.com/", "%": "/",
	} {
		assert.Equal(t, path, save.PathOf(address, cfg.BaseURL), address)
	}
	e := capture.Exchange{Source: capture.Command, SID: "SM1", Thread: "SM1"}
	e.Request = capture.Request{
		Method: "POST", URL: "https:@evil.example.com/", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte("Body=hi"),
	}
	e.Response.Status = 200
	for name, make := range map[string]func(save.Config, []capture.Exchange) (save.Result, error){"jest": save.Jest, "pytest": save.Pytest} {
		r, err := make(cfg, []capture.Exchange{e})
		require.NoError(t, err, name)
		assert.NotContains(t, r.Text, "evil", name)
	}
}

// TestT38TextDoesNotChooseTheImports saves texts that name packages.
func TestT38TextDoesNotChooseTheImports(t *testing.T) {
	story := save.Story{Name: "a", As: "+15550101", Steps: []save.Step{{Do: save.Text, Texts: []string{"next time. webhook.Media"}}}}
	r, err := save.GoTest(cfg, []save.Story{story})
	require.NoError(t, err)
	assert.NotContains(t, r.Text, "\t\"time\"\n")
	assert.NotContains(t, r.Text, "ringback/webhook\"\n")
	story.Steps = append(story.Steps, save.Step{Do: save.Call}, save.Step{Do: save.Waits, For: time.Second}, save.Step{Do: save.Text, Texts: []string{""}, Media: []string{"https://media.example.com/a.jpg"}})
	r, err = save.GoTest(cfg, []save.Story{story})
	require.NoError(t, err)
	assert.Contains(t, r.Text, "\t\"time\"\n")
	assert.Contains(t, r.Text, "ringback/webhook\"\n")
}

// everything is a story with each step that there is for a call.
var everything = save.Story{Name: "a call of +15550101", As: "+15550101", Steps: []save.Step{
	{Do: save.Call, Path: "/other"},
	{Do: save.Hears, Texts: []string{"Hello.", "Press \"1\"."}},
	{Do: save.Presses, Texts: []string{"1"}},
	{Do: save.Speaks, Texts: []string{"sales"}},
	{Do: save.Records, For: 2 * time.Second},
	{Do: save.Rings, Texts: []string{"+15550102"}},
	{Do: save.Busy, Callee: true},
	{Do: save.Rings, Texts: []string{"+15550103"}},
	{Do: save.NoAnswer, Callee: true},
	{Do: save.Rings, Texts: []string{"+15550104"}},
	{Do: save.Answers, Callee: true},
	{Do: save.Hears, Texts: []string{"A caller."}, Callee: true},
	{Do: save.Presses, Texts: []string{"9"}, Callee: true},
	{Do: save.Waits, For: 3 * time.Second},
	{Do: save.HangsUp, Callee: true},
	{Do: save.Rings, Texts: []string{"+15550105"}},
	{Do: save.Fails, Code: 11200},
	{Do: save.HangsUp},
	{Do: save.Ends, Texts: []string{"completed"}},
}}

// TestEachStepIsSaved writes each step in Go and in a scenario. The console's tests
// run what is saved; a call there does not have every step.
func TestEachStepIsSaved(t *testing.T) {
	t.Parallel()
	inGo, err := save.GoTest(cfg, []save.Story{everything})
	require.NoError(t, err)
	_, body, ok := strings.Cut(inGo.Text, "func TestACallOf15550101(t *testing.T) {\n")
	require.True(t, ok, inGo.Text)
	assert.Equal(t, `	twilio := webhooktest.New(t, program(t), options()).As("+15550101")
	call := twilio.Call("/other")
	call.Hears("Hello.", "Press \"1\".")
	call.Presses("1")
	call.Speaks("sales")
	call.Records(2 * time.Second)
	callee1 := call.Rings("+15550102")
	callee1.Busy()
	callee2 := call.Rings("+15550103")
	callee2.NoAnswer()
	callee3 := call.Rings("+15550104")
	callee3.Answers()
	callee3.Hears("A caller.")
	callee3.Presses("9")
	call.Waits(3 * time.Second)
	callee3.HangsUp()
	call.Rings("+15550105")
	call.Fails(11200)
	call.HangsUp()
	call.EndsWith("completed")
}
`, body)
	inYAML, err := save.Scenario(cfg, []save.Story{everything})
	require.NoError(t, err, "ringback run reads it")
	for _, want := range []string{
		"- call: /other", "- presses: \"1\"", "- records: 2s", "- rings: \"+15550102\"", "- busy", "- no answer", "- answers", "- callee hears: A caller.",
		"- callee presses: \"9\"", "- waits: 3s", "- callee hangs up", "- fails: 11200", "- hangs up", "- ends: completed",
	} {
		assert.Contains(t, inYAML.Text, "      "+want+"\n")
	}
}

// TestEachTextIsSaved writes texts with and without a reply.
func TestEachTextIsSaved(t *testing.T) {
	t.Parallel()
	story := save.Story{Name: "a conversation with +15550101", As: "+15550101", Steps: []save.Step{
		{Do: save.Text, Texts: []string{"hi"}},
		{Do: save.Replies, Texts: []string{"one", "two"}},
		{Do: save.Text, Texts: []string{"hola"}, WhatsApp: true},
		{Do: save.Replies},
		{Do: save.Text, Texts: []string{"look"}, Media: []string{"https://media.example.com/a.jpg"}, Path: "/b"},
		{Do: save.Fails, Code: 12300},
	}}
	inGo, err := save.GoTest(cfg, []save.Story{story, story})
	require.NoError(t, err)
	for _, want := range []string{
		`twilio.Text("/sms", "hi").Replies("one", "two")`, `twilio.WhatsApp("/sms", "hola").RepliesNothing()`,
		`twilio.MMS("/b", "look", webhook.Media{URL: "https://media.example.com/a.jpg", ContentType: "image/jpeg"}).Fails(12300)`,
	} {
		assert.Equal(t, 2, strings.Count(inGo.Text, "\t"+want+"\n"), want)
	}
	assert.Contains(t, inGo.Text, "func TestAConversationWith15550101(", "a name")
	assert.Contains(t, inGo.Text, "func TestAConversationWith15550101_2(", "another name")
	inYAML, err := save.Scenario(cfg, []save.Story{story})
	require.NoError(t, err, "ringback run reads it")
	for _, want := range []string{"- text: hi", "- replies nothing", "channel: whatsapp", "path: /b", "- fails: 12300"} {
		assert.Contains(t, inYAML.Text, want+"\n")
	}
}

// TestNothingIsSavedOfNothing has each form refuse exchanges that tell no story,
// and a scenario a call that only the program can make.
func TestNothingIsSavedOfNothing(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(save.Config, []save.Story) (save.Result, error){"go": save.GoTest, "scenario": save.Scenario} {
		_, err := write(cfg, nil)
		assert.ErrorIs(t, err, save.ErrNothing, name)
	}
	outbound := []save.Story{{Name: "a", As: "+15550101", Steps: []save.Step{{Do: save.Outbound}}}}
	_, err := save.Scenario(cfg, outbound)
	assert.ErrorIs(t, err, save.ErrOutbound)
	r, err := save.GoTest(cfg, outbound)
	require.NoError(t, err)
	assert.Contains(t, r.Text, `twilio.Outbound("/voice")`)
	for name, write := range map[string]func(save.Config, []capture.Exchange) (save.Result, error){"jest": save.Jest, "pytest": save.Pytest} {
		_, err := write(cfg, []capture.Exchange{{Source: capture.API}, {Parent: 1}, {Fault: "5xx"}, {}})
		assert.ErrorIs(t, err, save.ErrNothing, name)
	}
}

// TestSSMLIsSavedAsItIsHeard saves a call whose prompt has elements inside: a test
// with a Twilio hears all words, and one without reads them between the tags.
func TestSSMLIsSavedAsItIsHeard(t *testing.T) {
	t.Parallel()
	e := capture.Exchange{Kind: "IncomingCall", SID: "CA1", Thread: "CA1"}
	e.Request = capture.Request{Method: "POST", URL: "https://app.example.com/voice", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte("From=%2B15550101")}
	e.Response = capture.Response{Status: 200, Header: http.Header{"Content-Type": {"text/xml"}}, Body: []byte(`<Response><Say>Code <say-as interpret-as="digits">42</say-as>.<!-- no --></Say></Response>`)}
	unknown := func(string) (stage.Call, error) { return stage.Call{}, stage.ErrNotFound }
	stories, _ := save.Stories(cfg, []capture.Exchange{e}, unknown)
	require.Len(t, stories, 1)
	assert.Equal(t, []save.Step{{Do: save.Call}, {Do: save.Hears, Texts: []string{"Code 42."}}}, stories[0].Steps)
	r, err := save.Pytest(cfg, []capture.Exchange{e})
	require.NoError(t, err)
	assert.Contains(t, r.Text, `assert "Code 42 ." in text`)
}

// TestPythonNamesAreApart saves two threads of one person. Python keeps only the
// last of two functions with one name.
func TestPythonNamesAreApart(t *testing.T) {
	t.Parallel()
	var list []capture.Exchange
	for _, sid := range []string{"SM1", "SM2"} {
		e := capture.Exchange{Kind: "IncomingMessage", SID: sid, Thread: sid}
		e.Request = capture.Request{Method: "POST", URL: "https://app.example.com/sms", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: []byte("From=%2B15550101&Body=hi")}
		e.Response.Status = 200
		list = append(list, e)
	}
	r, err := save.Pytest(cfg, list)
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(r.Text, "def test_a_text_of__15550101():\n"))
	assert.Equal(t, 1, strings.Count(r.Text, "def test_a_text_of__15550101_2():\n"))
}
