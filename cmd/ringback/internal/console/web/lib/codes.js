// The names of Twilio's error numbers, asked for once each.

import {signal} from "./html.js";
import * as api from "./api.js";

const names = signal(/** @type {Record<number, string>} */ ({}));

/** @type {Set<number>} */
const asked = new Set();

/** codeName is the name of an error number, or nothing until it is known. @param {number} code */
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
