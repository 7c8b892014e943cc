package webhook

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// A JSONReply answers a request that wants JSON. It is immutable and safe for
// concurrent use as long as its value is not changed.
type JSONReply struct{ value any }

// ReplyJSON makes an answer of anything that encoding/json can write.
func ReplyJSON(value any) *JSONReply { return &JSONReply{value} }

// AppendText appends the JSON; a nil reply is {}. The error is that of
// encoding/json.
func (r *JSONReply) AppendText(dst []byte) ([]byte, error) {
	if r == nil {
		return append(dst, "{}"...), nil
	}
	text, err := json.Marshal(r.value)
	return append(dst, text...), err
}

// ServeHTTP answers 200 with the JSON, or 500 and nothing of it when it cannot
// be written.
func (r *JSONReply) ServeHTTP(w http.ResponseWriter, _ *http.Request) { serveJSON(w, r) }

// A ConversationsReply answers a [ConversationsPreEvent]: the action is applied
// as it is, or changed, or refused. The zero value and nil change nothing.
// It must not be changed while it is being served.
type ConversationsReply struct {
	members map[string]string
	refused bool
}

// Allow lets the action pass. Setters change it on its way:
//
//	return webhook.Allow().Body(mask(e.Body)), nil
func Allow() *ConversationsReply { return new(ConversationsReply) }

// Refuse forbids the action; the answer is 403.
func Refuse() *ConversationsReply { return &ConversationsReply{refused: true} }

// FriendlyName sets the name of a conversation that is about to be added or
// updated.
func (r *ConversationsReply) FriendlyName(name string) *ConversationsReply {
	return r.set("friendly_name", name)
}

// Body sets the text of a message that is about to be added or updated.
func (r *ConversationsReply) Body(text string) *ConversationsReply { return r.set("body", text) }

// Author sets the author of a message.
func (r *ConversationsReply) Author(name string) *ConversationsReply { return r.set("author", name) }

// Attributes sets the attributes of a message, a text in JSON.
func (r *ConversationsReply) Attributes(text JSON) *ConversationsReply {
	return r.set("attributes", string(text))
}

func (r *ConversationsReply) set(name, value string) *ConversationsReply {
	if r.members == nil {
		r.members = make(map[string]string)
	}
	r.members[name] = value
	return r
}

// Refused reports whether the action is forbidden.
func (r *ConversationsReply) Refused() bool { return r != nil && r.refused }

// AppendText appends the JSON: {} when nothing is changed. The error is always
// nil.
func (r *ConversationsReply) AppendText(dst []byte) ([]byte, error) {
	if r == nil {
		return append(dst, "{}"...), nil
	}
	return appendStrings(dst, r.members), nil
}

// ServeHTTP answers 200 with the JSON, or 403 for [Refuse].
func (r *ConversationsReply) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	if r.Refused() {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	serveJSON(w, r)
}

// A TaskRouterReply answers a [TaskRouterAssignment] with an instruction. The
// zero value and nil give none, and the reservation waits for one through the
// REST API. It must not be changed while it is being served.
type TaskRouterReply struct{ members map[string]string }

// Instruct makes an instruction:
//
//	webhook.Instruct(webhook.TaskRouterInstructionDequeue).With("post_work_activity_sid", string(idle))
func Instruct(i TaskRouterInstruction) *TaskRouterReply {
	return new(TaskRouterReply).With("instruction", string(i))
}

// With sets a member of the instruction, such as "from", "to", "url",
// "call_sid" or "activity_sid".
func (r *TaskRouterReply) With(name, value string) *TaskRouterReply {
	if r.members == nil {
		r.members = make(map[string]string)
	}
	r.members[name] = value
	return r
}

// AppendText appends the JSON: {} without an instruction. The error is always
// nil.
func (r *TaskRouterReply) AppendText(dst []byte) ([]byte, error) {
	if r == nil {
		return append(dst, "{}"...), nil
	}
	return appendStrings(dst, r.members), nil
}

// ServeHTTP answers 200 with the JSON.
func (r *TaskRouterReply) ServeHTTP(w http.ResponseWriter, _ *http.Request) { serveJSON(w, r) }

// appendStrings appends an object with string members in the order of their
// names.
func appendStrings(dst []byte, members map[string]string) []byte {
	return appendObject(dst, func(w *encoder) {
		for _, name := range slices.Sorted(maps.Keys(members)) {
			w.member(name, quoteJSON(members[name]))
		}
	})
}

// serveJSON sends a whole reply with its type and length, or 500.
func serveJSON(w http.ResponseWriter, r Reply) {
	text, err := r.AppendText(nil)
	if err != nil {
		http.Error(w, "", http.StatusInternalServerError)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}
