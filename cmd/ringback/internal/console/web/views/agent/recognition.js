// Speech recognition, if the browser supports it. Chromium sends the audio to its
// vendor's service, so recognition is off until the user turns it on.

/** @returns {any} */
const recognizer = () => /** @type {any} */ (window).SpeechRecognition || /** @type {any} */ (window).webkitSpeechRecognition;

export const canRecognize = () => Boolean(recognizer());

/** @type {Record<string, string>} */
const problems = {
  "not-allowed": "The browser does not allow the microphone. Allow it in the address bar, or type.",
  "service-not-allowed": "This browser does not allow speech recognition. Type instead.",
  "audio-capture": "No microphone was found. Type instead.",
  network: "The browser's speech recognition cannot be reached. Type instead.",
};

/**
 * recognize listens until the function that it returns is called. heard receives the
 * utterance so far; ended receives a problem, or nothing.
 * @param {(text: string, final: boolean) => void} heard @param {(problem?: string) => void} ended
 * @returns {() => void}
 */
export function recognize(heard, ended) {
  const r = new (recognizer())();
  let over = false;
  /** @param {string} [problem] */
  function end(problem) {
    if (over) return;
    over = true;
    r.abort();
    ended(problem);
  }
  r.continuous = true;
  r.interimResults = true;
  r.lang = navigator.language;
  r.onresult = (/** @type {any} */ e) => {
    for (let i = e.resultIndex; i < e.results.length; i++) heard(e.results[i][0].transcript.trim(), e.results[i].isFinal);
  };
  r.onerror = (/** @type {any} */ e) => { if (e.error !== "no-speech" && e.error !== "aborted") end(problems[e.error] || "Speech recognition failed: " + e.error); };
  r.onend = () => { if (!over) r.start(); };
  r.start();
  return () => end();
}
