// A chat as its own view: what was said in order, the message that was found in its middle.

import { resultsOf, writeView } from "./address.js";
import { ask } from "./api.js";
import { renderMoment, renderSpeaker } from "./chat_results.js";
import { cutLines, findTexts } from "./code_lines.js";
import { renderPieces } from "./code_view.js";
import { absolute, copyButton } from "./copying.js";
import { count, fill, h } from "./elements.js";
import { highlight, isReady, prepare } from "./highlighting.js";
import { languageCalled } from "./languages.js";

const PAGE = 1000;
// A chat is read from its beginning until the message has come; past this, only around where the reading stopped.
const MOST_PAGES = 20;
const FENCE = /^(```+|~~~+)[ \t]*([\w+#-]*)[^\n]*\n([\s\S]*?)(?:^\1[ \t]*$|(?![\s\S]))/gm;

/**
 * Read the chat up to the page that has the message.
 * @param {import("./address.js").View} view @param {AbortSignal} signal
 */
export async function readSession(view, signal) {
  const messages = [];
  let after = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const reply = await ask(`/v1/chat/sessions/${view.session}/messages?limit=${PAGE}${after ? `&after=${encodeURIComponent(after)}` : ""}`, { signal });
    messages.push(...reply.messages);
    after = reply.next;
    const found = !view.message || messages.some(({ id }) => id === view.message);
    if (after === null || found) break;
  }
  return { messages, more: after !== null };
}

/**
 * @param {{messages: any[], more: boolean}} session @param {import("./address.js").View} view
 * @param {{title: string, marks: string[], back: () => void}} options
 */
export function renderSession({ messages, more }, view, { title, marks, back }) {
  return h(
    "article",
    { class: "opened session" },
    h(
      "div",
      { class: "opened-head" },
      h("a", { class: "button back", href: writeView(resultsOf(view)), onclick: (event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); back(); } } },
        view.q ? "← Results" : "← Start"),
      h("h1", { class: "path", tabindex: -1 }, title || "Chat"),
      h("p", { class: "about" }, h("span", {}, count(messages.length, "message")), more && h("span", {}, "and more after them")),
      h("div", { class: "actions" }, copyButton("Copy link", () => absolute(location.pathname + location.search))),
    ),
    h("ol", { class: "messages" }, messages.map((message) => renderMessage(message, message.id === view.message, marks))),
  );
}

function renderMessage(message, isFound, marks) {
  return h(
    "li",
    { class: isFound ? "message found" : "message", id: `message-${message.id}`, "aria-current": isFound ? "true" : null },
    h("p", { class: "about" }, renderSpeaker(message.role), message.model && h("span", {}, message.model), renderMoment(message.created_at)),
    h("div", { class: "said" }, splitSaid(message.content).map((part) => (part.code ? renderFence(part) : renderText(part.text, isFound ? marks : [])))),
  );
}

/** A message as text and as code between fences, in order. @param {string} content */
export function splitSaid(content) {
  const parts = [];
  let at = 0;
  for (const found of content.matchAll(FENCE)) {
    if (found.index > at) parts.push({ code: false, text: content.slice(at, found.index), language: null });
    parts.push({ code: true, text: found[3].replace(/\n$/, ""), language: languageCalled(found[2]) });
    at = found.index + found[0].length;
  }
  if (at < content.length) parts.push({ code: false, text: content.slice(at), language: null });
  return parts.filter((part) => part.code || part.text.trim());
}

/** Text with what stands between backquotes as code. @param {string} text @param {string[]} marks */
function renderText(text, marks) {
  /** @type {import("./highlighting.js").Run[]} */
  const runs = text.trim().split(/`([^`\n]+)`/).map((part, index) => [part, index % 2 ? "inline" : ""]);
  const lines = cutLines(runs, findTexts(runs.map(([part]) => part).join(""), marks));
  return h("p", {}, lines.map((line, index) => [index > 0 && h("br"), renderPieces(line)]));
}

function renderFence({ text, language }) {
  const code = h("code");
  const draw = () => fill(code, cutLines(highlight(text, language), []).map((line, index) => [index > 0 && "\n", renderPieces(line)]));
  draw();
  if (!isReady(language)) prepare(language).then((done) => done && draw());
  return h("pre", { class: "fence", tabindex: 0 }, code);
}
