// Package relay talks with callers through Twilio's ConversationRelay.
package relay
