// Modal dialogs and confirmations.

import {classes, html, signal, useId, useLayoutEffect, useRef} from "./html.js";
import {Button} from "./components.js";

/**
 * Dialog is a modal window. onClose is called when the user presses Esc or its
 * close button; the caller then removes the dialog. The element with data-focus gets
 * the focus.
 * @param {{title: string, onClose: () => void, class?: string, children: any, role?: string, plain?: boolean}} props
 */
export function Dialog({title, onClose, class: more, children, role, plain}) {
  const ref = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    const before = /** @type {HTMLElement | null} */ (document.activeElement);
    dialog.showModal();
    /** @type {HTMLElement | null} */ (dialog.querySelector("[data-focus]"))?.focus();
    return () => {
      dialog.close();
      before?.focus?.();
    };
  }, []);
  return html`
    <dialog ref=${ref} class=${classes("dialog", more)} role=${role} aria-labelledby=${id}
      onCancel=${(/** @type {Event} */ e) => { e.preventDefault(); onClose(); }}
      onClick=${(/** @type {MouseEvent} */ e) => { if (e.target === ref.current) onClose(); }}>
      <div class="dialog-inside">
        <header><h2 id=${id}>${title}</h2>${!plain && html`<${Button} variant="quiet" icon="x" label="Close" onClick=${onClose} />`}</header>
        ${children}
      </div>
    </dialog>`;
}

/** @typedef {{id: number, title: string, text?: string, yes: string, danger?: boolean, answer: (yes: boolean) => void}} Question */

const questions = signal(/** @type {Question[]} */ ([]));
let last = 0;

/**
 * ask shows a confirmation and resolves to the user's choice. The focus starts on Cancel.
 * @param {{title: string, text?: string, yes: string, danger?: boolean}} question
 * @returns {Promise<boolean>}
 */
export function ask(question) {
  return new Promise((resolve) => {
    const id = ++last;
    /** @param {boolean} yes */
    const answer = (yes) => {
      questions.value = questions.value.filter((q) => q.id !== id);
      resolve(yes);
    };
    questions.value = [...questions.value, {...question, id, answer}];
  });
}

/** Questions shows the open confirmation. The page has one. */
export function Questions() {
  return questions.value.map((q) => html`
    <${Dialog} key=${q.id} title=${q.title} class="question" role="alertdialog" plain onClose=${() => q.answer(false)}>
      ${q.text && html`<p>${q.text}</p>`}
      <div class="actions">
        <${Button} data-focus onClick=${() => q.answer(false)}>Cancel<//>
        <${Button} variant=${q.danger === false ? "primary" : "danger"} onClick=${() => q.answer(true)}>${q.yes}<//>
      </div>
    <//>`);
}
