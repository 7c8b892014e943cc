package phone

import (
	"github.com/ringback-go/ringback/internal/dialogue"
)

// Why returns why a person cannot do a thing at a phone now, as a sentence, or "".
// Keys can always be pressed once the phone is answered.
func Why(leg *dialogue.Call, v Verb) string {
	a := leg.Activity()
	switch a.State {
	case dialogue.StateOver:
		return "The call is over."
	case dialogue.StateRinging:
		if v == Answers || v == Busy || v == NoAnswer || v == Unreachable || v == Skips || v == HangsUp {
			return ""
		}
		return "The phone is ringing. Answer it first."
	}
	open := a.State == dialogue.StateTalking || a.State == dialogue.StateInConference || a.Live || a.Overheard
	switch v {
	case Answers, Busy, NoAnswer, Unreachable:
		return "The phone is not ringing."
	case Speaks:
		if !a.Speech && !open && a.State != dialogue.StateRecording {
			return "The app isn't listening for speech."
		}
	case Records:
		if a.State != dialogue.StateRecording {
			return "The app isn't recording yet. Wait for the beep."
		}
	case Pays:
		if a.State != dialogue.StatePaying {
			return "The app isn't waiting for a payment."
		}
	case Skips:
		if !leg.Skippable() {
			return "There is nothing to skip."
		}
	}
	return ""
}
