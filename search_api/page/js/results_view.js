// The results as a whole: where to look, how many there are, code beside chats, and what to do when there are none.

import { LIMITS, writeView } from "./address.js";
import { announce } from "./announce.js";
import { renderChatResult } from "./chat_results.js";
import { renderCodeResult } from "./code_results.js";
import { renderNothingFound } from "./empty.js";
import { count, h } from "./elements.js";
import { renderProblem, renderWaiting } from "./notices.js";

const NAMES = { code: "Code", chat: "Chats" };
const RENDER = { code: renderCodeResult, chat: renderChatResult };

/**
 * @param {import("./address.js").View} view @param {import("./searching.js").Answer} answer
 * @param {{status: any, retry: () => void, more: (limit: number) => void}} options
 */
export function renderResults(view, answer, options) {
  const parts = Object.entries(answer);
  const nothing = parts.every(([, part]) => part.state === "answered" && part.reply.results.length === 0);
  tell(parts, nothing);
  return [
    h("h1", { class: "hidden" }, `Results for ${view.q}`),
    renderTabs(view, answer),
    nothing
      ? [renderRemarks(answer.code), renderNothingFound(view, options.status)]
      : h("div", { class: `sections ${view.within}` }, parts.map(([name, part]) => renderPart(name, part, view, options))),
  ];
}

/** @param {import("./address.js").View} view @param {import("./searching.js").Answer} answer */
function renderTabs(view, answer) {
  const number = (part) => part?.state === "answered" && part.reply.results.length;
  const tab = (within, label, part) =>
    h("a", { href: writeView({ ...view, within, limit: LIMITS[0] }), "aria-current": view.within === within ? "page" : null, class: "tab" },
      label, number(part) > 0 && h("span", { class: "tab-count" }, `${number(part)}${number(part) >= view.limit ? "+" : ""}`));
  const took = Object.values(answer).map((part) => part.reply?.took_ms ?? 0);
  return h(
    "div",
    { class: "tabs-row" },
    h("nav", { class: "tabs", "aria-label": "Where to look" }, tab("all", "All"), tab("code", "Code", answer.code), tab("chat", "Chats", answer.chat)),
    h("span", { class: "took faint" }, Math.max(...took) > 0 ? `${Math.max(...took).toFixed(0)} ms` : ""),
  );
}

function renderPart(name, part, view, { retry, more }) {
  const heading = view.within === "all" ? h("h2", {}, NAMES[name]) : h("h2", { class: "hidden" }, NAMES[name]);
  if (part.state === "asking") return h("section", { class: name }, heading, renderWaiting(name === "code" ? 3 : 2));
  if (part.state === "failed") return h("section", { class: name }, heading, renderProblem(part.problem, retry));
  const { results } = part.reply;
  const larger = LIMITS.find((limit) => limit > view.limit);
  return h(
    "section",
    { class: name },
    heading,
    renderRemarks(name === "code" ? part : undefined),
    results.length === 0 && h("p", { class: "faint none" }, name === "code" ? "No code found." : "No chats found."),
    h("ol", { class: "hits" }, results.map((result) => RENDER[name](result, view))),
    name === "chat" && view.within === "all" && results.length >= 5 && h("p", {}, h("a", { href: writeView({ ...view, within: "chat" }) }, "All chats")),
    (name === "code" || view.within === "chat") && results.length >= view.limit && larger &&
      h("button", { class: "button more", type: "button", onclick: () => more(larger) }, "Show more results"),
  );
}

/** What the reply says beside its results. */
function renderRemarks(part) {
  const reply = part?.reply;
  if (!reply) return null;
  const widened = Object.entries(reply.widened ?? {});
  return [
    widened.length > 0 &&
      h("p", { class: "remark" }, widened.map(([asked, similar], index) => [
        index > 0 && " ", "No code says ", h("strong", {}, asked), "; taken for ",
        Object.keys(similar).slice(0, 3).map((word, place) => [place > 0 && " or ", h("strong", {}, word)]), ".",
      ])),
    reply.index?.pending > 0 &&
      h("p", { class: "remark" }, `${count(reply.index.pending, "file is", "files are")} not indexed yet, and not in these results.`),
  ];
}

function tell(parts, nothing) {
  if (parts.some(([, part]) => part.state === "asking")) return;
  if (nothing) announce("Nothing found.");
  else
    announce(parts.filter(([, part]) => part.state === "answered")
      .map(([name, part]) => `${count(part.reply.results.length, "result")} in ${NAMES[name].toLowerCase()}`).join(", "));
}
