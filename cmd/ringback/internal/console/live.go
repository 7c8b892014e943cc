package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/coder/websocket"

	"github.com/ringback-go/ringback/cmd/ringback/internal/guard"
	"github.com/ringback-go/ringback/cmd/ringback/internal/stage"
)

// Bounds of the WebSocket by which the page speaks into a call.
const (
	maxSoundFrame = 3200 // bytes of a message of the page: 400 ms
	soundWrite    = 5 * time.Second
	soundIdle     = 5 * time.Minute // without a message of the page
)

// Close codes of that WebSocket beside those of the protocol.
const (
	soundTaken websocket.StatusCode = 4001 // another window has the call's phone, or this one reads too slowly
	soundOver  websocket.StatusCode = 4002 // the call is over
)

// sessions lists the WebSockets between Twilio and the program that a call has
// had.
func (s *Server) sessions(w http.ResponseWriter, r *http.Request) {
	_, err := s.Stage.Call(r.PathValue("sid"))
	answer(w, map[string]any{"sessions": s.Stage.Sessions(r.PathValue("sid"))}, err)
}

// allSessions lists the WebSockets of all calls, without what was said.
func (s *Server) allSessions(w http.ResponseWriter, _ *http.Request) {
	answer(w, map[string]any{"sessions": s.Stage.AllSessions()}, nil)
}

func (s *Server) liveAct(w http.ResponseWriter, r *http.Request) {
	var a stage.LiveAct
	if !readUpTo(maxPicture, w, r, &a) {
		return
	}
	err := s.Stage.LiveAct(r.PathValue("sid"), a)
	if errors.Is(err, stage.ErrInput) {
		fail(w, http.StatusBadRequest, err)
		return
	}
	answer(w, map[string]any{}, err)
}

// recording answers with what was said in the streams of a call.
func (s *Server) recording(w http.ResponseWriter, r *http.Request) {
	data, err := s.Stage.StreamRecording(r.PathValue("sid"))
	if err != nil {
		answer(w, nil, err)
		return
	}
	w.Header().Set("Content-Type", "audio/wav")
	w.Header().Set("Content-Disposition", `attachment; filename="call.wav"`)
	w.Write(data)
}

// sound is the WebSocket of the call's phone: binary messages are sound, μ-law at
// 8 kHz, in both directions. {"type":"clear"} tells the page to drop sound that
// it has not played.
func (s *Server) sound(w http.ResponseWriter, r *http.Request) {
	ear, err := s.Stage.Listen(r.PathValue("sid"))
	if errors.Is(err, stage.ErrEars) {
		fail(w, http.StatusServiceUnavailable, err)
		return
	}
	if err != nil {
		answer(w, nil, err)
		return
	}
	defer ear.Close()
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{guard.SoundProtocol}})
	if err != nil {
		return // Accept has answered
	}
	defer ws.CloseNow()
	ws.SetReadLimit(maxSoundFrame)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	go func() {
		defer cancel()
		s.speak(ctx, ws, ear)
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case h, open := <-ear.C:
			if !open {
				ws.Close(soundTaken, "another window has the phone of this call")
				return
			}
			kind, data := websocket.MessageBinary, h.Sound
			if h.Cleared {
				kind, data = websocket.MessageText, []byte(`{"type":"clear"}`)
			}
			if writeSound(ctx, ws, kind, data) != nil {
				return
			}
		}
	}
}

func writeSound(ctx context.Context, ws *websocket.Conn, kind websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, soundWrite)
	defer cancel()
	return ws.Write(ctx, kind, data)
}

// speak passes on what the page says.
func (s *Server) speak(ctx context.Context, ws *websocket.Conn, ear *stage.Ear) {
	for {
		wait, cancel := context.WithTimeout(ctx, soundIdle)
		kind, data, err := ws.Read(wait)
		cancel()
		switch {
		case err != nil:
			return
		case kind != websocket.MessageBinary:
			ws.Close(websocket.StatusUnsupportedData, "send sound in binary messages")
			return
		case !ear.Speak(data):
			ws.Close(soundOver, "the call is over")
			return
		}
	}
}
