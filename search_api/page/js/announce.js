// What a screen reader is told besides what gets the focus: once things have come to rest, and not twice.

import { find } from "./elements.js";

const REST_MS = 500;
let timer = 0;

/** @param {string} text */
export function announce(text) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const place = find("announcer");
    if (place.textContent !== text) place.textContent = text;
  }, REST_MS);
}

/** Told at once, even if it was said before. @param {string} text */
export function announceNow(text) {
  clearTimeout(timer);
  const place = find("announcer");
  place.textContent = "";
  requestAnimationFrame(() => {
    place.textContent = text;
  });
}
