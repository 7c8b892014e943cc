// The names of Twilio's error codes. Each is requested once.

import {signal} from "./html.js";
import * as api from "./api.js";

const names = signal(/** @type {Record<number, string>} */ ({}));

/** @type {Set<number>} */
const asked = new Set();

/** codeName returns the name of an error code, or an empty value until it has been loaded. @param {number} code */
export function codeName(code) {
  if (!asked.has(code)) {
    asked.add(code);
    api.get("codes?text=" + code).then(({codes}) => {
      const found = codes.find((/** @type {{code: number}} */ c) => c.code === code);
      if (found) names.value = {...names.value, [code]: found.name};
    }, () => { asked.delete(code); });
  }
  return names.value[code] || "";
}
