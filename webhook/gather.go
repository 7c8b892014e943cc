package webhook

import "net/url"

// A GatherAction carries the keys or the speech that a Gather collected.
// Answer it with a [*twiml.VoiceResponse].
//
// Digits, FinishedOnKey and SpeechResult are all empty if the caller gave no
// input and the Gather has actionOnEmptyResult.
//
// Source: https://www.twilio.com/docs/voice/twiml/gather
//
//twilio:place Gather action
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 48 CallSid CallStatus Digits
//twilio:detect 48 CallSid CallStatus SpeechResult
//twilio:detect 48 CallSid CallStatus FinishedOnKey
//twilio:detect 48 CallSid CallStatus Confidence
//twilio:detect 48 CallSid CallStatus msg
type GatherAction struct {
	Call

	Digits        string  `twilio:"Digits"`        // keys pressed, without the key that ended the input
	FinishedOnKey string  `twilio:"FinishedOnKey"` // key that ended the input; empty if its length or a timeout ended it
	SpeechResult  string  `twilio:"SpeechResult"`  // recognized speech
	Confidence    float64 `twilio:"Confidence"`    // confidence of the recognizer, 0 to 1; not always sent

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A GatherPartialResult carries what speech recognition has understood so far
// while the caller is still speaking. Twilio ignores the answer.
//
// Source: https://www.twilio.com/docs/voice/twiml/gather
//
//twilio:place Gather partialResultCallback
//twilio:fact 2026-11
//twilio:answer notice
//twilio:detect 43 CallSid CallStatus UnstableSpeechResult
type GatherPartialResult struct {
	Call `twilio:",optional=From To"`

	SequenceNumber       int     `twilio:"SequenceNumber,always"` // number of this result of the Gather, from 0
	UnstableSpeechResult string  `twilio:"UnstableSpeechResult"`  // latest words, which may still change
	StableSpeechResult   string  `twilio:"StableSpeechResult"`    // words that are unlikely to change
	Stability            float64 `twilio:"Stability"`             // how likely UnstableSpeechResult is to stay, 0 to 1

	Extra url.Values // parameters without a field, and values that do not fit their field
}
