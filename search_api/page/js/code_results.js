// How code that was found looks: where it is, what it is, its lines with the marks, and why it is there.

import { resultsOf, writeView } from "./address.js";
import { chooseLines, cutLines, toUnits } from "./code_lines.js";
import { renderLine } from "./code_view.js";
import { absolute, copyButton } from "./copying.js";
import { count, fill, h } from "./elements.js";
import { highlight, isReady, prepare } from "./highlighting.js";
import { explain, mainReasons, partsOf } from "./reasons.js";

const SHOWN_LINES = 12;
// Below this a kind says more about the chunker than about the code.
const NO_KINDS = new Set(["code", "text"]);

/** @param {any} result @param {import("./address.js").View} view */
export function renderCodeResult(result, view) {
  const spans = toUnits(result.content, result.matches ?? []);
  const first = result.matched_lines?.[0] ?? result.start_line + mostMarked(cutLines([[result.content, ""]], spans));
  const opened = (lines) => writeView({ ...resultsOf(view), file: result.file_id, lines: String(lines) });
  const body = h("div", { class: "lines" });
  let all = false;
  const draw = () => {
    const lines = cutLines(highlight(result.content, result.language), spans);
    fill(body, renderShown(lines, result, opened, all, () => {
      all = true;
      draw();
    }));
  };
  draw();
  if (!isReady(result.language)) prepare(result.language).then((done) => done && draw());
  const named = result.symbol || result.path.slice(result.path.lastIndexOf("/") + 1);
  return h(
    "li",
    { class: "card hit" },
    h(
      "div",
      { class: "card-head" },
      h("h3", {}, h("a", { class: "hit-link", href: opened(first), title: result.path }, renderPath(result.path))),
      result.stale && h("span", { class: "badge warn", title: "The file has changed since it was indexed." }, "changed since"),
      copyButton("Copy link", () => absolute(opened(first)), result.path),
    ),
    renderAbout(result),
    body,
    renderWhy(result, named),
  );
}

/** The path with its folders behind its name in weight. @param {string} path */
export function renderPath(path) {
  const cut = path.lastIndexOf("/") + 1;
  return [h("span", { class: "folder" }, path.slice(0, cut)), h("span", { class: "file" }, path.slice(cut))];
}

function renderAbout(result) {
  const lines = result.start_line === result.end_line ? `line ${result.start_line}` : `lines ${result.start_line}–${result.end_line}`;
  return h(
    "p",
    { class: "about" },
    !NO_KINDS.has(result.kind) && h("span", { class: "kind" }, result.kind),
    result.symbol && h("code", { class: "symbol" }, result.symbol),
    result.asked_name && h("span", {}, "with ", h("code", {}, result.asked_name)),
    h("span", {}, lines),
    result.language && h("span", {}, result.language),
  );
}

/** Where to open the file: at the line that has the most of what was asked for, the first of equals. */
function mostMarked(lines) {
  const worth = lines.map((line) => line.reduce((sum, piece) => sum + (piece.marked ? piece.text.length : 0), 0));
  return Math.max(0, worth.indexOf(Math.max(...worth)));
}

function renderShown(lines, result, opened, all, showAll) {
  const exact = new Set((result.matched_lines ?? []).map((line) => line - result.start_line));
  const shown = all ? [...lines.keys()] : chooseLines(lines, exact, SHOWN_LINES);
  const rows = [];
  let before = -1;
  for (const index of shown) {
    if (index > before + 1) rows.push(h("div", { class: "gap", "aria-hidden": "true" }, "⋯"));
    const number = result.start_line + index;
    rows.push(renderLine(number, lines[index], { href: opened(number), chosen: exact.has(index) }));
    before = index;
  }
  const hidden = lines.length - shown.length;
  if (hidden > 0) rows.push(h("button", { class: "more-lines", type: "button", onclick: showAll }, `Show ${count(hidden, "more line")}`));
  return rows;
}

function renderWhy(result, named) {
  const parts = partsOf(result.scores);
  if (parts.length === 0) return null;
  const most = Math.max(...parts.map(([, value]) => Math.abs(value)));
  return h(
    "details",
    { class: "why" },
    h("summary", {}, h("span", { class: "hidden" }, `Why ${named} was found: `), mainReasons(result.scores).join(" · ") || "why"),
    h(
      "table",
      {},
      h("caption", { class: "hidden" }, "What the score is made of"),
      h("tbody", {}, parts.map(([name, value]) =>
        h(
          "tr",
          {},
          h("th", { scope: "row" }, explain(name)),
          h("td", { class: value < 0 ? "minus" : "plus" }, h("meter", { min: 0, max: most, value: Math.abs(value), "aria-hidden": "true" })),
          h("td", { class: "score" }, `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`),
        ))),
      h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "Together"), h("td"), h("td", { class: "score" }, result.score.toFixed(2)))),
    ),
  );
}
