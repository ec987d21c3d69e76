// What is shown where there are no results: how to begin, how to ask, and what to try instead.

import { countFilters, emptyView, withoutFilters, writeView } from "./address.js";
import { count, h } from "./elements.js";

const WAYS = [
  ["words", "In your own words", "where are prices rounded", "A question or a few words find code that means it."],
  ["name", "A name", "round_price", "First where exactly this name is defined, then its uses. Also misspelt."],
  ["path", "A path", "src/cart.py", "The file at that path; a part of it is enough."],
  ["phrase", "\"A phrase\"", "\"connection refused\"", "Only what holds the words exactly so."],
  ["expression", "/An expression/", "/def \\w+_token\\(/", "Only what matches; /…/i takes upper and lower case as one."],
  ["chat", "In chats", "timeout or \"gave up\" -proxy", "Words, phrases, or, and -without."],
];

/**
 * How to ask, each way as a link that does.
 * @param {import("./address.js").View} [view] @param {import("./examples.js").Examples} [examples] Of the caller's own.
 */
export function renderWays(view = emptyView(), examples = {}) {
  return h(
    "ul",
    { class: "ways" },
    WAYS.map(([way, name, general, what]) => {
      const example = examples[way] ?? general;
      return h("li", {}, h("strong", {}, name), h("a", { class: "example", href: writeView({ ...view, q: example }) }, example), h("span", {}, what));
    }),
  );
}

/** Before anything is asked. @param {any | null} status Of the index, when it is known. @param {import("./examples.js").Examples} examples */
export function renderStart(status, examples) {
  if (status && status.files === 0) return renderNothingIndexed();
  return h(
    "section",
    { class: "start" },
    h("h1", {}, "Search your code and chats"),
    status && h("p", { class: "faint" }, `${count(status.files, "file")}, ${count(status.chunks, "place", "places")} in them that can be found.`),
    h("h2", {}, "How to ask"),
    renderWays(emptyView(), examples),
  );
}

function renderNothingIndexed() {
  return h(
    "section",
    { class: "start" },
    h("h1", {}, "Nothing is indexed yet"),
    h("p", {}, "Once there are files, this page finds them by meaning, by words and by misspelt names. To add a folder:"),
    h("pre", { class: "command" }, h("code", {}, "codingit index ~/code/shop")),
    h("p", {}, "or, on a machine where no service runs yet, start one with it:"),
    h("pre", { class: "command" }, h("code", {}, "codingit up ~/code/shop")),
    h("p", {}, "Programs write files with ", h("code", {}, "PUT /v1/files"), " and chats with ", h("code", {}, "POST /v1/chat/sessions"), ": ", h("a", { href: "/docs" }, "the API"), ". Chats are found as soon as they are written."),
    h("h2", {}, "How to ask, then"),
    renderWays(),
  );
}

/** Nothing was found. @param {import("./address.js").View} view @param {any | null} status */
export function renderNothingFound(view, status) {
  if (status && status.files === 0 && view.within === "code") return renderNothingIndexed();
  const filters = countFilters(view);
  const quoted = /["“”]/.test(view.q) || /^\/.+\/i?$/.test(view.q.trim());
  const tips = [
    filters > 0 && h("li", {}, h("a", { href: writeView(withoutFilters(view)) }, "Search without filters"), "."),
    quoted && h("li", {}, h("a", { href: writeView({ ...view, q: view.q.replace(/["“”/\\]/g, " ").trim() || view.q }) }, "Search for the words alone"), ": quotes and slashes find only the exact text."),
    view.mode !== "hybrid" && h("li", {}, h("a", { href: writeView({ ...view, mode: "hybrid" }) }, "Look in all ways"), " instead of in one."),
    view.within !== "all" && h("li", {}, h("a", { href: writeView({ ...view, within: "all" }) }, "Look in code and chats"), "."),
    status?.pending > 0 && h("li", {}, `${count(status.pending, "file is", "files are")} still being indexed: ask again in a moment.`),
    h("li", {}, "Say it in other words, or name something that the code would call it."),
  ];
  return h("section", { class: "nothing" }, h("h2", {}, "Nothing found"), h("ul", {}, tips), h("h3", {}, "How to ask"), renderWays({ ...emptyView(), within: view.within }));
}
