// The payment form: a choice of test cards, or digits to type.

import {html, useEffect, useState} from "../../lib/html.js";
import {Button, Field, Icon, Select} from "../../lib/components.js";
import {act} from "./state.js";

/** @typedef {import("../../lib/types.js").Call} Call */
/** @typedef {import("../../lib/types.js").Payment} Payment */

/** @type {Record<string, [string, string]>} label and hint by step */
const fields = {
  "payment-card-number": ["Card number", ""], "expiration-date": ["Expires (MMYY)", ""], "security-code": ["Security code", ""],
  "postal-code": ["Postal code", ""], "bank-routing-number": ["Routing number", ""], "bank-account-number": ["Account number", ""],
};

/** @type {Record<string, string>} */
const problems = {
  timeout: "Nothing was entered in time.", "invalid-card-number": "The card number is not valid.", "invalid-card-type": "The app does not accept this type of card.",
  "invalid-date": "The card has expired, or the date is not valid.", "invalid-security-code": "The security code is not valid.", "invalid-postal-code": "The postal code is not valid.",
  "invalid-bank-routing-number": "The routing number is not valid.", "invalid-bank-account-number": "The account number is not valid.",
};

// The test numbers that payment providers publish.
/** @type {Record<string, [string, string]>} */
const cards = {
  visa: ["4242424242424242", "123"], mastercard: ["5555555555554444", "123"], amex: ["378282246310005", "1234"], discover: ["6011111111111117", "123"],
  declined: ["4000000000000002", "123"], wrong: ["4242424242424241", "123"],
};

/** @type {[string, string][]} */
const options = [
  ["visa", "Visa"], ["mastercard", "Mastercard"], ["amex", "American Express"], ["discover", "Discover"], ["declined", "Declined card"], ["wrong", "Invalid number"],
];

/** @param {string} card @returns {Record<string, string>} */
function values(card) {
  const year = String((new Date().getFullYear() + 3) % 100).padStart(2, "0");
  const [number, code] = cards[card];
  return {
    "payment-card-number": number, "expiration-date": "12" + year, "security-code": code, "postal-code": "10001",
    "bank-routing-number": "121181976", "bank-account-number": "000123456789",
  };
}

/** @param {{call: Call, payment: Payment, leg?: string}} props */
export function Pay({call, payment, leg = ""}) {
  const [card, setCard] = useState("visa");
  const [digits, setDigits] = useState(values("visa"));
  const asks = payment.questions;
  const sent = payment.step === "payment-processing";
  useEffect(() => { setDigits(values(card)); }, [card]);

  /** @param {Event} e */
  function pay(e) {
    e.preventDefault();
    act(call, "pays " + asks.map((step) => digits[step].replace(/\D/g, "")).join(" "), leg);
  }

  return html`<form class="pay" aria-label="Payment" onSubmit=${pay}>
    <p class="pay-title"><${Icon} name="credit-card" /><strong>${payment.amount ? `Pay ${money(payment)}` : "Card details"}</strong>
      ${!sent && payment.attempts > 1 && html`<small>attempt ${payment.attempt} of ${payment.attempts}</small>`}</p>
    ${payment.problem && html`<p class="pay-problem" role="alert">${problems[payment.problem] || payment.problem}</p>`}
    ${sent ? html`<p class="soft">The payment is being processed.</p>` : html`
      ${asks.includes("payment-card-number") && html`<${Field} label="Test card"><${Select} aria-label="Test card" options=${options} value=${card} onChange=${setCard} /><//>`}
      <div class="pay-fields">${asks.map((step) => html`<${Field} key=${step} label=${fields[step]?.[0] || step} class=${"pay-" + step}>
        <input inputmode="numeric" autocomplete="off" maxlength="20" value=${digits[step] || ""} onInput=${(/** @type {any} */ e) => setDigits({...digits, [step]: e.target.value})} /><//>`)}</div>
      <div class="row"><${Button} variant="primary" type="submit" disabled=${!asks.length}>${payment.amount ? "Pay" : "Enter"}<//>
        <${Button} title="Press * to cancel the payment" onClick=${() => act(call, "presses *", leg)}>Cancel payment<//></div>`}
  </form>`;
}

/** @param {Payment} payment */
function money(payment) {
  try {
    return new Intl.NumberFormat("en-US", {style: "currency", currency: payment.currency || "usd"}).format(Number(payment.amount));
  } catch {
    return `${payment.amount} ${payment.currency}`;
  }
}
