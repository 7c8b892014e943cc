package main

// A twimlShape says how one element of the grammar looks in Go: what it is
// called, what its constructor takes, and what its documentation says.
type twimlShape struct {
	of   string // the grammar's names of it; two where documents share it
	name string // of the constructor
	suf  string // what follows name in the type's name
	file string // twiml/<file>_gen.go

	// args are the constructor's parameters, each a kind, a subject and a name:
	//
	//	t=text          the text
	//	@name=param     an attribute that is always written
	//	?name=param     an attribute that may be left out (variadic)
	//	*Verb=verbs     any number of children
	//	1Noun=noun      exactly one child
	args string

	attrs, kids int // room for attributes and children in the element itself

	doc  string // of the constructor, from the second word on
	link string // after https://www.twilio.com/docs/
}

// twimlShapes lists every element, in the order of the generated files.
var twimlShapes = []twimlShape{
	{of: "Say", name: "Say", suf: "Verb", file: "speech", args: "t=text *SpeechPart=parts", attrs: 1,
		link: "voice/twiml/say",
		doc: `speaks text. Words and SSML mix in the order they are given, after text:

	twiml.Say("Your code is ", twiml.SayAs("1234").InterpretAs(twiml.Digits), twiml.Text(". "),
		twiml.Break(time.Second), twiml.Text("Goodbye.")).Voice(twiml.PollyJoanna)

SSML works with Polly and Google voices; the basic voices man and woman read it as nothing. A basic voice speaks at most 4096 bytes, Polly 3000 characters, Google 5000 (error 13521). A Say without text and parts is an error at Twilio (13520).`},
	{of: "SSMLBreak", name: "Break", suf: "Element", file: "speech", args: "?time=length",
		link: "voice/twiml/say/text-speech#break",
		doc:  `is a pause inside spoken words, up to ten seconds. Without a length its strength counts, which is medium if that is not set either. Of several lengths the last counts.`},
	{of: "SSMLEmphasis", name: "Emphasis", suf: "Element", file: "speech", args: "t=text *SentencePart=parts",
		link: "voice/twiml/say/text-speech#emphasis",
		doc:  `stresses words. Neural, long-form and generative Polly voices do not know it.`},
	{of: "SSMLLang", name: "Lang", suf: "Element", file: "speech", args: "@xml:lang=code t=text *ProsodyPart=parts",
		link: "voice/twiml/say/text-speech#lang",
		doc:  `speaks words in another language, with the accent of the voice.`},
	{of: "SSMLP", name: "Paragraph", suf: "Element", file: "speech", args: "t=text *ParagraphPart=parts",
		link: "voice/twiml/say/text-speech#p",
		doc:  `is a paragraph: its end is heard as a longer pause.`},
	{of: "SSMLPhoneme", name: "Phoneme", suf: "Element", file: "speech", args: "t=text @ph=pronunciation",
		link: "voice/twiml/say/text-speech#phoneme",
		doc:  `gives the pronunciation of a word, in the phonetic alphabet that Alphabet sets.`},
	{of: "SSMLProsody", name: "Prosody", suf: "Element", file: "speech", args: "t=text *ProsodyPart=parts",
		link: "voice/twiml/say/text-speech#prosody",
		doc:  `sets loudness, speed and pitch of words.`},
	{of: "SSMLS", name: "Sentence", suf: "Element", file: "speech", args: "t=text *SentencePart=parts",
		link: "voice/twiml/say/text-speech#s",
		doc:  `is a sentence: its end is heard as after a full stop.`},
	{of: "SSMLSayAs", name: "SayAs", suf: "Element", file: "speech", args: "t=text",
		link: "voice/twiml/say/text-speech#say-as",
		doc:  `says how to read a token, such as a number digit by digit. It needs InterpretAs.`},
	{of: "SSMLSub", name: "Sub", suf: "Element", file: "speech", args: "t=text @alias=alias",
		link: "voice/twiml/say/text-speech#sub",
		doc:  `speaks alias where text is written, such as "World Wide Web Consortium" for "W3C".`},
	{of: "SSMLW", name: "Word", suf: "Element", file: "speech", args: "t=text *WordPart=parts",
		link: "voice/twiml/say/text-speech#w",
		doc:  `names the part of speech of a word that is pronounced differently as a verb and as a noun, such as "read".`},
	{of: "SSMLAmazonEffect", name: "AmazonEffect", suf: "Element", file: "speech", args: "t=text *ProsodyPart=parts",
		doc: `is Polly's effect on words, such as whispering.`},
	{of: "SSMLAmazonAutoBreaths", name: "AmazonAutoBreaths", suf: "Element", file: "speech", args: "t=text *ProsodyPart=parts",
		doc: `lets Polly place the sound of breathing into words.`},
	{of: "SSMLAmazonBreath", name: "AmazonBreath", suf: "Element", file: "speech",
		doc: `is the sound of one breath, by Polly.`},
	{of: "SSMLAmazonDomain", name: "AmazonDomain", suf: "Element", file: "speech", args: "t=text *ProsodyPart=parts",
		doc: `is a Polly speaking style, such as that of a newsreader.`},
	{of: "SSMLMark", name: "Mark", suf: "Element", file: "speech",
		doc: `is a marker of W3C SSML; it has no effect on a call.`},
	{of: "SSMLVoice", name: "VoiceChange", suf: "Element", file: "speech", args: "t=text *ProsodyPart=parts",
		doc: `is the voice element of W3C SSML. To change the voice of a call, use a second [Say].`},
	{of: "SSMLAudio", name: "Audio", suf: "Element", file: "speech", args: "t=fallback",
		doc: `is the sound file of W3C SSML, with words for when it cannot be played. To play a file in a call, use [Play].`},

	{of: "Gather", name: "Gather", suf: "Verb", file: "gather", args: "*GatherPrompt=prompts", attrs: 3, kids: 1,
		link: "voice/twiml/gather",
		doc: `collects keys or speech while its prompts play, and posts them to Action as Digits or SpeechResult:

	twiml.Gather(
		twiml.Say("Press 1 for sales. Press 2 for support."),
	).NumDigits(1).Timeout(5*time.Second).Action("/voice/menu")

Any key interrupts the prompts. Collecting ends with the key of FinishOnKey, with NumDigits keys, or after Timeout of silence; what Action answers then replaces the document. When nothing was collected the document goes on with the next verb, unless ActionOnEmptyResult is set, so a Gather is mostly followed by a Say and a Redirect. Without Action the same document is asked for again.`},
	{of: "Play", name: "Play", suf: "Verb", file: "gather", args: "t=url", attrs: 1,
		link: "voice/twiml/play",
		doc:  `plays the audio file at url, which Twilio fetches by GET and caches. With Digits it sends keypad tones instead; url is empty then.`},
	{of: "Pause", name: "Pause", suf: "Verb", file: "gather", args: "?length=length", attrs: 1,
		link: "voice/twiml/pause",
		doc:  `waits in silence, one second when no length is given. Of several lengths the last counts. As the first verb it delays the answer of an incoming call.`},
	{of: "Record", name: "Record", suf: "Verb", file: "gather", attrs: 4,
		link: "voice/twiml/record",
		doc:  `records the caller and posts the result to Action, as RecordingUrl and RecordingDuration. It ends by silence, by a key, by MaxLength or when the caller hangs up. Verbs after it never run; without Action the same document is asked for again, which is an endless loop.`},

	{of: "VoiceRedirect MessagingRedirect", name: "Redirect", suf: "Verb", file: "flow", args: "t=url", attrs: 1,
		link: "voice/twiml/redirect",
		doc:  `goes on with the document at url; verbs after it never run. It stands in voice and in messaging documents. An empty url is the current document: an endless loop unless something changes.`},
	{of: "Hangup", name: "Hangup", suf: "Verb", file: "flow", args: "*ParameterContent=parameters",
		link: "voice/twiml/hangup",
		doc:  `ends the call; verbs after it never run. On an incoming call that was not answered yet it answers first, which is billed: see [Reject]. Parameters are for applications on Twilio's client SDKs.`},
	{of: "Reject", name: "Reject", suf: "Verb", file: "flow", args: "*ParameterContent=parameters", attrs: 1,
		link: "voice/twiml/reject",
		doc:  `declines an incoming call at no cost. It must be the first verb, since any other answers the call. Parameters are for applications on Twilio's client SDKs.`},
	{of: "Leave", name: "Leave", suf: "Verb", file: "flow",
		link: "voice/twiml/leave",
		doc:  `takes the caller out of the queue; the call goes on after its [Enqueue], or at that verb's Action.`},
	{of: "Echo", name: "Echo", suf: "Verb", file: "flow",
		doc: `plays the caller back to himself, which lets him hear the delay.`},
	{of: "Refer", name: "Refer", suf: "Verb", file: "flow", args: "1ReferNoun=target", attrs: 1, kids: 1,
		link: "voice/twiml/refer",
		doc: `transfers a call that came by SIP away from Twilio, by SIP REFER:

	twiml.Refer(twiml.ReferSIP("sip:alice@example.com")).Action("/transferred")`},
	{of: "ReferSip", name: "ReferSIP", suf: "Noun", file: "flow", args: "t=uri",
		link: "voice/twiml/refer",
		doc:  `is the target of a [Refer]. The noun of the same tag for [Dial] is [SIP].`},
	{of: "Sms MessagingSms", name: "SMS", suf: "Verb", file: "flow", args: "t=text", attrs: 2,
		link: "voice/twiml/sms",
		doc:  `sends a text in the middle of a call; in a messaging document it is the old name of [Message].`},

	{of: "Dial", name: "Dial", suf: "Verb", file: "dial", args: "*DialNoun=nouns", attrs: 4, kids: 1,
		link: "voice/twiml/dial",
		doc: `calls one or more parties and bridges the first that answers:

	twiml.Dial(twiml.Number("+15550100"), twiml.Client("alice")).Timeout(20 * time.Second)

Up to ten Number, Client and SIP nouns ring at once, or one after the other with Sequential. Conference, Queue, Application, SIM and WhatsApp stand alone. A lone [Text] is the short form for one number.

With Action the answer to that request replaces the document when the dialed call ends or fails. Without it the document goes on with the next verb, and hangs up if there is none.`},
	{of: "Number", name: "Number", suf: "Noun", file: "dial", args: "t=e164", attrs: 2,
		link: "voice/twiml/number",
		doc:  `calls a phone number, best written in E.164: plus, country code and number, without spaces.`},
	{of: "Client", name: "Client", suf: "Noun", file: "dial", args: "t=identity *ClientContent=content", attrs: 2, kids: 1,
		link: "voice/twiml/client",
		doc: `calls an application on one of Twilio's client SDKs by its identity. To send it parameters the identity must be an element of its own:

	twiml.Client("", twiml.Identity("alice"), twiml.Parameter("account", "42"))`},
	{of: "Identity", name: "Identity", suf: "Noun", file: "dial", args: "t=identity",
		link: "voice/twiml/client",
		doc:  `names the client to call, for a [Client] with parameters.`},
	{of: "Conference", name: "Conference", suf: "Noun", file: "dial", args: "t=name", attrs: 4,
		link: "voice/twiml/conference",
		doc:  `joins the conference room of that name; the room is made when it does not exist. Names are private to the account. It starts with the second participant, once one of them has StartConferenceOnEnter. Twilio takes StatusCallback and its events from the first participant only.`},
	{of: "Queue", name: "Queue", suf: "Noun", file: "dial", args: "t=name", attrs: 2,
		link: "voice/twiml/queue",
		doc:  `connects to the first caller waiting in the queue of that name. With ReservationSID the name is empty.`},
	{of: "Sip", name: "SIP", suf: "Noun", file: "dial", args: "t=uri *SIPContent=content", attrs: 2, kids: 1,
		link: "voice/twiml/sip",
		doc: `calls a SIP endpoint; uri starts with sip: or sips:. To try several addresses by priority and weight, leave uri empty and give up to five [URI]; SIP headers go into one [Headers]:

	twiml.SIP("sip:kate@example.com", twiml.Headers(twiml.Header("X-Reason", "transfer")))`},
	{of: "SipUri", name: "URI", suf: "Noun", file: "dial", args: "t=uri", attrs: 2,
		link: "voice/twiml/sip",
		doc:  `is one of up to five SIP addresses that a [SIP] noun tries.`},
	{of: "Headers", name: "Headers", suf: "Noun", file: "dial", args: "*HeadersContent=headers", kids: 1,
		link: "voice/twiml/sip",
		doc:  `holds the SIP headers of the outgoing INVITE, 1024 characters together.`},
	{of: "Header", name: "Header", suf: "Noun", file: "dial", args: "@name=name @value=value", attrs: 2,
		link: "voice/twiml/sip",
		doc:  `is one SIP header of the outgoing INVITE. A name of your own starts with X-.`},
	{of: "Application", name: "Application", suf: "Noun", file: "dial", args: "t=sid *ApplicationContent=content", attrs: 2, kids: 1,
		link: "voice/twiml/application",
		doc: `calls another TwiML application by its SID. To send it parameters the SID must be an element of its own:

	twiml.Application("", twiml.ApplicationSID(sid), twiml.Parameter("account", "42"))`},
	{of: "ApplicationSid", name: "ApplicationSID", suf: "Noun", file: "dial", args: "t=sid",
		link: "voice/twiml/application",
		doc:  `names the application to call, for an [Application] with parameters.`},
	{of: "Sim", name: "SIM", suf: "Noun", file: "dial", args: "t=sid",
		link: "voice/twiml/sim",
		doc:  `calls a SIM of the account by SID or unique name.`},
	{of: "WhatsApp", name: "WhatsApp", suf: "Noun", file: "dial", args: "t=e164", attrs: 2,
		link: "voice/twiml/whatsapp",
		doc:  `calls a user of WhatsApp by phone number.`},

	{of: "Enqueue", name: "Enqueue", suf: "Verb", file: "enqueue", args: "t=queue *EnqueueContent=tasks", attrs: 2, kids: 1,
		link: "voice/twiml/enqueue",
		doc: `puts the caller into the queue of that name, which is made when it does not exist; a [Queue] noun takes him out. With WorkflowSID the call becomes a task of TaskRouter; queue is empty then and the attributes of the task go into a [Task]:

	twiml.Enqueue("", twiml.Task("{\"language\":\"de\"}")).WorkflowSID(workflow)`},
	{of: "Task", name: "Task", suf: "Noun", file: "enqueue", args: "t=attributes", attrs: 2,
		link: "voice/twiml/enqueue",
		doc:  `gives the attributes of a TaskRouter task, as the text of a JSON object.`},
	{of: "TaskAttributes", name: "TaskAttributes", suf: "Noun", file: "enqueue", args: "t=attributes",
		doc: `is the old form of [Task].`},

	{of: "Connect", name: "Connect", suf: "Verb", file: "connect", args: "1ConnectNoun=noun", attrs: 2, kids: 1,
		link: "voice/twiml/connect",
		doc: `hands the live call to one noun and waits until that ends:

	twiml.Connect(twiml.ConversationRelay("wss://relay.example.com")).Action("/ended")

With Action the answer to that request replaces the document then; without it the document goes on.`},
	{of: "Stream", name: "Stream", suf: "Noun", file: "connect", args: "*ParameterContent=parameters", attrs: 2,
		link: "voice/twiml/stream",
		doc:  `sends the raw audio of the call to a WebSocket: both ways inside [Connect], one way in the background inside [Start]; inside [Stop] its Name says which stream ends. Parameters arrive with the first message.`},
	{of: "ConversationRelay", name: "ConversationRelay", suf: "Noun", file: "connect", args: "@url=url *RelayContent=content", attrs: 4, kids: 1,
		link: "voice/twiml/connect/conversationrelay",
		doc:  `lets Twilio turn speech into text and text into speech, and exchanges the text with the WebSocket at url, which begins with wss://. [Language] elements say how each language is spoken and heard; a [Parameter] arrives with the first message.`},
	{of: "RelayLanguage", name: "Language", suf: "Noun", file: "connect", args: "@code=code", attrs: 3,
		link: "voice/twiml/connect/conversationrelay",
		doc:  `sets voice and speech recognition for one language of a [ConversationRelay] session. The code multi stands for automatic choice.`},
	{of: "ConversationRelaySession", name: "ConversationRelaySession", suf: "Noun", file: "connect", attrs: 2,
		doc: `is a ConversationRelay session of an installed add-on.`},
	{of: "Conversation", name: "Conversation", suf: "Noun", file: "connect", attrs: 2,
		link: "voice/twiml/connect",
		doc:  `connects the call to a Conversation, where agents and other channels are.`},
	{of: "Room", name: "Room", suf: "Noun", file: "connect", args: "t=name", attrs: 1,
		link: "voice/twiml/connect/room",
		doc:  `joins the video room of that name by voice.`},
	{of: "VirtualAgent", name: "VirtualAgent", suf: "Noun", file: "connect", args: "@connectorName=connector *ConfigContent=content", attrs: 2,
		link: "voice/twiml/connect/virtualagent",
		doc:  `connects the call to a Dialogflow agent by the name of its connector.`},
	{of: "AiSession", name: "AISession", suf: "Noun", file: "connect", attrs: 2,
		doc: `is an AI session of an installed add-on.`},
	{of: "Assistant", name: "Assistant", suf: "Noun", file: "connect", args: "@id=id *RelayContent=content", attrs: 2,
		doc: `connects the call to the Twilio AI assistant with that ID.`},
	{of: "Autopilot", name: "Autopilot", suf: "Noun", file: "connect", args: "t=assistant",
		doc: `connects the call to an Autopilot bot by SID or unique name.`},
	{of: "Parameter", name: "Parameter", suf: "Noun", file: "connect", args: "@name=name @value=value", attrs: 2,
		link: "voice/twiml/stream#custom-parameters",
		doc:  `is one name and value of your own for whoever receives the call, stream or payment.`},
	{of: "Config", name: "Config", suf: "Noun", file: "connect", args: "@name=name @value=value", attrs: 2,
		link: "voice/twiml/connect/virtualagent",
		doc:  `is one setting for the provider of a virtual agent or a transcription.`},

	{of: "Start", name: "Start", suf: "Verb", file: "start", args: "1StartNoun=noun", attrs: 1, kids: 1,
		link: "voice/twiml/start",
		doc: `starts a background job, and the document goes on at once:

	twiml.Start(twiml.Transcription().Name("call").StatusCallbackURL("/transcript"))

If no verb follows, the call ends.`},
	{of: "Stop", name: "Stop", suf: "Verb", file: "start", args: "1StopNoun=noun", kids: 1,
		link: "voice/twiml/stop",
		doc:  `stops the background job that has the name of the noun.`},
	{of: "Recording", name: "Recording", suf: "Noun", file: "start", attrs: 2,
		link: "voice/twiml/recording",
		doc:  `records the call in the background until it ends.`},
	{of: "Siprec", name: "Siprec", suf: "Noun", file: "start", args: "*ParameterContent=parameters", attrs: 2,
		link: "voice/twiml/siprec",
		doc:  `forks the audio of the call to a SIPREC recorder. Inside [Start] it needs ConnectorName, inside [Stop] the Name it was started with.`},
	{of: "Transcription", name: "Transcription", suf: "Noun", file: "start", args: "*ConfigContent=content", attrs: 3,
		link: "voice/twiml/transcription",
		doc:  `transcribes the live call and posts the words to StatusCallbackURL. Inside [Stop] it needs the Name it was started with.`},

	{of: "Pay", name: "Pay", suf: "Verb", file: "pay", args: "*PayContent=content", attrs: 4, kids: 1,
		link: "voice/twiml/pay",
		doc: `collects payment data by keypad and sends it to a payment connector, so that your program never sees it:

	twiml.Pay(
		twiml.Prompt(twiml.PromptPaymentCardNumber, twiml.Say("Please key in your card number.")),
	).ChargeAmount("20.45").Action("/paid")

A [Prompt] replaces the spoken text of one step; a [Parameter] goes to the connector.`},
	{of: "Prompt", name: "Prompt", suf: "Noun", file: "pay", args: "@for=step *GatherPrompt=prompts", attrs: 2, kids: 1,
		link: "voice/twiml/pay/prompt",
		doc:  `replaces what a [Pay] says at one step, always or for certain errors, card types and attempts.`},

	{of: "Message", name: "Message", suf: "Verb", file: "message", args: "t=text *MessageContent=content", attrs: 1,
		link: "messaging/twiml/message",
		doc: `sends a reply, of at most 1600 characters (error 14103). Pictures and other files go beside the text:

	twiml.Message("Here it is.", twiml.Media("https://example.com/owl.png"))

A document holds at most ten messages (error 14109). A message needs text, a Body or a Media.`},
	{of: "Body", name: "Body", suf: "Noun", file: "message", args: "t=text",
		link: "messaging/twiml/body",
		doc:  `is the text of a message as an element of its own. The text of [Message] does the same; both together are an error.`},
	{of: "Media", name: "Media", suf: "Noun", file: "message", args: "t=url",
		link: "messaging/twiml/media",
		doc:  `attaches the file at url to a message, which makes it an MMS. Up to ten go with one message.`},

	{of: "Receive", name: "Receive", suf: "Verb", file: "fax", attrs: 2,
		doc: `receives a fax.`},
	{of: "FaxReject", name: "FaxReject", suf: "Verb", file: "fax",
		doc: `declines a fax. The verb of the same tag for calls is [Reject].`},

	{of: "Annotate", name: "Annotate", suf: "Verb", file: "flow", args: "t=text",
		doc: `is an old annotation for billing.`},
	{of: "Publish", name: "Publish", suf: "Verb", file: "flow", args: "t=text",
		doc: `is an old way to publish an event.`},
}

