// Templates, hooks and signals, imported by every file that draws.
// Text in a template becomes a text node, so captured text is never parsed as markup.

import {Component, h} from "preact";
import htm from "htm";

/** @type {(strings: TemplateStringsArray, ...values: any[]) => any} */
export const html = htm.bind(/** @type {any} */ (h));

export {Fragment, render} from "preact";
export {useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState} from "preact/hooks";
export {batch, computed, effect, signal, useComputed, useSignal, useSignalEffect} from "@preact/signals";

/**
 * memo returns a component that is rendered again only when one of its props
 * changes. The inner component may still use state and signals of its own.
 * @param {(props: any) => any} inner
 */
export function memo(inner) {
  return class Memo extends Component {
    /** @param {any} next */
    shouldComponentUpdate(next) {
      /** @type {any} */
      const props = this.props;
      for (const name in next) if (next[name] !== props[name]) return true;
      for (const name in props) if (!(name in next)) return true;
      return false;
    }

    /** @param {any} props */
    render(props) { return h(inner, props); }
  };
}

/**
 * classes joins the class names that are not empty.
 * @param {...(string | false | null | undefined)} names
 */
export function classes(...names) { return names.filter(Boolean).join(" "); }
