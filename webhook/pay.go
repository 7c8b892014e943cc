package webhook

import "net/url"

// A PayAction reports how a Pay ended. Twilio masks the numbers of cards and
// accounts. Answer it with a [*twiml.VoiceResponse].
//
// Source: https://www.twilio.com/docs/voice/twiml/pay
//
//twilio:place Pay action
//twilio:fact 2026-08
//twilio:answer voice
//twilio:detect 36 CallSid CallStatus Result PaymentMethod
type PayAction struct {
	Call

	Result                  PayResult     `twilio:"Result"`                  // how the payment ended
	PaymentMethod           PaymentMethod `twilio:"PaymentMethod"`           // credit card or bank account
	ProfileID               string        `twilio:"ProfileId"`               // customer ID of the payment service
	PaymentToken            string        `twilio:"PaymentToken"`            // token of the card or account
	PaymentConfirmationCode string        `twilio:"PaymentConfirmationCode"` // confirmation of a charge

	PaymentCardNumber     string          `twilio:"PaymentCardNumber"`     // card number with all but the last four digits masked
	PaymentCardType       PaymentCardType `twilio:"PaymentCardType"`       // brand of the card
	ExpirationDate        string          `twilio:"ExpirationDate"`        // MMYY
	SecurityCode          string          `twilio:"SecurityCode"`          // asterisks
	PaymentCardPostalCode string          `twilio:"PaymentCardPostalCode"` // postal code of the card holder
	BankAccountNumber     string          `twilio:"BankAccountNumber"`     // account number with all but the last two digits masked
	BankRoutingNumber     string          `twilio:"BankRoutingNumber"`     // routing number, not masked
	BankAccountType       string          `twilio:"BankAccountType"`       // such as consumer-checking

	PaymentError   string `twilio:"PaymentError"`   // why the payment failed
	PayErrorCode   int    `twilio:"PayErrorCode"`   // Twilio's error number
	ConnectorError string `twilio:"ConnectorError"` // error of the payment service

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// A PayStatusCallback reports each step of a Pay, or of a payment through the
// REST API.
//
// Source: https://www.twilio.com/docs/voice/twiml/pay
//
//twilio:place Pay statusCallback
//twilio:fact 2026-08
//twilio:answer notice
//twilio:detect 81 CallSid For !CallStatus
//twilio:detect 81 CallSid Capture !CallStatus
//twilio:detect 81 CallSid PartialResult !CallStatus
//twilio:detect 81 CallSid PaymentMethod !CallStatus
type PayStatusCallback struct {
	AccountSID SID          `twilio:"AccountSid,sid=AC,required"` // account that owns the call
	CallSID    SID          `twilio:"CallSid,sid=CA,required"`    // call in which the payment is made
	For        PayStep      `twilio:"For"`                        // current step
	ErrorType  PayErrorType `twilio:"ErrorType"`                  // what was wrong with the input
	Attempt    int          `twilio:"Attempt"`                    // number of the attempt, from 1

	PaymentCardNumber     string          `twilio:"PaymentCardNumber"`     // card number with all but the last four digits masked
	PaymentCardType       PaymentCardType `twilio:"PaymentCardType"`       // brand of the card
	ExpirationDate        string          `twilio:"ExpirationDate"`        // MMYY
	SecurityCode          string          `twilio:"SecurityCode"`          // asterisks
	PaymentCardPostalCode string          `twilio:"PaymentCardPostalCode"` // postal code of the card holder
	BankAccountNumber     string          `twilio:"BankAccountNumber"`     // account number with all but the last two digits masked
	BankRoutingNumber     string          `twilio:"BankRoutingNumber"`     // routing number, not masked
	BankAccountType       string          `twilio:"BankAccountType"`       // such as consumer-checking

	Extra url.Values // parameters without a field, and values that do not fit their field
}

// PayResult says how a Pay ended.
type PayResult string

// Values of PayResult.
const (
	PayResultSuccess                   PayResult = "success"
	PayResultTooManyFailedAttempts     PayResult = "too-many-failed-attempts"
	PayResultPaymentConnectorError     PayResult = "payment-connector-error"
	PayResultCallerInterruptedWithStar PayResult = "caller-interrupted-with-star"
	PayResultCallerHungUp              PayResult = "caller-hung-up"
	PayResultValidationError           PayResult = "validation-error"
	PayResultInternalError             PayResult = "internal-error"
)

// PayStep is the input that a Pay collects.
type PayStep string

// Values of PayStep.
const (
	PayStepPaymentCardNumber PayStep = "payment-card-number"
	PayStepExpirationDate    PayStep = "expiration-date"
	PayStepSecurityCode      PayStep = "security-code"
	PayStepPostalCode        PayStep = "postal-code"
	PayStepBankRoutingNumber PayStep = "bank-routing-number"
	PayStepBankAccountNumber PayStep = "bank-account-number"
	PayStepPaymentProcessing PayStep = "payment-processing"
)

// PayErrorType says what was wrong with an input to a Pay.
type PayErrorType string

// Values of PayErrorType.
const (
	PayErrorTypeInputTimeout                                 PayErrorType = "input-timeout"
	PayErrorTypeInvalidCardNumber                            PayErrorType = "invalid-card-number"
	PayErrorTypeInvalidCardType                              PayErrorType = "invalid-card-type"
	PayErrorTypeInvalidDate                                  PayErrorType = "invalid-date"
	PayErrorTypeInvalidSecurityCode                          PayErrorType = "invalid-security-code"
	PayErrorTypeInvalidPostalCode                            PayErrorType = "invalid-postal-code"
	PayErrorTypeInvalidBankRoutingNumber                     PayErrorType = "invalid-bank-routing-number"
	PayErrorTypeInvalidBankAccountNumber                     PayErrorType = "invalid-bank-account-number"
	PayErrorTypeInvalidBankAccountType                       PayErrorType = "invalid-bank-account-type"
	PayErrorTypeInvalidCardNumberSecurityCodeCaptureSequence PayErrorType = "invalid-card-number-security-code-capture-sequence"
	PayErrorTypeInputMatchingFailed                          PayErrorType = "input-matching-failed"
	PayErrorTypeSessionInProgress                            PayErrorType = "session-in-progress"
	PayErrorTypeInternalError                                PayErrorType = "internal-error"
)

// PaymentMethod is the way to pay.
type PaymentMethod string

// Values of PaymentMethod.
const (
	PaymentMethodCreditCard PaymentMethod = "credit-card"
	PaymentMethodACHDebit   PaymentMethod = "ach-debit"
)

// PaymentCardType is the brand of a card.
type PaymentCardType string

// Values of PaymentCardType.
const (
	PaymentCardTypeVisa       PaymentCardType = "visa"
	PaymentCardTypeMastercard PaymentCardType = "mastercard"
	PaymentCardTypeAmex       PaymentCardType = "amex"
	PaymentCardTypeMaestro    PaymentCardType = "maestro"
	PaymentCardTypeDiscover   PaymentCardType = "discover"
	PaymentCardTypeOptima     PaymentCardType = "optima"
	PaymentCardTypeJCB        PaymentCardType = "jcb"
	PaymentCardTypeDinersClub PaymentCardType = "diners-club"
	PaymentCardTypeEnroute    PaymentCardType = "enroute"
)
