package twiml

import "strings"

// Content is any element, [Text] or [Comment]. The interfaces that embed it
// define what goes where; a [Custom] element takes anything.
type Content interface {
	part() slot
}

// Text is text between elements, as in
//
//	twiml.Say("Your code is ", twiml.SayAs("1234"), twiml.Text(". Goodbye."))
//
// and the short form of a phone number in [Dial].
type Text string

func (t Text) part() slot { return slot{text: string(t)} }

// A CustomElement is an element that this package does not know, made by
// [Custom].
type CustomElement struct {
	element
	anywhere
}

// Custom makes an element that this package does not know. It can go anywhere
// and hold anything:
//
//	twiml.Voice(twiml.Custom("Sing", twiml.Text("la la la")).Attr("key", "C"))
//
// A name that is not an XML name is an error when the document is rendered.
func Custom(name string, content ...Content) *CustomElement {
	return (&CustomElement{element: element{name: name, named: true}}).Append(content...)
}

// Append adds content at the end. Nil content is skipped.
func (v *CustomElement) Append(content ...Content) *CustomElement {
	v.grow(len(content))
	for _, c := range content {
		if c != nil {
			v.kids = append(v.kids, c)
		}
	}
	return v
}

// Attr sets an attribute. A name that is not an XML name is an error when the
// document is rendered.
func (v *CustomElement) Attr(name, value string) *CustomElement {
	v.putNamed(name, value)
	return v
}

func (v *CustomElement) part() slot {
	if v == nil {
		return slot{}
	}
	return slot{el: &v.element}
}

// A CommentElement is an XML comment, made by [Comment].
type CommentElement struct {
	element
	anywhere
}

// Comment makes an XML comment, which Twilio ignores. It can go anywhere. A
// comment cannot hold "--" or end in "-", so a space is added after such a
// hyphen.
func Comment(text string) *CommentElement {
	for strings.Contains(text, "--") {
		text = strings.ReplaceAll(text, "--", "- -")
	}
	if strings.HasSuffix(text, "-") {
		text += " "
	}
	return &CommentElement{element: element{comment: true, text: text}}
}

func (v *CommentElement) part() slot {
	if v == nil {
		return slot{}
	}
	return slot{el: &v.element}
}

// VoiceVerbs converts a slice of one type of verb, such as []*SayVerb, to
// arguments of [Voice]: Voice(VoiceVerbs(greetings)...).
func VoiceVerbs[T VoiceVerb](verbs []T) []VoiceVerb {
	return convert(verbs, func(v T) VoiceVerb { return v })
}

// MessagingVerbs converts a slice of one type of verb to arguments of
// [Messaging].
func MessagingVerbs[T MessagingVerb](verbs []T) []MessagingVerb {
	return convert(verbs, func(v T) MessagingVerb { return v })
}

// GatherPrompts converts a slice of one type of verb to arguments of [Gather]
// and [Prompt].
func GatherPrompts[T GatherPrompt](prompts []T) []GatherPrompt {
	return convert(prompts, func(v T) GatherPrompt { return v })
}

// DialNouns converts a slice of one type of noun, such as []*NumberNoun, to
// arguments of [Dial].
func DialNouns[T DialNoun](nouns []T) []DialNoun {
	return convert(nouns, func(v T) DialNoun { return v })
}

// SpeechParts converts a slice of one type of SSML element to arguments of
// [Say].
func SpeechParts[T SpeechPart](parts []T) []SpeechPart {
	return convert(parts, func(v T) SpeechPart { return v })
}

// MessageContents converts a slice of one type of element, such as
// []*MediaNoun, to arguments of [Message].
func MessageContents[T MessageContent](content []T) []MessageContent {
	return convert(content, func(v T) MessageContent { return v })
}

func convert[T, I any](items []T, to func(T) I) []I {
	out := make([]I, len(items))
	for i, item := range items {
		out[i] = to(item)
	}
	return out
}
