// How a text becomes lines of pieces: the highlighter's runs and the marks, cut where either begins or ends.

/**
 * @typedef {{text: string, scope: string, marked: boolean}} Piece
 * @typedef {{start: number, end: number}} Span Half-open, in UTF-16 units here; the API counts code points.
 */

const LINE_END = /\r\n|\r|\n/;

/** @param {string} text @param {Span[]} spans In code points. @returns {Span[]} */
export function toUnits(text, spans) {
  if (spans.length === 0) return [];
  // One unit a character, as nearly all code has it.
  if (!/[\ud800-\udbff]/.test(text)) return spans;
  const places = [];
  let at = 0;
  for (const character of text) {
    places.push(at);
    at += character.length;
  }
  places.push(at);
  return spans.map(({ start, end }) => ({ start: places[start] ?? at, end: places[end] ?? at }));
}

/**
 * The lines of a text, without their ends; the last one of a text that ends with one is left out.
 * @param {import("./highlighting.js").Run[]} runs @param {Span[]} spans In order, none overlapping.
 * @returns {Piece[][]}
 */
export function cutLines(runs, spans) {
  /** @type {Piece[][]} */
  const lines = [[]];
  let at = 0;
  let next = 0;
  let before = "";
  for (const [text, scope] of runs) {
    // A run may end in the middle of a line's end.
    let from = before === "\r" && text[0] === "\n" ? 1 : 0;
    before = text.at(-1) ?? before;
    while (from < text.length) {
      while (next < spans.length && spans[next].end <= at + from) next += 1;
      const span = spans[next];
      const marked = span !== undefined && span.start <= at + from;
      const border = span === undefined ? Infinity : (marked ? span.end : span.start) - at;
      const to = Math.min(text.length, border);
      addPieces(lines, text.slice(from, to), scope, marked);
      from = to;
    }
    at += text.length;
  }
  if (lines.length > 1 && lines.at(-1)?.length === 0) lines.pop();
  return lines;
}

/** @param {Piece[][]} lines @param {string} text @param {string} scope @param {boolean} marked */
function addPieces(lines, text, scope, marked) {
  const [first, ...rest] = text.split(LINE_END);
  if (first) lines.at(-1)?.push({ text: first, scope, marked });
  for (const line of rest) lines.push(line ? [{ text: line, scope, marked }] : []);
}

/**
 * Which lines of a result to show, as indices: all of a short one, else its head and those with the most marks.
 * @param {Piece[][]} lines @param {Set<number>} wanted Lines that count in any case. @param {number} most
 * @returns {number[]}
 */
export function chooseLines(lines, wanted, most) {
  if (lines.length <= most + 2) return [...lines.keys()];
  const worth = lines.map((line, index) => line.filter((piece) => piece.marked).length + (wanted.has(index) ? 5 : 0));
  const head = 3;
  const size = most - head;
  let best = 0;
  let bestWorth = -1;
  let sum = 0;
  for (let end = 0; end < lines.length; end += 1) {
    sum += worth[end];
    if (end >= size) sum -= worth[end - size];
    const start = Math.max(0, end - size + 1);
    // Of equals the earlier: a definition stands before its body.
    if (sum > bestWorth) [best, bestWorth] = [start, sum];
  }
  const shown = new Set();
  for (let index = 0; index < head; index += 1) shown.add(index);
  if (best <= head) for (let index = 0; index < most; index += 1) shown.add(index);
  else for (let index = best; index < Math.min(best + size, lines.length); index += 1) shown.add(index);
  // A gap of one line is no shorter than the line.
  for (let index = 1; index < lines.length; index += 1) {
    if (shown.has(index - 1) && shown.has(index + 1)) shown.add(index);
  }
  return [...shown].sort((one, other) => one - other);
}

const MOST_TEXTS = 40;
const MOST_FOUND = 5000;

/**
 * Where a text holds any of the wanted ones, as they are written: `app` not in `wrapper`, unless it is nowhere else.
 * @param {string} text @param {string[]} wanted @returns {Span[]}
 */
export function findTexts(text, wanted) {
  // The longest first, since the first alternative that fits is taken.
  const texts = [...new Set(wanted)].filter(Boolean).sort((one, other) => other.length - one.length).slice(0, MOST_TEXTS);
  if (texts.length === 0) return [];
  const pattern = new RegExp(texts.map((each) => atItsBeginning(text, each.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"))).join("|"), "g");
  const spans = [];
  for (const found of text.matchAll(pattern)) {
    spans.push({ start: found.index, end: found.index + found[0].length });
    if (spans.length === MOST_FOUND) break;
  }
  return spans;
}

/** @param {string} text @param {string} pattern @returns {string} */
function atItsBeginning(text, pattern) {
  const bounded = `(?<![a-z])${pattern}`;
  return /^[a-z]/.test(pattern) && new RegExp(bounded).test(text) ? bounded : pattern;
}
