// How code gets its colours: the highlighter is loaded when there is code of a language, and answers with runs of text.

import { LANGUAGES } from "./languages.js";

/** @typedef {[string, string]} Run The text, and what it is ("keyword"; "" for nothing in particular). */

// A grammar is made of regular expressions: a minified line or a megabyte would hold up the page.
const MOST_CHARACTERS = 400_000;
const LONGEST_LINE = 4000;
const VENDOR = "../vendor/highlight";

/** @type {any} */
let highlighter = null;
/** @type {Map<string, Promise<boolean>>} */
const loading = new Map();
/** @type {Set<string>} */
const loaded = new Set();

/** Collects runs where the library would write markup: its own output is never used. */
class Runs {
  constructor() {
    /** @type {Run[]} */
    this.runs = [];
    /** @type {string[]} */
    this.scopes = [];
  }

  addText(text) {
    if (text) this.runs.push([text, this.scopes.at(-1) ?? ""]);
  }

  openNode(scope) {
    this.scopes.push(String(scope));
  }

  closeNode() {
    this.scopes.pop();
  }

  // The same under the names that the library gives them elsewhere.
  startScope(scope) {
    this.openNode(scope);
  }

  endScope() {
    this.closeNode();
  }

  __addSublanguage(other) {
    const around = this.scopes.at(-1) ?? "";
    for (const [text, scope] of other.runs) this.runs.push([text, scope || around]);
  }

  finalize() {}

  toHTML() {
    return "";
  }
}

/** Whether code of this language gets colours at once, without waiting. @param {string | null} language */
export function isReady(language) {
  return language === null || !Object.hasOwn(LANGUAGES, language) || loaded.has(language);
}

/** Load what a language needs; false when it cannot be had. @param {string} language */
export function prepare(language) {
  if (!loading.has(language)) loading.set(language, load(language));
  return loading.get(language);
}

/**
 * The code's runs, which put together are the code; without colours where there are none.
 * @param {string} code @param {string | null} language @returns {Run[]}
 */
export function highlight(code, language) {
  if (language === null || !loaded.has(language) || highlighter === null || !isModest(code)) return [[code, ""]];
  try {
    const result = highlighter.highlight(code, { language: LANGUAGES[language].grammar, ignoreIllegals: true });
    const runs = result._emitter?.runs ?? [];
    // Whatever a grammar does, what is shown is the code.
    return runs.map(([text]) => text).join("") === code ? runs : [[code, ""]];
  } catch {
    return [[code, ""]];
  }
}

/** @param {string} code */
function isModest(code) {
  return code.length <= MOST_CHARACTERS && !code.split("\n").some((line) => line.length > LONGEST_LINE);
}

/** @param {string} language */
async function load(language) {
  const { grammar, embeds = [] } = LANGUAGES[language];
  try {
    if (highlighter === null) {
      const core = await import(`${VENDOR}/core.min.js`);
      core.default.configure({ __emitter: Runs });
      highlighter = core.default;
    }
    for (const name of [...embeds, grammar]) {
      if (!highlighter.getLanguage(name)) {
        const module = await import(`${VENDOR}/languages/${name}.min.js`);
        highlighter.registerLanguage(name, module.default);
      }
    }
    loaded.add(language);
    return true;
  } catch {
    // Code without colours is still code.
    loading.delete(language);
    return false;
  }
}
