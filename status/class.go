package status

// A Class groups codes by what is at fault.
type Class string

// The classes of the codes that messages and calls end with, and of those that a
// webhook, a document or a request to the API can cause.
const (
	ClassA2PRegistration      Class = "a2p-registration"       // brand or campaign registration in the United States
	ClassAccount              Class = "account"                // the account is not allowed to do this
	ClassBlockedByRecipient   Class = "blocked-by-recipient"   // the recipient or the handset blocks the sender
	ClassCallProgress         Class = "call-progress"          // progress reports of a call
	ClassCallQueue            Class = "call-queue"             // calls that wait to be made
	ClassCallsAPI             Class = "calls-api"              // a parameter of the request that makes a call, or a trunk
	ClassCarrierFiltered      Class = "carrier-filtered"       // a carrier or Twilio treated the message as spam
	ClassChannelConfig        Class = "channel-config"         // a channel such as WhatsApp is set up incorrectly
	ClassChannelPolicy        Class = "channel-policy"         // the message breaks the rules of the channel
	ClassChannelSender        Class = "channel-sender"         // the sender on the channel cannot be used
	ClassComplianceBlock      Class = "compliance-block"       // quiet hours, registered use or a compliance list stopped the message
	ClassConferenceRecording  Class = "conference-recording"   // conferences and recordings
	ClassContent              Class = "content"                // the text or the media of a message
	ClassConversations        Class = "conversations"          // conversations, their participants and webhooks
	ClassExpired              Class = "expired"                // not delivered within its validity period
	ClassFraudBlock           Class = "fraud-block"            // stopped on suspicion of fraud
	ClassInbound              Class = "inbound"                // a message to you was not delivered
	ClassInvalidNumber        Class = "invalid-number"         // the number cannot be used
	ClassLandline             Class = "landline"               // the destination cannot receive messages
	ClassLinkShortening       Class = "link-shortening"        // shortened links and their domains
	ClassMediaStreams         Class = "media-streams"          // streams of a call's audio
	ClassOptedOut             Class = "opted-out"              // the recipient replied STOP
	ClassOther                Class = "other"                  // everything else
	ClassOutsideWindow        Class = "outside-window"         // free-form text sent later than the channel allows
	ClassPayAndRelay          Class = "pay-and-relay"          // payments and ConversationRelay in a call
	ClassProviderOutage       Class = "provider-outage"        // the channel's provider is failing
	ClassRateQueue            Class = "rate-queue"             // too many requests at once, or a full queue
	ClassRequest              Class = "request"                // a parameter of the API request
	ClassScheduling           Class = "scheduling"             // the time for which a message is scheduled
	ClassSender               Class = "sender"                 // the sending number or messaging service
	ClassSIP                  Class = "sip"                    // SIP domains, trunks and registrations
	ClassTemplate             Class = "template"               // a message template
	ClassTollFreeVerification Class = "tollfree-verification"  // verification of a toll-free number
	ClassTwilioInternal       Class = "twilio-internal"        // an error inside Twilio
	ClassTwiML                Class = "twiml"                  // a messaging document
	ClassTwiMLDocument        Class = "twiml-document"         // a document that cannot be read
	ClassTwiMLQueueTaskRouter Class = "twiml-queue-taskrouter" // queues and TaskRouter in a document
	ClassTwiMLVoiceVerb       Class = "twiml-voice-verb"       // a verb of a voice document
	ClassUnknown              Class = "unknown"                // the carrier does not say why
	ClassUnreachableHandset   Class = "unreachable-handset"    // the handset is switched off or out of reach
	ClassUnreachableRoute     Class = "unreachable-route"      // no route to the destination
	ClassURLTemplate          Class = "url-template"           // a URL with placeholders
	ClassVoiceClientSDK       Class = "voice-client-sdk"       // the Voice SDK on a device
	ClassVoiceInsights        Class = "voice-insights"         // Voice Insights
	ClassVoiceMisc            Class = "voice-misc"             // virtual agents, BYOC trunks and other parts of calls
	ClassVoiceRegistration    Class = "voice-registration"     // branded calling, caller name and voice integrity registration
	ClassWebhookHTTP          Class = "webhook-http"           // your server could not be reached or answered with an error
	ClassWebhookResponseBody  Class = "webhook-response-body"  // your server's answer could not be used
)
