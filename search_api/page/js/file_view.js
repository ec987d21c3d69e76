// A whole file as its own view: in its colours, at the lines that its address names, with what was asked for marked.

import { resultsOf, writeView } from "./address.js";
import { renderPath } from "./code_results.js";
import { cutLines, findTexts } from "./code_lines.js";
import { renderLine } from "./code_view.js";
import { absolute, copyButton } from "./copying.js";
import { count, fill, h } from "./elements.js";
import { highlight, isReady, prepare } from "./highlighting.js";
import { languageOf } from "./languages.js";

// A page of this many lines is still quick; of a longer file, the lines around the asked one are shown.
const MOST_LINES = 20_000;
// Blocks that are not seen cost no layout (css/code.css).
const BLOCK = 100;
const SHORTEST_MARK = 3;

/** @param {string} lines "12" or "12-20" @returns {[number, number]} */
export function readLines(lines) {
  const [first, last] = lines.split("-").map(Number);
  if (!first) return [0, 0];
  return [Math.min(first, last || first), Math.max(first, last || first)];
}

/**
 * @param {any} file @param {import("./address.js").View} view
 * @param {{language: string | null, marks: string[], back: () => void, choose: (lines: string) => void}} options
 */
export function renderFile(file, view, { language, marks, back, choose }) {
  const shownLanguage = language ?? languageOf(file.path);
  const [first, last] = readLines(view.lines);
  const body = h("div", { class: "file-lines" });
  const place = h("div", { class: "file-code", tabindex: 0, role: "region", "aria-label": `Code of ${file.path}` }, body);
  let from = 0;
  const draw = () => {
    const lines = cutLines(highlight(file.content, shownLanguage), findTexts(file.content, marks.filter((mark) => mark.length >= SHORTEST_MARK)));
    from = Math.max(0, Math.min(first - MOST_LINES / 2, lines.length - MOST_LINES));
    drawLines(body, lines, from, [first, last], view);
    return lines.length;
  };
  const total = draw();
  if (!isReady(shownLanguage)) prepare(shownLanguage).then((done) => done && draw());
  body.addEventListener("click", (event) => {
    const number = event.target instanceof Element ? event.target.closest("a.number")?.getAttribute("data-line") : null;
    if (!number || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [chosen] = readLines(document.querySelector(".file")?.getAttribute("data-lines") ?? "");
    choose(event.shiftKey && chosen ? `${Math.min(chosen, Number(number))}-${Math.max(chosen, Number(number))}` : number);
  });
  const wraps = matchMedia("(max-width: 45rem)").matches;
  place.classList.toggle("wraps", wraps);
  return h(
    "article",
    { class: "opened file", "data-lines": view.lines },
    h(
      "div",
      { class: "opened-head" },
      h(
        "div",
        { class: "opened-bar" },
        h("a", { class: "button back", href: writeView(resultsOf(view)), onclick: (event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); back(); } } },
          view.q ? "← Results" : "← Start"),
        h("h1", { class: "path", tabindex: -1 }, renderPath(file.path)),
      ),
      h("p", { class: "about" }, h("span", {}, count(total, "line")), shownLanguage && h("span", {}, shownLanguage), h("span", {}, sizeOf(file.size_bytes))),
      h(
        "div",
        { class: "actions" },
        renderGoTo(total, choose),
        h("label", { class: "check" }, h("input", { type: "checkbox", checked: wraps, onchange: (event) => place.classList.toggle("wraps", event.target.checked) }), "Wrap lines"),
        copyButton("Copy path", () => file.path),
        copyButton("Copy link", () => absolute(location.pathname + location.search)),
      ),
      total > MOST_LINES && h("p", { class: "notice" }, `The file has ${count(total, "line")}; shown are ${MOST_LINES.toLocaleString("en")} from line ${(from + 1).toLocaleString("en")} on.`),
    ),
    total === 1 && file.content === "" ? h("p", { class: "notice" }, "The file is empty.") : place,
  );
}

/** Mark the lines as chosen and bring them into view. @param {string} lines @param {boolean} [smooth] */
export function showLines(lines, smooth = false) {
  const [first, last] = readLines(lines);
  const article = document.querySelector("article.file");
  article?.setAttribute("data-lines", lines);
  for (const line of document.querySelectorAll(".file-lines .line")) {
    const number = Number(line.getAttribute("data-line"));
    line.classList.toggle("chosen", number >= first && number <= last);
  }
  const target = document.querySelector(`.file-lines .line[data-line="${first}"]`);
  // Twice: what has not been laid out yet has a guessed height.
  target?.scrollIntoView({ block: "center" });
  if (target && !smooth) requestAnimationFrame(() => target.scrollIntoView({ block: "center" }));
}

function drawLines(body, lines, from, [first, last], view) {
  const shown = lines.slice(from, from + MOST_LINES);
  const blocks = [];
  for (let start = 0; start < shown.length; start += BLOCK) {
    const rows = shown.slice(start, start + BLOCK).map((line, index) => {
      const number = from + start + index + 1;
      return renderLine(number, line, { href: writeView({ ...view, lines: String(number) }), chosen: number >= first && number <= last });
    });
    blocks.push(h("div", { class: "block", "data-rows": rows.length }, rows));
  }
  fill(body, blocks);
}

function renderGoTo(total, choose) {
  const input = h("input", { type: "text", inputmode: "numeric", pattern: "[0-9]+", id: "go-to-line", class: "go-to", maxlength: 7, autocomplete: "off", placeholder: "Line", "aria-label": "Go to line" });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const number = Number(/** @type {HTMLInputElement} */ (input).value);
    if (Number.isInteger(number) && number >= 1) choose(String(Math.min(number, total)));
  });
  return input;
}

function sizeOf(bytes) {
  if (bytes < 1024) return count(bytes, "byte");
  const kilo = bytes / 1024;
  return kilo < 1024 ? `${kilo.toFixed(1)} KB` : `${(kilo / 1024).toFixed(1)} MB`;
}
