// How lines of code look: a number, the text in its colours, what was asked for marked.

import { h } from "./elements.js";

// The highlighter's names are many; these have a colour (css/code.css), by their first part.
const COLOURED = new Set([
  "keyword", "built_in", "type", "literal", "number", "string", "regexp", "symbol", "comment", "quote", "doctag",
  "title", "attr", "attribute", "name", "tag", "meta", "variable", "params", "property", "section", "selector-tag",
  "selector-class", "selector-id", "char", "subst", "operator", "punctuation", "addition", "deletion", "code",
  "bullet", "link",
]);

/**
 * @param {import("./code_lines.js").Piece[]} pieces
 * @returns {Node[]}
 */
export function renderPieces(pieces) {
  return pieces.map(({ text, scope, marked }) => {
    const name = scope.split(".")[0];
    const colour = COLOURED.has(name) ? `t-${name}` : null;
    if (marked) return h("mark", { class: colour }, text);
    return colour ? h("span", { class: colour }, text) : document.createTextNode(text);
  });
}

/**
 * One line. @param {number} number @param {import("./code_lines.js").Piece[]} pieces
 * @param {{href?: string, chosen?: boolean}} [options]
 */
export function renderLine(number, pieces, { href, chosen = false } = {}) {
  const shown = href
    ? h("a", { class: "number", href, tabindex: -1, "data-line": number, "aria-label": `Line ${number}` }, number)
    : h("span", { class: "number" }, number);
  return h("div", { class: chosen ? "line chosen" : "line", "data-line": number }, shown, h("code", {}, renderPieces(pieces)));
}
