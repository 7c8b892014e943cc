package webhook

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// A jsonReply is one of the replies of this package.
type jsonReply interface {
	Reply
	status() int
}

// A JSONReply answers a request with JSON. It is immutable, and safe for
// concurrent use as long as its value is not changed.
type JSONReply struct{ value any }

// ReplyJSON returns an answer with any value that encoding/json can encode.
func ReplyJSON(value any) *JSONReply { return &JSONReply{value} }

// AppendText appends the JSON, {} for a nil reply. The error is that of
// encoding/json.
func (r *JSONReply) AppendText(dst []byte) ([]byte, error) {
	if r == nil {
		return append(dst, "{}"...), nil
	}
	text, err := json.Marshal(r.value)
	return append(dst, text...), err
}

func (r *JSONReply) status() int { return http.StatusOK }

// ServeHTTP answers 200 with the JSON, or 500 without a body if it cannot be
// encoded.
func (r *JSONReply) ServeHTTP(w http.ResponseWriter, _ *http.Request) { serveJSON(w, r) }

// A ConversationsReply answers a [ConversationsPreEvent]: it allows, changes or
// rejects the action. The zero value and nil change nothing. It must not be
// changed while it is being served.
type ConversationsReply struct {
	members map[string]string
	refused bool
}

// ConversationsAllow allows the action. Its methods change the action:
//
//	return webhook.ConversationsAllow().Body(mask(e.Body)), nil
func ConversationsAllow() *ConversationsReply { return new(ConversationsReply) }

// ConversationsRefuse rejects the action; the answer is 403.
func ConversationsRefuse() *ConversationsReply { return &ConversationsReply{refused: true} }

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

// Refused reports whether the action is rejected.
func (r *ConversationsReply) Refused() bool { return r != nil && r.refused }

func (r *ConversationsReply) status() int {
	if r.Refused() {
		return http.StatusForbidden
	}
	return http.StatusOK
}

// AppendText appends the JSON, {} if nothing is changed. The error is always
// nil.
func (r *ConversationsReply) AppendText(dst []byte) ([]byte, error) {
	if r == nil {
		return append(dst, "{}"...), nil
	}
	return appendStrings(dst, r.members), nil
}

// ServeHTTP answers 200 with the JSON, or 403 if the action is rejected.
func (r *ConversationsReply) ServeHTTP(w http.ResponseWriter, _ *http.Request) { serveJSON(w, r) }

// A TaskRouterReply answers a [TaskRouterAssignment] with an instruction. The
// zero value and nil have no instruction, and the reservation waits for one
// through the REST API. It must not be changed while it is being served. See
// https://www.twilio.com/docs/taskrouter/handle-assignment-callbacks.
type TaskRouterReply struct{ members map[string]string }

// TaskRouterAccept accepts the reservation for the worker.
func TaskRouterAccept() *TaskRouterReply { return instruct(TaskRouterInstructionAccept) }

// TaskRouterReject rejects the reservation and moves the worker to an activity,
// unless it is empty.
func TaskRouterReject(activity SID) *TaskRouterReply {
	return instruct(TaskRouterInstructionReject).With("activity_sid", string(activity))
}

// TaskRouterDequeue connects the caller waiting in a queue to the worker's
// contact_uri. After the call the worker moves to the activity, unless it is
// empty.
func TaskRouterDequeue(postWorkActivity SID) *TaskRouterReply {
	return instruct(TaskRouterInstructionDequeue).With("post_work_activity_sid", string(postWorkActivity))
}

// TaskRouterCall calls the worker at contact_uri, with the voice document at url.
func TaskRouterCall(from Address, url string) *TaskRouterReply {
	return instruct(TaskRouterInstructionCall).With("from", string(from)).With("url", url)
}

// TaskRouterConference connects the caller and the worker in a conference.
func TaskRouterConference(from Address) *TaskRouterReply {
	return instruct(TaskRouterInstructionConference).With("from", string(from))
}

// TaskRouterRedirect continues a running call with the voice document at url.
func TaskRouterRedirect(call SID, url string) *TaskRouterReply {
	return instruct(TaskRouterInstructionRedirect).With("call_sid", string(call)).With("url", url)
}

func instruct(i TaskRouterInstruction) *TaskRouterReply {
	return new(TaskRouterReply).With("instruction", string(i))
}

// With sets another member of the instruction, such as "to", "timeout" or
// "status_callback_url". An empty value omits the member.
func (r *TaskRouterReply) With(name, value string) *TaskRouterReply {
	if value == "" {
		delete(r.members, name)
		return r
	}
	if r.members == nil {
		r.members = make(map[string]string)
	}
	r.members[name] = value
	return r
}

func (r *TaskRouterReply) status() int { return http.StatusOK }

// AppendText appends the JSON, {} without an instruction. The error is always
// nil.
func (r *TaskRouterReply) AppendText(dst []byte) ([]byte, error) {
	if r == nil {
		return append(dst, "{}"...), nil
	}
	return appendStrings(dst, r.members), nil
}

// ServeHTTP answers 200 with the JSON.
func (r *TaskRouterReply) ServeHTTP(w http.ResponseWriter, _ *http.Request) { serveJSON(w, r) }

// appendStrings appends an object with string members, sorted by name.
func appendStrings(dst []byte, members map[string]string) []byte {
	return appendObject(dst, func(w *encoder) {
		for _, name := range slices.Sorted(maps.Keys(members)) {
			w.member(name, quoteJSON(members[name]))
		}
	})
}

// serveJSON sends a complete reply with its type and length, or 500.
func serveJSON(w http.ResponseWriter, r jsonReply) {
	text, err := r.AppendText(nil)
	status := r.status()
	if err != nil {
		status = http.StatusInternalServerError
	}
	if status >= http.StatusBadRequest {
		w.Header().Set("Content-Length", "0")
		w.WriteHeader(status)
		return
	}
	header := w.Header()
	header.Set("Content-Type", jsonType)
	header.Set("Content-Length", strconv.Itoa(len(text)))
	w.Write(text)
}
