package webhook_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ringback-go/ringback/webhook"
)

func TestJSONReplies(t *testing.T) {
	tests := []struct {
		name   string
		reply  webhook.Reply
		status int
		body   string
	}{
		{"conversation unchanged", webhook.ConversationsAllow(), 200, `{}`},
		{"conversation, zero", new(webhook.ConversationsReply), 200, `{}`},
		{"conversation, nil", (*webhook.ConversationsReply)(nil), 200, `{}`},
		{"message changed", webhook.ConversationsAllow().Body("<b>\"\n").Author("bot").Attributes(`{"a":1}`), 200, `{"attributes":"{\"a\":1}","author":"bot","body":"<b>\"\n"}`},
		{"name changed, empty", webhook.ConversationsAllow().FriendlyName(""), 200, `{"friendly_name":""}`},
		{"refused", webhook.ConversationsRefuse(), 403, ``},
		{"instruction", webhook.TaskRouterRedirect(callSID, "https://hooks.example.com/next"), 200, `{"call_sid":"` + callSID + `","instruction":"redirect","url":"https://hooks.example.com/next"}`},
		{"accept", webhook.TaskRouterAccept(), 200, `{"instruction":"accept"}`},
		{"reject", webhook.TaskRouterReject("WA1"), 200, `{"activity_sid":"WA1","instruction":"reject"}`},
		{"dequeue", webhook.TaskRouterDequeue(""), 200, `{"instruction":"dequeue"}`},
		{"call", webhook.TaskRouterCall("+15550100", "/w").With("timeout", "20"), 200, `{"from":"+15550100","instruction":"call","timeout":"20","url":"/w"}`},
		{"conference", webhook.TaskRouterConference("+15550100"), 200, `{"from":"+15550100","instruction":"conference"}`},
		{"instruction, nil", (*webhook.TaskRouterReply)(nil), 200, `{}`},
		{"any JSON", webhook.ReplyJSON(map[string]int{"a": 1}), 200, `{"a":1}`},
		{"any JSON, nil", (*webhook.JSONReply)(nil), 200, `{}`},
		{"no JSON", webhook.ReplyJSON(func() {}), 500, ``},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			tt.reply.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/", nil))
			require.Equal(t, tt.status, rec.Code)
			if tt.status != http.StatusOK {
				return
			}
			assert.JSONEq(t, tt.body, rec.Body.String())
			assert.Equal(t, "application/json", rec.Header().Get("Content-Type"))
			assert.NotEmpty(t, rec.Header().Get("Content-Length"))
			text, err := tt.reply.AppendText([]byte("x"))
			require.NoError(t, err)
			assert.Equal(t, "x"+rec.Body.String(), string(text))
		})
	}
}
