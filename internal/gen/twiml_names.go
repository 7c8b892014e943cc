package main

import (
	"strings"
	"unicode"
)

// twimlAttrNames are the Go names of attributes that goName would not choose.
var twimlAttrNames = map[string]string{
	"ttsLanguage":                 "TTSLanguage",
	"ttsProvider":                 "TTSProvider",
	"elevenlabsTextNormalization": "ElevenLabsTextNormalization",
	"xml:lang":                    "Lang",
	"byoc":                        "BYOC",
}

func twimlAttrName(name string) string {
	if s, ok := twimlAttrNames[name]; ok {
		return s
	}
	return goName(name)
}

// A twimlEnumName says how the values of an enum are called in Go: prefix and
// value, but for those that have a name of their own.
type twimlEnumName struct {
	typ    string // the enum's own name when empty
	prefix string
	own    map[string]string
}

var twimlEnumNames = map[string]twimlEnumName{
	"HTTPMethod":       {prefix: "Method", own: map[string]string{"GET": "MethodGet", "POST": "MethodPost"}},
	"CallEvent":        {prefix: "Call"},
	"ConferenceBeep":   {prefix: "Beep", own: map[string]string{"true": "BeepAlways", "false": "BeepNever"}},
	"ConferenceEvent":  {prefix: "Conference"},
	"ConferenceRecord": {prefix: "Conference"},
	"ConferenceRegion": {prefix: "Region", own: map[string]string{
		"us1": "RegionUS1", "us2": "RegionUS2", "ie1": "RegionIE1", "sg1": "RegionSG1",
		"br1": "RegionBR1", "au1": "RegionAU1", "jp1": "RegionJP1", "de1": "RegionDE1"}},
	"JitterBufferSize":   {prefix: "JitterBuffer"},
	"RecordingEvent":     {prefix: "Recording"},
	"Trim":               {},
	"DialRecord":         {prefix: "Dial", own: map[string]string{"true": "DialRecordTrue", "false": "DialRecordFalse"}},
	"ConversationRecord": {prefix: "Conversation", own: map[string]string{"true": "ConversationRecordTrue", "false": "ConversationRecordFalse"}},
	"ConversationEvent":  {prefix: "Conversation"},
	"RecordingTrack":     {prefix: "RecordingTrack"},
	"RecordingChannels":  {prefix: "Channels"},
	"RingTone":           {prefix: "RingTone", own: map[string]string{"us-old": "RingToneUSOld"}},
	"DialEvents":         {prefix: "Dial"},
	"MachineDetection":   {own: map[string]string{"Enable": "DetectMachine"}},
	"GatherInput":        {prefix: "Input"},
	"RejectReason":       {prefix: "Reason"},
	"PayInput":           {prefix: "PayInput"},
	"PayTokenType":       {prefix: "Token"},
	"BankAccountType":    {},
	"PaymentMethod":      {prefix: "Payment", own: map[string]string{"ach-debit": "PaymentACHDebit"}},
	"CardType":           {prefix: "Card", own: map[string]string{"jcb": "CardJCB"}},
	"PromptFor":          {typ: "PromptStep", prefix: "Prompt"},
	"PromptErrorType":    {prefix: "PromptError"},
	"StreamTrack":        {},
	"BreakStrength":      {prefix: "Break"},
	"EmphasisLevel":      {prefix: "Emphasis"},
	"PhonemeAlphabet": {prefix: "Alphabet", own: map[string]string{
		"ipa": "AlphabetIPA", "x-sampa": "AlphabetXSAMPA", "x-amazon-jyutping": "AlphabetJyutping",
		"x-amazon-pinyin": "AlphabetPinyin", "x-amazon-pron-kana": "AlphabetPronKana",
		"x-amazon-yomigana": "AlphabetYomigana"}},
	"InterpretAs": {own: map[string]string{"number": "PlainNumber"}},
	"SayAsFormat": {prefix: "Date", own: map[string]string{
		"mdy": "DateMDY", "dmy": "DateDMY", "ymd": "DateYMD", "md": "DateMD", "dm": "DateDM", "ym": "DateYM",
		"my": "DateMY", "yyyymmdd": "DateYYYYMMDD", "hms12": "TimeHMS12", "hms24": "TimeHMS24"}},
	"ProsodyVolume": {prefix: "Volume"},
	"ProsodyRate":   {prefix: "Rate"},
	"ProsodyPitch":  {prefix: "Pitch"},
	"WordRole": {prefix: "Role", own: map[string]string{
		"amazon:VB": "RoleVerb", "amazon:VBD": "RolePastVerb", "amazon:NN": "RoleNoun", "amazon:SENSE_1": "RoleSense1",
		"amazon:DT": "RoleDeterminer", "amazon:IN": "RolePreposition"}},
	"RelayInterruptible":    {prefix: "Interruptible"},
	"RelayInput":            {prefix: "Report"},
	"InterruptSensitivity":  {prefix: "Sensitivity"},
	"TTSProvider":           {prefix: "TTS"},
	"TranscriptionProvider": {prefix: "Transcription"},
	"TextNormalization":     {prefix: "Normalization"},
	"RelayDebug":            {prefix: "Debug", own: map[string]string{"debugging": "DebugMessages"}},
	"TranscriptionEngine":   {prefix: "Engine"},
	"FaxMediaType":          {own: map[string]string{"application/pdf": "FaxPDF", "image/tiff": "FaxTIFF"}},
	"FaxPageSize":           {prefix: "Fax"},
}

