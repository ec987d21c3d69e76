// A chat as its own view: what was said in order around the message that was found, and more of it in both directions.

import { resultsOf, writeView } from "./address.js";
import { announce } from "./announce.js";
import { renderMoment, renderSpeaker } from "./chat_results.js";
import { findTexts } from "./code_lines.js";
import { absolute, copyButton } from "./copying.js";
import { count, fill, h } from "./elements.js";
import { renderProblem } from "./notices.js";
import { renderSaid } from "./said.js";

/**
 * @param {import("./session_pages.js").SessionPages} pages @param {import("./address.js").View} view
 * @param {{marks: string[], back: () => void, refused: (problem: any) => boolean}} options `refused` takes a problem that is not of this view alone.
 */
export function renderSession(pages, view, { marks, back, refused }) {
  const render = (messages) => messages.map((message) => renderMessage(message, message.id === view.message, marks));
  const list = h("ol", { class: "messages" }, render(pages.messages));
  const about = h("p", { class: "about" });
  const tell = () => fill(about, h("span", {}, howMany(pages)));
  tell();
  const added = (way, found) => {
    tell();
    announce(`${count(found.length, `${way} message`)}`);
  };
  const earlier = renderMore("earlier", pages, refused, async () => {
    const found = await pages.earlier();
    const first = list.firstElementChild;
    const top = first?.getBoundingClientRect().top ?? 0;
    list.prepend(...render(found));
    added("earlier", found);
    // What was being read stays where it is.
    return () => first && scrollBy(0, first.getBoundingClientRect().top - top);
  });
  const later = renderMore("later", pages, refused, async () => {
    const found = await pages.later();
    const rendered = render(found);
    list.append(...rendered);
    added("later", found);
    return () => rendered[0]?.focus({ preventScroll: true });
  });
  const gone = view.message && !pages.messages.some(({ id }) => id === view.message);
  return h(
    "article",
    { class: "opened session" },
    h(
      "div",
      { class: "opened-head" },
      h(
        "div",
        { class: "opened-bar" },
        h("a", { class: "button back", href: writeView(resultsOf(view)), onclick: (event) => { if (!event.ctrlKey && !event.metaKey) { event.preventDefault(); back(); } } },
          view.q ? "← Results" : "← Start"),
        h("h1", { class: "path", tabindex: -1 }, pages.told.title || "Chat"),
      ),
      about,
      h("div", { class: "actions" }, copyButton("Copy link", () => absolute(location.pathname + location.search))),
    ),
    gone && h("p", { class: "notice" }, "The message is not in this chat any more. This is the beginning of the chat."),
    earlier,
    list,
    later,
  );
}

/** How much of the chat is there. @param {import("./session_pages.js").SessionPages} pages */
function howMany({ messages, previous, next, told }) {
  if (previous === null && next === null) return count(messages.length, "message");
  const shown = messages.length.toLocaleString("en");
  // The count of a chat is its writer's, and may lag behind.
  return told.message_count > messages.length ? `${shown} of ${count(told.message_count, "message")}` : `${count(messages.length, "message")} and more`;
}

/**
 * A button for what comes before or after; it goes when nothing is left.
 * @param {"earlier" | "later"} way @param {import("./session_pages.js").SessionPages} pages
 * @param {(problem: any) => boolean} refused @param {() => Promise<() => void>} load Answers what is to be done when the button is as it will be.
 */
function renderMore(way, pages, refused, load) {
  const isLeft = () => (way === "earlier" ? pages.previous : pages.next) !== null;
  const place = h("div", { class: "more-messages" });
  let loading = false;
  const draw = (problem) => {
    const button = h("button", { class: "button", type: "button", onclick: press }, `Show ${way} messages`);
    fill(place, problem ? renderProblem(problem, press) : isLeft() && button);
    place.hidden = !problem && !isLeft();
  };
  const press = async () => {
    if (loading) return;
    loading = true;
    place.setAttribute("aria-busy", "true");
    try {
      const settle = await load();
      draw();
      settle();
      if (way === "earlier") (place.querySelector("button") ?? document.querySelector(".session h1"))?.focus({ preventScroll: true });
    } catch (problem) {
      if (!pages.signal.aborted && !refused(problem)) draw(problem);
    } finally {
      loading = false;
      place.setAttribute("aria-busy", "false");
    }
  };
  draw();
  return place;
}

function renderMessage(message, isFound, marks) {
  return h(
    "li",
    { class: isFound ? "message found" : "message", id: `message-${message.id}`, tabindex: -1, "aria-current": isFound ? "true" : null },
    h("p", { class: "about" }, renderSpeaker(message.role), message.model && h("span", {}, message.model), renderMoment(message.created_at, { time: true })),
    h("div", { class: "said" }, renderSaid(message.content, isFound ? findTexts(message.content, marks) : [])),
  );
}
