// Package openai streams answers from language models behind OpenAI-compatible
// APIs. Copy it, or use your provider's client.
package openai

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"

	"github.com/ringback-go/ringback/webhook/relay"
)

// A Model is a language model.
type Model struct {
	HTTP   *http.Client // nil: http.DefaultClient
	URL    string       // such as https://llm.example.com/v1
	Key    string
	Name   string
	System string // the system prompt
}

// Answer yields the tokens of an answer to a conversation.
func (m *Model) Answer(ctx context.Context, history []relay.Line) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := m.stream(ctx, history, func(token string) bool { return yield(token, nil) }); err != nil {
			yield("", err)
		}
	}
}

func (m *Model) stream(ctx context.Context, history []relay.Line, yield func(string) bool) error {
	type message struct {
		Role    string `json:"role"`
		Content string `json:"content"`
	}
	messages := []message{{"system", m.System}}
	for _, line := range history {
		role := map[string]string{relay.Caller: "user", relay.Agent: "assistant", relay.Action: "system"}[line.Who]
		if said := line.Said(); said != "" {
			messages = append(messages, message{role, said})
		}
	}
	body, err := json.Marshal(map[string]any{"model": m.Name, "stream": true, "messages": messages})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL+"/chat/completions", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+m.Key)
	r.Header.Set("Content-Type", "application/json")
	client := m.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the model answered %s", resp.Status)
	}
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		data, found := strings.CutPrefix(lines.Text(), "data: ")
		if !found || data == "[DONE]" {
			continue
		}
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			return err
		}
		if len(chunk.Choices) > 0 && !yield(chunk.Choices[0].Delta.Content) {
			return nil
		}
	}
	return ctx.Err()
}
