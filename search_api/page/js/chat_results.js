// How messages that were found look: where they were said, by whom, and the piece of them that answers.

import { resultsOf, writeView } from "./address.js";
import { toUnits } from "./code_lines.js";
import { absolute, copyButton } from "./copying.js";
import { h } from "./elements.js";
import { CHAT_REASONS } from "./reasons.js";
import { renderSaid } from "./said.js";

/** @param {any} result @param {import("./address.js").View} view */
export function renderChatResult(result, view) {
  const opened = writeView({ ...resultsOf(view), session: result.session_id, message: result.id });
  const [first] = result.matches;
  const cut = first !== undefined && first.message_start > first.start;
  return h(
    "li",
    { class: "card hit" },
    h(
      "div",
      { class: "card-head" },
      h("h3", {}, h("a", { class: "hit-link", href: opened }, h("span", { class: "file" }, result.session_title))),
      copyButton("Copy link", () => absolute(opened), result.session_title),
    ),
    h("p", { class: "about" }, renderSpeaker(result.role), result.model && h("span", {}, result.model), renderMoment(result.created_at)),
    h("div", { class: "snippet" }, renderSaid(result.snippet, toUnits(result.snippet, result.matches), { wraps: true, cut })),
    h("p", { class: "why-chat" }, evidenceOf(result.evidence)),
  );
}

/** Who has all the words has some of them too: the weaker is not said beside the stronger. @param {string[]} evidence */
function evidenceOf(evidence) {
  const whole = evidence.includes("words") || evidence.includes("literal");
  const said = evidence.filter((name) => !(whole && (name === "any" || name === "similar")));
  return said.map((name) => CHAT_REASONS[name] ?? name).join(" · ");
}

/** @param {string} role */
export function renderSpeaker(role) {
  return h("span", { class: `speaker ${role === "user" ? "asks" : "answers"}` }, role);
}

/** @param {string | null} moment @param {{time?: boolean}} [options] With the time of the day as well. */
export function renderMoment(moment, { time = false } = {}) {
  if (!moment) return null;
  const date = new Date(moment);
  const shown = time
    ? date.toLocaleString("en", { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" })
    : date.toLocaleDateString("en", { year: "numeric", month: "short", day: "numeric" });
  return h("time", { datetime: moment, title: date.toLocaleString("en") }, shown);
}
