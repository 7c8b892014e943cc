package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// grammarCodes are the numbers that Twilio logs for what is wrong with an
// attribute ("Dial.timeout"), a text, or an element inside another. What has no
// number of its own is 12200, the schema warning.
type grammarCodes struct {
	attrs  map[string]int
	text   map[string]int
	inside map[string]int
}

// grammarAttrCodes are the numbers whose names in the list of errors do not
// say element and attribute in the way that grammarErrorName reads.
var grammarAttrCodes = map[string]int{
	"Dial.timeLimit":                          13216,
	"Dial.recordingStatusCallback":            13256,
	"Dial.recordingStatusCallbackEvent":       13621,
	"Dial.transcribeCallback":                 13257,
	"Conference.coach":                        13240,
	"Conference.whisper":                      13240,
	"Conference.participantLabel":             16023,
	"Conference.recordingStatusCallback":      13256,
	"Conference.recordingStatusCallbackEvent": 13621,
	"Sip.username":                            13249,
	"Sip.password":                            13249,
	"SipUri.username":                         13249,
	"SipUri.password":                         13249,
	"Queue.method":                            14210,
	"Queue.url":                               14211,
	"Queue.reservationSid":                    14215,
	"Enqueue.action":                          14203,
	"Enqueue.workflowSid":                     14220,
	"Gather.speechModel":                      13334,
	"Say.language":                            13512,
	"Play.digits":                             13430,
	"Pay.action":                              64016,
	"Pay.chargeAmount":                        64003,
	"Record.playBeep":                         13616,
	"Record.transcribeCallback":               13257,
	"Record.recordingStatusCallback":          13256,
	"Record.recordingStatusCallbackEvent":     13621,
	"Reject.reason":                           13810,
	"Message.to":                              14101,
	"Message.from":                            14102,
	"Message.method":                          14104,
	"Message.statusCallback":                  14105,
	"MessagingRedirect.method":                14104,
	"MessagingSms.to":                         14101,
	"MessagingSms.from":                       14102,
	"MessagingSms.method":                     14104,
	"MessagingSms.statusCallback":             14105,
	"Sms.to":                                  14101,
	"Sms.from":                                14102,
	"Sms.method":                              14104,
	"Sms.statusCallback":                      14105,
	"Stream.url":                              31922,
	"Stream.track":                            31941,
	"Stream.connectorName":                    31940,
	"ConversationRelay.url":                   31922,
	"VoiceResponse.version":                   12101,
	"MessagingResponse.version":               12101,
	"FaxResponse.version":                     12101,
}

// grammarTextCodes are the numbers for a text that is missing or too long.
var grammarTextCodes = map[string]int{
	"Say": 13520, "Number": 13223, "Conference": 13237, "Sip": 13243, "SipUri": 13243, "ReferSip": 13243,
	"Enqueue": 14205, "Message": 14103, "Body": 14103, "Sms": 14103, "MessagingSms": 14103,
}

// grammarInsideCodes are the numbers for an element that does not belong into
// this one.
var grammarInsideCodes = map[string]int{
	"Dial": 13215, "Gather": 13320, "Start": 14300, "Stop": 14300, "Annotate": 13112, "MessagingResponse": 14110,
}

// grammarErrorName reads names such as "Dial->Number: Invalid method value".
var grammarErrorName = regexp.MustCompile(`^(\w+)(?:->(\w+))?: Invalid (\w+)(?i: value| attribute in TwiML\.)?$`)

// grammarLoadCodes reads the numbers of attributes from the names of Twilio's
// errors, adds what those names do not say, and checks that every number is in
// the lists.
func grammarLoadCodes(g *grammarSpec) (*grammarCodes, error) {
	c := &grammarCodes{attrs: map[string]int{}, text: grammarTextCodes, inside: grammarInsideCodes}
	listed := map[int]bool{}
	errs, err := codesRead()
	if err != nil {
		return nil, err
	}
	for _, e := range errs {
		listed[e.Code] = true
		if key := grammarErrorAttribute(g, e.Name); key != "" && c.attrs[key] == 0 {
			c.attrs[key] = e.Code
		}
	}
	for key, code := range grammarAttrCodes {
		if !grammarHasAttribute(g, key) {
			return nil, fmt.Errorf("no attribute %s for error %d", key, code)
		}
		c.attrs[key] = code
	}
	for _, codes := range []map[string]int{c.attrs, c.text, c.inside} {
		for key, code := range codes {
			if !listed[code] {
				return nil, fmt.Errorf("%s: no error %d in the lists", key, code)
			}
		}
	}
	return c, nil
}

// grammarErrorAttribute returns "Element.attribute" for the name of an error
// that is about one, or "". Errors of what stands in a Gather are about the
// Gather, and the lint knows those two by itself.
func grammarErrorAttribute(g *grammarSpec, name string) string {
	m := grammarErrorName.FindStringSubmatch(name)
	if m == nil || m[1] == "Gather" && m[2] != "" {
		return ""
	}
	of := m[1]
	switch {
	case m[2] != "":
		of = m[2]
	case of == "Redirect":
		of = "VoiceRedirect"
	}
	for _, e := range g.Elements {
		if !strings.EqualFold(e.GoName, of) {
			continue
		}
		for _, a := range e.Attributes {
			if strings.EqualFold(a.Name, m[3]) {
				return e.GoName + "." + a.Name
			}
		}
	}
	return ""
}

func grammarHasAttribute(g *grammarSpec, key string) bool {
	of, name, _ := strings.Cut(key, ".")
	is := func(a grammarAttribute) bool { return a.Name == name }
	for _, d := range g.Documents {
		if d.GoName == of && slices.ContainsFunc(d.Attributes, is) {
			return true
		}
	}
	return slices.ContainsFunc(g.Elements, func(e grammarElement) bool {
		return e.GoName == of && slices.ContainsFunc(e.Attributes, is)
	})
}
