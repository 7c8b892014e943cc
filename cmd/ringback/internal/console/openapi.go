package console

import (
	"encoding/json"
	"strings"
)

// operation is one call of the API, for its description.
type operation struct {
	method, path, summary string
	body                  string // what a write holds, by an example
	query                 []string
}

var operations = []operation{
	{"get", "/api/state", "How the program does, what it is called by, who can call it.", "", nil},
	{"get", "/api/events", "What happens, as server-sent events: exchange, cleared, message, call, delivery, faults, app, trouble.", "", nil},
	{"get", "/api/exchanges", "Exchanges, newest first.", "", []string{"text", "kind", "source", "sid", "failed", "pinned", "before", "limit", "replays"}},
	{"post", "/api/exchanges/clear", "Deletes all that is not pinned.", "{}", nil},
	{"get", "/api/exchanges/{id}", "One exchange in full: parameters with their meaning, signature, problems of the answer.", "", nil},
	{"post", "/api/exchanges/{id}/replay", "Sends it again, with changes, and compares.", `{"parameters":[["Body","hello"]],"signature":"fresh"}`, nil},
	{"post", "/api/exchanges/{id}/pin", "Keeps it from being dropped, or lets it go.", `{"pinned":true}`, nil},
	{"get", "/api/exchanges/{id}/export/{form}", "The exchange as curl, go, fixture or har.", "", nil},
	{"get", "/api/conversations", "Conversations, the latest first.", "", nil},
	{"get", "/api/conversations/{id}", "One conversation with its messages.", "", nil},
	{"post", "/api/messages", "A person writes to the program.", `{"person":"+15550101","channel":"sms","body":"hello"}`, nil},
	{"get", "/api/media/{sid}", "A picture that a person has sent.", "", nil},
	{"get", "/api/calls", "Calls, the latest first.", "", nil},
	{"post", "/api/calls", "A person calls the program.", `{"person":"+15550101"}`, nil},
	{"get", "/api/calls/{sid}", "One call: what was said, what it waits for.", "", nil},
	{"post", "/api/calls/{sid}/act", "The person, or somebody who was dialed, does something.", `{"act":"press","keys":"1"}`, nil},
	{"get", "/api/deliveries", "What became of messages and calls.", "", nil},
	{"post", "/api/deliveries", "Plays a lifecycle to the status callback.", `{"ending":"delivered","order":"shuffled","seed":1}`, nil},
	{"get", "/api/codes", "Error codes of messages.", "", []string{"text"}},
	{"get", "/api/faults", "What may go wrong.", "", nil},
	{"put", "/api/faults", "Sets what may go wrong.", `{"faults":[{"kind":"slow","on":true,"rate":1}],"seed":1}`, nil},
	{"get", "/api/openapi.json", "This description.", "", nil},
}

// openAPI describes the API, version 3.1.
func openAPI(version string) map[string]any {
	paths := map[string]map[string]any{}
	for _, op := range operations {
		d := map[string]any{
			"summary": op.summary,
			"responses": map[string]any{
				"200": map[string]any{"description": "Done."},
				"401": map[string]any{"description": "No token, or one of an earlier start."},
				"421": map[string]any{"description": "A host name that is not the console's."},
			},
		}
		var params []any
		for _, name := range op.query {
			params = append(params, parameterOf(name, "query"))
		}
		for _, name := range []string{"id", "sid", "form"} {
			if containsPart(op.path, name) {
				params = append(params, parameterOf(name, "path"))
			}
		}
		if params != nil {
			d["parameters"] = params
		}
		if op.body != "" {
			d["requestBody"] = map[string]any{"content": map[string]any{"application/json": map[string]any{
				"schema": map[string]any{"type": "object"}, "example": rawJSON(op.body),
			}}}
		}
		if paths[op.path] == nil {
			paths[op.path] = map[string]any{}
		}
		paths[op.path][op.method] = d
	}
	return map[string]any{
		"openapi":  "3.1.0",
		"info":     map[string]any{"title": "Ringback console", "version": version, "description": "Everything the page does. Writes are application/json."},
		"security": []any{map[string]any{"token": []string{}}},
		"components": map[string]any{"securitySchemes": map[string]any{
			"token": map[string]any{"type": "apiKey", "in": "header", "name": "X-Console-Token"},
		}},
		"paths": paths,
	}
}

func parameterOf(name, place string) map[string]any {
	return map[string]any{"name": name, "in": place, "required": place == "path", "schema": map[string]any{"type": "string"}}
}

func containsPart(path, name string) bool { return strings.Contains(path, "{"+name+"}") }

func rawJSON(text string) json.RawMessage { return json.RawMessage(text) }
