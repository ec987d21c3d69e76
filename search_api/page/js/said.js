// How what was said looks, a whole message or a piece of one: paragraphs, code between fences, names between backquotes.

import { cutLines } from "./code_lines.js";
import { renderPieces } from "./code_view.js";
import { fill, h } from "./elements.js";
import { highlight, isReady, prepare } from "./highlighting.js";
import { languageCalled } from "./languages.js";

const FENCE = /^(```+|~~~+)[ \t]*([\w+#-]*)[^\n]*\n([\s\S]*?)(?:^\1[ \t]*$|(?![\s\S]))/gm;
const FENCE_LINE = /^(?:```+|~~~+)[ \t]*([\w+#-]*)[ \t]*$/gm;

/** @typedef {import("./code_lines.js").Span} Span */
/** @typedef {{code: boolean, text: string, at: number, language: string | null}} Part What stands at a place of the message. */

/**
 * @param {string} content @param {Span[]} spans What to mark, in order, none overlapping.
 * @param {{wraps?: boolean, cut?: boolean}} [options] Whether long lines of code are broken, and whether the beginning is missing.
 */
export function renderSaid(content, spans, { wraps = false, cut = false } = {}) {
  return splitSaid(content, cut).map((part) => (part.code ? renderFence(part, spans, wraps) : renderText(part, spans)));
}

/** A message as text and as code between fences, in order. @param {string} content @param {boolean} cut @returns {Part[]} */
function splitSaid(content, cut) {
  const parts = [];
  const begun = cut ? readBegunFence(content) : null;
  let at = begun ? begun.end : 0;
  if (begun) parts.push({ code: true, text: content.slice(0, begun.fence).replace(/\n$/, ""), at: 0, language: null });
  const rest = content.slice(at);
  const from = at;
  for (const found of rest.matchAll(FENCE)) {
    const start = from + found.index;
    if (start > at) parts.push({ code: false, text: content.slice(at, start), at, language: null });
    const inner = start + found[0].indexOf("\n") + 1;
    parts.push({ code: true, text: found[3].replace(/\n$/, ""), at: inner, language: languageCalled(found[2]) });
    at = start + found[0].length;
  }
  if (at < content.length) parts.push({ code: false, text: content.slice(at), at, language: null });
  return parts.filter((part) => part.text.trim());
}

/** Code that began before what is there: its first fence names no language, and there is no other to close it. @param {string} content */
function readBegunFence(content) {
  const fences = [...content.matchAll(FENCE_LINE)];
  if (fences.length % 2 === 0 || fences[0][1]) return null;
  return { fence: fences[0].index, end: fences[0].index + fences[0][0].length };
}

/** The spans of a text that begins and ends at these places. @param {Span[]} spans @param {number} from @param {number} to @returns {Span[]} */
function within(spans, from, to) {
  return spans.filter(({ start, end }) => end > from && start < to)
    .map(({ start, end }) => ({ start: Math.max(start, from) - from, end: Math.min(end, to) - from }));
}

/** Text with what stands between backquotes as code. @param {Part} part @param {Span[]} spans */
function renderText({ text, at }, spans) {
  /** @type {import("./highlighting.js").Run[]} */
  const runs = [];
  /** @type {Span[]} */
  const marked = [];
  let place = at + text.length - text.trimStart().length;
  let shown = 0;
  for (const [index, written] of text.trim().split(/(`[^`\n]+`)/).entries()) {
    const quote = index % 2;
    const run = written.slice(quote, written.length - quote);
    for (const { start, end } of within(spans, place + quote, place + quote + run.length)) marked.push({ start: shown + start, end: shown + end });
    runs.push([run, quote ? "inline" : ""]);
    shown += run.length;
    place += written.length;
  }
  return h("p", {}, cutLines(runs, marked).map((line, index) => [index > 0 && h("br"), renderLine(line)]));
}

/** What is marked within a name does not cut it in pieces. @param {import("./code_lines.js").Piece[]} line */
function renderLine(line) {
  const shown = [];
  for (let at = 0; at < line.length; ) {
    const { scope } = line[at];
    let to = at + 1;
    while (to < line.length && line[to].scope === scope) to += 1;
    const pieces = renderPieces(line.slice(at, to).map((piece) => ({ ...piece, scope: "" })));
    shown.push(scope ? h("code", { class: "t-inline" }, pieces) : pieces);
    at = to;
  }
  return shown;
}

/** @param {Part} part @param {Span[]} spans @param {boolean} wraps */
function renderFence({ text, at, language }, spans, wraps) {
  const code = h("code");
  const marked = within(spans, at, at + text.length);
  const draw = () => fill(code, cutLines(highlight(text, language), marked).map((line, index) => [index > 0 && "\n", renderPieces(line)]));
  draw();
  if (!isReady(language)) prepare(language).then((done) => done && draw());
  return h("pre", { class: wraps ? "fence wraps" : "fence", tabindex: wraps ? null : 0 }, code);
}