// twimlLanguageEnums share one Go type: a tag of BCP 47.
var twimlLanguageEnums = []string{"SayLanguage", "GatherLanguage", "SSMLLang", "PayLanguage"}

const (
	twimlLanguageType = "LanguageCode"
	twimlVoiceType    = "VoiceName"
)

// twimlEnumType returns the Go type of an enum of the grammar.
func twimlEnumType(enum string) string {
	for _, l := range twimlLanguageEnums {
		if l == enum {
			return twimlLanguageType
		}
	}
	if enum == "SayVoice" {
		return twimlVoiceType
	}
	if n := twimlEnumNames[enum]; n.typ != "" {
		return n.typ
	}
	return enum
}

// twimlConst returns the Go name of one value of an enum.
func twimlConst(enum, value string) string {
	n := twimlEnumNames[enum]
	if own, ok := n.own[value]; ok {
		return own
	}
	if enum == "RingTone" {
		return n.prefix + strings.ToUpper(value)
	}
	return n.prefix + goName(value)
}

// twimlLanguageConst names a tag such as es-419 or cmn-Hans-CN: LanguageEs419,
// LanguageCmnHansCN. The lower-case en-gb of the basic voices is apart.
func twimlLanguageConst(tag string) string {
	if tag == "en-gb" {
		return "LanguageEnGBBasic"
	}
	return "Language" + twimlJoin(strings.Split(tag, "-"))
}

// twimlVoiceConst names a voice such as Polly.Joanna-Neural or
// Google.en-US-Chirp3-HD-Kore: PollyJoannaNeural, GoogleEnUSChirp3HDKore.
func twimlVoiceConst(voice string) string {
	switch voice {
	case "man", "woman", "alice":
		return "Voice" + twimlJoin([]string{voice})
	}
	voice = strings.NewReplacer("í", "i", "é", "e").Replace(voice) // identifiers are ASCII
	return twimlJoin(strings.FieldsFunc(voice, func(r rune) bool { return r == '.' || r == '-' }))
}

// twimlJoin raises the first letter of each part and keeps the others as they
// are.
func twimlJoin(parts []string) string {
	var b strings.Builder
	for _, p := range parts {
		for i, r := range p {
			if i == 0 {
				r = unicode.ToUpper(r)
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// twimlLower lowers the first letter of a sentence, unless its first word is a
// name.
func twimlLower(s string) string {
	word, _, _ := strings.Cut(s, " ")
	word = strings.Trim(word, ".,;:")
	switch word {
	case "TwiML", "Twilio", "TaskRouter", "ElevenLabs", "Deepgram", "Dialogflow", "Polly", "Autopilot", "Conversations",
		"ConversationRelay", "Base64", "WebSocket", "Google":
		return s
	}
	if len(s) > 1 && isUpper(s[0]) && !isUpper(s[1]) && s[1] != '.' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// twimlComment formats a doc comment. A paragraph that begins with a tab is
// code and is kept as it is.
func twimlComment(text string) string {
	var b strings.Builder
	for i, para := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString("//\n")
		}
		if !strings.HasPrefix(para, "\t") {
			b.WriteString(comment("", para))
			continue
		}
		for line := range strings.SplitSeq(para, "\n") {
			b.WriteString("//" + line + "\n")
		}
	}
	return b.String()
}
