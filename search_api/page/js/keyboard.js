// What the keys do: to the box, through the results, into one and back, all without a mouse.

import { find } from "./elements.js";
import { showHelp } from "./help.js";

/** @param {{leave: () => boolean, within: (name: string) => void}} actions `leave` closes what is open, if anything is. */
export function listenToKeys({ leave, within }) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    const box = find("query");
    const target = /** @type {Element} */ (event.target);
    const inBox = target === box;
    if (!inBox && target.matches("input:not([type=checkbox]), select, textarea")) {
      if (event.key === "Escape") box.focus();
      return;
    }
    const done = inBox ? fromBox(event.key, leave) : fromElsewhere(event.key, target, leave, within);
    if (done) event.preventDefault();
  });
}

function links() {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll("#main .hit-link")]);
}

function fromBox(key, leave) {
  const box = find("query");
  if (key === "ArrowDown") return focusOn(links()[0]);
  if (key === "Escape") {
    if (!leave()) box.select();
    return true;
  }
  return false;
}

function fromElsewhere(key, target, leave, within) {
  switch (key) {
    case "/":
      find("query").focus();
      find("query").select();
      return true;
    case "?":
      showHelp();
      return true;
    case "ArrowDown":
    case "j":
      return move(target, 1);
    case "ArrowUp":
    case "k":
      return move(target, -1);
    case "Escape":
      if (!leave()) find("query").focus();
      return true;
    case "c":
      return press((target.closest(".hit") ?? document.querySelector(".opened"))?.querySelector(".actions .copy:last-child, .card-head .copy"));
    case "w":
      return press(target.closest(".hit")?.querySelector("summary"));
    case "1":
    case "2":
    case "3":
      within(["all", "code", "chat"][Number(key) - 1]);
      return true;
    default:
      return false;
  }
}

/** From one result to the next; before the first is the box. Elsewhere the keys are the browser's. */
function move(target, by) {
  const all = links();
  if (target.matches("input, select, summary") || document.querySelector(".opened")) return false;
  const current = target.closest(".hit")?.querySelector(".hit-link");
  if (!current) return by > 0 ? focusOn(all[0]) : false;
  const next = all.indexOf(/** @type {HTMLElement} */ (current)) + by;
  return focusOn(next < 0 ? find("query") : all[next]) || true;
}

function focusOn(element) {
  if (!element) return false;
  element.focus();
  element.closest(".hit")?.scrollIntoView({ block: "nearest" });
  return true;
}

function press(element) {
  if (!element) return false;
  element.click();
  return true;
}
