// How something gets into the clipboard, and how one sees that it is there.

import { announceNow } from "./announce.js";
import { h } from "./elements.js";

const SHOWN_MS = 1600;

/** A button that copies what the function gives. @param {string} label @param {() => string} text @param {string} [about] */
export function copyButton(label, text, about = "") {
  const button = h("button", { class: "text-button copy", type: "button", "aria-label": about ? `${label}: ${about}` : null }, label);
  button.addEventListener("click", () => copyFrom(button, label, text()));
  return button;
}

/** @param {HTMLElement} button @param {string} label @param {string} text */
async function copyFrom(button, label, text) {
  const done = await copyText(text);
  button.textContent = done ? "Copied" : "Not copied";
  announceNow(done ? "Copied" : "The browser did not allow to copy");
  setTimeout(() => {
    button.textContent = label;
  }, SHOWN_MS);
}

/** @param {string} text */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** Over plain HTTP from another machine, browsers have no clipboard for pages. @param {string} text */
function copyBySelection(text) {
  const area = h("textarea", { class: "hidden", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** The whole address of a view. @param {string} address */
export function absolute(address) {
  return new URL(address, location.href).href;
}