// A twimlNesting is one sealed interface: what may stand inside its parents.
type twimlNesting struct {
	name    string
	parents string // the grammar's names; all admit the same children
	text    bool   // whether a Text may stand there too
	doc     string // from the second word on
}

var twimlNestings = []twimlNesting{
	{"VoiceVerb", "VoiceResponse", false, `is what may stand in a voice document.`},
	{"MessagingVerb", "MessagingResponse", false, `is what may stand in a messaging document.`},
	{"FaxVerb", "FaxResponse", false, `is what may stand in a fax document.`},
	{"MessageContent", "Message", false, `is what may stand in a [Message] beside its text.`},
	{"GatherPrompt", "Gather Prompt", false, `is what may be heard inside a [Gather] and a [Prompt].`},
	{"SpeechPart", "Say", true, `is what may stand in a [Say] after its first words.`},
	{"ProsodyPart", "SSMLProsody SSMLLang SSMLAmazonEffect SSMLAmazonAutoBreaths SSMLAmazonDomain SSMLVoice", true,
		`is what may stand in [Prosody], [Lang] and the elements that change the voice.`},
	{"ParagraphPart", "SSMLP", true, `is what may stand in a [Paragraph].`},
	{"SentencePart", "SSMLS SSMLEmphasis", true, `is what may stand in a [Sentence] and in [Emphasis].`},
	{"WordPart", "SSMLW", true, `is what may stand in a [Word].`},
	{"DialNoun", "Dial", true, `is whom a [Dial] may call. A lone [Text] is a phone number.`},
	{"ClientContent", "Client", false, `is what may stand in a [Client] noun.`},
	{"ApplicationContent", "Application", false, `is what may stand in an [Application] noun.`},
	{"SIPContent", "Sip", false, `is what may stand in a [SIP] noun.`},
	{"HeadersContent", "Headers", false, `is what may stand in [Headers].`},
	{"ReferNoun", "Refer", false, `is where a [Refer] may send a call.`},
	{"EnqueueContent", "Enqueue", false, `is what may stand in an [Enqueue].`},
	{"ConnectNoun", "Connect", false, `is what a [Connect] may hand the call to.`},
	{"StartNoun", "Start", false, `is what a [Start] may start.`},
	{"StopNoun", "Stop", false, `is what a [Stop] may stop.`},
	{"PayContent", "Pay", false, `is what may stand in a [Pay].`},
	{"RelayContent", "ConversationRelay Assistant", false, `is what may stand in a [ConversationRelay].`},
	{"ConfigContent", "Transcription VirtualAgent", false, `is what may stand in a [Transcription] and a [VirtualAgent].`},
	{"ParameterContent", "Hangup Reject Siprec Stream", false,
		`is what may stand in a [Stream], a [Siprec], a [Hangup] and a [Reject]: parameters only.`},
}
